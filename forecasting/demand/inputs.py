"""The long table as people hand it over, checked and put in order.

Comes in: a Polars or pandas table `unique_id, ds, y` and optional columns, perhaps another one of known future values. Goes
out: `Checked`, or `DemandError` that names column, series and value. Called by `forecasting.demand.api`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from forecasting.demand.frequency import WEEKDAYS, Frequency, known_frequency

KEYS = ["unique_id", "ds"]
CENSORING = "is_stocked"


class DemandError(ValueError):
    """A table that cannot be forecast; the message says where and why."""


@dataclass(frozen=True)
class Checked:
    """Rows with `unique_id`, `ds`, `period`, `y`, `is_stocked` and features as numbers; static text apart.

    `known` names the features that are known for coming periods as well; `unknown` those that are not, which no model uses.
    """

    rows: pl.DataFrame
    static: pl.DataFrame
    future: pl.DataFrame | None
    known: list[str]
    unknown: list[str]
    frequency: Frequency


def check(history: Any, frequency: str, horizon: int, hierarchy: Sequence[str], future: Any) -> Checked:
    """Return the checked tables; columns of text that are not in `hierarchy` are left out."""
    period = known_frequency(frequency)
    if period is None:
        raise DemandError(f"frequency {frequency!r} is not known: use D, W or M.")
    if horizon < 1:
        raise DemandError(f"horizon {horizon} is too short: it begins at 1.")
    table = _polars(history, "history")
    _require(table, [*KEYS, "y", *hierarchy], "history")
    table = _dated(table, "history")
    if table.is_empty():
        raise DemandError("history has no rows.")
    period = _anchored(table, period, frequency)
    table = table.with_columns(_number(table, "y", "history"))
    if CENSORING in table.columns:
        share = _number(table, CENSORING, "history").fill_null(1.0)
        table = table.with_columns(share)
        _refuse(
            table, (pl.col(CENSORING) < 0) | (pl.col(CENSORING) > 1), CENSORING, "is no share from 0 to 1", "history"
        )
    else:
        table = table.with_columns(pl.lit(1.0).alias(CENSORING))
    features = _features(table, hierarchy)
    table = table.with_columns([_number(table, name, "history") for name in features])
    table = table.with_columns(period.number("ds").alias("period"))
    _unique(table, "history")
    static = _static(table, hierarchy)
    coming, known = _future(future, period, features, int(table["period"].max()))  # type: ignore[arg-type]
    wanted = [*KEYS, "period", "y", CENSORING, *features]
    return Checked(
        rows=table.select(wanted).sort("unique_id", "period"),
        static=static,
        future=coming,
        known=known,
        unknown=[name for name in features if name not in known],
        frequency=period,
    )


def _polars(table: Any, name: str) -> pl.DataFrame:
    if isinstance(table, pl.DataFrame):
        return table
    if isinstance(table, pl.LazyFrame):
        return table.collect()
    if type(table).__module__.startswith("pandas"):
        return pl.from_pandas(table)
    raise DemandError(f"{name} is a {type(table).__name__}; a Polars or pandas table is needed.")


def _require(table: pl.DataFrame, names: Sequence[str], where: str) -> None:
    missing = [name for name in names if name not in table.columns]
    if missing:
        raise DemandError(f"{where} has no column {', '.join(missing)}; it has {', '.join(table.columns)}.")


def _dated(table: pl.DataFrame, where: str) -> pl.DataFrame:
    kind = table.schema["ds"]
    table = table.with_columns(pl.col("unique_id").cast(pl.String))
    _refuse(table, pl.col("unique_id").is_null(), "unique_id", "is missing", where)
    if kind == pl.String:
        read = pl.coalesce(
            pl.col("ds").str.to_date("%Y-%m-%d", strict=False),
            pl.col("ds").str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False),
        )
        _refuse(table, read.is_null(), "ds", "is no date like 2026-01-05", where)
        table = table.with_columns(read.alias("ds"))
    elif kind == pl.Date or isinstance(kind, pl.Datetime):
        table = table.with_columns(pl.col("ds").cast(pl.Date))
    else:
        raise DemandError(f"column ds of {where} is {kind}; dates are needed.")
    _refuse(table, pl.col("ds").is_null(), "ds", "is missing", where)
    return table


def _anchored(table: pl.DataFrame, period: Frequency, asked: str) -> Frequency:
    """Return the frequency with the weekday of its weeks, or the day of its months; refuse a mixture."""
    if period.code == "W":
        days = table.select((pl.col("ds").dt.weekday() - 1).alias("weekday")).to_series()
        usual = days.mode().sort()[0]
        named = asked.upper().partition("-")[2]
        if named:
            found = [place for place, day in enumerate(WEEKDAYS) if day.upper().startswith(named)]
            usual = found[0] if found else usual
        _refuse(
            table,
            pl.col("ds").dt.weekday() - 1 != usual,
            "ds",
            f"is no {WEEKDAYS[usual]}, unlike the other weeks",
            "history",
        )
        return replace(period, anchor=int(usual))
    if period.code == "M":
        starts = pl.col("ds").dt.day() == 1
        ends = pl.col("ds") == pl.col("ds").dt.month_end()
        at_end = bool(table.select(ends.sum() > starts.sum()).item())
        word = "the last day of a month" if at_end else "the first day of a month"
        _refuse(table, ~(ends if at_end else starts), "ds", f"is not {word}, unlike the others", "history")
        return replace(period, anchor=int(at_end))
    return period


def _number(table: pl.DataFrame, name: str, where: str) -> pl.Expr:
    kind = table.schema[name]
    if kind == pl.String:
        read = pl.col(name).str.strip_chars().cast(pl.Float64, strict=False)
        empty = pl.col(name).is_null() | (pl.col(name).str.strip_chars() == "")
        _refuse(table, read.is_null() & ~empty, name, "is no number", where)
    elif kind.is_numeric() or kind in (pl.Boolean, pl.Null):
        read = pl.col(name).cast(pl.Float64)
    else:
        raise DemandError(f"column {name} of {where} is {kind}; numbers are needed.")
    _refuse(table, read.is_infinite().fill_null(False), name, "is infinite", where)
    return read.fill_nan(None).alias(name)


def _refuse(table: pl.DataFrame, wrong: pl.Expr, column: str, problem: str, where: str) -> None:
    bad = table.filter(wrong.fill_null(False))
    if not bad.is_empty():
        row = bad.row(0, named=True)
        place = "" if column == "unique_id" else f", series {row['unique_id']!r}"
        when = f", {row['ds']}" if column not in ("ds", "unique_id") else ""
        raise DemandError(
            f"{where}, column {column}{place}{when}: {row[column]!r} {problem} ({bad.height:,} such rows)."
        )


def _unique(table: pl.DataFrame, where: str) -> None:
    double = (
        table.group_by("unique_id", "period")
        .agg(pl.len().alias("rows"), pl.col("ds").first())
        .filter(pl.col("rows") > 1)
    )
    if not double.is_empty():
        row = double.sort("unique_id", "ds").row(0, named=True)
        raise DemandError(
            f"{where}, columns unique_id and ds: series {row['unique_id']!r} has {row['rows']} rows for {row['ds']} "
            f"({double.height:,} such periods); add them up first."
        )


def _features(table: pl.DataFrame, hierarchy: Sequence[str]) -> list[str]:
    taken = {*KEYS, "y", CENSORING, "period", *hierarchy}
    numeric = [name for name, kind in table.schema.items() if kind.is_numeric() or kind == pl.Boolean]
    return [name for name in numeric if name not in taken]


def _static(table: pl.DataFrame, hierarchy: Sequence[str]) -> pl.DataFrame:
    named = [pl.col(name).cast(pl.String).fill_null("unknown") for name in hierarchy]
    rows = table.select("unique_id", *named).unique()
    changing = rows.group_by("unique_id").len().filter(pl.col("len") > 1)
    if not changing.is_empty():
        series = changing["unique_id"].sort()[0]
        of_series = rows.filter(pl.col("unique_id") == series)
        column = next(name for name in hierarchy if of_series[name].n_unique() > 1)
        raise DemandError(
            f"history, column {column}, series {series!r}: {', '.join(sorted(of_series[column].unique()))}; "
            "a hierarchy column has one value in each series."
        )
    return rows.sort("unique_id")


def _future(future: Any, period: Frequency, features: list[str], last: int) -> tuple[pl.DataFrame | None, list[str]]:
    if future is None:
        return None, []
    coming = _polars(future, "future")
    _require(coming, KEYS, "future")
    coming = _dated(coming, "future")
    known = [name for name in features if name in coming.columns]
    coming = coming.with_columns([_number(coming, name, "future") for name in known])
    coming = coming.with_columns(period.number("ds").alias("period"))
    wrong = pl.col("ds").dt.weekday() - 1 != period.anchor
    if period.code == "W":
        _refuse(coming, wrong, "ds", f"is no {WEEKDAYS[period.anchor]}, unlike the history", "future")
    _unique(coming, "future")
    return coming.filter(pl.col("period") > last).select(*KEYS, "period", *known), known
