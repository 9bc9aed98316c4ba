"""`weft plan`: what the plan of production and purchases would be, if something were different.

Comes in: changes that a person types. Goes out: files that compare the changed plan with the base plan, and a short table on the terminal.
Registered in `orchestration.cli`; nothing is written to the lake, so that it may be asked at any time.
"""

import re
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from orchestration.options import Config
from warehouse.errors import WeftError

SHOWN = (
    "demand", "load", "available", "overtime", "subcontract", "unmet", "late pieces", "unmet pieces", "made", "subcontracted", "bought",
    "bought for", "cost of shortfalls", "cost of the plan",
)  # fmt: skip


def plan(
    demand: Annotated[
        str | None, typer.Option("--demand", metavar="+20%", help="How much more or less is sold than forecast.")
    ] = None,
    market: Annotated[
        str | None, typer.Option("--market", metavar="AE", help="The country whose demand changes; else all of them.")
    ] = None,
    overtime: Annotated[
        str | None, typer.Option("--overtime", metavar="on|off|30%", help="Overtime, as a share of regular hours.")
    ] = None,
    subcontract: Annotated[
        str | None,
        typer.Option("--subcontract", metavar="on|off|30%", help="Subcontractors, as a share of regular hours."),
    ] = None,
    service_level: Annotated[
        float | None, typer.Option("--service-level", metavar="0.98", help="How often stock is to outlast demand.")
    ] = None,
    centre: Annotated[
        str | None, typer.Option("--centre", metavar="ID", help="A work centre that gets other hours, with --hours.")
    ] = None,
    hours: Annotated[float | None, typer.Option("--hours", help="Its regular hours in every week.")] = None,
    name: Annotated[
        str | None, typer.Option("--name", help="Name of the files; else it says what was changed.")
    ] = None,
    config: Config = None,
) -> None:
    """Work out the plan under other assumptions, and compare it with the plan as it is.

    For example: weft plan --demand +20% --market AE --overtime off

    Files: exports/what_if/NAME.csv and .xlsx, with load, overtime, unmet need and cost by centre and week, and in total.
    """
    from distribution.what_if_files import write_what_if
    from forecasting.capacity.assumptions import assumptions_of
    from forecasting.capacity.reading import read_inputs
    from forecasting.capacity.what_if import compare_plans
    from warehouse.lake import connect_publication
    from warehouse.publication import current_publication_id
    from warehouse.settings import load_settings

    if name is not None and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", name):
        raise typer.BadParameter("use letters, digits, dots, dashes and underscores", param_hint="--name")
    changes = _changes(demand, market, overtime, subcontract, service_level, centre, hours)
    settings = load_settings(config)
    publication = current_publication_id(settings)
    if publication is None:
        raise WeftError("Nothing is published yet. `weft run` makes the first publication.")
    base = assumptions_of(settings)
    changed = base.changed(**{key: _share(value, getattr(base, key)) for key, value in changes.items()})
    with connect_publication(settings, publication) as con:
        inputs, reason = read_inputs(con, settings, base)
    if inputs is None:
        raise WeftError(f"There is nothing to plan. {reason}")
    compared = compare_plans(inputs, base, changed)
    console = Console(highlight=False, soft_wrap=True)
    _print(compared.rows, console)
    for path in write_what_if(settings, name or _name(changes), publication, compared.rows):
        console.print(str(path), markup=False)


def _changes(
    demand: str | None, market: str | None, overtime: str | None, subcontract: str | None, service_level: float | None,
    centre: str | None, hours: float | None,
) -> dict[str, Any]:  # fmt: skip
    if (centre is None) != (hours is None):
        raise typer.BadParameter("--centre and --hours belong together", param_hint="--centre")
    if market is not None and demand is None:
        raise typer.BadParameter("say with --demand how much the market changes", param_hint="--market")
    if service_level is not None and not 0.5 < service_level < 1:
        raise typer.BadParameter("a service level lies between 0.5 and 1", param_hint="--service-level")
    if hours is not None and hours < 0:
        raise typer.BadParameter("hours are not negative", param_hint="--hours")
    found = {
        "demand_factor": None if demand is None else _factor(demand),
        "market_code": None if market is None else market.upper(),
        "overtime_share": None if overtime is None else _switch(overtime, "--overtime"),
        "subcontract_share": None if subcontract is None else _switch(subcontract, "--subcontract"),
        "service_level": service_level,
        "work_centre_id": centre,
        "work_centre_hours": hours,
    }
    changes = {key: value for key, value in found.items() if value is not None}
    if not changes:
        raise typer.BadParameter("say what is to be different, for example --demand +20%", param_hint="weft plan")
    return changes


def _factor(text: str) -> float:
    match = re.fullmatch(r"([+-]?\d+(?:\.\d+)?)\s*%", text.strip())
    if match is None or float(match.group(1)) < -100:
        raise typer.BadParameter(f"{text!r} is no change; write it as +20% or -10%", param_hint="--demand")
    return 1 + float(match.group(1)) / 100


def _switch(text: str, option: str) -> float | str:
    """Return the share, or 'on' for that of the settings."""
    match text.strip().lower():
        case "off":
            return 0.0
        case "on":
            return "on"
        case other if found := re.fullmatch(r"(\d+(?:\.\d+)?)\s*%", other):
            return float(found.group(1)) / 100
    raise typer.BadParameter(f"{text!r} is none of on, off, 30%", param_hint=option)


def _share(value: Any, as_set: Any) -> Any:
    return as_set if value == "on" else value


def _name(changes: dict[str, Any]) -> str:
    """A file name that says what was changed: demand-factor-1.2_market-code-AE."""
    words = "_".join(f"{key.replace('_', '-')}-{value}" for key, value in changes.items())
    return re.sub(r"[^A-Za-z0-9._-]", "-", words)


def _print(rows: Any, console: Console) -> None:
    totals = {(row["measure"]): row for row in rows.iter_rows(named=True) if row["scope"] == "total"}
    table = Table("in total", "unit", "base", "changed", "difference")
    for column in table.columns[2:]:
        column.justify = "right"
    for measure in SHOWN:
        row = totals[measure]
        numbers = (f"{row[kind]:,.1f}" for kind in ("base", "changed", "difference"))
        table.add_row(measure, row["unit_code"], *numbers)
    console.print(table)
    centres = Table("work centre", "load", "overtime", "subcontract", "unmet hours")
    by_centre: dict[str, dict[str, Any]] = {}
    for row in rows.iter_rows(named=True):
        if row["scope"] == "centre":
            by_centre.setdefault(row["work_centre_id"], {})[row["measure"]] = row
    for centre, found in by_centre.items():
        shown = (
            f"{found[key]['base']:,.0f} > {found[key]['changed']:,.0f}"
            for key in ("load", "overtime", "subcontract", "unmet")
        )
        centres.add_row(centre, *shown)
    console.print(centres)
