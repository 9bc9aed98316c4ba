"""Is a row of a planner's file an override that can be applied?

Comes in: a file as text, and what the forecast knows (products, markets, channels, weeks). Goes out: overrides and planned promotions, and
for every row that is none which column breaks which rule. Called by the ledger and by `add_override`.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from forecasting.overrides.files import PlannerFile, day

LEVELS = ("total", "category", "style", "style_colour", "sku")
ACTIONS = ("set", "multiply", "add")
MOST_FACTOR = 100.0
LONGEST_WEEKS = 104
COLUMNS = ("level", "key", "market", "channel", "week_start_on", "from", "to", "action", "value", "who", "why")
REQUIRED = ("level", "key", "action", "value", "who", "why")
PROMOTION_COLUMNS = ("category", "market", "channel", "from", "to", "discount", "who", "why")
PROMOTION_REQUIRED = ("from", "to", "discount", "who", "why")
EVERYTHING = ("", "all")


@dataclass(frozen=True)
class Override:
    """A planner's word about a node and its weeks; `market_code` and `channel_code` are None for all of them."""

    level: str
    key: str
    market_code: str | None
    channel_code: str | None
    from_on: date
    to_on: date
    action: str
    value: float
    who: str
    why: str
    line: int

    @property
    def target(self) -> tuple[object, ...]:
        """What it is about: a later override of the same takes its place."""
        return (self.level, self.key, self.market_code, self.channel_code, self.from_on, self.to_on)


@dataclass(frozen=True)
class Promotion:
    """A planned discount as a share of the list price; None stands for all."""

    category_name: str | None
    market_code: str | None
    channel_code: str | None
    from_on: date
    to_on: date
    discount: float


@dataclass(frozen=True)
class Rejection:
    """A row that was not taken, or (line 0) a whole file."""

    file_name: str
    file_hash: str
    line: int
    column_name: str | None
    value: str | None
    rule: str

    @property
    def text(self) -> str:
        place = f"{self.file_name}, line {self.line}" if self.line else self.file_name
        return f"{place}{f', column {self.column_name}: {self.value!r}' if self.column_name else ':'} {self.rule}"


@dataclass(frozen=True)
class Known:
    """What can be named: keys by level, markets, channels; and the first week that is not over."""

    keys: dict[str, set[str]]
    markets: set[str]
    channels: set[str]
    first_week: date

    @classmethod
    def of(cls, products: pl.DataFrame, markets: Iterable[str], channels: Iterable[str], first_week: date) -> "Known":
        colours = products.select(pl.concat_str("style_id", "color", separator="|")).to_series()
        keys = {
            "category": set(products["category_name"]),
            "style": set(products["style_id"]),
            "style_colour": set(colours),
            "sku": set(products["sku"]),
        }
        return cls(keys, set(markets), set(channels), first_week)


class _Broken(Exception):
    def __init__(self, column: str, value: str, rule: str) -> None:
        super().__init__(rule)
        self.column, self.value, self.rule = column, value, rule


def check_overrides(file: PlannerFile, known: Known) -> tuple[list[Override], list[Rejection]]:
    """Return the overrides of a file, and what is wrong with its other rows."""
    if problem := _problem(file, COLUMNS, REQUIRED):
        return [], [problem]
    taken: dict[tuple[object, ...], int] = {}
    overrides, rejections = [], []
    for line, row in file.rows:
        try:
            override = _override(line, row, known)
            if override.target in taken:
                raise _Broken("key", override.key, f"is the same target as line {taken[override.target]}")
        except _Broken as broken:
            rejections.append(_rejected(file, line, broken))
            continue
        taken[override.target] = line
        overrides.append(override)
    return overrides, rejections


def check_promotions(file: PlannerFile, known: Known) -> tuple[list[Promotion], list[Rejection]]:
    """Return the planned promotions of a file, and what is wrong with its other rows."""
    if problem := _problem(file, PROMOTION_COLUMNS, PROMOTION_REQUIRED):
        return [], [problem]
    promotions, rejections = [], []
    for line, row in file.rows:
        try:
            promotions.append(_promotion(row, known))
        except _Broken as broken:
            rejections.append(_rejected(file, line, broken))
    return promotions, rejections


def _rejected(file: PlannerFile, line: int, broken: _Broken) -> Rejection:
    return Rejection(file.name, file.content_hash, line, broken.column, broken.value, broken.rule)


def _problem(file: PlannerFile, columns: tuple[str, ...], required: tuple[str, ...]) -> Rejection | None:
    problem = file.problem
    if problem is None:
        missing = [column for column in required if column not in file.columns]
        unknown = [column for column in file.columns if column and column not in columns]
        if missing:
            problem = f"has no column {', '.join(missing)}"
        elif unknown:
            # A misspelt 'market' would change every market.
            problem = f"has unknown columns {', '.join(unknown)}; known are {', '.join(columns)}"
        elif len(set(file.columns)) < len(file.columns):
            problem = "has a column twice"
    return Rejection(file.name, file.content_hash, 0, None, None, problem) if problem else None


def _override(line: int, row: dict[str, str], known: Known) -> Override:
    level = _one_of(row, "level", LEVELS)
    key = row.get("key", "")
    if level == "total":
        if key.lower() not in EVERYTHING:
            raise _Broken("key", key, "must be empty or 'all' at level total")
        key = "all"
    else:
        # The planners' file names styles with their category before them.
        key = next((one for one in (key, key.partition("|")[2]) if one in known.keys[level]), key)
        if key not in known.keys[level]:
            raise _Broken("key", key, f"is no {level} that the warehouse knows")
    from_on, to_on = _weeks(row)
    if to_on < known.first_week:
        raise _Broken(
            "week_start_on" if row.get("week_start_on") else "to",
            str(to_on),
            f"lies before the first forecast week {known.first_week}",
        )
    action = _one_of(row, "action", ACTIONS)
    value = _number(row, "value")
    if action in ("set", "multiply") and value < 0:
        raise _Broken("value", row["value"], f"must not be negative for {action}")
    if action == "multiply" and value > MOST_FACTOR:
        raise _Broken("value", row["value"], f"is a factor above {MOST_FACTOR:.0f}")
    return Override(
        level, key, _place(row, "market", known.markets), _place(row, "channel", known.channels),
        from_on, to_on, action, value, _text(row, "who"), _text(row, "why"), line,
    )  # fmt: skip


def _promotion(row: dict[str, str], known: Known) -> Promotion:
    category = row.get("category", "")
    if category.lower() not in EVERYTHING and category not in known.keys["category"]:
        raise _Broken("category", category, "is no category that the warehouse knows")
    from_on, to_on = _day(row, "from"), _day(row, "to")
    if from_on > to_on:
        raise _Broken("to", row["to"], "lies before 'from'")
    text = row["discount"]
    share = _number({"discount": text.removesuffix("%")}, "discount") / (100 if text.endswith("%") else 1)
    if not 0 <= share <= 0.95:
        raise _Broken("discount", text, "must be a share from 0 to 0.95 or a percentage from 0% to 95%")
    _text(row, "who")
    _text(row, "why")
    return Promotion(
        None if category.lower() in EVERYTHING else category,
        _place(row, "market", known.markets), _place(row, "channel", known.channels), from_on, to_on, share,
    )  # fmt: skip


def _weeks(row: dict[str, str]) -> tuple[date, date]:
    """Return the Mondays of the first and the last week meant."""
    if row.get("week_start_on"):
        if row.get("from") or row.get("to"):
            raise _Broken("week_start_on", row["week_start_on"], "stands beside 'from' or 'to': give either")
        monday = _day(row, "week_start_on")
        if monday.weekday() != 0:
            raise _Broken("week_start_on", row["week_start_on"], "is no Monday")
        return monday, monday
    first, last = _day(row, "from"), _day(row, "to")
    if first > last:
        raise _Broken("to", row["to"], "lies before 'from'")
    first, last = (one - timedelta(days=one.weekday()) for one in (first, last))
    if (last - first).days // 7 > LONGEST_WEEKS:
        raise _Broken("to", row["to"], f"is more than {LONGEST_WEEKS} weeks after 'from'")
    return first, last


def _day(row: dict[str, str], column: str) -> date:
    text = row.get(column, "")
    found = day(text)
    if found is None:
        raise _Broken(column, text, "is no date like 2026-01-05" if text else "is missing")
    return found


def _number(row: dict[str, str], column: str) -> float:
    try:
        value = float(row.get(column, ""))
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise _Broken(column, row.get(column, ""), "is no number like 12.5")
    return value


def _one_of(row: dict[str, str], column: str, allowed: tuple[str, ...]) -> str:
    text = row.get(column, "").lower()
    if text not in allowed:
        raise _Broken(column, row.get(column, ""), f"is none of {', '.join(allowed)}")
    return text


def _place(row: dict[str, str], column: str, known: set[str]) -> str | None:
    text = row.get(column, "")
    if text.lower() in EVERYTHING:
        return None
    if text not in known:
        raise _Broken(column, text, f"is no {column} that anything was sold in; known are {', '.join(sorted(known))}")
    return text


def _text(row: dict[str, str], column: str) -> str:
    text = row.get(column, "")
    if not text:
        raise _Broken(column, "", "is missing: an override needs who and why")
    return text
