"""The audiences on the terminal: how large each is, who is left out and why, and where its files are.

Comes in: what customers/audiences counted or wrote. Goes out: text without anybody's name. Called by `weft audiences`.
"""

from rich.console import Console
from rich.table import Table

from customers.audiences import AudienceFiles
from warehouse.settings import Settings


def print_audiences(settings: Settings, found: list[AudienceFiles], console: Console) -> None:
    """Print one row per audience."""
    if not found:
        console.print(
            f"There is no audience in {settings.config_path}. docs/personal-contact.md shows how to write one.",
            markup=False,
        )
        return
    table = Table("audience", "for", "channel", "aimed at", "to contact", "left out")
    for one in found:
        reasons = ", ".join(f"{count:,} {reason.replace('_', ' ')}" for reason, count in one.left_out.items())
        table.add_row(
            one.name,
            one.audience.format,
            one.audience.channel,
            f"{one.aimed_at:,}",
            f"{one.people:,}",
            reasons or "nobody",
        )
    console.print(table)
    for one in found:
        for path in one.paths:
            console.print(str(path), markup=False)
