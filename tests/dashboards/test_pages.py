"""Every page shows the figures of the marts, without errors, without the internet, on a desk and on a telephone."""

import csv
from decimal import Decimal
from typing import Any

import pytest
from browsing import Visit, serving
from playwright.sync_api import Browser

from dashboards import formats
from warehouse.lake import connect_publication
from warehouse.publication import publish
from warehouse.settings import Settings

pytestmark = pytest.mark.xdist_group("dashboards")

PAGES = {
    "": "Overview",
    "sales": "Sales",
    "inventory": "Inventory",
    "procurement": "Procurement and suppliers",
    "production": "Production",
    "data-quality": "Data quality",
}
# Net revenue of the last 13 weeks, as an analyst would ask for it, sharing nothing with the pages.
REVENUE = """
    SELECT sum(l.net_amount_reporting) AS revenue, count(DISTINCT l.order_key) AS orders, sum(l.quantity) AS units
    FROM marts.fct_order_line AS l JOIN marts.dim_geography AS g USING (geography_key)
    WHERE l.is_revenue AND l.ordered_on > (SELECT max(ordered_on) FROM marts.fct_order_line) - {days} AND {condition}
"""


def ask(settings: Settings, query: str) -> tuple[Any, ...]:
    with connect_publication(settings) as con:
        return con.execute(query).fetchone() or ()


def plain(text: str) -> str:
    return text.replace("\u202f", " ")


@pytest.mark.parametrize(("path", "title"), PAGES.items())
def test_a_page_is_drawn_without_errors_and_asks_no_other_host(visit: Visit, path: str, title: str) -> None:
    visit.go(path)
    assert visit.page.locator("h1").inner_text() == title
    assert visit.errors() == []
    assert visit.page.get_by_test_id("stMetric").count() >= 4
    assert visit.page.locator('[data-testid="stDataFrame"], .js-plotly-plot').count() >= 1
    assert visit.troubles == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_fits_a_telephone(browser: Browser, address: str, path: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    visit = Visit(page, address)
    visit.go(path)
    assert visit.errors() == []
    overflow = page.get_by_test_id("stMain").evaluate("main => main.scrollWidth - main.clientWidth")
    page.close()
    assert overflow <= 0


def test_overview_shows_the_revenue_of_the_marts(visit: Visit, aw_published: Settings) -> None:
    revenue, orders, units = ask(aw_published, REVENUE.format(days=91, condition="true"))
    visit.go("")
    assert visit.card("Net revenue") == plain(formats.money_short(revenue, "USD"))
    assert visit.card("Orders") == f"{orders:,}"
    assert visit.card("Units") == f"{units:,.0f}"


def test_filters_live_in_the_link_and_stay_from_page_to_page(visit: Visit, aw_published: Settings) -> None:
    whole, _, _ = ask(aw_published, REVENUE.format(days=100_000, condition="true"))
    german, orders, _ = ask(aw_published, REVENUE.format(days=100_000, condition="g.country_code = 'DE'"))
    assert 0 < german < whole
    visit.go("sales?period=all&market=DE")
    assert visit.card("Net revenue") == plain(formats.money_short(german, "USD"))
    assert visit.card("Orders") == f"{orders:,}"
    visit.page.get_by_test_id("stSidebarNav").get_by_text("Overview").click()
    visit.page.locator("h1", has_text="Overview").wait_for()
    visit.settle()
    assert visit.card("Net revenue") == plain(formats.money_short(german, "USD"))
    assert "market=DE" in visit.page.url


def test_a_choice_of_period_changes_the_figures(visit: Visit, aw_published: Settings) -> None:
    revenue, _, _ = ask(aw_published, REVENUE.format(days=364, condition="true"))
    visit.go("sales")
    visit.page.locator(".st-key-filter_period").get_by_role("combobox").click()
    visit.page.get_by_role("option", name="Last 52 weeks").click()
    visit.settle()
    assert visit.card("Net revenue") == plain(formats.money_short(revenue, "USD"))
    assert "period=52w" in visit.page.url


def test_a_table_downloads_with_the_figures_of_the_marts(visit: Visit, aw_published: Settings) -> None:
    with connect_publication(aw_published) as con:
        expected = dict(
            con.execute(
                "SELECT g.country_name, sum(l.net_amount_reporting) FROM marts.fct_order_line AS l "
                "JOIN marts.dim_geography AS g USING (geography_key) WHERE l.is_revenue GROUP BY 1"
            ).fetchall()
        )
    visit.go("sales?period=all")
    with open(visit.download("sales_by_market"), encoding="utf-8", newline="") as file:
        rows = {row["Market"]: Decimal(row["Net revenue (USD)"]) for row in csv.DictReader(file)}
    assert set(rows) == set(expected)
    assert all(abs(rows[market] - expected[market]) < Decimal("0.01") for market in rows)


def test_stock_purchases_and_the_cost_of_whole_weeks_are_those_of_the_marts(
    visit: Visit, aw_published: Settings
) -> None:
    [stock] = ask(
        aw_published,
        "SELECT sum(stock_amount_reporting) FROM marts.fct_inventory_daily "
        "WHERE inventory_on = (SELECT max(inventory_on) FROM marts.fct_inventory_daily)",
    )
    visit.go("inventory")
    assert visit.card("Stock value") == plain(formats.money_short(stock, "USD"))
    [spend] = ask(aw_published, "SELECT sum(net_amount_reporting) FROM marts.fct_purchase_order_line")
    visit.go("procurement?period=all")
    assert visit.card("Ordered") == plain(formats.money_short(spend, "USD"))
    [cost] = ask(
        aw_published,
        "SELECT sum(actual_cost_amount_reporting) FROM marts.fct_production_operation, "
        "(SELECT min(actual_start_on) AS first, max(actual_start_on) AS latest FROM marts.fct_production_operation) "
        "WHERE date_trunc('week', actual_start_on) >= first AND date_trunc('week', actual_start_on) + INTERVAL 6 DAY <= latest",
    )
    visit.go("production?period=all")
    assert visit.card("Cost of operations") == plain(formats.money_short(cost, "USD"))


def test_data_quality_shows_what_the_audit_found(visit: Visit, aw_published: Settings) -> None:
    checks, passed = ask(aw_published, "SELECT count(*), count(*) FILTER (success) FROM ops.check_result")
    visit.go("data-quality")
    assert visit.card("Checks passed") == f"{passed:,} of {checks:,}"
    assert visit.card("Rows in quarantine") == "0"


def test_the_forecast_is_drawn_beside_its_benchmark(visit: Visit, aw_published: Settings) -> None:
    expected, error = ask(
        aw_published,
        "SELECT sum(forecast), any_value(wape_backtest) FROM marts.fct_forecast "
        "WHERE NOT is_backtest AND measure = 'quantity' AND level = 'total'",
    )
    visit.go("sales")
    assert visit.card("Expected,") == f"{expected:,.0f}"
    assert visit.card("Model error") == plain(formats.percent(float(error))), (
        "the error of all is not that of its parts"
    )
    assert visit.page.get_by_text("Four weeks out of five").first.is_visible()
    assert visit.page.get_by_text("Benchmark error").first.is_visible()


def test_an_open_page_shows_the_next_publication_by_itself(browser: Browser, aw_published_copy: Settings) -> None:
    with serving(aw_published_copy) as address:
        page = browser.new_page()
        visit = Visit(page, address)
        visit.go("")
        assert page.get_by_test_id("stSidebar").get_by_text("Publication 1").is_visible()
        publish(aw_published_copy, run_id="another", inputs="another", audit={})
        page.get_by_test_id("stSidebar").get_by_text("Publication 2").wait_for(timeout=60_000)
        visit.settle()
        assert visit.errors() == []
        page.close()


def test_before_the_first_publication_a_page_says_what_to_do(browser: Browser, adventureworks: Settings) -> None:
    with serving(adventureworks) as address:
        page = browser.new_page()
        visit = Visit(page, address)
        visit.go("")
        assert "weft run" in page.get_by_test_id("stMain").inner_text()
        assert visit.errors() == []
        page.close()
