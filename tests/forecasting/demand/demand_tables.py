"""Long tables of known nature, for the tests of the engine."""

from datetime import date, timedelta

import numpy as np
import polars as pl

from forecasting.demand import DemandForecast

MONDAY = date(2023, 1, 2)


def weekly(series: dict[str, object], first: date = MONDAY, **columns: object) -> pl.DataFrame:
    """A table of weekly series that end together; `columns` are the same for all series and weeks, or arrays by week."""
    lengths = {name: len(np.asarray(values)) for name, values in series.items()}
    longest = max(lengths.values())
    parts = []
    for name, values in series.items():
        skipped = longest - lengths[name]
        dates = [first + timedelta(weeks=skipped + week) for week in range(lengths[name])]
        table = pl.DataFrame({"unique_id": name, "ds": dates, "y": np.asarray(values, dtype=float)})
        for column, value in columns.items():
            table = table.with_columns(pl.Series(column, np.broadcast_to(np.asarray(value), (longest,))[skipped:]))
        parts.append(table)
    return pl.concat(parts)


def of(made: DemandForecast, series: str) -> pl.DataFrame:
    return made.forecast.filter(pl.col("unique_id") == series).sort("ds")


def season(weeks: np.ndarray) -> np.ndarray:
    return 200 + 120 * np.sin(2 * np.pi * weeks / 52)
