"""The world as of a day: what has happened by its end, and for a daily delivery, what has changed on it.

Comes in: a day. Goes out: `View`, with expressions for times that are not yet known. Used by every module of exports and by the truth.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import polars as pl


@dataclass(frozen=True)
class View:
    """The end of `day`; `is_increment` means that only the changes of that day are delivered."""

    day: date
    is_increment: bool

    @property
    def until(self) -> datetime:
        """The first moment that is not yet known."""
        return datetime.combine(self.day + timedelta(days=1), datetime.min.time())

    @property
    def since(self) -> datetime:
        """The first moment whose changes are delivered."""
        return datetime.combine(self.day, datetime.min.time())

    @property
    def synced(self) -> str:
        """When the connector fetched it."""
        return f"{self.until + timedelta(hours=1):%Y-%m-%d %H:%M:%S}"

    def seen(self, column: str | pl.Expr) -> pl.Expr:
        """A time, or nothing if it is still to come."""
        value = pl.col(column) if isinstance(column, str) else column
        return pl.when(value < self.until).then(value)

    def has(self, column: str | pl.Expr) -> pl.Expr:
        """Whether it has happened."""
        value = pl.col(column) if isinstance(column, str) else column
        return (value < self.until).fill_null(False)

    def last(self, *columns: str | pl.Expr) -> pl.Expr:
        """The last of these times that has happened."""
        return pl.max_horizontal(self.seen(column) for column in columns)

    def known(self, frame: pl.DataFrame, column: str) -> pl.DataFrame:
        """The rows whose time has come."""
        return frame.filter(pl.col(column) < self.until)


def money(column: str | pl.Expr) -> pl.Expr:
    """Minor units as exact decimal text."""
    value = pl.col(column) if isinstance(column, str) else column
    size = value.abs()
    cents = size % 100
    text = pl.concat_str(
        pl.when(value < 0).then(pl.lit("-")).otherwise(pl.lit("")),
        (size // 100).cast(pl.String),
        pl.when(cents < 10).then(pl.lit(".0")).otherwise(pl.lit(".")),
        cents.cast(pl.String),
    )
    return pl.when(value.is_not_null()).then(text)


def rate(column: str | pl.Expr) -> pl.Expr:
    """Basis points as exact decimal text."""
    value = pl.col(column) if isinstance(column, str) else column
    return pl.concat_str((value // 10_000).cast(pl.String), pl.lit("."), (value % 10_000).cast(pl.String).str.zfill(4))


def flag(value: pl.Expr) -> pl.Expr:
    """TRUE or FALSE, as the connector writes it."""
    return pl.when(value).then(pl.lit("TRUE")).otherwise(pl.lit("FALSE"))
