"""Tables on their way into files: layout, changes of the day, planted errors, and the file itself.

Comes in: a `Table` made by one of the systems' modules. Goes out: `<out>/<system>/<entity>_<day>.csv.gz` and the list of planted errors.
Called by `simulation.simulate`.
"""

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from zlib import crc32

import numpy as np
import polars as pl
import xlsxwriter

from simulation.exports.view import View

LAYOUTS = Path(__file__).parent / "layouts"
CHANGED = "_changed_at"
KEY_OFFSET = 90_000_000_000_000
TIMES = "%Y-%m-%d %H:%M:%S"
BAD_NUMBERS = ("n/a", "1O", "#REF!", "zwei")
BAD_DATES = ("31/02/2026", "yesterday", "0000-00-00", "2026-13-45")


@dataclass(frozen=True)
class Dirt:
    """Which errors may be planted in a table. Those of new rows get keys of their own, so that no true row is changed by them.

    `beside` is another column of the table's key; `also` are other numbers by which people know the row, and which must be new too.
    """

    key: str
    beside: str | None = None
    also: tuple[str, ...] = ()
    parent: str | None = None
    number: str | None = None
    date: str | None = None
    names: tuple[str, ...] = ()
    repeats: bool = False


@dataclass
class Table:
    """One entity of one system; `frame` has the column `_changed_at` unless the whole table comes each time."""

    system: str
    entity: str
    frame: pl.DataFrame
    dirt: Dirt | None = None
    layout: str | None = None
    delimiter: str = ","
    form: str = "csv"
    planted: list[dict[str, str]] = field(default_factory=list)


@lru_cache
def layout(system: str) -> dict[str, list[str]]:
    """The true column layouts of a system: table -> columns."""
    lines = (LAYOUTS / f"{system}.csv").read_text(encoding="utf-8").splitlines()
    return {line.split(",", 1)[0]: line.split(",")[1:] for line in lines}


def columns_of(table: Table) -> list[str]:
    """The columns that the file has: those of the true layout, then what this company's own fields and the pack add."""
    own = [name for name in table.frame.columns if name != CHANGED]
    if not (LAYOUTS / f"{table.system}.csv").exists():
        return own
    known = layout(table.system).get(table.layout or table.entity, [])
    return [*known, *(name for name in own if name not in known)]


def delivered(table: Table, view: View) -> pl.DataFrame:
    """The rows of a delivery, in the columns of the layout; what the world does not know stays empty."""
    frame = table.frame
    if CHANGED in frame.columns:
        frame = frame.filter(pl.col(CHANGED) < view.until)
        if view.is_increment:
            frame = frame.filter(pl.col(CHANGED) >= view.since)
    extra = {
        "_fivetran_synced": pl.lit(view.synced),
        "_fivetran_deleted": pl.lit("FALSE"),
        "_fivetran_active": pl.lit("TRUE"),
    }
    frame = frame.with_columns(value.alias(name) for name, value in extra.items() if name not in frame.columns)
    return frame.select(
        pl.col(name) if name in frame.columns else pl.lit(None, pl.String).alias(name) for name in columns_of(table)
    )


def _garbled(text: str | None) -> str | None:
    """UTF-8 read as if it were Windows-1252: what a wrong encoding leaves of a name."""
    return None if text is None else text.encode("utf-8").decode("cp1252", errors="replace")


class Planter:
    """Plants errors at a rate and notes each."""

    def __init__(self, rate: float, seed: int, view: View) -> None:
        self.rate, self.seed, self.view = rate, seed, view
        self.planted: list[dict[str, str]] = []
        self.files: dict[tuple[str, str], int] = {}

    def stem(self, table: Table) -> str:
        """The name of a table's next file of the day: a table that comes in parts has several."""
        number = self.files.get((table.system, table.entity), 0) + 1
        self.files[table.system, table.entity] = number
        return f"{table.entity}_{self.view.day}" + (f"_{number}" if number > 1 else "")

    def draws(self, table: Table) -> np.random.Generator:
        """Random numbers of one table on one day."""
        return np.random.default_rng(
            [
                self.seed,
                self.view.day.toordinal(),
                crc32(f"{table.system}.{table.entity}.{self.files.get((table.system, table.entity), 0)}".encode()),
            ]
        )

    def note(self, table: Table, file: str, keys: list[str], kind: str, column: str = "") -> None:
        self.planted += [
            {"system": table.system, "entity": table.entity, "file": file, "key": key, "kind": kind, "column": column}
            for key in keys
        ]

    def _some(self, draws: np.random.Generator, rows: int) -> np.ndarray:
        size = int(draws.binomial(rows, self.rate)) if rows else 0
        if rows >= 20 and not self.view.is_increment:
            size = max(1, size)
        return np.sort(draws.choice(rows, min(size, rows), replace=False))

    def spoil(self, table: Table, frame: pl.DataFrame, file: str) -> tuple[pl.DataFrame, pl.DataFrame | None]:
        """The frame with its errors, and the rows that are delivered a second time."""
        dirt = table.dirt
        if dirt is None or not self.rate or not frame.height:
            return frame, None
        draws = self.draws(table)
        # Each planted row has one error: it is not made from a row that has another.
        clean = frame
        if dirt.names:
            frame = self._garble(table, dirt, frame, draws, file)
        extra: list[pl.DataFrame] = []
        for kind, column, values in (
            ("orphan", dirt.parent, ()), ("unreadable_number", dirt.number, BAD_NUMBERS), ("unreadable_date", dirt.date, BAD_DATES),
        ):  # fmt: skip
            if column is None:
                continue
            some = self._some(draws, frame.height)
            copies = clean[some].with_columns(self._new_key(frame, name, kind) for name in (dirt.key, *dirt.also))
            if values:
                chosen = np.array(values)[draws.integers(0, len(values), len(some))]
                copies = copies.with_columns(pl.Series(column, chosen, dtype=pl.String))
                frame = frame.with_columns(_text(frame, column))
                extra = [part.with_columns(pl.col(column).cast(pl.String)) for part in extra]
            else:
                copies = copies.with_columns(self._new_key(frame, column, "parent"))
            self.note(table, file, _keys(copies, dirt), kind, column)
            extra.append(copies)
        again = frame[self._some(draws, frame.height)] if dirt.repeats else None
        if extra:
            frame = pl.concat([frame, *(part.cast(frame.schema) for part in extra)])
        return frame, again

    def _new_key(self, frame: pl.DataFrame, column: str, kind: str) -> pl.Expr:
        place = {"orphan": 1, "unreadable_number": 2, "unreadable_date": 3, "parent": 4}[kind]
        if frame[column].dtype.is_integer():
            return (pl.col(column) + KEY_OFFSET + place * 1_000_000_000_000).alias(column)
        return pl.format("X{}{}", pl.lit(place), column).alias(column)

    def _garble(
        self, table: Table, dirt: Dirt, frame: pl.DataFrame, draws: np.random.Generator, file: str
    ) -> pl.DataFrame:
        strange = np.flatnonzero(
            frame[dirt.names[-1]].fill_null("").str.len_bytes() != frame[dirt.names[-1]].fill_null("").str.len_chars()
        )
        some = strange[self._some(draws, len(strange))]
        for name in dirt.names:
            garbled = pl.Series([_garbled(text) for text in frame[name][some].to_list()], dtype=pl.String)
            frame = frame.with_columns(frame[name].clone().scatter(some, garbled).alias(name))
        self.note(table, file, _keys(frame[some], dirt), "wrong_encoding", dirt.names[-1])
        return frame


def _text(frame: pl.DataFrame, column: str) -> pl.Expr:
    """A column as the file would have it, so that another text can stand in it."""
    if isinstance(frame[column].dtype, pl.Datetime):
        return pl.col(column).dt.strftime(TIMES)
    return pl.col(column).cast(pl.String)


def _keys(frame: pl.DataFrame, dirt: Dirt) -> list[str]:
    """What tells the rows of a file apart."""
    key = pl.col(dirt.key).cast(pl.String)
    keys = frame.select(pl.format("{}|{}", pl.col(dirt.beside).cast(pl.String), key) if dirt.beside else key)
    return keys.to_series().to_list()


def write_csv(frame: pl.DataFrame, path: Path, delimiter: str = ",") -> None:
    """Write one file; the same rows give the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.write_csv(
        path, separator=delimiter, compression="gzip", compression_level=1, datetime_format=TIMES, check_extension=False
    )


def write_xlsx(frame: pl.DataFrame, path: Path) -> None:
    """Write one workbook; the same rows give the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"created": datetime(2026, 1, 1)})
        frame.write_excel(book, worksheet="Counts", dtype_formats={pl.Datetime: "yyyy-mm-dd hh:mm:ss"})


def write_table(table: Table, view: View, out: Path, planter: Planter) -> list[Path]:
    """Write a delivery of a table; an increment without rows is no file."""
    frame = delivered(table, view)
    if view.is_increment and not frame.height:
        return []
    ending = "xlsx" if table.form == "xlsx" else "csv.gz"
    stem = planter.stem(table)
    path = out / table.system / f"{stem}.{ending}"
    name = f"{table.system}/{path.name}"
    frame, again = planter.spoil(table, frame, name)
    planter.planted += [{**error, "file": name} for error in table.planted]
    if table.form == "xlsx":
        write_xlsx(frame, path)
        return [path]
    write_csv(frame, path, table.delimiter)
    if again is None or not again.height:
        return [path]
    second = path.with_name(f"{stem}_again.csv.gz")
    write_csv(again, second, table.delimiter)
    planter.note(
        table, f"{table.system}/{second.name}", _keys(again, table.dirt) if table.dirt else [], "delivered_twice"
    )
    return [path, second]
