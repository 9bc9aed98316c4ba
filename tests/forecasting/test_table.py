"""`marts.fct_forecast`: what `make_sales_forecast` leaves in the lake."""

import subprocess
import sys
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from forecasting.sales import make_sales_forecast
from tests.forecasting.marts import FIRST_MONDAY, fill_marts
from warehouse.fingerprint import fingerprint_marts
from warehouse.lake import connect_lake
from warehouse.settings import Settings, load_settings

RNG = np.random.default_rng(11)
SERIES: dict[tuple[str, str | None], list[float]] = {
    ("Dresses", "DE"): RNG.poisson(60, 120).astype(float).tolist(),
    ("Dresses", "US"): [0.0, 0.0, *RNG.poisson(20, 70).astype(float)],
    ("Tops", "DE"): [3.0, 5.0, 4.0],
    ("Tops", None): [9.0] * 30,
}


def query(settings: Settings, statement: str) -> list[tuple[Any, ...]]:
    with connect_lake(settings) as con:
        return con.execute(statement).fetchall()


def test_every_series_gets_every_week_of_the_horizon_once(deployment: Settings) -> None:
    fill_marts(deployment, SERIES)
    made = make_sales_forecast(deployment, "run-1")
    last_sunday = FIRST_MONDAY + timedelta(weeks=120) - timedelta(days=1)
    assert made.made_on == last_sunday
    assert (made.series, made.forecast_rows) == (4, 4 * 13)
    assert sum(made.models.values()) == 4
    weeks = query(
        deployment,
        "SELECT category_name, market_code, count(*), count(DISTINCT week_start_on), min(week_start_on), "
        "max(week_start_on) FROM marts.fct_forecast WHERE NOT is_backtest GROUP BY ALL ORDER BY ALL",
    )
    first, last = last_sunday + timedelta(days=1), last_sunday + timedelta(days=1, weeks=12)
    assert [row[:2] for row in weeks] == [("Dresses", "DE"), ("Dresses", "US"), ("Tops", "DE"), ("Tops", "unknown")]
    assert all(row[2:] == (13, 13, first, last) for row in weeks)
    assert query(
        deployment,
        "SELECT count(*) = count(DISTINCT forecast_key), bool_and(run_id = 'run-1'), bool_and(unit_code = 'EA'), "
        "bool_and(measure = 'quantity'), bool_and(0 <= lower_80 AND lower_80 <= forecast AND forecast <= upper_80), "
        "bool_and(isoyear(week_start_on) = iso_year AND week(week_start_on) = iso_week), "
        "bool_and(dayofweek(week_start_on) = 1), bool_and(made_on < week_start_on), "
        "bool_and((actual IS NOT NULL) = is_backtest) FROM marts.fct_forecast",
    ) == [(True,) * 9]


def test_backtest_rows_hold_what_was_really_sold(deployment: Settings) -> None:
    fill_marts(deployment, SERIES)
    made = make_sales_forecast(deployment, "run-1")
    assert made.backtest_rows > 0
    assert made.wape is not None and made.benchmark_wape is not None and made.wape <= made.benchmark_wape
    ((rows, differing),) = query(
        deployment,
        "SELECT count(*), count(*) FILTER (actual <> coalesce(sold.quantity, 0)) FROM marts.fct_forecast AS made "
        "LEFT JOIN (SELECT week_start_on, category_name, country_code AS market_code, sum(quantity) AS quantity "
        "FROM marts.mart_sales_weekly GROUP BY ALL) AS sold USING (week_start_on, category_name, market_code) "
        "WHERE is_backtest",
    )
    assert (rows, differing) == (made.backtest_rows, 0)


def test_the_running_week_is_not_learnt_from_but_forecast(deployment: Settings) -> None:
    for days in (1, 5, 6):
        fill_marts(deployment, {("Dresses", "DE"): [30.0, 31.0] * 20 + [2.0]}, days_of_running_week=days)
        made = make_sales_forecast(deployment, "run-1")
        running = FIRST_MONDAY + timedelta(weeks=40)
        assert made.made_on == running - timedelta(days=1)
        ((first, low),) = query(
            deployment, "SELECT min(week_start_on), min(forecast) FROM marts.fct_forecast WHERE NOT is_backtest"
        )
        assert first == running
        assert low > 25
    fill_marts(deployment, {("Dresses", "DE"): [30.0, 31.0] * 20 + [2.0]}, days_of_running_week=7)
    assert make_sales_forecast(deployment, "run-1").made_on == FIRST_MONDAY + timedelta(weeks=41) - timedelta(days=1)


def test_iso_weeks_at_the_turn_of_a_year_with_53_weeks(deployment: Settings) -> None:
    fill_marts(deployment, {("Dresses", "DE"): [5.0, 6.0, 7.0]}, first_week=date(2020, 11, 30))
    make_sales_forecast(deployment, "run-1")
    weeks = query(deployment, "SELECT iso_year, iso_week FROM marts.fct_forecast ORDER BY week_start_on LIMIT 4")
    assert weeks == [(2020, 52), (2020, 53), (2021, 1), (2021, 2)]


def test_missing_weeks_count_as_weeks_without_sales(deployment: Settings) -> None:
    fill_marts(deployment, {("Dresses", "DE"): [8.0, 0.0, 0.0, 0.0], ("Tops", "DE"): [1.0] * 4})
    make_sales_forecast(deployment, "run-1")
    assert query(deployment, "SELECT DISTINCT forecast FROM marts.fct_forecast WHERE category_name = 'Dresses'") == [
        (Decimal("2.0000"),)
    ]


def test_the_same_data_give_the_same_table_whichever_run_makes_it(deployment: Settings) -> None:
    fill_marts(deployment, SERIES)
    prints = []
    for run_id in ("run-1", "run-2"):
        make_sales_forecast(deployment, run_id)
        with connect_lake(deployment) as con:
            prints.append(fingerprint_marts(con)["fct_forecast"])
    assert prints[0] == prints[1]


def test_a_new_forecast_replaces_the_old_one_and_keeps_comments(deployment: Settings) -> None:
    fill_marts(deployment, SERIES)
    make_sales_forecast(deployment, "run-1")
    fill_marts(deployment, {("Coats", "FR"): [3.0] * 20})
    made = make_sales_forecast(deployment, "run-2")
    assert query(deployment, "SELECT DISTINCT category_name, run_id FROM marts.fct_forecast") == [("Coats", "run-2")]
    assert made.series == 1
    ((commented, columns),) = query(
        deployment, "SELECT count(comment), count(*) FROM duckdb_columns() WHERE table_name = 'fct_forecast'"
    )
    assert commented == columns > 15
    assert (
        "ISO week" in query(deployment, "SELECT comment FROM duckdb_tables() WHERE table_name = 'fct_forecast'")[0][0]
    )


@pytest.mark.parametrize("switched_off", [True, False])
def test_without_sales_or_switched_off_the_table_is_there_and_empty(deployment: Settings, switched_off: bool) -> None:
    if switched_off:
        with open(deployment.config_path, "a", encoding="utf-8") as config:
            config.write("\n[forecast]\nenabled = false\n")
        fill_marts(deployment, SERIES)
    else:
        fill_marts(deployment, {})
    made = make_sales_forecast(load_settings(deployment.config_path), "run-1")
    assert (made.made_on, made.series, made.forecast_rows, made.wape) == (None, 0, 0, None)
    assert query(deployment, "SELECT count(*) FROM marts.fct_forecast") == [(0,)]


def test_the_horizon_follows_the_settings(deployment: Settings) -> None:
    with open(deployment.config_path, "a", encoding="utf-8") as config:
        config.write("\n[forecast]\nhorizon_weeks = 60\n")
    fill_marts(deployment, SERIES)
    made = make_sales_forecast(load_settings(deployment.config_path), "run-1")
    assert made.forecast_rows == 4 * 60


def test_importing_the_forecast_does_not_load_the_models() -> None:
    code = "import sys, forecasting.sales; sys.exit(any(m in sys.modules for m in ('statsforecast', 'numba', 'scipy')))"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
