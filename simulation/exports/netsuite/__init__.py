"""Exports of the ERP, in the layout of Fivetran's NetSuite connector (SuiteAnalytics).

Comes in: the world as of a day. Goes out: master data, purchase orders, bills of vendors, forwarders and brokers, invoices, credit memos.
The last two copy the shop's orders and refunds and carry their numbers. Receipts are booked in the warehouse system; the ERP keeps how
much of an order line has come. Called by `simulate`.
"""

from collections.abc import Iterator

import polars as pl

from simulation.exports.netsuite import landed_costs
from simulation.exports.netsuite.ids import ORDERED, OWN_LINE_COLUMNS, SYSTEM, stack
from simulation.exports.netsuite.masters import items, masters, partners
from simulation.exports.netsuite.purchases import purchases
from simulation.exports.netsuite.sales import sales
from simulation.exports.tables import CHANGED, Dirt, Table
from simulation.exports.view import View
from simulation.world.world import World


def tables(world: World, view: View) -> Iterator[Table]:
    """All tables."""
    yield from masters()
    yield from partners()
    yield from items(world)
    yield from landed_costs.tables(view)
    yield from _documents([*purchases(world, view), *landed_costs.bills(world, view)])
    for part in world.parts():
        yield from _documents([*sales(part, view)])


def _documents(documents: list[tuple[pl.DataFrame, pl.DataFrame]]) -> Iterator[Table]:
    """Headers, lines and postings of documents."""
    yield Table(
        SYSTEM,
        "transaction",
        stack([header for header, _ in documents]),
        Dirt(key="id", also=("tranid", "transactionnumber", "otherrefnum", "externalid"), date="trandate"),
    )
    lines = stack([lines for _, lines in documents])
    lines = lines.with_columns(
        pl.lit(None, pl.String).alias(name) for name in OWN_LINE_COLUMNS if name not in lines.columns
    )
    lines = lines.select(pl.exclude(OWN_LINE_COLUMNS), *OWN_LINE_COLUMNS)
    yield Table(
        SYSTEM,
        "transaction_line",
        lines.drop("account"),
        Dirt(key="id", beside="transaction", parent="transaction", number="foreignamount"),
    )
    yield Table(
        SYSTEM,
        "transaction_accounting_line",
        lines.select(
            pl.lit(1).alias("accountingbook"),
            "transaction",
            pl.col("id").alias("transactionline"),
            "account",
            pl.col("netamount").alias("amount"),
            pl.when(~pl.col("netamount").str.starts_with("-")).then("netamount").alias("debit"),
            pl.when(pl.col("netamount").str.starts_with("-"))
            .then(pl.col("netamount").str.strip_prefix("-"))
            .alias("credit"),
            pl.lit("1").alias("exchangerate"),
            "netamount",
            pl.when(pl.col("account") == ORDERED).then(pl.lit("F")).otherwise(pl.lit("T")).alias("posting"),
            CHANGED,
        ),
        layout="tran_acct_line",
    )
