"""Overrides of planners: what is taken from their files, what becomes of the forecast, and whether it was worth it."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from forecasting.overrides import add_override
from forecasting.sales import ForecastSummary, make_sales_forecast
from orchestration.inputs import inputs_fingerprint
from tests.forecasting.marts import FIRST_MONDAY, fill_marts
from warehouse.errors import WeftError
from warehouse.lake import connect_lake
from warehouse.publication import publish
from warehouse.settings import Settings

WEEKS = 30
SERIES: dict[tuple[str, str | None], list[float]] = {
    ("Dresses", "DE"): [40.0, 44.0, 36.0] * 10,
    ("Dresses", "US"): [20.0, 22.0, 18.0] * 10,
    ("Tops", "DE"): [12.0] * WEEKS,
}
NEXT = FIRST_MONDAY + timedelta(weeks=WEEKS)
# What nobody has touched: twelve a week, but for the scatter of reconciliation.
BASE = pytest.approx(Decimal(12), rel=Decimal("0.01"))
HEADER = "level,key,market,channel,week_start_on,from,to,action,value,who,why\n"


def query(settings: Settings, statement: str) -> list[tuple[Any, ...]]:
    with connect_lake(settings) as con:
        return con.execute(statement).fetchall()


def drop(settings: Settings, text: str, name: str = "spring.csv") -> Path:
    settings.overrides_dir.mkdir(exist_ok=True)
    path = settings.overrides_dir / name
    path.write_text(text, encoding="utf-8")
    return path


def forecast(settings: Settings, where: str) -> list[tuple[Any, ...]]:
    return query(
        settings,
        "SELECT week_start_on, forecast, base_forecast, override_id FROM marts.fct_forecast "
        f"WHERE NOT is_backtest AND measure = 'quantity' AND {where} ORDER BY week_start_on",
    )


@pytest.fixture
def made(deployment: Settings) -> Callable[[], ForecastSummary]:
    fill_marts(deployment, SERIES)
    return lambda: make_sales_forecast(deployment, "run")


def test_an_override_of_a_category_is_shared_among_its_parts_and_all_sums_agree(
    deployment: Settings, made: Callable[[], ForecastSummary]
) -> None:
    drop(
        deployment,
        HEADER
        + f"category,Dresses,,,{NEXT},,,set,120,Ada,trade fair\n"
        + f"sku,Dresses-RED,US,web,,{NEXT + timedelta(days=9)},{NEXT + timedelta(days=16)},multiply,2,Ada,campaign\n"
        + f"total,all,,,{NEXT + timedelta(weeks=4)},,,add,-10,Bo,strike\n",
    )
    assert made().overrides == 3
    weeks = forecast(deployment, "level = 'category' AND node_key = 'Dresses'")
    assert weeks[0][1] == Decimal(120) and weeks[0][2] != weeks[0][1] and weeks[0][3] == 1
    assert all(one == base and number is None for _, one, base, number in weeks[5:])
    red = forecast(deployment, "level = 'sku_market' AND node_key = 'Dresses-RED|US'")
    # A quarter of it is sold over the web, and that doubles in the two weeks that the days lie in.
    assert [week for week, *_, number in red if number == 2] == [NEXT + timedelta(weeks=1), NEXT + timedelta(weeks=2)]
    assert float(red[1][1]) == pytest.approx(1.25 * float(red[1][2]), rel=0.01)
    total = forecast(deployment, "level = 'total'")
    assert total[4][1] == total[4][2] - 10
    sums = query(
        deployment,
        "SELECT week_start_on, count(DISTINCT total), count(DISTINCT base) FROM (SELECT level, week_start_on, sum(forecast) AS total, "
        "sum(base_forecast) AS base FROM marts.fct_forecast WHERE NOT is_backtest AND measure = 'quantity' GROUP BY ALL) GROUP BY ALL",
    )
    assert len(sums) == 26 and {row[1:] for row in sums} == {(1, 1)}
    assert query(
        deployment,
        "SELECT bool_and(q10 <= q50 AND q50 <= q90), bool_and(forecast = base_forecast + override_quantity) FROM marts.fct_forecast",
    ) == [(True, True)]
    days = query(
        deployment,
        "SELECT sum(forecast) FROM marts.fct_forecast_daily WHERE level = 'category_market' AND category_name = 'Dresses' "
        f"AND week_start_on = DATE '{NEXT}'",
    )
    assert days == [(Decimal(120),)]


def test_bad_rows_are_rejected_with_line_column_value_and_rule_and_good_ones_taken(
    deployment: Settings, made: Callable[[], ForecastSummary]
) -> None:
    week = f"{NEXT},,"
    rows = [
        f"sku,Dresses-RED,,,{week},set,5,Ada,fine",
        f"sku,Dresses-PINK,,,{week},set,5,Ada,no such SKU",
        f"size,M,,,{week},set,5,Ada,no such level",
        f"category,Tops,FR,,{week},set,5,Ada,no such market",
        f"category,Tops,,kiosk,{week},set,5,Ada,no such channel",
        f"category,Tops,,,{NEXT + timedelta(days=2)},,,set,5,Ada,no Monday",
        "category,Tops,,,2023-02-30,,,set,5,Ada,no date",
        "category,Tops,,,,2023-09-10,2023-09-01,set,5,Ada,backwards",
        f"category,Tops,,,{NEXT - timedelta(weeks=1)},,,set,5,Ada,past",
        f"category,Tops,,,{week},double,5,Ada,no such action",
        f"category,Tops,,,{week},set,many,Ada,no number",
        f"category,Tops,,,{week},set,-1,Ada,below zero",
        f"category,Tops,,,{week},set,5,,nobody",
        f"category,Tops,,,{week},set,5,Ada,",
        f"sku,Dresses-RED,,,{week},add,7,Ada,twice",
    ]
    drop(deployment, HEADER + "\n".join(rows) + "\n")
    drop(deployment, HEADER.replace("market", "markt") + rows[0] + "\n", "misspelt.csv")
    (deployment.overrides_dir / "broken.xlsx").write_bytes(b"no workbook")
    summary = made()
    found = query(
        deployment,
        "SELECT line, column_name, value, rule FROM planning.rejected_row WHERE file_name = 'spring.csv' ORDER BY line",
    )
    assert [row[0] for row in found] == list(range(3, 17))
    assert [row[1] for row in found] == [
        "key", "level", "market", "channel", "week_start_on", "week_start_on", "to", "week_start_on", "action", "value", "value", "who",
        "why", "key",
    ]  # fmt: skip
    assert found[0][2:] == ("Dresses-PINK", "is no sku that the warehouse knows")
    assert "DE, US" in found[2][3] and "Monday" in found[4][3] and str(NEXT) in found[7][3]
    assert summary.overrides == 1 and len(summary.rejected) == 16
    assert any("misspelt.csv" in text and "markt" in text for text in summary.rejected)
    assert any("broken.xlsx" in text and "cannot be read" in text for text in summary.rejected)
    assert any("spring.csv, line 3, column key: 'Dresses-PINK'" in text for text in summary.rejected)
    assert forecast(deployment, "level = 'sku' AND node_key = 'Dresses-RED'")[0][1] == Decimal(5)


def test_a_file_is_known_by_its_contents_and_a_new_version_takes_the_place_of_the_old(
    deployment: Settings, made: Callable[[], ForecastSummary]
) -> None:
    unread = inputs_fingerprint(deployment)
    first = f"category,Tops,,,{NEXT},,,set,5,Ada,first\n"
    other = f"category,Tops,,,{NEXT + timedelta(weeks=1)},,,set,6,Ada,stays\n"
    path = drop(deployment, HEADER + first + other)
    # A dropped file is something new to do for the next run.
    assert inputs_fingerprint(deployment) != unread
    made()
    assert made().is_unchanged
    drop(deployment, path.read_text(encoding="utf-8"), "copy.csv")
    assert made().is_unchanged
    ledger = "SELECT override_id, why, superseded_by FROM planning.forecast_override ORDER BY override_id"
    assert query(deployment, ledger) == [(1, "first", None), (2, "stays", None)]
    drop(deployment, HEADER + first.replace("5,Ada,first", "9,Bo,second") + other)
    made()
    assert query(deployment, ledger) == [(1, "first", "3"), (2, "stays", None), (3, "second", None)]
    assert forecast(deployment, "level = 'category' AND node_key = 'Tops'")[0][1:] == (Decimal(9), BASE, 3)
    drop(deployment, HEADER + other)
    made()
    assert query(deployment, ledger)[2] == (3, "second", "withdrawn from spring.csv")
    path.unlink()
    made()
    weeks = forecast(deployment, "level = 'category' AND node_key = 'Tops'")
    assert (weeks[0][1], weeks[1][1]) == (BASE, Decimal(6))


def test_a_workbook_with_real_dates_and_a_list_with_semicolons_are_read_alike(
    deployment: Settings, made: Callable[[], ForecastSummary]
) -> None:
    deployment.overrides_dir.mkdir()
    book = xlsxwriter.Workbook(deployment.overrides_dir / "plan.xlsx")
    sheet, day = book.add_worksheet(), book.add_format({"num_format": "dd.mm.yyyy"})
    sheet.write_row(0, 0, ["Level", "Key", "from", "to", "action", "value", "who", "why"])
    sheet.write_row(1, 0, ["category", "Tops"])
    sheet.write_datetime(1, 2, NEXT, day)
    sheet.write_datetime(1, 3, NEXT + timedelta(days=6), day)
    sheet.write_row(1, 4, ["multiply", 1.5, "Ada", "fair"])
    book.close()
    second = NEXT + timedelta(weeks=1)
    drop(
        deployment,
        f"level;key;week_start_on;action;value;who;why\r\ncategory;Tops;{second};multiply;1.5;Ada;fair, too\r\n",
    )
    assert made().rejected == []
    weeks = forecast(deployment, "level = 'category' AND node_key = 'Tops'")
    assert [float(one) for _, one, *_ in weeks[:3]] == pytest.approx([18, 18, 12], rel=0.01)


def test_what_has_not_sold_of_late_can_be_set(deployment: Settings) -> None:
    fill_marts(deployment, SERIES | {("Coats", "DE"): [6.0] * 4 + [0.0] * 26})
    drop(deployment, HEADER + f"sku,Coats-RED,,,{NEXT},,,set,25,Ada,comes back\n")
    make_sales_forecast(deployment, "run")
    assert forecast(deployment, "level = 'sku' AND node_key = 'Coats-RED'")[0][1:] == (Decimal(25), Decimal(0), 1)
    assert forecast(deployment, "level = 'category' AND node_key = 'Coats'")[0][1] == Decimal(25)


def test_an_entered_override_is_a_file_like_any_other_and_is_logged(
    deployment: Settings, made: Callable[[], ForecastSummary]
) -> None:
    made()
    publish(deployment, run_id="run", inputs="same", audit={})
    given: dict[str, Any] = {
        "level": "category",
        "key": "Tops",
        "action": "set",
        "who": "=Ada",
        "why": "-20 % sale",
        "market": "DE",
    }
    with pytest.raises(WeftError, match="key 'Hats' is no category"):
        add_override(deployment, **(given | {"key": "Hats"}), value=7, from_on=NEXT, to_on=NEXT)
    assert not deployment.overrides_dir.exists()
    path = add_override(deployment, **given, value=7, from_on=NEXT, to_on=NEXT)
    assert path.is_relative_to(deployment.overrides_dir)
    assert '"who": "=Ada"' in (deployment.logs_dir / "overrides.jsonl").read_text(encoding="utf-8")
    assert made().overrides == 1
    assert query(deployment, "SELECT who, why, market_code FROM planning.forecast_override") == [
        ("=Ada", "-20 % sale", "DE")
    ]
    assert forecast(deployment, "level = 'category' AND node_key = 'Tops'")[0][1] == Decimal(7)


def test_planned_promotions_are_checked_and_an_input_of_the_forecast(
    deployment: Settings, made: Callable[[], ForecastSummary]
) -> None:
    made()
    head = "category,market,from,to,discount,who,why\n"
    last = NEXT + timedelta(days=10)
    drop(
        deployment,
        head
        + f"Dresses,,{NEXT},{last},30%,Ada,sale\nHats,,{NEXT},{last},30%,Ada,sale\nTops,DE,{NEXT},{last},3,Ada,sale\n",
        "planned_promotions.csv",
    )
    second = made()
    assert not second.is_unchanged
    assert [text.split(": ")[0] for text in second.rejected] == [
        "planned_promotions.csv, line 3, column category", "planned_promotions.csv, line 4, column discount"
    ]  # fmt: skip
    assert made().is_unchanged


def test_value_added_is_measured_when_the_week_is_over(
    deployment: Settings, made: Callable[[], ForecastSummary]
) -> None:
    drop(
        deployment,
        HEADER + f"category,Tops,,,{NEXT},,,set,20,Ada,knows\n" + f"category,Dresses,DE,,{NEXT},,,set,90,Bo,guesses\n",
    )
    made()
    assert query(deployment, "SELECT count(*), count(actual) FROM marts.fct_forecast_override") == [(2, 0)]
    assert query(deployment, "SELECT count(*) FROM marts.mart_forecast_value_added") == [(0,)]
    came = {("Dresses", "DE"): 41.0, ("Dresses", "US"): 20.0, ("Tops", "DE"): 18.0}
    fill_marts(deployment, {key: [*quantities, came[key]] for key, quantities in SERIES.items()})
    made()
    judged = query(
        deployment,
        "SELECT who, base_forecast, forecast, actual, value_added FROM marts.fct_forecast_override ORDER BY who",
    )
    ada = judged[0]
    assert ada[:4] == ("Ada", BASE, Decimal(20), Decimal(18)) and ada[4] == abs(ada[1] - 18) - 2
    bo = judged[1]
    assert bo[2:4] == (Decimal(90), Decimal(41)) and bo[4] == abs(bo[1] - 41) - 49 < 0
    table = {
        row[:2]: row[2:]
        for row in query(
            deployment, "SELECT who, level, weeks, value_added, wape, base_wape FROM marts.mart_forecast_value_added"
        )
    }
    assert set(table) == {(who, level) for who in ("Ada", "Bo", "all") for level in ("category", "all")}
    assert table["Ada", "category"][:2] == (1, ada[4]) and table["Ada", "category"][2] < table["Ada", "category"][3]
    assert table["all", "all"][:2] == (2, bo[4] + ada[4])
    tracked = query(
        deployment, "SELECT lead_weeks, actual, forecast FROM marts.mart_forecast_tracking WHERE level = 'total'"
    )
    assert len(tracked) == 1 and tracked[0][:2] == (1, Decimal(79)) and tracked[0][2] > 110
    assert query(deployment, "SELECT count(DISTINCT made_on) FROM planning.forecast_history") == [(2,)]


def test_old_forecasts_are_dropped_after_the_weeks_of_the_settings(deployment: Settings) -> None:
    short = deployment.model_copy(update={"forecast": deployment.forecast.model_copy(update={"history_weeks": 2})})
    short._config_path = deployment.config_path
    for weeks in (20, 21, 30):
        fill_marts(short, {("Tops", "DE"): [12.0, 13.0] * 10 + [12.0] * (weeks - 20)})
        make_sales_forecast(short, "run")
    kept = query(short, "SELECT DISTINCT made_on FROM planning.forecast_history")
    assert kept == [(NEXT - timedelta(days=1),)]
    assert isinstance(kept[0][0], date)
