"""The shop itself, its products, prices and customs data.

Comes in: the world as of a day. Goes out: tables. Called by `shopify.tables`.
"""

from collections.abc import Iterator

import polars as pl

from simulation.company import WAREHOUSES
from simulation.exports.shopify.ids import LOCATIONS, OPENED, SHOP_ID, SYSTEM, item_id, product_id, variant_id
from simulation.exports.tables import CHANGED, Dirt, Table
from simulation.exports.view import View, money
from simulation.world.catalogue import MARKDOWN_AGES, MARKDOWN_BPS
from simulation.world.world import World


def shop() -> Iterator[Table]:
    """The shop and the warehouses that it ships from."""
    shop = pl.DataFrame(
        {
            "id": [SHOP_ID],
            "name": ["Weft Fashion"],
            "domain": ["shop.example.com"],
            "myshopify_domain": ["weft-fashion.myshopify.com"],
            "currency": ["EUR"],
            "country": ["NL"],
            "country_code": ["NL"],
            "country_name": ["Netherlands"],
            "email": ["shop@example.com"],
            "customer_email": ["service@example.com"],
            "iana_timezone": ["UTC"],
            "timezone": ["(GMT+00:00) UTC"],
            "taxes_included": ["TRUE"],
            "enabled_presentment_currencies": ['["EUR","GBP","USD","AED","SAR"]'],
            "primary_locale": ["en"],
            "weight_unit": ["g"],
            "_fivetran_deleted": ["FALSE"],
            "created_at": [OPENED],
            "updated_at": [OPENED],
            CHANGED: [OPENED],
        }
    )
    yield Table(SYSTEM, "shop", shop)
    location = (
        pl.DataFrame(
            {
                "id": list(LOCATIONS.values()),
                "name": [f"{w.code} {w.city}" for w in WAREHOUSES],
                "city": [w.city for w in WAREHOUSES],
                "country": [w.country for w in WAREHOUSES],
                "country_code": [w.country for w in WAREHOUSES],
            }
        )
        .with_columns(
            active=pl.lit("TRUE"),
            legacy=pl.lit("FALSE"),
            _fivetran_deleted=pl.lit("FALSE"),
            created_at=pl.lit(OPENED),
            updated_at=pl.lit(OPENED),
        )
        .with_columns(pl.lit(OPENED).alias(CHANGED))
    )
    yield Table(SYSTEM, "location", location)


def _price_now(view: View) -> tuple[pl.Expr, pl.Expr]:
    """The marked-down price in euros on the day, and when it was set."""
    age = (pl.lit(view.day) - pl.col("launched_on")).dt.total_days() // 7
    basis = pl.lit(int(MARKDOWN_BPS[0]), pl.Int64)
    since = pl.col("created_at")
    for weeks, off in zip(MARKDOWN_AGES.tolist(), MARKDOWN_BPS[1:].tolist(), strict=True):
        reached = (age >= weeks) & pl.col("withdrawn_on").is_not_null()
        basis = pl.when(reached).then(pl.lit(off, pl.Int64)).otherwise(basis)
        step = pl.col("launched_on").cast(pl.Datetime("ms")) + pl.duration(weeks=weeks)
        since = pl.when(reached).then(pl.max_horizontal(step, "created_at")).otherwise(since)
    full = pl.col("price_eur_minor")
    lowered = pl.max_horizontal(pl.lit(99, pl.Int64), (2 * full * (10_000 - basis) + 10_000) // 20_000 // 10 * 10 + 9)
    return pl.when(basis == 0).then(full).otherwise(lowered), since


def products(world: World, view: View) -> Iterator[Table]:
    """Styles, variants with the price of the day, and what customs ask about them."""
    known = world.products.with_columns(
        created_at=pl.max_horizontal(
            pl.col("launched_on").cast(pl.Datetime("ms")) - pl.duration(days=70), pl.lit(OPENED).cast(pl.Datetime("ms"))
        )
    )
    known = view.known(known, "created_at")
    styles = known.unique("style", keep="first", maintain_order=True)
    yield Table(
        SYSTEM,
        "product",
        styles.select(
            product_id(pl.col("style")).alias("id"),
            pl.col("style_name").alias("title"),
            pl.col("style_number").str.to_lowercase().alias("handle"),
            pl.col("category").alias("product_type"),
            pl.coalesce("supplier_number", pl.lit("Own production")).alias("vendor"),
            "created_at",
            view.last("created_at", pl.col("launched_on").cast(pl.Datetime("ms"))).alias("updated_at"),
            view.seen(pl.col("launched_on").cast(pl.Datetime("ms"))).alias("published_at"),
            pl.lit("web").alias("published_scope"),
            pl.lit("FALSE").alias("_fivetran_deleted"),
            view.last("created_at", pl.col("launched_on").cast(pl.Datetime("ms"))).alias(CHANGED),
        ),
    )
    yield Table(
        SYSTEM,
        "product_tag",
        styles.select(
            pl.lit(1).alias("index"),
            product_id(pl.col("style")).alias("product_id"),
            pl.col("style_number").alias("value"),
            pl.col("created_at").alias(CHANGED),
        ),
    )
    price, since = _price_now(view)
    priced = known.with_columns(price_now=price, price_since=since)
    yield Table(
        SYSTEM,
        "product_variant",
        priced.select(
            product_id(pl.col("style")).alias("product_id"),
            variant_id(pl.col("sku_number")).alias("id"),
            item_id(pl.col("sku_number")).alias("inventory_item_id"),
            pl.lit("TRUE").alias("available_for_sale"),
            "barcode",
            pl.when(pl.col("price_now") < pl.col("price_eur_minor"))
            .then(money("price_eur_minor"))
            .alias("compare_at_price"),
            "created_at",
            pl.format("{} - {} / {}", "style_name", "colour", "size").alias("display_name"),
            pl.lit("DENY").alias("inventory_policy"),
            variant_id(pl.col("sku_number")).alias("legacy_resource_id"),
            pl.int_range(1, pl.len() + 1).over("style").alias("position"),
            money("price_now").alias("price"),
            "sku",
            pl.lit("TRUE").alias("taxable"),
            pl.format("{} / {}", "colour", "size").alias("title"),
            pl.col("price_since").alias("updated_at"),
            pl.col("price_since").alias(CHANGED),
        ),
        Dirt(key="id", number="price"),
    )
    yield Table(
        SYSTEM,
        "inventory_item",
        known.select(
            item_id(pl.col("sku_number")).alias("id"),
            pl.col("origin_country").alias("country_code_of_origin"),
            "created_at",
            pl.col("hs_code").alias("harmonized_system_code"),
            item_id(pl.col("sku_number")).alias("legacy_resource_id"),
            pl.col("grams").alias("measurement_weight_value"),
            pl.lit("GRAMS").alias("measurement_weight_unit"),
            pl.lit("TRUE").alias("requires_shipping"),
            "sku",
            pl.lit("TRUE").alias("tracked"),
            money("cost_minor").alias("unit_cost_amount"),
            pl.lit("EUR").alias("unit_cost_currency_code"),
            pl.col("created_at").alias("updated_at"),
            pl.lit("FALSE").alias("_fivetran_deleted"),
            pl.col("created_at").alias(CHANGED),
        ),
    )
