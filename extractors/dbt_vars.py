"""What dbt must know of the systems in use.

Comes in: settings and the packs they name. Goes out: the variables of every dbt call. Called by orchestration.
"""

from collections import defaultdict
from typing import Any

from extractors.pack import load_pack
from warehouse.settings import Settings


def dbt_vars(settings: Settings) -> dict[str, Any]:
    """Return the dbt variables: systems, how each entity is read, and which staging models feed which canonical entity."""
    packs: dict[str, Any] = {}
    canonical: dict[str, list[str]] = defaultdict(list)
    for system, declared in settings.systems.items():
        pack = load_pack(declared.pack)
        packs[system] = {
            "instance": declared.instance,
            "company_id": settings.company.id,
            "id_spaces": pack.id_spaces,
            # Only what the pack declares: other options may be secrets, and dbt writes its variables into its artifacts.
            "options": {name: value for name, value in declared.options.items() if name in pack.options},
            "entities": {
                name: {
                    "mode": entity.mode,
                    "key": entity.key,
                    "date_shift_days": entity.date_shift_days,
                    "time_zone": entity.time_zone,
                    "decimal_mark": entity.decimal_mark,
                }
                for name, entity in pack.entities.items()
            },
        }
        for entity in pack.provides:
            canonical[entity].append(f"stg_{system}__{entity}")
    return {
        "weft_systems": list(settings.systems),
        "weft_packs": packs,
        "weft_canonical": dict(canonical),
        "company_id": settings.company.id,
        "company_name": settings.company.name,
        "reporting_currency": settings.company.reporting_currency,
        "fiscal_year_start_month": settings.company.fiscal_year_start_month,
    }
