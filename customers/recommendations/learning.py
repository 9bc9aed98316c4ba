"""Purchases as a matrix of people and styles, and what the styles are like.

Comes in: long frames of purchases, products, people and stock. Goes out: `Learning`, the arrays that every candidate learns
from. Called by the evaluation and by the choice; nothing in here knows a date later than `as_of`.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# A purchase tells half as much about her taste after so many days, and about what sells now after so many.
TASTE_HALF_LIFE_DAYS = 180.0
TREND_HALF_LIFE_DAYS = 14.0
# What nobody bought for so long, and was not launched within it, is no longer on sale, whatever is left in stock.
LIVE_DAYS = 28
PRICE_BANDS = 5
NOWHERE = ""


@dataclass(frozen=True)
class Learning:
    """Arrays over people, styles and features; `taste` and `trend` are weights, older purchases counting less.

    `features` says what styles are like (category, band of price, colour: each family of columns adds up to 1 for a style),
    `profile` what each person bought of each feature. `live` are the places of styles that can be recommended, by market.
    """

    as_of: date
    people: pl.Series
    styles: pl.Series
    markets: list[str]
    market_of: Ints
    bought: csr_matrix
    taste: csr_matrix
    all_time: Floats
    trend: Floats
    features: Floats
    families: list[slice]
    profile: csr_matrix
    live: list[Ints]


def learn(
    interactions: pl.DataFrame,
    products: pl.DataFrame,
    people: pl.DataFrame | None,
    stock: pl.DataFrame | None,
    as_of: date,
) -> Learning:
    """Count what was bought until the end of `as_of`.

    `interactions` has person_key, product_key, at and weight; `products` has product_key and, where known, style_key, category_name,
    color, price, sold_from and sold_to; `people` has person_key and market_code; `stock` has product_key, quantity and, where
    stock serves some markets only, market_code. Without `people` all are in one market, without `stock` everything is there.
    """
    goods = complete(products)
    seen = (
        interactions.lazy()
        .select(
            pl.col("person_key"),
            pl.col("product_key"),
            pl.col("at").cast(pl.Date).alias("on"),
            pl.col("weight").cast(pl.Float64),
        )
        .filter((pl.col("on") <= as_of) & (pl.col("weight") > 0) & pl.col("person_key").is_not_null())
        .join(goods.lazy().select("product_key", "style_key"), on="product_key", how="inner")
        .with_columns(age=(pl.lit(as_of) - pl.col("on")).dt.total_days().cast(pl.Float64))
        .with_columns(
            taste=pl.col("weight") * 0.5 ** (pl.col("age") / TASTE_HALF_LIFE_DAYS),
            trend=pl.col("weight") * 0.5 ** (pl.col("age") / TREND_HALF_LIFE_DAYS),
        )
        .sort("person_key", "product_key", "on", "weight")
        .collect()
    )
    known = _people(people, seen)
    styles = goods["style_key"].unique().sort()
    markets = known["market_code"].unique().sort().to_list()
    rows = known.select("person_key", "market_code").with_row_index("row")
    columns = pl.DataFrame({"style_key": styles}).with_row_index("column")
    placed = seen.join(rows, on="person_key", how="inner", maintain_order="left").join(
        columns, on="style_key", how="inner", maintain_order="left"
    )
    row, column = placed["row"].to_numpy().astype(np.int64), placed["column"].to_numpy().astype(np.int64)
    shape = (known.height, len(styles))
    market_of = _places(known["market_code"], markets)
    features, families, of_product = _features(goods, styles)
    product = _places(placed["product_key"], goods["product_key"].to_list())
    taste = placed["taste"].to_numpy()
    trend = np.zeros((len(markets), len(styles)))
    np.add.at(trend, (market_of[row], column), placed["trend"].to_numpy())
    pick = csr_matrix((taste, (row, product)), shape=(known.height, goods.height))
    return Learning(
        as_of=as_of,
        people=known["person_key"],
        styles=styles,
        markets=markets,
        market_of=market_of,
        bought=csr_matrix((np.ones(len(row)), (row, column)), shape=shape),
        taste=csr_matrix((taste, (row, column)), shape=shape),
        all_time=np.bincount(column, weights=placed["weight"].to_numpy(), minlength=len(styles)).astype(np.float64),
        trend=trend,
        features=features,
        families=families,
        profile=csr_matrix(pick @ csr_matrix(of_product)),
        live=_live(goods, styles, markets, stock, seen, as_of),
    )


def complete(products: pl.DataFrame) -> pl.DataFrame:
    """The products with every column that this package reads, one row each, in order of their keys."""
    wanted = {
        "style_key": pl.String,
        "style_name": pl.String,
        "sku": pl.String,
        "category_name": pl.String,
        "color": pl.String,
        "size": pl.String,
        "price": pl.Float64,
        "sold_from": pl.Date,
        "sold_to": pl.Date,
    }
    missing = [pl.lit(None, dtype=kind).alias(name) for name, kind in wanted.items() if name not in products.columns]
    return (
        products.with_columns(missing)
        .select("product_key", *(pl.col(name).cast(kind) for name, kind in wanted.items()))
        .with_columns(style_key=pl.coalesce("style_key", "product_key"))
        .unique("product_key", keep="first", maintain_order=True)
        .sort("product_key")
    )


def _people(people: pl.DataFrame | None, seen: pl.DataFrame) -> pl.DataFrame:
    if people is None:
        return seen.select("person_key").unique().sort("person_key").with_columns(market_code=pl.lit(NOWHERE))
    return (
        people.select("person_key", pl.col("market_code").cast(pl.String).fill_null(NOWHERE))
        .unique("person_key", keep="first", maintain_order=True)
        .sort("person_key")
    )


def _places(values: pl.Series, known: list[str]) -> Ints:
    order = pl.DataFrame({"value": pl.Series(known, dtype=pl.String)}).with_row_index("place")
    found = pl.DataFrame({"value": values}).join(order, on="value", how="left", maintain_order="left")
    return found["place"].to_numpy().astype(np.int64)


def _features(goods: pl.DataFrame, styles: pl.Series) -> tuple[Floats, list[slice], Floats]:
    """What styles are like, and the same for each product of its own: a style has several colours, a product one."""
    banded = goods.with_columns(
        band=(pl.col("price").rank("average").over("category_name") / pl.col("price").count().over("category_name"))
        .mul(PRICE_BANDS)
        .ceil()
        .clip(1, PRICE_BANDS)
        .cast(pl.Int64)
        .cast(pl.String)
    )
    style = _places(goods["style_key"], styles.to_list())
    blocks, families, start = [], [], 0
    for name in ("category_name", "band", "color"):
        values = banded[name].fill_null(NOWHERE)
        kinds = values.unique().sort().to_list()
        block = np.zeros((goods.height, len(kinds)))
        block[np.arange(goods.height), _places(values, kinds)] = 1.0
        blocks.append(block)
        families.append(slice(start, start + len(kinds)))
        start += len(kinds)
    of_product = np.hstack(blocks) if goods.height else np.zeros((0, 3))
    of_style = np.zeros((len(styles), of_product.shape[1]))
    np.add.at(of_style, style, of_product)
    counts = np.maximum(np.bincount(style, minlength=len(styles)), 1)
    return of_style / counts[:, None], families, of_product


def _live(
    goods: pl.DataFrame,
    styles: pl.Series,
    markets: list[str],
    stock: pl.DataFrame | None,
    seen: pl.DataFrame,
    as_of: date,
) -> list[Ints]:
    since = as_of - timedelta(days=LIVE_DAYS)
    moving = seen.filter(pl.col("on") > since)["style_key"].unique().to_list()
    listed = goods.filter(
        (pl.col("sold_to").is_null() | (pl.col("sold_to") > as_of))
        & (pl.col("sold_from").is_null() | (pl.col("sold_from") <= as_of))
    )
    listed = listed.filter(pl.col("style_key").is_in(moving) | (pl.col("sold_from") > since).fill_null(False))
    order = styles.to_list()
    live = []
    for market in markets:
        there = listed
        if stock is not None:
            there = listed.join(in_stock(stock, market), on="product_key", how="semi")
        live.append(np.sort(_places(there["style_key"].unique(), order)))
    return live


def in_stock(stock: pl.DataFrame, market: str) -> pl.DataFrame:
    """Product keys of what a market can be sold, with how much there is."""
    left = stock.filter(pl.col("quantity") > 0)
    if "market_code" in stock.columns:
        left = left.filter(pl.col("market_code").fill_null(NOWHERE) == market)
    return left.group_by("product_key").agg(pl.col("quantity").cast(pl.Float64).sum()).sort("product_key")
