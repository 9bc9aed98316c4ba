"""Bills of forwarders and customs brokers, their categories of landed cost, and these vendors.

Comes in: the world as of a day. Goes out: tables, and headers and lines of documents. Called by `netsuite.tables`. No receipts are booked
here, so each line of a bill names the purchase order, and for duty the line of it, in the company's own fields.
"""

from collections.abc import Iterator

import polars as pl

from simulation.exports.netsuite.ids import (
    BROKERS_BILLS,
    CURRENCY_IDS,
    FORWARDERS_BILLS,
    LANDED,
    OPENED,
    PAYABLE,
    SYSTEM,
    header_of,
    opened,
    stack,
)
from simulation.exports.tables import CHANGED, Table
from simulation.exports.view import View, money
from simulation.world.landed_cost import AGENTS
from simulation.world.world import World

VENDOR_IDS = {agent.number: 3_101 + number for number, agent in enumerate(AGENTS)}
CATEGORIES = {"freight": (1, "Freight"), "insurance": (2, "Insurance"), "duty": (3, "Customs duty")}


def tables(view: View) -> Iterator[Table]:
    """Categories of landed cost, and who bills them."""
    yield Table(
        SYSTEM,
        "cost_category",
        pl.DataFrame(
            {
                "id": [number for number, _ in CATEGORIES.values()], "name": [name for _, name in CATEGORIES.values()],
                "itemcosttype": ["LANDED"] * len(CATEGORIES), "isinactive": ["F"] * len(CATEGORIES),
                "_fivetran_deleted": ["FALSE"] * len(CATEGORIES), "_fivetran_synced": [view.synced] * len(CATEGORIES),
            }
        ).with_columns(pl.lit(OPENED).alias(CHANGED)),
    )  # fmt: skip
    yield Table(
        SYSTEM,
        "vendor",
        opened(
            pl.DataFrame(
                {
                    "id": list(VENDOR_IDS.values()), "entityid": list(VENDOR_IDS), "companyname": [a.name for a in AGENTS],
                    "legalname": [a.name for a in AGENTS], "altname": [a.name for a in AGENTS],
                    "accountnumber": [f"ACC-{a.number}" for a in AGENTS], "currency": [CURRENCY_IDS[a.currency] for a in AGENTS],
                    "email": [f"billing@{a.number.lower()}.example.com" for a in AGENTS], "isinactive": ["F"] * len(AGENTS),
                    "isperson": ["F"] * len(AGENTS), "datecreated": [OPENED] * len(AGENTS),
                    "defaultbillingaddress": [number + 700 for number in VENDOR_IDS.values()],
                }
            )
        ),
    )  # fmt: skip
    yield Table(
        SYSTEM,
        "entity_address",
        opened(
            pl.DataFrame(
                {
                    "nkey": [number + 700 for number in VENDOR_IDS.values()],
                    "addressee": [a.name for a in AGENTS],
                    "city": [a.city for a in AGENTS],
                    "country": [a.country for a in AGENTS],
                }
            )
        ),
    )


def bills(world: World, view: View) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """The forwarder's bill of each order that left, then the broker's of each that came and bears duty."""
    known = view.known(world.landed_cost_charges, "billed_at")
    is_duty = pl.col("charge_type") == "duty"
    yield _documents(known.filter(~is_duty), FORWARDERS_BILLS, "FRT", view)
    yield _documents(known.filter(is_duty), BROKERS_BILLS, "DTY", view)


def _documents(charges: pl.DataFrame, offset: int, prefix: str, view: View) -> tuple[pl.DataFrame, pl.DataFrame]:
    lines = charges.with_columns(
        transaction=pl.col("po") + offset,
        entity=pl.col("vendor").replace_strict(VENDOR_IDS, return_dtype=pl.Int64),
        category=pl.col("charge_type").replace_strict({name: number for name, (number, _) in CATEGORIES.items()}, return_dtype=pl.Int64),
    )  # fmt: skip
    documents = (
        lines.group_by("po", "transaction", "entity", "currency", "billed_at", maintain_order=True)
        .agg(pl.col("amount").sum())
        .with_columns(paid_at=pl.col("billed_at") + pl.duration(days=30))
        .with_columns(view.last("billed_at", "paid_at").alias(CHANGED))
    )
    header = documents.select(
        pl.col("transaction").alias("id"), pl.format(prefix + "-{}", "po").alias("tranid"),
        pl.col("billed_at").dt.truncate("1d").alias("trandate"),
        pl.when(view.has("paid_at")).then(pl.lit("B")).otherwise(pl.lit("A")).alias("status"), pl.col("billed_at").alias("createddate"),
        pl.col("paid_at").dt.truncate("1d").alias("duedate"), view.seen("paid_at").alias("closedate"),
        pl.col("currency").replace_strict(CURRENCY_IDS, return_dtype=pl.Int64).alias("currency"), "entity",
        pl.lit("T").alias("posting"), CHANGED,
    )  # fmt: skip
    shared = (
        pl.lit("F").alias("taxline"),
        pl.lit("F").alias("iscogs"),
        pl.lit(1).alias("subsidiary"),
        pl.col("billed_at").alias("linelastmodifieddate"),
        pl.col("billed_at").alias(CHANGED),
    )
    head = documents.select(
        pl.lit(0, pl.Int64).alias("id"), "transaction", pl.lit(0, pl.Int64).alias("linesequencenumber"), pl.lit("T").alias("mainline"),
        money(-pl.col("amount")).alias("foreignamount"), money(-pl.col("amount")).alias("netamount"), pl.lit(PAYABLE).alias("account"),
        "entity", *shared,
    )  # fmt: skip
    body = lines.select(
        pl.col("bill_line").alias("id"), "transaction", pl.col("bill_line").alias("linesequencenumber"), pl.lit("F").alias("mainline"),
        money("amount").alias("foreignamount"), money("amount").alias("netamount"), pl.lit(LANDED).alias("account"),
        pl.lit(LANDED).alias("expenseaccount"), "entity", pl.col("category").alias("landedcostcategory"),
        pl.format("PO-{}", "po").alias("custcol_purchase_order"), pl.col("line").alias("custcol_purchase_order_line"), *shared,
    )  # fmt: skip
    return header_of(header, "VendBill"), stack([head, body]).sort("transaction", "id")
