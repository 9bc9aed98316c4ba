"""`weft forecast`: a long table of any series in, forecasts and their accuracy out, without a warehouse.

Comes in: a CSV or Parquet file and where to write. Goes out: forecast.csv, accuracy.csv, champions.csv, all or none of them; a
short table on the terminal. Called by the command.
"""

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from warehouse.errors import WeftError

if TYPE_CHECKING:
    import polars as pl

FREQUENCIES = {"day": "D", "week": "W", "month": "M"}


def forecast(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="CSV or Parquet: unique_id, ds, y, and features if any.")
    ],
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Where forecast, accuracy and champions are written.")
    ],
    frequency: Annotated[str, typer.Option("--frequency", help="day, week or month.")] = "week",
    horizon: Annotated[int, typer.Option("--horizon", help="How many periods ahead.")] = 26,
    hierarchy: Annotated[
        str | None,
        typer.Option(
            "--hierarchy",
            metavar="COLUMNS",
            help="Columns to add up by, such as category,market; category/style/colour,market where one is within another.",
        ),
    ] = None,
    future: Annotated[
        Path | None, typer.Option("--future", metavar="FILE", help="Prices, promotions … of the coming periods.")
    ] = None,
    threads: Annotated[int, typer.Option("--threads", help="How many cores to use.")] = 2,
) -> None:
    """Forecast the demand in a file, with intervals, and say how good such forecasts were in the past.

    For example: weft forecast sales.csv --frequency week --horizon 26 --hierarchy category,market --out forecasts

    Columns: unique_id (the series), ds (the period, as 2026-01-05), y (what was demanded).
    Beside them is_stocked (share of the period in stock), price, promotions, and columns to add up by.
    """
    from forecasting.demand import DemandError, forecast_demand

    code = FREQUENCIES.get(frequency, frequency)
    levels = [tuple(part.split("/")) if "/" in part else part for part in (hierarchy or "").split(",") if part]
    history, coming = _read(file), _read(future) if future else None
    try:
        made = forecast_demand(
            history, frequency=code, horizon=horizon, hierarchy=levels, future=coming, threads=threads
        )
    except DemandError as problem:
        raise WeftError(f"{file}: {problem}") from problem
    _write(out, {"forecast": made.forecast, "accuracy": made.accuracy, "champions": made.champions})
    console = Console(highlight=False, soft_wrap=True)
    console.print(_table(made.accuracy))
    for note in made.notes:
        console.print(note, markup=False)
    console.print(f"{out}: {made.nodes.height:,} series and sums, {horizon} periods each", markup=False)


def _read(path: Path) -> "pl.DataFrame":
    import polars as pl

    if not path.is_file():
        raise WeftError(f"There is no file {path}.")
    try:
        if path.suffix == ".parquet":
            return pl.read_parquet(path)
        return pl.read_csv(path, schema_overrides={"unique_id": pl.String}, infer_schema_length=None)
    except (pl.exceptions.PolarsError, OSError) as problem:
        raise WeftError(
            f"{path} cannot be read as {'Parquet' if path.suffix == '.parquet' else 'CSV'}: {problem}"
        ) from problem


def _write(out: Path, tables: dict[str, "pl.DataFrame"]) -> None:
    """Write all files beside the folder first, and move them in when the last one is whole."""
    out.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".forecast-", dir=out))
    try:
        for name, table in tables.items():
            table.write_csv(scratch / f"{name}.csv")
        for name in tables:
            os.replace(scratch / f"{name}.csv", out / f"{name}.csv")
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _table(accuracy: "pl.DataFrame") -> Table | str:
    import polars as pl

    shown = accuracy.filter(
        (pl.col("segment") == "all")
        & (pl.col("horizon").is_in(["all", "1-1"]))
        & (pl.col("is_champion") | pl.col("is_benchmark"))
    )
    if shown.is_empty():
        return "The history is too short to replay: nothing is known of the accuracy."
    table = Table("level", "series", "model", "WAPE", "RMSSE", "bias", "80 % intervals hold")
    for row in shown.iter_rows(named=True):
        cells = [_percent(row[name]) for name in ("wape", "rmsse", "bias", "coverage_80")]
        table.add_row(
            row["level"], f"{row['series']:,}", row["model"], cells[0], f"{row['rmsse'] or 0:.3f}", *cells[2:]
        )
    return table


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"
