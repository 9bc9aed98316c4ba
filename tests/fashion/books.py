"""The figures of a publication beside those of the truth, in the same form: a day and a currency, and whole minor units."""

from collections.abc import Iterable
from decimal import Decimal

import polars as pl
from weft_command import ask

from warehouse.settings import Settings

Figures = dict[tuple[str, ...], tuple[int, ...]]


def truth(settings: Settings, name: str) -> pl.DataFrame:
    """One of the frames that the simulation wrote beside the exports."""
    return pl.read_parquet(settings.root / "inbox" / "truth" / f"{name}.parquet")


def published(settings: Settings, query: str, keys: int = 2) -> Figures:
    """Answer a query by `weft sql`: its first columns are keys, the others whole numbers; rows of zeros are left out."""
    found = {}
    for row in ask(settings, query):
        values = list(row.values())
        found[tuple(values[:keys])] = tuple(_whole(value) for value in values[keys:])
    return _without_zeros(found)


def true_figures(frame: pl.DataFrame, keys: Iterable[str], columns: Iterable[str]) -> Figures:
    """The same of a frame of the truth."""
    names = list(keys)
    found: Figures = {}
    for row in frame.select(*names, *columns).iter_rows():
        found[tuple(str(value) for value in row[: len(names)])] = tuple(int(value) for value in row[len(names) :])
    return _without_zeros(found)


def _whole(value: str) -> int:
    number = Decimal(value or 0)
    assert number == int(number), f"{value} is no whole number"
    return int(number)


def _without_zeros(figures: Figures) -> Figures:
    return {key: values for key, values in figures.items() if any(values)}
