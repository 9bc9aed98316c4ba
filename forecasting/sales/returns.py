"""What will come back: expected returns by week, from what was sold and what will be.

Comes in: the history with its returns, and the forecast per category and market. Goes out: expected returns per category, market and
week as whole ten-thousandths, with k for their quantiles. Called by `forecasting.sales.run`.

Each category in a market has a return rate and a distribution of weeks between order and return, both drawn towards those of the
category where they rest on little.
"""

import polars as pl

from forecasting.sales.history import WEEK, DemandHistory
from forecasting.sales.levels import with_attributes
from forecasting.sales.shares import SCALE
from forecasting.sales.uncertainty import dispersion, relative_variance

# Returns that take longer are few.
MOST_LAG_WEEKS = 16
UNITS_OF_DOUBT = 50.0
WEEKS_OF_RATE = 52
REPLAYED_WEEKS = 13

KEYS = ["category_name", "market_code"]


def expected_returns(history: DemandHistory, forecast: pl.DataFrame) -> pl.DataFrame:
    """Return category_name, market_code, week_start_on, `units` and `k`.

    Args:
        history: with returns.
        forecast: category_name, market_code, week_start_on, mean, q10, q90 of the coming weeks.
    """
    if history.returns.is_empty() or forecast.is_empty():
        return _empty()
    sold = (
        with_attributes(history.demand, history.products).group_by(*KEYS, "week_start_on").agg(pl.col("quantity").sum())
    )
    lags = return_lags(history, sold)
    coming = forecast.select(*KEYS, "week_start_on", pl.col("mean").alias("quantity"))
    both = pl.concat([sold.select(*KEYS, "week_start_on", "quantity"), coming])
    first, last = history.last_week + WEEK, forecast["week_start_on"].max()
    expected = _came_back(both, lags).filter(pl.col("week_start_on").is_between(first, last))
    replayed = _came_back(sold, lags).filter(
        pl.col("week_start_on") > history.last_week - WEEK * REPLAYED_WEEKS,
        pl.col("week_start_on") <= history.last_week,
    )
    came = (
        with_attributes(history.returns, history.products)
        .group_by(*KEYS, "week_start_on")
        .agg(pl.col("quantity").sum().alias("came"))
    )
    compared = replayed.join(came, on=[*KEYS, "week_start_on"], how="left").with_columns(pl.col("came").fill_null(0.0))
    own = dispersion(compared["came"], compared["expected"])
    # The farther ahead, the more of what comes back is yet to be sold, and as uncertain as those sales.
    ahead = ((pl.col("week_start_on") - first).dt.total_days() / 7 / 4).clip(0.0, 1.0)
    sales = forecast.select(*KEYS, "week_start_on", relative_variance(forecast).alias("of_sales"))
    return (
        expected.join(sales, on=[*KEYS, "week_start_on"], how="left")
        .select(
            *KEYS, "week_start_on",
            (pl.col("expected") * SCALE).round().cast(pl.Int64).alias("units"),
            (own + ahead * pl.col("of_sales").fill_null(0.0)).alias("k"),
        )
        .sort(*KEYS, "week_start_on")
    )  # fmt: skip


def return_lags(history: DemandHistory, sold: pl.DataFrame) -> pl.DataFrame:
    """Return category, market, lag_weeks and `rate`: the share of a week's sales that comes back that many weeks later."""
    # Orders of the newest weeks have not had the time to come back.
    ripe_to = history.last_week - WEEK * MOST_LAG_WEEKS
    earliest = sold["week_start_on"].min()
    ripe_to = max(ripe_to, earliest)  # type: ignore[type-var, assignment]
    is_ripe = pl.col("week_start_on").is_between(ripe_to - WEEK * WEEKS_OF_RATE, ripe_to)
    ripe = sold.filter(is_ripe).group_by(KEYS).agg(pl.col("quantity").clip(0).sum().alias("sold"))
    back = with_attributes(history.returns, history.products).filter(
        pl.col("ordered_week_on").is_between(ripe_to - WEEK * WEEKS_OF_RATE, ripe_to)
    )
    back = back.with_columns(pl.col("lag_weeks").clip(0, MOST_LAG_WEEKS))
    here = back.group_by(*KEYS, "lag_weeks").agg(pl.col("quantity").sum().alias("back"))
    everywhere = here.group_by("category_name", "lag_weeks").agg(pl.col("back").sum().alias("back_all")).join(
        ripe.group_by("category_name").agg(pl.col("sold").sum().alias("sold_all")), on="category_name"
    ).select("category_name", "lag_weeks", (pl.col("back_all") / pl.col("sold_all").clip(lower_bound=1.0)).alias("usual"))  # fmt: skip
    places = sold.select(KEYS).unique().join(ripe, on=KEYS, how="left")
    joined = places.join(everywhere, on="category_name").join(here, on=[*KEYS, "lag_weeks"], how="left")
    rate = (pl.col("back").fill_null(0.0) + UNITS_OF_DOUBT * pl.col("usual")) / (
        pl.col("sold").fill_null(0.0) + UNITS_OF_DOUBT
    )
    return joined.select(*KEYS, "lag_weeks", rate.clip(0.0, 1.0).alias("rate"))


def _came_back(sold: pl.DataFrame, lags: pl.DataFrame) -> pl.DataFrame:
    """Return per category, market and week what is expected back of sales."""
    later = (pl.col("week_start_on") + pl.duration(days=7 * pl.col("lag_weeks"))).cast(pl.Date)
    return (
        sold.with_columns(pl.col("quantity").clip(0))
        .join(lags, on=KEYS)
        .with_columns(later.alias("week_start_on"))
        .group_by(*KEYS, "week_start_on")
        .agg((pl.col("quantity") * pl.col("rate")).sum().alias("expected"))
    )


def _empty() -> pl.DataFrame:
    return pl.DataFrame(
        schema={
            "category_name": pl.String,
            "market_code": pl.String,
            "week_start_on": pl.Date,
            "units": pl.Int64,
            "k": pl.Float64,
        }
    )
