"""Sessions of shop and app: the one in which each order was placed, and others before it, some of the same person.

Comes in: orders as of a day. Goes out: the table of the pack `web_sessions`, and the daily figures of the truth. Called by `simulate`
and by the truth. A sample of about three sessions an order; what they did is drawn from the order's number, so that parts and days agree.
"""

from collections.abc import Iterator

import polars as pl

from simulation.company import FIRST_DAY
from simulation.exports.tables import CHANGED, Dirt, Table
from simulation.exports.view import View
from simulation.world.world import World

SYSTEM = "web_sessions"
SESSIONS_OF_AN_ORDER = 3
# Source, medium and campaign with their shares in hundredths.
SOURCES = (
    (None, None, None, 34), ("google", "cpc", "brand", 22), ("instagram", "social", None, 20), ("newsletter", "email", "drop", 12),
    ("tiktok", "social", None, 8), ("influencer", "affiliate", None, 4),
)  # fmt: skip
DEVICES = (("mobile", 58), ("desktop", 35), ("tablet", 7))
UTM = ("utm_source", "utm_medium", "utm_campaign")
# A step of a simple generator, small enough that no product leaves 64 bits.
STEP, SPACE = 48_271, 2_147_483_647


def _drawn(seed: int, part: int, below: int) -> pl.Expr:
    """A whole number from 0 to below it, by the order, the session and what it is for."""
    begin = (pl.col("order_number") * 8_191 + pl.col("place") * 131 + part * 17 + seed * 524_287 + 1) % SPACE
    return begin * STEP % SPACE * STEP % SPACE * STEP % SPACE // 64 % below


def _chosen(drawn: pl.Expr, shares: tuple[tuple[object, ...], ...], column: int) -> pl.Expr:
    """One of the values by their shares, which add up to a hundred."""
    edges, total = [], 0
    for row in shares:
        total += int(str(row[-1]))
        edges.append(total)
    values = [row[column] for row in shares]
    choice = pl.lit(values[-1], pl.String)
    for edge, value in zip(reversed(edges[:-1]), reversed(values[:-1]), strict=True):
        choice = pl.when(drawn < edge).then(pl.lit(value, pl.String)).otherwise(choice)
    return choice


def sessions(world: World, view: View) -> pl.DataFrame:
    """Sessions that are over: place 0 is the one with the order, the others lie up to two weeks before it."""
    seed = world.plan.seed
    orders = world.orders.select(
        "order_number", "person", "account", "is_guest", "market", "channel", "ordered_at", "line_count"
    )
    made = orders.join(pl.DataFrame({"place": range(SESSIONS_OF_AN_ORDER)}), how="cross")
    is_order = pl.col("place") == 0
    # Half of the earlier sessions are of people who never buy.
    is_same = is_order | (_drawn(seed, 1, 100) < 50)
    minutes = 3 + _drawn(seed, 2, 35)
    earlier = pl.duration(minutes=30 + _drawn(seed, 3, 20_000))
    browsed = _drawn(seed, 4, 8)
    carts = (
        pl.when(is_order).then(pl.col("line_count")).otherwise(pl.when(_drawn(seed, 5, 100) < 14).then(1).otherwise(0))
    )
    found = made.select(
        pl.format("S{}-{}", "order_number", "place").alias("session_id"),
        pl.when(is_order).then(pl.col("ordered_at") - pl.duration(minutes=minutes)).otherwise(pl.col("ordered_at") - earlier)
        .dt.truncate("1s").alias("started_at"),
        pl.when(is_same).then(pl.format("V{}", pl.col("person") * 7 + 1_000_003))
        .otherwise(pl.format("V{}", pl.col("order_number") * 10 + pl.col("place") + 50_000_000)).alias("visitor_id"),
        pl.when(is_order & ~pl.col("is_guest")).then(pl.col("person") * 10 + pl.col("account") + 7_200_000_000_000).alias("customer_id"),
        "channel",
        *(_chosen(_drawn(seed, 6, 100), SOURCES, column).alias(name) for column, name in enumerate(UTM)),
        pl.col("market").alias("country_code"),
        pl.when(pl.col("channel") == "app").then(pl.lit("app")).otherwise(_chosen(_drawn(seed, 7, 100), DEVICES, 0)).alias("device"),
        (browsed + carts + 2).alias("page_views"), (browsed + carts).alias("product_views"), carts.cast(pl.Int64).alias("cart_adds"),
        pl.when(is_order | ((carts > 0) & (_drawn(seed, 8, 100) < 40))).then(1).otherwise(0).alias("checkouts"),
        pl.when(is_order).then("order_number").alias("order_number"),
        minutes.alias("minutes"),
    )  # fmt: skip
    ended = pl.col("started_at") + pl.duration(minutes=pl.col("minutes") + 2)
    found = found.with_columns(ended.alias(CHANGED)).drop("minutes")
    return view.known(found.filter(pl.col("started_at") >= pl.lit(FIRST_DAY).cast(pl.Datetime("ms"))), CHANGED).sort(
        "started_at", "session_id"
    )


def daily(world: World, view: View) -> pl.DataFrame:
    """The figures of a day, channel, country and device."""
    columns = ("session_on", "channel", "country_code", "device")
    found = sessions(world, View(view.day, is_increment=False)).with_columns(
        session_on=pl.col("started_at").cast(pl.Date)
    )
    return (
        found.group_by(columns)
        .agg(
            pl.len().cast(pl.Int64).alias("sessions"),
            pl.col("visitor_id").n_unique().cast(pl.Int64).alias("visitors"),
            (pl.col("cart_adds") > 0).sum().cast(pl.Int64).alias("carts"),
            (pl.col("checkouts") > 0).sum().cast(pl.Int64).alias("checkouts"),
        )
        .sort(columns)
    )


def tables(world: World, view: View) -> Iterator[Table]:
    """The one table."""
    for part in world.parts():
        yield Table(SYSTEM, "web_sessions", sessions(part, view), Dirt(key="session_id", repeats=True))
