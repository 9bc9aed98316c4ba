"""What bringing bought goods in costs: freight, insurance and duty of each purchase order, and what of it each line bears.

Comes in: purchase orders, their lines, receipts, products. Goes out: frames of charges, and of their shares by line. Called by the world
and by the truth. Amounts are whole minor units; shares of lines are hundred-millionths of the currency's unit.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from simulation.company import SUPPLIERS, WAREHOUSES
from simulation.world.clock import Ints, rounded

# One unit of a currency in another, times 1000: the rates that forwarders and brokers agree on for a year.
AGREED = {
    ("EUR", "EUR"): 1000, ("USD", "USD"): 1000, ("USD", "EUR"): 909, ("EUR", "USD"): 1100, ("EUR", "AED"): 4040, ("USD", "AED"): 3673,
}  # fmt: skip
# Minor units of the forwarder's currency per kilogram, by the supplier's country, to Rotterdam, Louisville and Dubai.
FREIGHT = {
    "TR": (95, 260, 140), "PT": (60, 240, 210), "MA": (110, 250, 220), "CN": (85, 110, 70), "BD": (90, 125, 72), "IN": (80, 118, 55),
}  # fmt: skip
FREIGHT_OF_A_BILL = 900
INSURANCE_BPS = 35
# Duty in basis points by warehouse, then by origin; of each: knitted (chapter 61 of the Harmonised System), woven (62).
# Portugal is domestic to Rotterdam; Turkey, Morocco and Bangladesh come in free there, Morocco in the United States as well.
DUTY = {
    "WH-RTM": {"CN": (1200, 1200), "IN": (960, 960)},
    "WH-LOU": {"CN": (2400, 2050), "BD": (1600, 1280), "IN": (1600, 1280), "TR": (1600, 1280), "PT": (1600, 1280)},
    "WH-DXB": dict.fromkeys(FREIGHT, (500, 500)),
}
SHARES_OF_A_MINOR_UNIT = 1_000_000


@dataclass(frozen=True)
class Agent:
    """Who bills charges."""

    number: str
    name: str
    country: str
    city: str
    currency: str


FORWARDERS = {
    "EUR": Agent("V-201", "Iberia Anatolia Road Freight", "PT", "Porto", "EUR"),
    "USD": Agent("V-202", "Monsoon Ocean Lines", "SG", "Singapore", "USD"),
}
BROKERS = {
    "WH-RTM": Agent("V-301", "Maas Customs Agents", "NL", "Rotterdam", "EUR"),
    "WH-LOU": Agent("V-302", "Bluegrass Customs Brokers", "US", "Louisville", "USD"),
    "WH-DXB": Agent("V-303", "Creek Clearing", "AE", "Dubai", "AED"),
}
AGENTS = (*FORWARDERS.values(), *BROKERS.values())
CHARGE_LINES = {"freight": 1, "insurance": 2}


def _converted(amount: str, source: str, target: str) -> pl.Expr:
    rates = {f"{a}{b}": rate for (a, b), rate in AGREED.items()}
    rate = pl.concat_str(source, target).replace_strict(rates, return_dtype=pl.Int64)
    return (2 * pl.col(amount) * rate + 1000) // 2000


def lines_of(purchase_orders: pl.DataFrame, purchase_lines: pl.DataFrame, products: pl.DataFrame) -> pl.DataFrame:
    """Lines of orders that were not cancelled, with what they cost in the supplier's currency and what duty they bear."""
    supplier = pl.DataFrame(
        {
            "maker": range(len(SUPPLIERS)),
            "supplier_country": [s.country for s in SUPPLIERS],
            "po_currency": [s.currency for s in SUPPLIERS],
        }
    )
    duty = pl.DataFrame(
        [
            (warehouse, origin, chapter, bps)
            for warehouse, origins in DUTY.items()
            for origin, rates in origins.items()
            for chapter, bps in zip(("61", "62"), rates, strict=True)
        ],
        schema=["warehouse", "supplier_country", "chapter", "duty_bps"],
        orient="row",
    )
    unit = (
        pl.when(pl.col("po_currency") == "USD").then((pl.col("cost") * 11 + 5) // 10).otherwise("cost")
    )  # as the books do
    return (
        purchase_lines.join(purchase_orders.filter(~pl.col("is_cancelled")).select("po", "maker", "shipped_on"), on="po")
        .join(supplier, on="maker", how="left")
        .join(products.select("sku_number", "grams", pl.col("hs_code").str.head(2).alias("chapter")), on="sku_number", how="left")
        .join(duty, on=["warehouse", "supplier_country", "chapter"], how="left")
        .with_columns(
            amount=unit * pl.col("quantity"),
            weight=pl.col("grams") * pl.col("quantity"),
            duty_bps=pl.col("duty_bps").fill_null(0),
            broker_currency=pl.col("warehouse").replace_strict({w: a.currency for w, a in BROKERS.items()}),
        )
        .sort("po", "line")
    )  # fmt: skip


def charges(
    purchase_orders: pl.DataFrame, purchase_lines: pl.DataFrame, receipts: pl.DataFrame, products: pl.DataFrame
) -> pl.DataFrame:
    """One row per charge. Freight and insurance are for an order, duty is for a line of it; what comes in free of duty has none."""
    lines = lines_of(purchase_orders, purchase_lines, products)
    per_kilogram = pl.DataFrame(
        [
            (code, warehouse.code, rate)
            for code, rates in FREIGHT.items()
            for warehouse, rate in zip(WAREHOUSES, rates, strict=True)
        ],
        schema=["supplier_country", "warehouse", "per_kilogram"],
        orient="row",
    )
    orders = (
        lines.group_by("po", "supplier_country", "warehouse", "po_currency", "shipped_on")
        .agg(pl.col("amount", "weight").sum())
        .join(per_kilogram, on=["supplier_country", "warehouse"], how="left")
        .with_columns(
            freight=FREIGHT_OF_A_BILL + (2 * pl.col("weight") * pl.col("per_kilogram") + 1000) // 2000,
            insurance=(2 * pl.col("amount") * INSURANCE_BPS + 10_000) // 20_000,
        )
    )
    carriage = pl.concat(
        orders.select(
            "po", pl.lit(None, pl.Int64).alias("line"), pl.lit(kind).alias("charge_type"),
            pl.col("po_currency").replace_strict({c: a.number for c, a in FORWARDERS.items()}).alias("vendor"),
            pl.col("po_currency").alias("currency"), pl.col(kind).alias("amount"),
            (pl.col("shipped_on").cast(pl.Datetime("ms")) + pl.duration(days=4, hours=9)).alias("billed_at"),
            pl.lit(number, pl.Int64).alias("bill_line"),
        )
        for kind, number in CHARGE_LINES.items()
    )  # fmt: skip
    arrived = receipts.group_by("po").agg(pl.col("received_on").min().alias("arrived_on"))
    duties = (
        lines.filter(pl.col("duty_bps") > 0)
        .join(arrived, on="po")
        .with_columns(customs_value=_converted("amount", "po_currency", "broker_currency"))
        .select(
            "po",
            pl.col("line").cast(pl.Int64),
            pl.lit("duty").alias("charge_type"),
            pl.col("warehouse").replace_strict({w: a.number for w, a in BROKERS.items()}).alias("vendor"),
            pl.col("broker_currency").alias("currency"),
            ((2 * pl.col("customs_value") * pl.col("duty_bps") + 10_000) // 20_000).alias("amount"),
            (pl.col("arrived_on").cast(pl.Datetime("ms")) + pl.duration(days=1, hours=15)).alias("billed_at"),
            pl.col("line").cast(pl.Int64).alias("bill_line"),
        )
    )
    return pl.concat([carriage, duties]).filter(pl.col("amount") > 0).sort("po", "charge_type", "bill_line")


def _share(amount: Ints, weight: Ints, total: Ints) -> Ints:
    """A part of an amount by weight, to the hundred-millionth, half up; in two steps, so that no product grows too large."""
    whole, rest = np.divmod(amount * weight, total)
    return whole * SHARES_OF_A_MINOR_UNIT + rounded(rest * SHARES_OF_A_MINOR_UNIT, total)


def shares(charged: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """What of each kind of charge each line bears, by the rule of the measure.

    A charge that names a line is borne by it; else by all lines of the order by their value, each share rounded to eight decimals; the
    last line also takes what the rounding left.
    """
    of_lines = charged.filter(pl.col("line").is_not_null()).with_columns(
        share=pl.col("amount") * SHARES_OF_A_MINOR_UNIT
    )
    of_orders = (
        charged.filter(pl.col("line").is_null())
        .drop("line")
        .join(lines.select("po", "line", pl.col("amount").alias("weight")), on="po")
        .sort("po", "charge_type", "line")
        .with_columns(total=pl.col("weight").sum().over("po", "charge_type"))
    )
    of_orders = of_orders.with_columns(
        share=pl.Series(_share(*(of_orders[name].to_numpy() for name in ("amount", "weight", "total"))), dtype=pl.Int64)
    ).with_columns(
        share=pl.col("share")
        + pl.when(pl.col("line") == pl.col("line").max().over("po", "charge_type"))
        .then(pl.col("amount") * SHARES_OF_A_MINOR_UNIT - pl.col("share").sum().over("po", "charge_type"))
        .otherwise(0)
    )
    columns = ("po", "line", "charge_type", "currency", "share")
    return pl.concat([of_lines.select(columns), of_orders.select(columns)]).sort("po", "line", "charge_type")
