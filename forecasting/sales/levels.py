"""The levels at which sales are forecast, from one SKU in one market to everything.

Comes in: a frame of the smallest cells (product, market, channel). Goes out: its rows with the columns that name a node, and sums over
them. Called by all modules of `forecasting.sales`.
"""

from dataclasses import dataclass

import polars as pl

ALL = "all"
# What stands for products that will be launched within the horizon: nobody can name them yet.
NEW_PRODUCTS = "(not yet launched)"
NEW_PRODUCTS_KEY = "new:"

NODE_COLUMNS = ("category_name", "style_id", "color", "product_key", "sku", "market_code", "channel_code")
NAMED_BY_ALL = {"category_name", "market_code", "channel_code"}


@dataclass(frozen=True)
class Level:
    """A level and the columns that tell its nodes apart; `keys` are those that the node's key is made of."""

    name: str
    columns: tuple[str, ...]
    keys: tuple[str, ...]


LEVELS = {
    level.name: level
    for level in (
        Level("total", (), ()),
        Level("market", ("market_code",), ("market_code",)),
        Level("channel", ("channel_code",), ("channel_code",)),
        Level("category", ("category_name",), ("category_name",)),
        Level("category_market", ("category_name", "market_code"), ("category_name", "market_code")),
        Level(
            "category_market_channel",
            ("category_name", "market_code", "channel_code"),
            ("category_name", "market_code", "channel_code"),
        ),
        Level("style", ("category_name", "style_id"), ("category_name", "style_id")),
        Level("style_colour", ("category_name", "style_id", "color"), ("category_name", "style_id", "color")),
        Level("sku", ("category_name", "style_id", "color", "product_key", "sku"), ("sku",)),
        Level(
            "sku_market",
            ("category_name", "style_id", "color", "product_key", "sku", "market_code"),
            ("sku", "market_code"),
        ),
        Level("sku_market_channel", NODE_COLUMNS, ("sku", "market_code", "channel_code")),
    )
}
# From here on a node is one of many parts of its category: its forecast is a share of the category's.
PRODUCT_LEVELS = ("style", "style_colour", "sku", "sku_market", "sku_market_channel")


def with_attributes(cells: pl.DataFrame, products: pl.DataFrame) -> pl.DataFrame:
    """Give cells of product_key their style, colour, SKU and category."""
    attributes = products.select("product_key", "sku", "style_id", "color", "category_name")
    return cells.join(attributes, on="product_key", how="left").with_columns(
        pl.col("sku", "style_id").fill_null(pl.col("product_key")),
        pl.col("color").fill_null("none"),
        pl.col("category_name").fill_null("unknown"),
    )


def summed(cells: pl.DataFrame, level: str, *values: str, by: tuple[str, ...] = ("week_start_on",)) -> pl.DataFrame:
    """Add up `values` of cells to a level, with a row per node and `by`, and the node's key."""
    chosen = LEVELS[level]
    sums = cells.group_by(*chosen.columns, *by, maintain_order=False).agg(pl.col(*values).sum())
    return named(sums, level).sort("node_key", *by)


def named(frame: pl.DataFrame, level: str) -> pl.DataFrame:
    """Add columns level and node_key, and all columns that name a node; those that do not belong to the level are empty or 'all'."""
    chosen = LEVELS[level]
    missing = [
        pl.lit(ALL if name in NAMED_BY_ALL else None, dtype=pl.String).alias(name)
        for name in NODE_COLUMNS
        if name not in chosen.columns
    ]
    others = [name for name in frame.columns if name not in NODE_COLUMNS]
    made = frame.with_columns(*missing, pl.lit(level).alias("level"), node_key(level).alias("node_key"))
    return made.select("level", "node_key", *NODE_COLUMNS, *others)


def node_key(level: str) -> pl.Expr:
    """The key of a node within its level: the names of its parts, joined."""
    keys = LEVELS[level].keys
    if not keys:
        return pl.lit(ALL)
    return pl.concat_str([pl.col(name).str.replace_all("|", "/", literal=True) for name in keys], separator="|")
