"""Who is who as an asset, between the standardised gate and the marts.

Comes in: staged customers and leads. Goes out: tables of schema `identity`, which the marts read. Called by
`orchestration.definitions`.
"""

import dagster as dg

from orchestration.assets.quality import GATE_STANDARDISED
from orchestration.instance import WRITER_POOL
from orchestration.retries import transient_errors_retried
from orchestration.translator import PERSON_LINK
from warehouse.own_process import in_own_process
from warehouse.settings import Settings


def identity_asset(settings: Settings) -> dg.AssetsDefinition:
    """Return the asset that puts the records of people together to persons."""
    spec = dg.AssetSpec(
        PERSON_LINK,
        deps=[GATE_STANDARDISED],
        group_name="identity",
        description="Which records of shop, ERP, CRM and service desk are one person, and why.",
    )

    @dg.multi_asset(name="identity", specs=[spec], required_resource_keys={"writer"}, pool=WRITER_POOL)
    def identity() -> dg.MaterializeResult:
        from customers.identity.run import resolve_people

        with transient_errors_retried():
            # Its libraries and its model would stay in the run's memory while the marts are built.
            resolved = in_own_process(settings, resolve_people, settings)
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": resolved.records,
                "persons": resolved.persons,
                "new_or_changed": resolved.compared,
                "pairs": resolved.pairs,
                "to_review": resolved.to_review,
                "seconds": resolved.seconds,
            }
        )

    return identity
