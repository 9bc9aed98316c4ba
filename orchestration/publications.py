"""The list of publications, for people.

Comes in: the records of the kept publications. Goes out: a table with the current one marked. Called by `weft
publications`.
"""

from rich.console import Console
from rich.table import Table

from warehouse.publication import current_publication_id, list_publications
from warehouse.settings import Settings

NAMES_SHOWN = 4


def print_publications(settings: Settings, console: Console) -> None:
    """Print the kept publications, newest first."""
    kept = list_publications(settings)
    if not kept:
        console.print("Nothing is published yet. `weft run` makes the first publication.", markup=False)
        return
    current = current_publication_id(settings)
    table = Table("", "ID", "Published (UTC)", "Run", "Snapshot", "Rows in marts", "Marts changed")
    for publication in sorted(kept, key=lambda one: one.publication_id, reverse=True):
        names = publication.changed_marts
        shown = f": {', '.join(names)}" if 0 < len(names) <= NAMES_SHOWN else ""
        table.add_row(
            "current" if publication.publication_id == current else "",
            str(publication.publication_id),
            publication.published_at.removesuffix("+00:00").replace("T", " "),
            publication.run_id[:8],
            str(publication.snapshot_id),
            f"{sum(mart.rows for mart in publication.marts.values()):,}",
            f"{len(names)} of {len(publication.marts)}{shown}",
        )
    console.print(table)
