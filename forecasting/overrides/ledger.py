"""The override ledger: what was ever entered, by whom, why, in which file, and what has taken its place.

Comes in: the files in the overrides folder. Goes out: the tables of schema `planning`, and the overrides in force. Called by
`forecasting.sales.run`. Rows are only added; the one thing that changes in them is what superseded them.
"""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import polars as pl

from forecasting.overrides.checks import Known, Override, Rejection, check_overrides, check_promotions
from forecasting.overrides.files import PROMOTIONS, PlannerFile, planner_files, read_planner_file

TABLES = {
    "forecast_override": """
        override_id BIGINT NOT NULL, level VARCHAR NOT NULL, key VARCHAR NOT NULL, market_code VARCHAR, channel_code VARCHAR,
        from_on DATE NOT NULL, to_on DATE NOT NULL, action VARCHAR NOT NULL, value DOUBLE NOT NULL, who VARCHAR NOT NULL,
        why VARCHAR NOT NULL, file_name VARCHAR NOT NULL, file_hash VARCHAR NOT NULL, line BIGINT NOT NULL,
        recorded_at TIMESTAMP NOT NULL, superseded_by VARCHAR""",
    "rejected_row": """
        file_name VARCHAR NOT NULL, file_hash VARCHAR NOT NULL, line BIGINT NOT NULL, column_name VARCHAR, value VARCHAR,
        rule VARCHAR NOT NULL, rejected_at TIMESTAMP NOT NULL""",
    "planner_file": """
        file_name VARCHAR NOT NULL, file_hash VARCHAR NOT NULL, rows_taken BIGINT NOT NULL, rows_rejected BIGINT NOT NULL,
        read_at TIMESTAMP NOT NULL""",
}
PROMOTION_SCHEMA = {
    "category_name": pl.String,
    "market_code": pl.String,
    "channel_code": pl.String,
    "from_on": pl.Date,
    "to_on": pl.Date,
    "discount": pl.Float64,
}
SAME = ("level", "key", "market_code", "channel_code", "from_on", "to_on")


@dataclass(frozen=True)
class Planned:
    """What planners have said: overrides in force in the order in which they were entered, promotions, and what was not taken."""

    overrides: pl.DataFrame
    promotions: pl.DataFrame
    rejected: list[Rejection]


def take_files(con: duckdb.DuckDBPyConnection, folder: Path, known: Known) -> Planned:
    """Read the folder: enter what is new into the ledger, and return what is in force.

    A file is known by its contents: the same again changes nothing, under whatever name. A new version of a file takes the place
    of the old one: rows that are no longer in it are withdrawn. A file that is gone leaves its overrides as they are.
    """
    create_tables(con)
    read = con.execute("SELECT file_name, file_hash FROM lake.planning.planner_file ORDER BY read_at").fetchall()
    newest, seen = dict(read), {content_hash for _, content_hash in read}
    rejected: list[Rejection] = []
    promotions = []
    now = datetime.now(UTC).replace(tzinfo=None)
    con.execute("BEGIN")
    try:
        for path in planner_files(folder):
            file = read_planner_file(path, folder)
            if path.name.startswith(PROMOTIONS):
                # A promotion is no event but a plan: the file is read in every run, as it stands.
                found, broken = check_promotions(file, known)
                promotions += found
                taken = len(found)
            elif newest.get(file.name) == file.content_hash or (file.name not in newest and file.content_hash in seen):
                continue
            else:
                overrides, broken = check_overrides(file, known)
                taken = len(overrides)
                _enter(con, file, overrides, now)
            if newest.get(file.name) != file.content_hash:
                _note(con, file, taken, broken, now)
                newest[file.name] = file.content_hash
                seen.add(file.content_hash)
                rejected += broken
        con.execute("COMMIT")
    except Exception:
        con.execute("ROLLBACK")
        raise
    frame = pl.DataFrame([asdict(one) for one in promotions], schema=PROMOTION_SCHEMA)
    return Planned(in_force(con), frame, rejected)


def in_force(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Return the overrides that nothing has superseded, oldest first."""
    return con.execute(
        "SELECT * FROM lake.planning.forecast_override WHERE superseded_by IS NULL ORDER BY override_id"
    ).pl()


def create_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Create schema `planning` and its tables where they are missing."""
    con.execute("CREATE SCHEMA IF NOT EXISTS lake.planning")
    for name, columns in TABLES.items():
        con.execute(f"CREATE TABLE IF NOT EXISTS lake.planning.{name} ({columns})")


def _enter(con: duckdb.DuckDBPyConnection, file: PlannerFile, overrides: list[Override], now: datetime) -> None:
    force = in_force(con)
    of_file = force.filter(pl.col("file_name") == file.name)
    last = con.execute("SELECT coalesce(max(override_id), 0) FROM lake.planning.forecast_override").fetchone()
    number = int(last[0]) if last else 0
    kept = set()
    for override in overrides:
        before = _same_target(force, override)
        if _says_the_same(before, override, of_file):
            kept.update(before["override_id"].to_list())
            continue
        number += 1
        _supersede(con, before["override_id"].to_list(), str(number))
        kept.update(before["override_id"].to_list())
        row = asdict(override) | {
            "override_id": number, "file_name": file.name, "file_hash": file.content_hash, "recorded_at": now, "superseded_by": None,
        }  # fmt: skip
        names = ", ".join(row)
        con.execute(
            f"INSERT INTO lake.planning.forecast_override ({names}) VALUES ({', '.join('?' * len(row))})",
            list(row.values()),
        )
    if file.problem is None and (overrides or not file.rows):
        _supersede(
            con, [one for one in of_file["override_id"].to_list() if one not in kept], f"withdrawn from {file.name}"
        )


def _same_target(force: pl.DataFrame, override: Override) -> pl.DataFrame:
    is_same = pl.lit(True)
    for name in SAME:
        is_same &= pl.col(name).eq_missing(pl.lit(getattr(override, name)))
    return force.filter(is_same)


def _says_the_same(before: pl.DataFrame, override: Override, of_file: pl.DataFrame) -> bool:
    same = before.filter(
        (pl.col("action") == override.action) & (pl.col("value") == override.value)
        & (pl.col("who") == override.who) & (pl.col("why") == override.why)
    )  # fmt: skip
    return not same.join(of_file, on="override_id", how="semi").is_empty()


def _supersede(con: duckdb.DuckDBPyConnection, ids: list[int], by: str) -> None:
    if ids:
        con.execute(
            "UPDATE lake.planning.forecast_override SET superseded_by = ? WHERE list_contains(?, override_id)",
            [by, ids],
        )


def _note(
    con: duckdb.DuckDBPyConnection, file: PlannerFile, taken: int, broken: list[Rejection], now: datetime
) -> None:
    con.execute(
        "INSERT INTO lake.planning.planner_file VALUES (?, ?, ?, ?, ?)",
        [file.name, file.content_hash, taken, len(broken), now],
    )
    for one in broken:
        con.execute(
            "INSERT INTO lake.planning.rejected_row VALUES (?, ?, ?, ?, ?, ?, ?)",
            [one.file_name, one.file_hash, one.line, one.column_name, one.value, one.rule, now],
        )
