"""How a category's forecast falls to its products: by demand in stock, less what fades, and exact to the last place."""

from datetime import date, timedelta

import polars as pl

from forecasting.sales.calendar import market_weeks
from forecasting.sales.history import DemandHistory
from forecasting.sales.shares import SCALE, spread

FIRST, WEEKS = date(2024, 1, 1), 104
LAST = FIRST + timedelta(weeks=WEEKS - 1)


def history(rows: list[tuple[str, int, float]], stocked: dict[str, float] | None = None) -> DemandHistory:
    """Rows are (product, week, quantity), all of one category, market and channel."""
    demand = pl.DataFrame(
        [(product, "DE", "web", FIRST + timedelta(weeks=week), quantity, 1.0, 0.0) for product, week, quantity in rows],
        schema=[
            "product_key",
            "market_code",
            "channel_code",
            "week_start_on",
            "quantity",
            "gross_amount",
            "discount_amount",
        ],
        orient="row",
    )
    keys = sorted({product for product, _, _ in rows})
    products = pl.DataFrame({"product_key": keys, "sku": keys, "style_id": keys}).with_columns(
        pl.lit("none").alias("color"), pl.lit("Dresses").alias("category_name"), pl.lit("EA").alias("unit_code")
    )
    shares = [
        (product, FIRST + timedelta(weeks=week), share)
        for product, share in (stocked or {}).items()
        for week in range(WEEKS)
    ]
    stock = pl.DataFrame(
        shares, schema={"product_key": pl.String, "week_start_on": pl.Date, "stocked_share": pl.Float64}, orient="row"
    )
    days = pl.DataFrame(schema={"market_code": pl.String, "ordered_on": pl.Date, "quantity": pl.Float64})
    return DemandHistory(demand, products, stock, days, pl.DataFrame(schema={"week_start_on": pl.Date}), LAST)


def coming(mean: float, weeks: int = 26) -> pl.DataFrame:
    return pl.DataFrame({"week_start_on": [LAST + timedelta(weeks=week + 1) for week in range(weeks)]}).with_columns(
        pl.lit("Dresses").alias("category_name"),
        pl.lit("DE").alias("market_code"),
        pl.lit("web").alias("channel_code"),
        pl.lit(mean).alias("mean"),
    )


def share_of(cells: pl.DataFrame, product: str, week: int = 0) -> float:
    of_week = cells.filter(pl.col("week_start_on") == LAST + timedelta(weeks=week + 1))
    return float(of_week.filter(pl.col("product_key") == product)["units"].sum()) / float(of_week["units"].sum())


def test_what_was_half_the_time_out_of_stock_counts_by_what_it_sold_while_it_was_there() -> None:
    rows = [(product, week, 6.0) for product in ("always", "half") for week in range(WEEKS)]
    assert share_of(spread(history(rows), coming(12)), "half") == 0.5
    cells = spread(history(rows, {"always": 1.0, "half": 0.5}), coming(12))
    assert round(share_of(cells, "half"), 2) == 0.67


def test_products_that_live_for_weeks_leave_the_later_weeks_to_those_not_launched_yet() -> None:
    # A new product every four weeks, sold for twelve; and nothing else.
    rows = [
        (f"p{start:03}", week, 20.0) for start in range(0, WEEKS, 4) for week in range(start, min(start + 12, WEEKS))
    ]
    cells = spread(history(rows), coming(60))
    new = [share_of(cells, "new:Dresses", week) for week in (0, 7, 25)]
    assert new == sorted(new) and new[0] < 0.5 and new[-1] > 0.9
    assert set(cells.filter(pl.col("product_key") == "new:Dresses")["sku"]) == {"(not yet launched) Dresses"}


def test_products_that_stay_leave_nothing_to_others() -> None:
    rows = [(f"p{number}", week, 5.0 + (week + number) % 3) for number in range(7) for week in range(WEEKS)]
    cells = spread(history(rows), coming(41.3337))
    assert cells["product_key"].n_unique() == 7
    sums = cells.group_by("week_start_on").agg(pl.col("units").sum())
    assert set(sums["units"]) == {round(41.3337 * SCALE)}


def test_a_forecast_of_what_nobody_bought_of_late_is_not_lost() -> None:
    cells = spread(
        history([("old", 0, 4.0), ("old", WEEKS - 1, 4.0)]), coming(3).with_columns(pl.lit("FR").alias("market_code"))
    )
    assert cells.group_by("market_code").agg(pl.col("units").sum()).rows() == [("FR", 26 * 3 * SCALE)]


def test_feasts_count_where_they_are_kept() -> None:
    first = date(2026, 3, 16)
    days = pl.DataFrame({"date_on": [first + timedelta(days=day) for day in range(7)]}).with_columns(
        pl.lit(first).alias("week_start_on"),
        (pl.col("date_on") < date(2026, 3, 20)).cast(pl.Int32).alias("ramadan_days"),
        (pl.col("date_on") >= date(2026, 3, 20)).cast(pl.Int32).alias("eid_days"),
        pl.lit(0).alias("black_friday_days"),
        pl.lit(0).alias("singles_days"),
    )
    weeks = {
        row["market_code"]: row
        for row in market_weeks(days, ["AE", "DE", "unknown"], first, first).iter_rows(named=True)
    }
    assert (weeks["AE"]["ramadan_days"], weeks["AE"]["eid_days"]) == (4, 3)
    assert weeks["AE"]["holiday_days"] >= 2
    assert [weeks[market]["ramadan_days"] + weeks[market]["eid_days"] for market in ("DE", "unknown")] == [0, 0]
