"""Ten styles for each person, in her size where it is known, each with its reason.

Comes in: the long frames and the name of the candidate to use. Goes out: one row per person and rank. Called by dbt's Python model.
"""

from datetime import date

import numpy as np
import polars as pl

from customers.recommendations.candidates import BY_NAME, similarities
from customers.recommendations.evaluation import K, ranked
from customers.recommendations.learning import NOWHERE, Ints, Learning, complete, in_stock, learn

# Some of the best styles are out of stock in her size; so many are looked at for ten that are not.
LOOKED_AT = 30
# A purchase is a reason for a style that is like it: of one category, or with buyers in common.
LIKE_ENOUGH = 0.5

SCHEMA = {
    "person_key": pl.String,
    "rank": pl.Int32,
    "style_key": pl.String,
    "product_key": pl.String,
    "score": pl.Float64,
    "reason_kind": pl.String,
    "reason_style_key": pl.String,
    "reason": pl.String,
    "model": pl.String,
    "made_on": pl.Date,
}


def recommend(
    interactions: pl.DataFrame,
    products: pl.DataFrame,
    people: pl.DataFrame | None = None,
    stock: pl.DataFrame | None = None,
    *,
    model: str,
    made_on: date | None = None,
    k: int = K,
) -> pl.DataFrame:
    """Choose up to `k` styles for each person: live in her market, in stock, not bought before, and to be had in her size.

    The frames are those of `learning.learn`; product_key is empty where her size is not known. `made_on` is the last day of the
    interactions unless another is named.
    """
    if made_on is None:
        made_on = interactions.select(pl.col("at").cast(pl.Date).max()).item() if interactions.height else None
    if made_on is None:
        return pl.DataFrame(schema=SCHEMA)
    learning = learn(interactions, products, people, stock, made_on)
    goods = complete(products)
    candidate = BY_NAME[model]
    score = candidate.fit(learning)
    everyone = np.arange(len(learning.people), dtype=np.int64)
    sizes = _her_sizes(interactions, goods)
    parts = []
    for some, top in ranked(learning, score, everyone, max(LOOKED_AT, k)):
        if not len(some) or not top.shape[1]:
            continue
        market = int(learning.market_of[some[0]])
        chosen = _table(learning, some, top, score(some, market), market)
        parts.append(_in_her_size(chosen, goods, sizes, stock, learning.markets[market], k))
    if not parts:
        return pl.DataFrame(schema=SCHEMA)
    found = pl.concat(parts).sort("person_key", "rank")
    found = _with_reasons(learning, found, goods, people, candidate.is_personal)
    return found.with_columns(model=pl.lit(model), made_on=pl.lit(made_on)).select(
        pl.col(name).cast(kind) for name, kind in SCHEMA.items()
    )


def _table(learning: Learning, some: Ints, top: Ints, scores: np.ndarray, market: int) -> pl.DataFrame:
    width = top.shape[1]
    place = np.searchsorted(learning.live[market], np.maximum(top, 0))
    place = np.minimum(place, max(len(learning.live[market]) - 1, 0))
    return pl.DataFrame(
        {
            "person_key": learning.people.gather(np.repeat(some, width)),
            "position": np.tile(np.arange(width), len(some)),
            "style": top.ravel(),
            "score": np.take_along_axis(scores, place, axis=1).ravel(),
        }
    ).filter(pl.col("style") >= 0).with_columns(style_key=pl.lit(learning.styles).gather(pl.col("style")))


def _her_sizes(interactions: pl.DataFrame, goods: pl.DataFrame) -> pl.DataFrame:
    """How often each person bought each size, and each colour: what she wears, and what she likes best."""
    return (
        interactions.lazy()
        .filter(pl.col("weight") > 0)
        .select("person_key", "product_key", pl.col("weight").cast(pl.Float64))
        .join(goods.lazy().select("product_key", "size", "color"), on="product_key")
        .group_by("person_key", "size", "color")
        .agg(pl.col("weight").sum())
        .collect()
        .sort("person_key", "size", "color")
    )


def _in_her_size(
    chosen: pl.DataFrame, goods: pl.DataFrame, bought: pl.DataFrame, stock: pl.DataFrame | None, market: str, k: int
) -> pl.DataFrame:
    """Keep styles that are there in her size, and name the product: her size, then the colour she buys most.

    Her size for a style is the one she bought most among those that the style is made in, so that letters and numbers do not meet.
    A style of one size fits her; a person who bought nothing of its sizes is recommended the style alone.
    """
    made = goods.select("style_key", "size").unique().with_columns(size_count=pl.col("size").n_unique().over("style_key"))
    worn = bought.filter(pl.col("size").is_not_null()).group_by("person_key", "size").agg(pl.col("weight").sum())
    hers = (
        chosen.select("person_key", "style_key")
        .join(made, on="style_key")
        .join(worn, on=["person_key", "size"], how="left")
        .filter(pl.col("weight").is_not_null() | (pl.col("size_count") == 1))
        .sort("person_key", "style_key", "weight", "size", descending=[False, False, True, False], nulls_last=True)
        .unique(["person_key", "style_key"], keep="first", maintain_order=True)
        .select("person_key", "style_key", "size", size_is_known=pl.lit(True))
    )
    there = goods.select("product_key", "style_key", "size", "color").filter(
        pl.col("style_key").is_in(chosen["style_key"].unique().to_list())
    )
    there = (
        there.with_columns(quantity=pl.lit(1.0))
        if stock is None
        else there.join(in_stock(stock, market), on="product_key")
    )
    liked = bought.filter(pl.col("color").is_not_null()).group_by("person_key", "color").agg(pl.col("weight").sum())
    products = (
        hers.join(there, on=["style_key", "size"], nulls_equal=True)
        .join(liked, on=["person_key", "color"], how="left")
        .sort(
            pl.col("person_key"),
            pl.col("style_key"),
            pl.col("weight").fill_null(0.0).neg(),
            pl.col("quantity").neg(),
            pl.col("product_key"),
        )
        .unique(["person_key", "style_key"], keep="first", maintain_order=True)
        .select("person_key", "style_key", "product_key")
    )
    keys = ["person_key", "style_key"]
    return (
        chosen.join(hers.select(*keys, "size_is_known"), on=keys, how="left")
        .join(products, on=keys, how="left")
        .filter(pl.col("size_is_known").is_null() | pl.col("product_key").is_not_null())
        .sort("person_key", "position")
        .with_columns(rank=pl.int_range(1, pl.len() + 1).over("person_key"))
        .filter(pl.col("rank") <= k)
        .select("person_key", "rank", "style", "style_key", "product_key", "score")
    )


def _with_reasons(
    learning: Learning, found: pl.DataFrame, goods: pl.DataFrame, people: pl.DataFrame | None, is_personal: bool
) -> pl.DataFrame:
    """Name the purchase that speaks most for each style, or say that it is popular where she lives."""
    markets = pl.DataFrame(
        {
            "person_key": learning.people,
            "row": np.arange(len(learning.people)),
            "market": pl.Series(learning.markets, dtype=pl.String).gather(learning.market_of),
        }
    )
    found = found.join(markets, on="person_key", how="left", maintain_order="left")
    names = goods.select("style_key", "style_name").unique("style_key", keep="first", maintain_order=True)
    because = _purchases_that_speak(learning, found) if is_personal else None
    if because is None:
        found = found.with_columns(reason_style_key=pl.lit(None, dtype=pl.String))
    else:
        found = found.join(because, on=["row", "style"], how="left", maintain_order="left")
    return (
        found.join(
            names.rename({"style_key": "reason_style_key", "style_name": "reason_name"}),
            on="reason_style_key",
            how="left",
            maintain_order="left",
        )
        .with_columns(
            reason_kind=pl.when(pl.col("reason_style_key").is_not_null())
            .then(pl.lit("bought"))
            .otherwise(pl.lit("popular"))
        )
        .with_columns(
            reason=pl.when(pl.col("reason_kind") == "bought")
            .then(pl.format("because you bought {}", pl.coalesce("reason_name", "reason_style_key")))
            .when(pl.col("market") == NOWHERE)
            .then(pl.lit("popular now"))
            .otherwise(pl.format("popular in {}", "market"))
        )
    )


def _purchases_that_speak(learning: Learning, found: pl.DataFrame) -> pl.DataFrame:
    coordinates = learning.taste.tocoo()
    history = pl.DataFrame(
        {
            "row": coordinates.row.astype(np.int64),
            "bought": coordinates.col.astype(np.int64),
            "weight": coordinates.data,
        }
    )
    pairs = found.select(pl.col("row", "style").cast(pl.Int64)).join(history, on="row")
    if not pairs.height:
        return pl.DataFrame(schema={"row": pl.Int64, "style": pl.Int64, "reason_style_key": pl.String})
    likeness = _likeness(learning, pairs["style"].to_numpy(), pairs["bought"].to_numpy())
    return (
        pairs.with_columns(likeness=pl.Series(likeness))
        .filter(pl.col("likeness") >= LIKE_ENOUGH)
        .sort(
            pl.col("row"), pl.col("style"), (pl.col("likeness") * pl.col("weight")).neg(), pl.col("bought")
        )
        .unique(["row", "style"], keep="first", maintain_order=True)
        .select("row", "style", reason_style_key=pl.lit(learning.styles).gather(pl.col("bought")))
    )


def _likeness(learning: Learning, style: Ints, bought: Ints) -> np.ndarray:
    """From 0 to about 2: half a point for the category (where it has a name), a quarter each for price and colour, one for buyers."""
    likeness = np.zeros(len(style))
    category, band, colour = learning.families
    # A family with a single kind says nothing.
    for family, worth in ((category, 0.5), (band, 0.25), (colour, 0.25)):
        if family.stop - family.start > 1:
            of_style = learning.features[:, family]
            likeness += worth * np.einsum("ij,ij->i", of_style[style], of_style[bought])
    similar = similarities(learning)
    peak = np.asarray(similar.max(axis=1).todense()).ravel()
    shared = np.asarray(similar[bought, style]).ravel()
    return likeness + shared / np.maximum(peak[bought], 1e-9)
