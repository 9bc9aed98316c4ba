"""An override entered by a program instead of a file from a planner: it becomes such a file.

Comes in: the fields of an override. Goes out: a CSV file in the overrides folder, and a line in the log of entries. Called by the
dashboards.
"""

import json
import secrets
from datetime import UTC, date, datetime
from pathlib import Path

from distribution.csv_file import write_csv
from forecasting.overrides.checks import COLUMNS, Known, check_overrides
from forecasting.overrides.files import PlannerFile
from forecasting.sales.history import PRODUCTS, WEEK
from warehouse.errors import WeftError
from warehouse.lake import connect_publication
from warehouse.settings import Settings
from warehouse.whole_file import append_line

ENTERED = "entered"


def add_override(
    settings: Settings,
    *,
    level: str,
    key: str,
    action: str,
    value: float,
    from_on: date,
    to_on: date,
    who: str,
    why: str,
    market: str | None = None,
    channel: str | None = None,
) -> Path:
    """Check an override against the current publication, and write it where the next run finds it; return the file.

    Raises:
        WeftError: it breaks a rule, or nothing is published yet; nothing was written.
    """
    known = published_names(settings)
    folder = settings.overrides_dir
    path = folder / ENTERED / f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(4)}.csv"
    fields = {
        "level": level, "key": key, "market": market or "", "channel": channel or "", "from": from_on, "to": to_on,
        "action": action, "value": repr(float(value)), "who": who, "why": why,
    }  # fmt: skip
    columns = [column for column in COLUMNS if column in fields]
    row = {column: str(fields[column]) for column in columns}
    _, rejected = check_overrides(PlannerFile(path.name, "", columns, [(2, row)]), known)
    if rejected:
        broken = rejected[0]
        raise WeftError(f"This override cannot be taken: {broken.column_name} {broken.value!r} {broken.rule}.")
    write_csv(path, columns, [[row[column] for column in columns]])
    entry = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "file": path.relative_to(folder).as_posix()}
    append_line(settings.logs_dir / "overrides.jsonl", json.dumps(entry | row))
    return path


def published_names(settings: Settings) -> Known:
    """Return what an override can name, by the current publication."""
    with connect_publication(settings) as con:
        products = con.execute(PRODUCTS).pl()
        places = con.execute(
            "SELECT DISTINCT market_code, channel_code FROM lake.marts.fct_forecast WHERE level = 'category_market_channel'"
        ).fetchall()
        row = con.execute("SELECT max(made_on) FROM lake.marts.fct_forecast WHERE NOT is_backtest").fetchone()
    if row is None or row[0] is None:
        raise WeftError("The current publication has no forecast, so there is nothing to override.")
    return Known.of(products, {market for market, _ in places}, {channel for _, channel in places}, row[0] + WEEK / 7)
