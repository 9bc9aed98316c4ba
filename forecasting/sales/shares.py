"""From a category's forecast to its SKUs: who sells now, how fast products fade, and what is left for those to come.

Comes in: the history up to some week, and a forecast per category, market and channel. Goes out: the smallest cells, whose sum is that
forecast exactly. Called by `forecasting.sales.run`, and for past weeks by `forecasting.sales.accuracy`.

A product's weight is its recent demand per week in stock. Fashion fades: how much of a category's demand products of an age still make
up after some weeks is learnt from the history, and the rest belongs to products that are not launched yet.
"""

from datetime import date
from typing import Any

import polars as pl

from forecasting.sales.history import WEEK, DemandHistory
from forecasting.sales.levels import NEW_PRODUCTS, NEW_PRODUCTS_KEY, with_attributes

RECENT_WEEKS = 13
# The newest weeks say most: their weight halves with each of this many weeks.
HALF_LIFE = 4.0
# A market's own mix counts for as much as this many units of its history; the rest is the mix over all markets.
UNITS_OF_DOUBT = 4.0
LEAST_STOCKED = 0.15
AGES = (4, 8, 13, 26, 52)
STEPS = (4, 8, 13, 20, 26, 39, 53)
ORIGINS = 12
WEEKS_BETWEEN_ORIGINS = 4
# Fewer units than this say nothing about how fast an age fades.
LEAST_UNITS = 50.0
# And a smaller share of later demand than this is not worth a row for products to come.
LEAST_NEW = 0.02
# Quantities are kept in ten-thousandths, so that sums are exact.
SCALE = 10_000

CELL = ("product_key", "market_code", "channel_code", "week_start_on")


def spread(history: DemandHistory, forecast: pl.DataFrame, extra_products: tuple[str, ...] = ()) -> pl.DataFrame:
    """Spread a forecast over products, markets and channels.

    Args:
        history: what is known; weights come from its last weeks.
        forecast: category_name, week_start_on, mean and, as far as the forecast has them, market_code and channel_code.
        extra_products: products that get a cell although nothing of them was sold of late.

    Returns:
        product_key, sku, style_id, color, category_name, market_code, channel_code, week_start_on, and `units`: whole
        ten-thousandths, which add up to the forecast's.
    """
    weights = product_weights(history)
    if extra_products:
        weights = _with_products(weights, history, extra_products)
    fading = fade(history)
    keys = [name for name in ("category_name", "market_code", "channel_code") if name in forecast.columns]
    step = (pl.col("week_start_on") - history.last_week).dt.total_days() // 7
    wanted = forecast.select(
        *keys,
        "week_start_on",
        (pl.col("mean") * SCALE).round().cast(pl.Int64).alias("wanted"),
        step.cut(STEPS, labels=_labels(STEPS)).cast(pl.String).alias("steps"),
    ).filter(pl.col("wanted") >= 0)
    # Hundreds of thousands of cells: what weighs is worked out before they are spread, and only what is needed goes with them.
    age = pl.col("age_weeks").cut(AGES, labels=_labels(AGES)).cast(pl.String)
    fading = weights.select(age.alias("age")).unique().join(fading, on="age")
    fading = fading.pivot(on="steps", index="age", values="kept")
    weights = weights.with_columns(age.alias("age")).join(fading, on="age", how="left").drop("age", "age_weeks")
    cells = pl.concat(
        [
            part.drop("steps").join(
                weights.select(
                    *CELL[:3],
                    "category_name",
                    "weight",
                    (pl.col("weight") * pl.col(str(steps)).fill_null(1.0)).alias("weight_then"),
                ),
                on=keys,
            )
            for (steps,), part in wanted.group_by("steps", maintain_order=True)
        ]
        or [_no_cells(wanted, weights)]
    )
    wanted = wanted.drop("steps")
    cells = pl.concat([cells, _not_launched(cells, keys)], how="diagonal")
    cells = _whole(cells, [*keys, "week_start_on"])
    lost = _without_products(wanted, cells, keys)
    attributes = history.products.select("product_key", "sku", "style_id", "color")
    named = cells.select(*CELL, "category_name", "units").join(attributes, on="product_key", how="left")
    whole = product_names(pl.concat([named, lost.select(named.columns)]))
    return whole.filter((pl.col("units") > 0) | pl.col("product_key").is_in(extra_products))


def _no_cells(wanted: pl.DataFrame, weights: pl.DataFrame) -> pl.DataFrame:
    joined = (
        wanted.head(0)
        .drop("steps")
        .join(weights.head(0), on=[name for name in wanted.columns if name in weights.columns])
    )
    return joined.select(
        "week_start_on", "wanted", *CELL[:3], "category_name", "weight", pl.col("weight").alias("weight_then")
    )


def product_weights(history: DemandHistory) -> pl.DataFrame:
    """Return product, market, channel, category, `weight` (demand a week, by recency and per stocked week) and age in weeks."""
    recent_from = history.last_week - WEEK * (RECENT_WEEKS - 1)
    first = history.demand.group_by("product_key").agg(pl.col("week_start_on").min().alias("launched_on"))
    recent = history.demand.filter(pl.col("week_start_on") >= recent_from)
    if recent.is_empty():
        recent = history.demand
    age = (pl.lit(history.last_week) - pl.col("week_start_on")).dt.total_days() / 7
    recent = recent.with_columns((pl.lit(0.5).pow(age / HALF_LIFE)).alias("recency"))
    recent = recent.with_columns((pl.col("quantity").clip(0) * pl.col("recency")).alias("seen"))
    exposure = _exposure(history, first)
    by_product = recent.group_by("product_key").agg(pl.col("seen").sum()).join(exposure, on="product_key", how="left")
    by_product = by_product.with_columns(
        (pl.col("seen") / pl.col("exposure").fill_null(1.0).clip(lower_bound=0.2)).alias("rate")
    )
    places = with_attributes(recent, history.products)
    mix = places.group_by("category_name", "market_code", "channel_code").agg(pl.col("seen").sum())
    mix = mix.with_columns((pl.col("seen") / pl.col("seen").sum().over("category_name")).alias("mix")).drop("seen")
    own = recent.group_by("product_key", "market_code", "channel_code").agg(
        pl.col("quantity").clip(0).sum().alias("units_here")
    )
    units = recent.group_by("product_key").agg(pl.col("quantity").clip(0).sum().alias("units_all"))
    categories = history.products.select("product_key", "category_name")
    cells = (
        by_product.join(categories, on="product_key", how="left")
        .with_columns(pl.col("category_name").fill_null("unknown"))
        .join(mix, on="category_name")
        .join(own, on=["product_key", "market_code", "channel_code"], how="left")
        .join(units, on="product_key")
        .join(first, on="product_key")
    )
    place = (pl.col("units_here").fill_null(0.0) + UNITS_OF_DOUBT * pl.col("mix")) / (
        pl.col("units_all") + UNITS_OF_DOUBT
    )
    return cells.select(
        "product_key",
        "category_name",
        "market_code",
        "channel_code",
        (pl.col("rate") * place).alias("weight"),
        ((pl.lit(history.last_week) - pl.col("launched_on")).dt.total_days() // 7 + 1).alias("age_weeks"),
    ).filter(pl.col("weight") > 0)


def fade(history: DemandHistory) -> pl.DataFrame:
    """Return, by age of a product and weeks ahead, what is left of its weight: `kept`, smoothed so that it never grows with time.

    Past origins tell: the demand that products of an age had some weeks later, as a share of their category's demand then, against
    their share at the origin.
    """
    demand = (
        history.demand.group_by("product_key", "week_start_on")
        .agg(pl.col("quantity").clip(0).sum())
        .join(history.products.select("product_key", "category_name"), on="product_key", how="left")
    )
    first_week: Any = demand["week_start_on"].min()
    grid = pl.DataFrame({"age": _labels(AGES)}).join(pl.DataFrame({"steps": _labels(STEPS)}), how="cross")
    counted = [
        frame
        for origin in _origins(first_week, history.last_week)
        for frame in [_aged(demand, origin)]
        if frame is not None
    ]
    if not counted:
        return grid.with_columns(pl.lit(1.0).alias("kept"))
    sums = pl.concat(counted).group_by("age", "steps").agg(pl.col("then", "before").sum())
    kept = (
        pl.when(pl.col("before") >= LEAST_UNITS).then(pl.col("then") / pl.col("before")).otherwise(None).clip(0.0, 1.5)
    )
    # Where hardly anything was launched later, what ages lose to one another is chance.
    of_step = pl.col("then").sum().over("steps") / pl.col("before").sum().over("steps")
    sums = sums.with_columns(pl.when(of_step > 1 - LEAST_NEW).then(1.0).otherwise(kept).alias("kept"))
    curves = grid.join(sums, on=["age", "steps"], how="left")
    order = {label: place for place, label in enumerate(_labels(STEPS))}
    curves = curves.sort(pl.col("steps").replace_strict(order, return_dtype=pl.Int32))
    return curves.with_columns(pl.col("kept").forward_fill().over("age").fill_null(1.0)).with_columns(
        pl.col("kept").cum_min().over("age").clip(0.0, 1.0)
    )


def _labels(breaks: tuple[int, ...]) -> list[str]:
    return [f"to {place}" for place in breaks] + [f"over {breaks[-1]}"]


def _origins(first: date, last: date) -> list[date]:
    origins = [last - WEEK * (STEPS[0] + WEEKS_BETWEEN_ORIGINS * number) for number in range(ORIGINS)]
    return [origin for origin in origins if origin - WEEK * RECENT_WEEKS >= first]


def _aged(demand: pl.DataFrame, origin: date) -> pl.DataFrame | None:
    """Return by age and steps: demand `then`, and `before`, what it would have been with the share of the origin's last weeks."""
    launched = demand.group_by("product_key").agg(pl.col("week_start_on").min().alias("launched_on"))
    recent = demand.filter(pl.col("week_start_on").is_between(origin - WEEK * (RECENT_WEEKS - 1), origin)).with_columns(
        (
            pl.col("quantity")
            * pl.lit(0.5).pow((pl.lit(origin) - pl.col("week_start_on")).dt.total_days() / 7 / HALF_LIFE)
        ).alias("seen")
    )
    weights = recent.group_by("product_key").agg(pl.col("seen").sum()).join(launched, on="product_key")
    weights = weights.join(demand.select("product_key", "category_name").unique(), on="product_key").filter(
        pl.col("seen") > 0
    )
    if weights.is_empty():
        return None
    age = (pl.lit(origin) - pl.col("launched_on")).dt.total_days() // 7 + 1
    weights = weights.with_columns(
        (pl.col("seen") / pl.col("seen").sum().over("category_name")).alias("share"),
        age.cut(AGES, labels=_labels(AGES)).cast(pl.String).alias("age"),
    )
    later = demand.filter(pl.col("week_start_on") > origin).with_columns(
        ((pl.col("week_start_on") - pl.lit(origin)).dt.total_days() // 7)
        .cut(STEPS, labels=_labels(STEPS))
        .cast(pl.String)
        .alias("steps")
    )
    all_then = later.group_by("category_name", "steps").agg(pl.col("quantity").sum().alias("all_then"))
    then = (
        later.join(weights.drop("category_name"), on="product_key")
        .group_by("category_name", "age", "steps")
        .agg(pl.col("quantity").sum().alias("then"))
    )
    shares = weights.group_by("category_name", "age").agg(pl.col("share").sum())
    both = shares.join(all_then, on="category_name").join(then, on=["category_name", "age", "steps"], how="left")
    return both.select(
        "age", "steps", pl.col("then").fill_null(0.0), (pl.col("share") * pl.col("all_then")).alias("before")
    )


def _exposure(history: DemandHistory, first: pl.DataFrame) -> pl.DataFrame:
    """Return, per product, the weighted share of the recent weeks since its launch in which it could be bought, at most 1."""
    weeks = pl.DataFrame(
        {
            "week_start_on": [history.last_week - WEEK * back for back in range(RECENT_WEEKS)],
            "back": list(range(RECENT_WEEKS)),
        }
    ).with_columns(pl.lit(0.5).pow(pl.col("back") / HALF_LIFE).alias("recency"))
    rows = first.join(weeks, how="cross").filter(pl.col("week_start_on") >= pl.col("launched_on"))
    rows = rows.join(history.stock, on=["product_key", "week_start_on"], how="left")
    stocked = pl.col("stocked_share").fill_null(1.0).clip(lower_bound=LEAST_STOCKED)
    # Weights are per week that the product was there; a product of three weeks is not three weeks of thirteen.
    return rows.group_by("product_key").agg((stocked * pl.col("recency")).sum().alias("exposure"))


def _with_products(weights: pl.DataFrame, history: DemandHistory, products: tuple[str, ...]) -> pl.DataFrame:
    """Give products without a recent sale a cell of next to no weight in every place in which their category was ever sold."""
    sold = with_attributes(history.demand, history.products)
    places = sold.group_by("category_name", "market_code", "channel_code").agg(
        pl.col("quantity").clip(1).sum().alias("weight")
    )
    missing = sorted(set(products) - set(weights["product_key"].to_list()))
    extra = (
        history.products.filter(pl.col("product_key").is_in(missing))
        .select("product_key", "category_name")
        .join(places, on="category_name")
        .with_columns((pl.col("weight") * 1e-9), pl.lit(1, dtype=pl.Int64).alias("age_weeks"))
    )
    return pl.concat([weights, extra.select(weights.columns)])


def _not_launched(cells: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Return a cell per place and week for products to come: the weight that the present ones lose."""
    by = [*dict.fromkeys([*keys, "market_code", "channel_code", "week_start_on", "category_name"])]
    gone = cells.group_by(by).agg(
        (pl.col("weight").sum() - pl.col("weight_then").sum()).clip(lower_bound=0.0).alias("weight_then"),
        pl.col("wanted").first(),
    )
    key = pl.concat_str(pl.lit(NEW_PRODUCTS_KEY), pl.col("category_name"))
    return gone.filter(pl.col("weight_then") > 0).with_columns(key.alias("product_key"))


def _whole(cells: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Share whole ten-thousandths among cells by weight: rounded down, and one more for those with the largest rest."""
    exact = pl.col("wanted") * pl.col("weight_then") / pl.col("weight_then").sum().over(by)
    cells = cells.filter(pl.col("weight_then").sum().over(by) > 0).with_columns(exact.fill_nan(0.0).alias("exact"))
    cells = cells.with_columns(pl.col("exact").floor().cast(pl.Int64).alias("units"))
    cells = cells.sort(
        *by, pl.col("exact") - pl.col("units"), "product_key", "market_code", "channel_code",
        descending=[False] * len(by) + [True, False, False, False],
    )  # fmt: skip
    missing = pl.col("wanted") - pl.col("units").sum().over(by)
    place = pl.int_range(pl.len()).over(by)
    return cells.with_columns(pl.col("units") + (place < missing).cast(pl.Int64))


def _without_products(wanted: pl.DataFrame, cells: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Return as products to come what is forecast of a category that nobody has bought of late."""
    lost = wanted.join(cells.select(*keys, "week_start_on").unique(), on=[*keys, "week_start_on"], how="anti")
    places = [pl.lit("unknown").alias(name) for name in ("market_code", "channel_code") if name not in keys]
    return lost.select(
        "category_name", *[name for name in keys if name != "category_name"], *places, "week_start_on",
        pl.concat_str(pl.lit(NEW_PRODUCTS_KEY), pl.col("category_name")).alias("product_key"),
        pl.col("wanted").alias("units"),
        *(pl.lit(None, dtype=pl.String).alias(name) for name in ("sku", "style_id", "color")),
    )  # fmt: skip


def product_names(cells: pl.DataFrame) -> pl.DataFrame:
    """Name the cells of products to come by their category; cells of other products keep their names."""
    is_new = pl.col("product_key").str.starts_with(NEW_PRODUCTS_KEY)
    name = pl.concat_str(pl.lit(f"{NEW_PRODUCTS} "), pl.col("category_name"))
    return cells.with_columns(
        pl.when(is_new).then(name).otherwise(pl.col(column)).alias(column) for column in ("sku", "style_id")
    ).with_columns(pl.when(is_new).then(pl.lit("none")).otherwise("color").alias("color"))
