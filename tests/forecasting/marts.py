"""The marts that the sales forecast reads, filled from a list of weekly quantities per series."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import polars as pl

from warehouse.lake import connect_lake
from warehouse.settings import Settings

FIRST_MONDAY = date(2023, 1, 2)


def fill_marts(
    settings: Settings,
    series: Mapping[tuple[str, str | None], Sequence[float]],
    *,
    days_of_running_week: int = 0,
    first_week: date = FIRST_MONDAY,
) -> None:
    """Write marts in which each series of weekly quantities ends in the same week, sold on its Sunday.

    With `days_of_running_week` the last week of every series is not over: its sales are on its n-th day.
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
        con.execute(
            "CREATE OR REPLACE TABLE marts.dim_product (product_version_key VARCHAR NOT NULL, category_name VARCHAR)"
        )
        con.execute(
            "CREATE OR REPLACE TABLE marts.fct_order_line (ordered_on DATE NOT NULL, product_version_key VARCHAR, "
            "quantity DECIMAL(18,4), unit_code VARCHAR)"
        )
        con.execute(
            "CREATE OR REPLACE TABLE marts.mart_sales_weekly (week_start_on DATE, iso_year INTEGER, iso_week INTEGER, "
            "category_name VARCHAR, country_code VARCHAR, channel_key VARCHAR, quantity DECIMAL(18,4))"
        )
        if not lines:
            return
        names = ["ordered_on", "category_name", "country_code", "q"]
        con.register("line", pl.DataFrame(lines, schema=names, orient="row", infer_schema_length=None).to_arrow())
        con.execute("INSERT INTO marts.dim_product SELECT DISTINCT 'p-' || category_name, category_name FROM line")
        con.execute("INSERT INTO marts.fct_order_line SELECT ordered_on, 'p-' || category_name, q, 'EA' FROM line")
        # Two channels per week: the forecast has to add them up.
        con.execute(
            "INSERT INTO marts.mart_sales_weekly SELECT date_trunc('week', ordered_on), isoyear(ordered_on), "
            "week(ordered_on), category_name, country_code, channel, q * share FROM line, "
            "(VALUES ('web', 0.25), ('app', 0.75)) AS channels (channel, share)"
        )
