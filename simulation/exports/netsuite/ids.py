"""The ERP's numbers, and what its documents share.

Comes in: numbers of the world. Goes out: numbers in the ERP. Used by the other modules of the ERP.
"""

from datetime import datetime

import polars as pl

from simulation.company import CURRENCIES, FIRST_DAY, MARKETS, SUPPLIERS, WAREHOUSES
from simulation.exports.tables import CHANGED
from simulation.world.catalogue import CATEGORIES

SYSTEM = "netsuite"
OPENED = datetime.combine(FIRST_DAY, datetime.min.time())
CURRENCY_IDS = {code: number + 1 for number, code in enumerate(CURRENCIES)}
# One company per currency; each books in its own.
SUBSIDIARIES = (
    (1, "Weft Fashion BV", "NL", "EUR"),
    (2, "Weft Fashion UK Ltd", "GB", "GBP"),
    (3, "Weft Fashion Inc", "US", "USD"),
    (4, "Weft Fashion FZE", "AE", "AED"),
    (5, "Weft Fashion Trading LLC", "SA", "SAR"),
)
SUBSIDIARY_OF = {currency: number for number, _, _, currency in SUBSIDIARIES}
SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$", "AED": "AED", "SAR": "SAR"}
LOCATION_IDS = {w.code: number + 11 for number, w in enumerate(WAREHOUSES)}
VENDOR_IDS = {s.number: 3_001 + number for number, s in enumerate(SUPPLIERS)}
CUSTOMER_IDS = {m.code: 4_001 + number for number, m in enumerate(MARKETS)}
CLASS_IDS = {c.name: 21 + number for number, c in enumerate(CATEGORIES)}
ACCOUNTS = (
    (101, "1100", "Accounts Receivable", "AcctRec"),
    (102, "1200", "Inventory", "OthCurrAsset"),
    (103, "2000", "Accounts Payable", "AcctPay"),
    (104, "2200", "VAT Payable", "OthCurrLiab"),
    (105, "4000", "Sales", "Income"),
    (106, "4100", "Shipping Income", "Income"),
    (107, "2100", "Purchase Orders", "NonPosting"),
    (108, "2050", "Landed Cost Clearing", "OthCurrLiab"),
)
RECEIVABLE, INVENTORY, PAYABLE, TAX, SALES, FREIGHT, ORDERED, LANDED = (account[0] for account in ACCOUNTS)
SHIP_ITEM = 90_001
TAX_ITEM = 90_002
FIRST_ITEM = 100_001
# Columns of a transaction that the true table has beside those of the layout.
NEWER_COLUMNS = ("tranid", "lastmodifieddate", "externalid", "otherrefnum", "source")
PURCHASE_ORDERS, BILLS, INVOICES, CREDITS = 1_000_000, 3_000_000, 100_000_000, 500_000_000
FORWARDERS_BILLS, BROKERS_BILLS = 20_000_000, 40_000_000
# The company's own columns of a line, which all files of lines have.
OWN_LINE_COLUMNS = ("custcol_purchase_order", "custcol_purchase_order_line")


def stack(frames: list[pl.DataFrame]) -> pl.DataFrame:
    """Frames under one another; what one lacks is empty."""
    return pl.concat(frames, how="diagonal_relaxed")


def opened(frame: pl.DataFrame) -> pl.DataFrame:
    """Master data that was there from the beginning."""
    return frame.with_columns(lastmodifieddate=pl.lit(OPENED)).with_columns(pl.lit(OPENED).alias(CHANGED))


def period_of(column: pl.Expr) -> pl.Expr:
    """The number of the accounting period of a date."""
    return (column.dt.year().cast(pl.Int64) - FIRST_DAY.year) * 12 + column.dt.month().cast(pl.Int64) + 300


def header_of(frame: pl.DataFrame, kind: str) -> pl.DataFrame:
    """What all documents have in common."""
    frame = frame.with_columns(
        type=pl.lit(kind),
        isreversal=pl.lit("F"),
        lastmodifieddate=pl.col(CHANGED),
        postingperiod=period_of(pl.col("trandate")),
        transactionnumber=pl.col("tranid"),
    )
    missing = [pl.lit(None, pl.String).alias(name) for name in NEWER_COLUMNS if name not in frame.columns]
    return frame.with_columns(missing).select(pl.exclude(NEWER_COLUMNS), *NEWER_COLUMNS)
