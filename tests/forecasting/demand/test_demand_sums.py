"""Sums are the sums of their series, exactly; and reconciliation is the one of the library."""

import numpy as np
import polars as pl
import pytest
from demand_tables import weekly
from hierarchicalforecast.methods import MinTrace
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.demand import DemandForecast, forecast_demand
from forecasting.demand.hierarchy import build_tree
from forecasting.demand.reconcile import reconcile


def shop(seed: int, styles: int, markets: int, weeks: int = 60) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    parts = []
    for style in range(styles):
        for market in range(markets):
            y = rng.poisson(rng.uniform(0.05, 20), weeks)
            table = weekly({f"{style}|{market}": y}).with_columns(
                pl.lit(f"c{style % 2}").alias("category"),
                pl.lit(f"s{style}").alias("style"),
                pl.lit(f"m{market}").alias("market"),
            )
            parts.append(table)
    return pl.concat(parts)


def assert_adds_up(made: DemandForecast) -> None:
    bottom = made.forecast.filter(pl.col("level") == "series").join(
        made.nodes.filter(pl.col("level") == "series").drop("level", "node"), on="unique_id"
    )
    for level in made.nodes["level"].unique():
        key = [] if level in ("total", "series") else level.split("/")
        if level == "series":
            continue
        node = pl.concat_str(key, separator="/") if key else pl.lit("total")
        sums = bottom.group_by(node.alias("node"), "ds").agg(pl.col("mean").sum().alias("added"))
        joined = made.forecast.filter(pl.col("level") == level).join(sums, on=["node", "ds"], how="left")
        assert joined["added"].null_count() == 0
        assert (joined["mean"] - joined["added"]).abs().max() < 1e-6  # type: ignore[operator]


@settings(max_examples=6, deadline=None, derandomize=True)
@given(st.integers(0, 1000), st.integers(1, 4), st.integers(1, 3))
def test_any_small_hierarchy_adds_up(seed: int, styles: int, markets: int) -> None:
    assert_adds_up(
        forecast_demand(shop(seed, styles, markets), horizon=4, hierarchy=["category", "style", "market"], threads=1)
    )


def test_levels_are_crossed_where_that_says_more_than_the_series() -> None:
    made = forecast_demand(shop(1, 6, 3), horizon=4, hierarchy=[("category", "style"), "market"], threads=1)
    assert set(made.nodes["level"]) == {"total", "category", "category/style", "market", "category/market", "series"}
    named = forecast_demand(shop(1, 6, 3), horizon=4, levels=[(), ("style",)], threads=1)
    assert set(named.nodes["level"]) == {"total", "style", "series"}
    assert_adds_up(made)
    assert_adds_up(named)


def test_series_that_hardly_sell_get_a_share_of_a_sum_that_does() -> None:
    table = shop(5, 4, 2)
    rng = np.random.default_rng(2)
    rare = pl.concat([
        weekly({f"rare{number}": (rng.random(60) < 0.06) * 1.0}).with_columns(
            pl.lit("c0").alias("category"), pl.lit("s0").alias("style"), pl.lit("m0").alias("market")
        )
        for number in range(12)
    ])  # fmt: skip
    made = forecast_demand(pl.concat([table, rare]), horizon=4, hierarchy=["category", "style", "market"], threads=1)
    shares = made.forecast.filter(pl.col("unique_id").str.starts_with("rare"))
    assert shares.filter(pl.col("model") == "Share").height > 0.7 * shares.height
    assert 0.01 < shares["mean"].mean() < 0.25  # type: ignore[operator]
    assert_adds_up(made)


def test_reconciliation_is_that_of_the_library() -> None:
    rng = np.random.default_rng(4)
    static = pl.DataFrame({
        "unique_id": [f"s{number}" for number in range(12)],
        "category": [f"c{number % 3}" for number in range(12)],
        "market": [f"m{number // 6}" for number in range(12)],
    })  # fmt: skip
    tree = build_tree(static, ["category", "market"])
    base = tree.sums @ rng.uniform(50, 100, (12, 5)) * rng.uniform(0.9, 1.1, (tree.count, 5))
    residuals = rng.normal(0, rng.uniform(1, 9, (tree.count, 1)), (tree.count, 60))
    # The library takes mean squares: errors whose mean is their size leave no doubt which.
    ours = reconcile(base, (residuals**2).mean(axis=1), tree)
    theirs = MinTrace("wls_var").fit_predict(
        S=tree.sums.toarray(), y_hat=base, y_insample=residuals, y_hat_insample=np.zeros_like(residuals)
    )
    assert ours == pytest.approx(theirs["mean"], abs=1e-3)


def test_a_sum_holds_the_series_known_today_and_no_launches_to_come() -> None:
    rng = np.random.default_rng(6)
    parts = []
    for number in range(24):
        # Each product sells for forty weeks, and another one is launched every six.
        y = np.zeros(182)
        begin = number * 6
        y[begin : begin + 40] = rng.poisson(20, len(y[begin : begin + 40]))
        parts.append(
            weekly({f"p{number:02d}": y[begin:140]}).with_columns(pl.lit("c").alias("category"))
            if begin < 130
            else None
        )
    table = pl.concat([part for part in parts if part is not None])
    shifted = table.with_columns(pl.col("ds") + pl.duration(weeks=pl.col("unique_id").str.slice(1).cast(pl.Int64) * 6))
    made = forecast_demand(shifted, horizon=13, hierarchy=["category"], threads=1)
    assert_adds_up(made)
    alive = made.forecast.filter(pl.col("level") == "series").group_by("unique_id").agg(pl.col("mean").mean())
    assert alive["mean"].max() < 30  # type: ignore[operator]
