"""The marts that the sales forecast reads, filled from a list of weekly quantities per series."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import polars as pl

from warehouse.lake import connect_lake
from warehouse.settings import Settings

FIRST_MONDAY = date(2023, 1, 2)

TABLES = {
    "marts.dim_product": "product_key VARCHAR, product_version_key VARCHAR, product_id VARCHAR, sku VARCHAR, style_id VARCHAR, "
    "color VARCHAR, category_name VARCHAR, unit_code VARCHAR, is_current BOOLEAN, valid_from DATE",
    "marts.dim_geography": "geography_key VARCHAR, country_code VARCHAR",
    "marts.dim_channel": "channel_key VARCHAR, channel_id VARCHAR",
    "marts.fct_order_line": "ordered_on DATE NOT NULL, product_key VARCHAR, product_version_key VARCHAR, geography_key VARCHAR, "
    "channel_key VARCHAR, quantity DECIMAL(18,4), unit_code VARCHAR, gross_amount DECIMAL(24,8), discount_amount DECIMAL(24,8), "
    "is_revenue BOOLEAN",
    "marts.fct_return_line": "ordered_on DATE, returned_on DATE, product_key VARCHAR, geography_key VARCHAR, quantity DECIMAL(18,4)",
    "marts.dim_date": "date_on DATE, is_ramadan BOOLEAN, is_eid BOOLEAN, is_black_friday BOOLEAN, is_cyber_monday BOOLEAN, "
    "is_singles_day BOOLEAN",
}


def fill_marts(
    settings: Settings,
    series: Mapping[tuple[str, str | None], Sequence[float]],
    *,
    days_of_running_week: int = 0,
    first_week: date = FIRST_MONDAY,
    return_rate: float = 0.0,
) -> None:
    """Write marts in which each series of weekly quantities ends in the same week, sold on its Sunday.

    A category has one style 'S-<category>' of two colours with a SKU each: '<category>-RED' sells a quarter, '<category>-BLUE' the
    rest; a quarter of both over the web and the rest over the app. With `days_of_running_week` the last week of every series is not
    over: its sales are on its n-th day. Returns come two weeks later.
    """
    longest = max((len(quantities) for quantities in series.values()), default=0)
    lines = []
    for (category, country), quantities in series.items():
        for position, quantity in enumerate(quantities, start=longest - len(quantities)):
            is_running = days_of_running_week and position == longest - 1
            day = timedelta(days=days_of_running_week - 1 if is_running else 6)
            if quantity:
                lines.append((first_week + timedelta(weeks=position) + day, category, country, quantity))
    with connect_lake(settings) as con:
        for name, columns in TABLES.items():
            con.execute(f"CREATE OR REPLACE TABLE {name} ({columns})")
        con.execute("INSERT INTO marts.dim_channel VALUES ('c-web', 'web'), ('c-app', 'app')")
        con.execute(
            "INSERT INTO marts.dim_date SELECT day :: DATE, false, false, false, false, month(day) = 11 AND day(day) = 11 "
            "FROM range(DATE '2020-01-01', DATE '2031-01-01', INTERVAL 1 DAY) AS days (day)"
        )
        if not lines:
            return
        names = ["ordered_on", "category_name", "country_code", "q"]
        con.register("line", pl.DataFrame(lines, schema=names, orient="row", infer_schema_length=None).to_arrow())
        con.execute(
            "CREATE TEMP TABLE variant AS SELECT * FROM (SELECT DISTINCT category_name FROM line), "
            "(VALUES ('RED', 0.25), ('BLUE', 0.75)) AS colours (color, part)"
        )
        con.execute(
            "INSERT INTO marts.dim_product SELECT 'p-' || sku, 'v-' || sku, sku, sku, 'S-' || category_name, color, category_name, 'EA', "
            "true, DATE '2020-01-01' FROM (SELECT *, category_name || '-' || color AS sku FROM variant)"
        )
        con.execute(
            "INSERT INTO marts.dim_geography SELECT DISTINCT coalesce('g-' || country_code, 'g'), country_code FROM line"
        )
        con.execute(
            "INSERT INTO marts.fct_order_line SELECT ordered_on, 'p-' || category_name || '-' || color, 'v-' || category_name || '-' || "
            "color, coalesce('g-' || country_code, 'g'), 'c-' || channel, q * part * share, 'EA', 10 * q * part * share, 0, true "
            "FROM line JOIN variant USING (category_name), (VALUES ('web', 0.25), ('app', 0.75)) AS channels (channel, share)"
        )
        # What was cancelled is no demand.
        con.execute(
            "INSERT INTO marts.fct_order_line SELECT ordered_on, 'p-' || category_name || '-RED', 'v', coalesce('g-' || country_code, "
            "'g'), 'c-web', 1000, 'EA', 1000, 0, false FROM line"
        )
        if return_rate:
            con.execute(
                "INSERT INTO marts.fct_return_line SELECT ordered_on, ordered_on + 14, product_key, geography_key, quantity * ? "
                "FROM marts.fct_order_line WHERE is_revenue AND ordered_on + 14 <= (SELECT max(ordered_on) FROM marts.fct_order_line)",
                [return_rate],
            )
