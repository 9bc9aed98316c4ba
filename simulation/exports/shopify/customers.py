"""The shop's accounts: customers, their address, and the tag of those that were merged.

Comes in: the world as of a day. Goes out: tables. Called by `shopify.tables`.
"""

from collections.abc import Iterator

import polars as pl

from simulation.exports.shopify.ids import COUNTRIES, SYSTEM
from simulation.exports.tables import CHANGED, Dirt, Table
from simulation.exports.view import View, flag, money
from simulation.world.world import World


def customers(world: World, view: View) -> Iterator[Table]:
    """Accounts with what they have spent by the day."""
    orders = view.known(world.orders.filter(~pl.col("is_guest")), "ordered_at")
    spent = orders.group_by("person", "account").agg(
        pl.len().alias("orders_count"),
        pl.col("total").sum().alias("total_spent"),
        pl.col("ordered_at").max().alias("last_at"),
    )
    accounts = view.known(world.accounts, "created_at").join(
        spent, on=["person", "account"], how="left", maintain_order="left"
    )
    changed = view.last("created_at", "last_at", "merged_at")
    yield Table(
        SYSTEM,
        "customer",
        accounts.select(
            pl.col("customer_id").alias("id"),
            "first_name",
            "last_name",
            "email",
            "phone",
            pl.when(view.has("merged_at")).then(pl.lit("disabled")).otherwise(pl.lit("enabled")).alias("state"),
            pl.col("orders_count").fill_null(0),
            money(pl.col("total_spent").fill_null(0)).alias("total_spent"),
            "created_at",
            changed.alias("updated_at"),
            flag(pl.col("has_consent")).alias("accepts_marketing"),
            pl.lit("FALSE").alias("tax_exempt"),
            pl.lit("TRUE").alias("verified_email"),
            pl.col("customer_id").alias("default_address_id"),
            changed.alias(CHANGED),
        ),
        Dirt(key="id", names=("first_name", "last_name"), repeats=True),
    )
    yield Table(
        SYSTEM,
        "customer_address",
        accounts.select(
            pl.col("customer_id").alias("id"),
            "customer_id",
            pl.col("address").alias("address_1"),
            "city",
            pl.col("market").replace_strict(COUNTRIES).alias("country"),
            pl.col("market").alias("country_code"),
            "first_name",
            pl.lit("TRUE").alias("is_default"),
            "last_name",
            pl.format("{} {}", "first_name", "last_name").alias("name"),
            "phone",
            pl.col("state_name").alias("province"),
            pl.when(pl.col("state") != "").then("state").alias("province_code"),
            pl.col("postal_code").alias("zip"),
            pl.lit(view.synced).alias("_fivetran_synced"),
            pl.col("created_at").alias(CHANGED),
        ),
    )
    yield Table(
        SYSTEM,
        "customer_tag",
        view.known(accounts.filter(pl.col("merged_at").is_not_null()), "merged_at").select(
            "customer_id",
            pl.lit(1).alias("index"),
            pl.format("merged-into-{}", "merged_into").alias("value"),
            pl.col("merged_at").alias(CHANGED),
        ),
    )
