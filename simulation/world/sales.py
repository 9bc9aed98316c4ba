"""Orders as the shop took them, to the cent: prices, discounts, taxes, shipping, and their parcels.

Comes in: wanted orders, journeys, and what stock allowed. Goes out: frames `orders`, `lines`, `parcels`, `refunds`, `refund_lines`,
`payments`. Called by the world. All money is whole minor units of the order's currency.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from simulation.company import CARRIERS, CURRENCIES, MARKETS, US_STATES, WAREHOUSES
from simulation.world import settlement
from simulation.world.catalogue import CATEGORIES, Catalogue
from simulation.world.clock import NEVER, Flags, Ints, Plan, dates, pick, rounded, times, within
from simulation.world.demand import CODE_BPS, CODES, Wanted
from simulation.world.journeys import REASONS, Journeys

FIRST_ORDER = 100_001


@dataclass
class Sales:
    """The frames, and for each kept order its place among the wanted ones."""

    orders: pl.DataFrame
    lines: pl.DataFrame
    parcels: pl.DataFrame
    refunds: pl.DataFrame
    refund_lines: pl.DataFrame
    payments: pl.DataFrame
    kept: Ints


@dataclass
class _Money:
    """Amounts over kept lines and kept orders."""

    price: Ints
    full_price: Ints
    gross: Ints
    discount: Ints
    tax: Ints
    net: Ints
    shipping: Ints
    shipping_tax: Ints


def _tax(amount: Ints, bps: Ints, included: Flags) -> Ints:
    """The tax on an amount, or within it."""
    return np.where(included, amount - rounded(amount * 10_000, 10_000 + bps), rounded(amount * bps, 10_000))


def make(plan: Plan, catalogue: Catalogue, wanted: Wanted, journeys: Journeys, accepted: Flags) -> Sales:
    """Turn what was wanted and allowed into documents."""
    draws = plan.draws("sales")
    lines = np.flatnonzero(accepted)
    kept, place = np.unique(wanted.line_order[lines], return_inverse=True)
    market = wanted.market[kept]
    currency = np.array([CURRENCIES.index(m.currency) for m in MARKETS])[market]
    state = np.where(market == _us(), pick(draws, np.array([s[3] for s in US_STATES]), len(kept)), -1)
    bps = np.array([m.tax_bps for m in MARKETS])[market] + np.where(
        state >= 0, np.array([s[2] for s in US_STATES])[state], 0
    )
    included = np.array([m.taxes_included for m in MARKETS])[market]

    sku = wanted.line_sku[lines]
    style = catalogue.sku_style[sku]
    price = catalogue.price(style, currency[place], wanted.day[kept][place])
    gross = price * wanted.line_quantity[lines]
    discount = rounded(gross * CODE_BPS[wanted.code[kept]][place], 10_000)
    taxable = gross - discount
    tax = _tax(taxable, bps[place], included[place])
    worth = np.bincount(place, weights=taxable, minlength=len(kept)).astype(np.int64)
    usual = np.where(
        worth >= np.array([m.free_from for m in MARKETS])[market], 0, np.array([m.shipping for m in MARKETS])[market]
    )
    shipping = np.where(wanted.is_express[kept], np.array([m.express for m in MARKETS])[market], usual)
    shipping_tax = np.where(included, _tax(shipping, bps, included), 0)
    money = _Money(
        price=price,
        full_price=catalogue.style_prices[style, currency[place]],
        gross=gross,
        discount=discount,
        tax=tax,
        net=taxable - np.where(included[place], tax, 0),
        shipping=shipping,
        shipping_tax=shipping_tax,
    )
    line_frame = _lines(catalogue, wanted, journeys, lines, place, money)
    parcels = _parcels(wanted, journeys, kept, line_frame)
    orders = _orders(wanted, journeys, kept, state, bps, money, line_frame, parcels)
    refunds, refund_lines = settlement.refunds(orders, line_frame, parcels)
    gateway = settlement.gateways(draws, market, orders)
    orders = orders.with_columns(gateway=pl.Series(np.array(settlement.GATEWAYS)[gateway]))
    return Sales(
        orders=orders,
        lines=line_frame,
        parcels=parcels,
        refunds=refunds,
        refund_lines=refund_lines,
        payments=settlement.payments(draws, orders, refunds, plan),
        kept=kept,
    )


def _us() -> int:
    return next(number for number, m in enumerate(MARKETS) if m.code == "US")


def _lines(
    catalogue: Catalogue, wanted: Wanted, journeys: Journeys, lines: Ints, place: Ints, money: _Money
) -> pl.DataFrame:
    quantity = wanted.line_quantity[lines]
    sku = wanted.line_sku[lines]
    return pl.DataFrame(
        {
            "line_id": 14_000_000_000_000 + np.arange(len(lines)) * 7,
            "order_number": FIRST_ORDER + place,
            "line_number": within(place) + 1,
            "sku_number": sku,
            "quantity": quantity,
            "unit_price": money.price,
            "full_price": money.full_price,
            "gross": money.gross,
            "discount": money.discount,
            "tax": money.tax,
            "net": money.net,
            "parcel": journeys.line_parcel[lines],
            "returned": journeys.line_returned[lines],
            "return_reason": np.array(REASONS)[journeys.line_reason[lines]],
            "is_restocked": journeys.line_is_restocked[lines],
            "grams": np.array([c.grams for c in CATEGORIES])[catalogue.style_category[catalogue.sku_style[sku]]]
            * quantity,
        }
    )


def _parcels(wanted: Wanted, journeys: Journeys, kept: Ints, lines: pl.DataFrame) -> pl.DataFrame:
    """One row per parcel that was really packed."""
    packed = lines.group_by("order_number", "parcel").agg(
        pl.col("grams").sum(), pl.col("quantity").sum().alias("pieces")
    )
    packed = packed.sort("order_number", "parcel")
    order = packed["order_number"].to_numpy() - FIRST_ORDER
    number = packed["parcel"].to_numpy()
    of = kept[order]
    live = journeys.cancelled_at[of] == NEVER
    packed, of, number = packed.filter(pl.Series(live)), of[live], number[live]
    market = wanted.market[of]
    codes = np.array([m.carriers for m in MARKETS])[market, journeys.carrier[of]]
    carrier_number = np.searchsorted(np.array(sorted(CARRIERS)), codes)
    prefix = np.array([CARRIERS[code][1] for code in sorted(CARRIERS)])[carrier_number]
    weight = packed["grams"].to_numpy() + 120
    freight = np.array([310, 640, 420])[np.array([m.region for m in MARKETS])[market]] + weight // 10
    return packed.with_columns(
        pl.format("{}{}", pl.Series(prefix), pl.int_range(pl.len()) * 13 + 7_000_000_000).alias("tracking_number"),
        carrier=pl.Series(codes),
        market=pl.Series(np.array([m.code for m in MARKETS])[market]),
        warehouse=pl.Series(np.array([w.code for w in WAREHOUSES])[np.array([m.region for m in MARKETS])[market]]),
        is_express=pl.Series(wanted.is_express[of]),
        grams=pl.Series(weight),
        freight=pl.Series(freight),
        promised_on=dates(journeys.promised_day[of]),
        shipped_at=times(journeys.shipped_at[of, number]),
        hold_at=times(journeys.hold_at[of, number]),
        cleared_at=times(journeys.cleared_at[of, number]),
        failed_at=times(journeys.failed_at[of, number]),
        delivered_at=times(journeys.delivered_at[of, number]),
        refused_at=times(journeys.refused_at[of]),
        sent_back_at=times(journeys.sent_back_at[of]),
        lost_at=times(
            np.where(journeys.is_lost[of, number], journeys.shipped_at[of, number] + 10 * 86_400 + 7_200, NEVER)
        ),
    )


def _orders(
    wanted: Wanted, journeys: Journeys, kept: Ints, state: Ints, bps: Ints, money: _Money, lines: pl.DataFrame, parcels: pl.DataFrame
) -> pl.DataFrame:  # fmt: skip
    market = wanted.market[kept]
    included = np.array([m.taxes_included for m in MARKETS])[market]
    base = pl.DataFrame(
        {
            "order_number": FIRST_ORDER + np.arange(len(kept)),
            "order_id": 5_400_000_000_000 + np.arange(len(kept)) * 11,
            "person": wanted.person[kept],
            "is_guest": wanted.is_guest[kept],
            "account": np.where(wanted.is_second_account[kept], 2, 1),
            "market": np.array([m.code for m in MARKETS])[market],
            "currency": np.array([m.currency for m in MARKETS])[market],
            "warehouse": np.array([w.code for w in WAREHOUSES])[np.array([m.region for m in MARKETS])[market]],
            "state": np.where(state >= 0, np.array([s[0] for s in US_STATES])[state], ""),
            "channel": np.where(wanted.is_app[kept], "app", "web"),
            "code": np.array(CODES)[wanted.code[kept]],
            "code_bps": CODE_BPS[wanted.code[kept]],
            "is_express": wanted.is_express[kept],
            "carrier": np.array([m.carriers for m in MARKETS])[market, journeys.carrier[kept]],
            "taxes_included": included,
            "tax_bps": bps,
            "shipping": money.shipping,
            "shipping_tax": money.shipping_tax,
            "shipping_net": money.shipping - np.where(included, money.shipping_tax, 0),
        }
    ).with_columns(
        ordered_at=times(wanted.ordered_at[kept]),
        cancelled_at=times(journeys.cancelled_at[kept]),
        return_asked_at=times(journeys.return_asked_at[kept]),
        return_received_at=times(journeys.return_received_at[kept]),
        refunded_at=times(journeys.refunded_at[kept]),
        sent_back_at=times(journeys.sent_back_at[kept]),
        # What was refused is cancelled in the shop and credited in the books once it is back.
        voided_at=times(journeys.sent_back_at[kept]) + pl.duration(hours=3),
        promised_on=dates(journeys.promised_day[kept]),
    )
    sums = lines.group_by("order_number").agg(
        pl.col("gross", "discount", "net").sum(),
        pl.col("tax").sum().alias("line_tax"),
        pl.col("quantity").sum().alias("pieces"),
        pl.len().cast(pl.Int64).alias("line_count"),
        (pl.col("returned") > 0).any().alias("has_return"),
        (pl.col("returned") == pl.col("quantity")).all().alias("is_all_returned"),
    )
    ways = parcels.group_by("order_number").agg(
        pl.len().cast(pl.Int64).alias("parcel_count"),
        pl.col("shipped_at").min().alias("first_shipped_at"),
        pl.col("shipped_at").max().alias("last_shipped_at"),
        pl.when(pl.col("delivered_at").null_count() == 0).then(pl.col("delivered_at").max()).alias("delivered_at"),
        pl.col("lost_at").max().alias("lost_at"),
        pl.col("lost_at").is_not_null().all().alias("is_all_lost"),
    )
    return (
        base.join(sums, on="order_number", how="left")
        .join(ways, on="order_number", how="left")
        .with_columns(tax=pl.col("line_tax") + pl.col("shipping_tax"))
        .with_columns(total=pl.col("net") + pl.col("tax") + pl.col("shipping_net"))
        .sort("order_number")
    )
