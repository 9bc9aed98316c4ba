"""What every run does for the rights of people once deliveries have landed.

Comes in: the live lake. Goes out: raw rows without people who were erased and without personal data that is too old; whether anything
changed. Called by the asset that decides whether the rest of a run is needed.
"""

from datetime import UTC, datetime

from customers.rights.lake_rows import redact_raw
from customers.rights.retention import apply_retention
from extractors.suppression import suppressed
from warehouse.lake import connect_lake
from warehouse.publication import list_publications
from warehouse.settings import Settings


def keep_rights(settings: Settings) -> bool:
    """Overwrite what must not stay, and say whether that changed a row.

    Landing leaves out who was erased, but a row that came before the one it belongs to could not be known as hers.
    """
    published = list_publications(settings)
    with connect_lake(settings) as con:
        con.execute("BEGIN")
        changed = apply_retention(con, settings, datetime.now(UTC).date())
        forgotten = suppressed(con, settings)
        if forgotten is not None:
            changed |= redact_raw(con, settings, forgotten, after_load=published[-1].last_load_id if published else 0)
        con.execute("COMMIT")
    return bool(changed)
