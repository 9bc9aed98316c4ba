"""What a plan takes for granted: service level, costs, which means are allowed, and what a what-if changes.

Comes in: settings. Goes out: one `Assumptions` object. Called by everything in this folder; `changed` makes the variants of a what-if.
"""

from dataclasses import dataclass, replace
from typing import Any

from warehouse.settings import Settings


@dataclass(frozen=True)
class Assumptions:
    """See `[capacity]` in docs/capacity.md for what each means."""

    service_level: float = 0.95
    horizon_weeks: int = 26
    cover_weeks: int = 2
    demand_correlation: float = 0.2
    made_lead_days: int = 7
    bought_lead_days: int = 42
    overdue_days: int = 60
    supplier_peak_share: float = 1.0
    learning_rate: float = 0.9
    learning_units: int = 50
    overtime_share: float = 0.2
    overtime_premium: float = 0.5
    subcontract_share: float = 0.25
    subcontract_premium: float = 0.6
    subcontract_days: int = 14
    holding_rate: float = 0.25
    late_rate: float = 0.02
    levelling_rate: float = 0.02
    cost_rate_per_hour: float = 20.0
    holiday_country: str | None = None
    time_limit_seconds: float = 10.0
    gap: float = 0.01
    # What a what-if changes.
    demand_factor: float = 1.0
    market_code: str | None = None
    work_centre_id: str | None = None
    work_centre_hours: float | None = None

    def changed(self, **changes: Any) -> "Assumptions":
        """Return the same assumptions with some of them changed; what is None stays."""
        return replace(self, **{name: value for name, value in changes.items() if value is not None})


def assumptions_of(settings: Settings) -> Assumptions:
    """Return what `weft.toml` says."""
    return Assumptions(**settings.capacity.model_dump(exclude={"enabled"}))
