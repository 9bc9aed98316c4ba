"""The forecast's tables: what `make_sales_forecast` leaves in the lake."""

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
LEVELS = {
    "total": 1, "market": 3, "channel": 2, "category": 2, "category_market": 4, "category_market_channel": 8, "style": 2,
    "style_colour": 4, "sku": 4, "sku_market": 8,
}  # fmt: skip


def query(settings: Settings, statement: str) -> list[tuple[Any, ...]]:
    with connect_lake(settings) as con:
        return con.execute(statement).fetchall()


def with_forecast(settings: Settings, lines: str) -> Settings:
    with open(settings.config_path, "a", encoding="utf-8") as config:
        config.write(f"\n[forecast]\n{lines}\n")
    return load_settings(settings.config_path)


def test_every_node_gets_every_week_of_the_horizon_once_and_levels_add_up(deployment: Settings) -> None:
    fill_marts(deployment, SERIES, return_rate=0.2)
    made = make_sales_forecast(deployment, "run-1")
    last_sunday = FIRST_MONDAY + timedelta(weeks=120) - timedelta(days=1)
    assert made.made_on == last_sunday
    assert not made.is_unchanged and sum(made.models.values()) == made.series
    weeks = query(
        deployment,
        "SELECT level, count(DISTINCT node_key), count(*), count(DISTINCT week_start_on), min(week_start_on), max(week_start_on) "
        "FROM marts.fct_forecast WHERE NOT is_backtest AND measure = 'quantity' GROUP BY ALL",
    )
    first, last = last_sunday + timedelta(days=1), last_sunday + timedelta(days=1, weeks=25)
    assert {row[0]: row[1] for row in weeks} == LEVELS
    assert all(row[2:] == (row[1] * 26, 26, first, last) for row in weeks)
    assert query(
        deployment,
        "SELECT count(*) = count(DISTINCT forecast_key), bool_and(run_id = 'run-1'), bool_and(unit_code = 'EA'), "
        "bool_and(0 <= q025 AND q025 <= q10 AND q10 <= q25 AND q25 <= q50 AND q50 <= q75 AND q75 <= q90 AND q90 <= q975), "
        "bool_and(isoyear(week_start_on) = iso_year AND week(week_start_on) = iso_week), "
        "bool_and(dayofweek(week_start_on) = 1), bool_and(made_on < week_start_on), "
        "bool_and((actual IS NOT NULL) = is_backtest), bool_and(forecast = base_forecast) FROM marts.fct_forecast",
    ) == [(True,) * 9]
    sums = query(
        deployment,
        "SELECT measure, week_start_on, count(DISTINCT total) FROM (SELECT measure, level, week_start_on, sum(forecast) AS total "
        "FROM marts.fct_forecast WHERE NOT is_backtest GROUP BY ALL) GROUP BY ALL",
    )
    assert len(sums) == 2 * 26 and {row[2] for row in sums} == {1}
    ((expected, back),) = query(
        deployment,
        "SELECT sum(forecast) FILTER (measure = 'quantity'), sum(forecast) FILTER (measure = 'returned_quantity') "
        "FROM marts.fct_forecast WHERE NOT is_backtest AND level = 'total'",
    )
    assert float(back) == pytest.approx(0.2 * float(expected), rel=0.1)


def test_parts_share_their_category_as_they_sold_and_days_add_up_to_weeks(deployment: Settings) -> None:
    fill_marts(deployment, SERIES)
    make_sales_forecast(deployment, "run-1")
    blue, red = query(
        deployment,
        "SELECT sku, sum(forecast) FROM marts.fct_forecast WHERE NOT is_backtest AND level = 'sku' AND category_name = 'Dresses' "
        "GROUP BY ALL ORDER BY ALL",
    )
    assert (blue[0], red[0]) == ("Dresses-BLUE", "Dresses-RED")
    assert float(blue[1]) == pytest.approx(3 * float(red[1]), rel=0.02)
    different = query(
        deployment,
        "SELECT * FROM (SELECT level, node_key, week_start_on, sum(forecast) AS days FROM marts.fct_forecast_daily GROUP BY ALL) "
        "JOIN marts.fct_forecast AS weekly USING (level, node_key, week_start_on) "
        "WHERE NOT is_backtest AND measure = 'quantity' AND days <> forecast",
    )
    assert different == []
    ((days, first, last, sundays),) = query(
        deployment,
        "SELECT count(DISTINCT date_on), min(date_on), max(date_on), sum(forecast) FILTER (dayofweek(date_on) = 0) / sum(forecast) "
        "FROM marts.fct_forecast_daily WHERE level = 'total'",
    )
    monday = FIRST_MONDAY + timedelta(weeks=120)
    # All that is in the history was ordered on a Sunday.
    assert (days, first, last) == (14, monday, monday + timedelta(days=13)) and sundays > 0.8


def test_backtest_rows_hold_what_was_really_sold_and_accuracy_covers_every_level(deployment: Settings) -> None:
    fill_marts(deployment, SERIES)
    made = make_sales_forecast(deployment, "run-1")
    assert made.backtest_rows > 0
    assert made.wape is not None and made.benchmark_wape is not None and made.wape < made.benchmark_wape
    ((rows, differing),) = query(
        deployment,
        "SELECT count(*), count(*) FILTER (actual <> coalesce(sold.quantity, 0)) FROM marts.fct_forecast AS made "
        "LEFT JOIN (SELECT date_trunc('week', ordered_on) AS week_start_on, split_part(product_key[3:], '-', 1) AS category_name, "
        "coalesce(nullif(geography_key, 'g')[3:], 'unknown') AS market_code, sum(quantity) AS quantity "
        "FROM marts.fct_order_line WHERE is_revenue GROUP BY ALL) AS sold USING (week_start_on, category_name, market_code) "
        "WHERE is_backtest AND level = 'category_market'",
    )
    assert rows > 0 and differing == 0
    champions = query(
        deployment,
        "SELECT level, wape, coverage_80, loses_to_benchmark FROM marts.mart_forecast_accuracy "
        "WHERE is_champion AND segment = 'all' AND horizon = 'all'",
    )
    assert {row[0] for row in champions} == set(LEVELS)
    assert all(row[1] > 0 and 0 < row[2] <= 1 for row in champions)
    assert not next(row[3] for row in champions if row[0] == "category_market")


@pytest.mark.parametrize("days", [1, 6, 7])
def test_the_running_week_is_not_learnt_from_but_forecast(deployment: Settings, days: int) -> None:
    fill_marts(deployment, {("Dresses", "DE"): [30.0, 31.0] * 20 + [2.0]}, days_of_running_week=days)
    made = make_sales_forecast(deployment, "run-1")
    running = FIRST_MONDAY + timedelta(weeks=40 if days < 7 else 41)
    assert made.made_on == running - timedelta(days=1)
    ((first, low),) = query(
        deployment,
        "SELECT min(week_start_on), min(forecast) FROM marts.fct_forecast WHERE NOT is_backtest AND level = 'total'",
    )
    assert first == running
    assert low > 25 or days == 7


def test_iso_weeks_at_the_turn_of_a_year_with_53_weeks_and_a_horizon_of_choice(deployment: Settings) -> None:
    fill_marts(deployment, {("Dresses", "DE"): [5.0, 6.0, 7.0]}, first_week=date(2020, 11, 30))
    settings = with_forecast(deployment, 'horizon_weeks = 60\nlevels = ["total", "sku"]\nnear_days = 0')
    make_sales_forecast(settings, "run-1")
    weeks = query(
        settings, "SELECT iso_year, iso_week FROM marts.fct_forecast WHERE level = 'total' ORDER BY week_start_on"
    )
    assert weeks[:4] == [(2020, 52), (2020, 53), (2021, 1), (2021, 2)] and len(weeks) == 60
    assert query(settings, "SELECT DISTINCT level FROM marts.fct_forecast ORDER BY 1") == [("sku",), ("total",)]
    assert query(settings, "SELECT count(*) FROM marts.fct_forecast_daily") == [(0,)]


def test_missing_weeks_count_as_weeks_without_sales(deployment: Settings) -> None:
    fill_marts(deployment, {("Dresses", "DE"): [8.0, 0.0, 0.0, 0.0], ("Tops", "DE"): [1.0] * 4})
    make_sales_forecast(deployment, "run-1")
    assert query(
        deployment,
        "SELECT DISTINCT forecast FROM marts.fct_forecast WHERE category_name = 'Dresses' AND level = 'category' AND NOT is_backtest",
    ) == [(Decimal("2.0000"),)]


def test_the_same_data_are_not_forecast_again_and_give_the_same_tables_when_they_are(deployment: Settings) -> None:
    fill_marts(deployment, SERIES)
    make_sales_forecast(deployment, "run-1")
    with connect_lake(deployment) as con:
        before, snapshot = (
            fingerprint_marts(con),
            con.execute("SELECT max(snapshot_id) FROM ducklake_snapshots('lake')").fetchone(),
        )
    again = make_sales_forecast(deployment, "run-2")
    assert again.is_unchanged
    with connect_lake(deployment) as con:
        assert con.execute("SELECT max(snapshot_id) FROM ducklake_snapshots('lake')").fetchone() == snapshot
        con.execute("DELETE FROM planning.forecast_input")
    anew = make_sales_forecast(deployment, "run-3")
    assert not anew.is_unchanged and (anew.wape, anew.tables) == (again.wape, again.tables)
    with connect_lake(deployment) as con:
        assert fingerprint_marts(con) == before
    assert query(deployment, "SELECT DISTINCT run_id FROM marts.fct_forecast") == [("run-3",)]


def test_a_new_forecast_replaces_the_old_one_and_keeps_comments(deployment: Settings) -> None:
    fill_marts(deployment, SERIES)
    make_sales_forecast(deployment, "run-1")
    fill_marts(deployment, {("Coats", "FR"): [3.0] * 20})
    make_sales_forecast(deployment, "run-2")
    assert query(
        deployment, "SELECT DISTINCT category_name, run_id FROM marts.fct_forecast WHERE level = 'category'"
    ) == [("Coats", "run-2")]
    for table in ("fct_forecast", "fct_forecast_daily", "mart_forecast_accuracy", "mart_forecast_value_added"):
        ((commented, columns),) = query(
            deployment, f"SELECT count(comment), count(*) FROM duckdb_columns() WHERE table_name = '{table}'"
        )
        assert commented == columns > 10
    ((comment,),) = query(deployment, "SELECT comment FROM duckdb_tables() WHERE table_name = 'fct_forecast'")
    assert "ISO week" in comment


@pytest.mark.parametrize("switched_off", [True, False])
def test_without_sales_or_switched_off_the_tables_are_there_and_empty(deployment: Settings, switched_off: bool) -> None:
    fill_marts(deployment, SERIES if switched_off else {})
    settings = with_forecast(deployment, "enabled = false") if switched_off else deployment
    made = make_sales_forecast(settings, "run-1")
    assert (made.made_on, made.series, made.forecast_rows, made.wape) == (None, 0, 0, None)
    for table in ("fct_forecast", "fct_forecast_daily", "mart_forecast_accuracy", "mart_forecast_tracking"):
        assert query(settings, f"SELECT count(*) FROM marts.{table}") == [(0,)]


def test_importing_the_forecast_does_not_load_the_models() -> None:
    code = "import sys, forecasting.sales; sys.exit(any(m in sys.modules for m in ('statsforecast', 'numba', 'scipy')))"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
