"""`weft forecast` writes its three files whole or not at all, and says how good the forecast is."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from demand_tables import weekly
from typer.testing import CliRunner

from orchestration.cli import app
from warehouse.errors import WeftError


@pytest.fixture
def sales(tmp_path: Path) -> Path:
    rng = np.random.default_rng(1)
    table = weekly({"a": rng.poisson(9, 60), "b": rng.poisson(30, 60)}).with_columns(pl.lit("x").alias("category"))
    table.write_csv(tmp_path / "sales.csv")
    return tmp_path / "sales.csv"


def test_a_file_becomes_forecast_accuracy_and_champions(sales: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    arguments = [
        "forecast",
        str(sales),
        "--frequency",
        "week",
        "--horizon",
        "6",
        "--hierarchy",
        "category",
        "--out",
        str(out),
    ]
    finished = CliRunner().invoke(app, [*arguments, "--threads", "1"])
    assert finished.exit_code == 0, finished.output
    assert "Champion" in finished.output and "SeasonalNaive" in finished.output
    assert sorted(path.name for path in out.iterdir()) == ["accuracy.csv", "champions.csv", "forecast.csv"]
    forecast = pl.read_csv(out / "forecast.csv")
    assert forecast.filter(pl.col("level") == "series").height == 12
    assert {"mean", "q10", "q90", "reason"} <= set(forecast.columns)


def test_a_wrong_file_leaves_nothing_behind(sales: Path, tmp_path: Path) -> None:
    table = pl.read_csv(sales)
    pl.concat([table, table.head(1)]).write_csv(sales)
    out = tmp_path / "out"
    finished = CliRunner().invoke(app, ["forecast", str(sales), "--out", str(out)])
    assert isinstance(finished.exception, WeftError)
    assert "2 rows for 2023-01-02" in str(finished.exception)
    assert not out.exists()
