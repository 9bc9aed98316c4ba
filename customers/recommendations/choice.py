"""Ten styles for each person, in her size where it is known, each with its reason.

Comes in: the long frames and the name of the candidate to use. Goes out: one row per person and rank. Called by dbt's Python model.
"""

from datetime import date

import numpy as np
import polars as pl

from customers.recommendations.candidates import BY_NAME, similarities
from customers.recommendations.evaluation import K, ranked
from customers.recommendations.learning import NOWHERE, Floats, Ints, Learning, complete, in_stock, learn

# Some of the best styles are out of stock in her size; so many are looked at for ten that are not.
LOOKED_AT = 30
# A purchase is a reason for a style of its category; where there are no categories, for one much bought by the same people.
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
    likeness = Likeness(learning, candidate.reads_neighbours) if candidate.is_personal else None
    parts = [pl.DataFrame(schema=SCHEMA)]
    for some, top, scores in ranked(learning, score, everyone, max(LOOKED_AT, k)):
        if not len(some) or not top.shape[1]:
            continue
        market = learning.markets[int(learning.market_of[some[0]])]
        chosen = _in_her_size(_table(learning, some, top, scores), goods, sizes, stock, market, k)
        found = _with_reasons(learning, chosen, goods, market, likeness).with_columns(
            model=pl.lit(model), made_on=pl.lit(made_on)
        )
        parts.append(found.select(pl.col(name).cast(kind) for name, kind in SCHEMA.items()))
    return pl.concat(parts).sort("person_key", "rank")


def _table(learning: Learning, some: Ints, top: Ints, scores: Floats) -> pl.DataFrame:
    width = top.shape[1]
    row, style = np.repeat(some, width), top.ravel()
    return pl.DataFrame(
        {
            "person_key": learning.people.gather(row),
            "row": row,
            "position": np.tile(np.arange(width), len(some)),
            "style": style,
            "style_key": learning.styles.gather(np.maximum(style, 0)),
            "score": scores.ravel(),
        }
    ).filter(pl.col("style") >= 0)


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
    made = (
        goods.select("style_key", "size").unique().with_columns(size_count=pl.col("size").n_unique().over("style_key"))
    )
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
        .select("person_key", "row", "rank", "style", "style_key", "product_key", "score")
    )


class Likeness:
    """How much a style is like another that was bought: by category, price and colour, and where the candidate reads them, by buyers."""

    def __init__(self, learning: Learning, reads_neighbours: bool) -> None:
        """Work out once what all people need."""
        self._features = learning.features
        self._category = learning.families[0]
        # A family with a single kind says nothing.
        self._families = [
            (family, worth)
            for family, worth in zip(learning.families, (0.5, 0.25, 0.25), strict=True)
            if family.stop - family.start > 1
        ]
        self._similar = similarities(learning) if reads_neighbours else None
        self._peak = np.asarray(self._similar.max(axis=1).todense()).ravel() if self._similar is not None else None

    def of(self, style: Ints, bought: Ints) -> Floats:
        """From 0 to 2: half a point for the category, a quarter each for price and colour, one for buyers in common.

        Where categories are known, nobody is told that she may like jeans because she bought a jumper, though it may be so.
        """
        likeness = np.zeros(len(style))
        for family, worth in self._families:
            of_style = self._features[:, family]
            likeness += worth * np.einsum("ij,ij->i", of_style[style], of_style[bought])
        if self._similar is not None and self._peak is not None and len(style):
            likeness += np.asarray(self._similar[bought, style]).ravel() / np.maximum(self._peak[bought], 1e-9)
        if self._category.stop - self._category.start > 1:
            of_style = self._features[:, self._category]
            likeness *= np.einsum("ij,ij->i", of_style[style], of_style[bought]) > LIKE_ENOUGH
        return likeness


def _with_reasons(
    learning: Learning, chosen: pl.DataFrame, goods: pl.DataFrame, market: str, likeness: Likeness | None
) -> pl.DataFrame:
    """Name the purchase that speaks most for each style, or say that it is popular where she lives."""
    names = goods.select(
        pl.col("style_key").alias("reason_style_key"), pl.coalesce("style_name", "style_key").alias("reason_name")
    ).unique("reason_style_key", keep="first", maintain_order=True)
    popular = f"popular in {market}" if market != NOWHERE else "popular now"
    return (
        chosen.join(_purchases_that_speak(learning, chosen, likeness), on=["row", "style"], how="left")
        .join(names, on="reason_style_key", how="left")
        .with_columns(
            reason_kind=pl.when(pl.col("reason_name").is_null()).then(pl.lit("popular")).otherwise(pl.lit("bought")),
            reason=pl.when(pl.col("reason_name").is_null())
            .then(pl.lit(popular))
            .otherwise(pl.format("because you bought {}", "reason_name")),
        )
    )


def _purchases_that_speak(learning: Learning, chosen: pl.DataFrame, likeness: Likeness | None) -> pl.DataFrame:
    nothing = pl.DataFrame(schema={"row": pl.Int64, "style": pl.Int64, "reason_style_key": pl.String})
    if likeness is None or not chosen.height:
        return nothing
    rows = chosen["row"].unique().sort().to_numpy()
    purchases = learning.taste[rows].tocoo()
    history = pl.DataFrame(
        {
            "row": rows[purchases.row],
            "bought": purchases.col.astype(np.int64),
            "weight": purchases.data,
        }
    )
    style_keys = pl.DataFrame({"reason_style_key": learning.styles}).with_columns(
        bought=pl.int_range(pl.len(), dtype=pl.Int64)
    )
    pairs = chosen.select("row", "style").join(history, on="row")
    likeness_of_pair = likeness.of(pairs["style"].to_numpy(), pairs["bought"].to_numpy())
    return (
        pairs.with_columns(likeness=pl.Series(likeness_of_pair))
        .filter(pl.col("likeness") >= LIKE_ENOUGH)
        .sort(pl.col("row"), pl.col("style"), (pl.col("likeness") * pl.col("weight")).neg(), pl.col("bought"))
        .unique(["row", "style"], keep="first", maintain_order=True)
        .join(style_keys, on="bought")
        .select("row", "style", "reason_style_key")
    )
