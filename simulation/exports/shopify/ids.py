"""Shopify's numbers, and what its tables share.

Comes in: numbers of the world. Goes out: numbers in the shop. Used by the shop's other modules.
"""

from datetime import datetime

import polars as pl

from simulation.company import FIRST_DAY, MARKETS, WAREHOUSES

SYSTEM = "shopify"
SHOP_ID = 68_001_001
LOCATIONS = {w.code: 71_000_000_001 + number for number, w in enumerate(WAREHOUSES)}
COUNTRIES = {m.code: m.name for m in MARKETS}
OPENED = datetime.combine(FIRST_DAY, datetime.min.time())


def product_id(style: pl.Expr) -> pl.Expr:
    """Shopify's number of a style."""
    return style + 8_100_000_000_000


def variant_id(sku: pl.Expr) -> pl.Expr:
    """Shopify's number of a SKU."""
    return sku + 43_500_000_000_000


def item_id(sku: pl.Expr) -> pl.Expr:
    """Shopify's number of what is stocked of a SKU."""
    return sku + 45_500_000_000_000
