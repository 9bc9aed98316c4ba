"""Pieces add up: what came in less what went out is what is there, and nobody buys what is not."""

from datetime import date, datetime
from pathlib import Path

import polars as pl
from polars.testing import assert_frame_equal
from simulated_deliveries import read, truth

from simulation.world.stock import levels
from simulation.world.world import World


def test_no_bin_is_ever_below_zero(world: World) -> None:
    running = world.movements.with_columns(stood=pl.col("quantity").cum_sum().over("sku_number", "warehouse"))
    assert running["stood"].min() == 0


def test_levels_of_a_day_are_the_sum_of_all_movements_until_then(world: World) -> None:
    for day in (date(2024, 2, 29), date(2026, 10, 31)):
        until = datetime(day.year, day.month, day.day, 23, 59, 59)
        expected = (
            world.movements.filter(pl.col("moved_at") <= until)
            .group_by("sku_number", "warehouse")
            .agg(pl.col("quantity").sum())
            .sort("sku_number", "warehouse")
        )
        found = levels(world.movements, [date(2023, 12, 31), day]).filter(pl.col("stock_on") == day)
        assert_frame_equal(found.select("sku_number", "warehouse", "quantity"), expected, check_dtypes=False)


def test_stock_outs_cost_sales(world: World) -> None:
    assert world.lost_demand.height > 0
    assert world.lines.height > world.lost_demand.height


def test_the_warehouse_systems_files_lead_to_its_stock(clean: Path) -> None:
    place = ["warehouse_code", "sku"]
    received = read(clean, "wms", "receipts").select(
        *place, quantity=pl.col("received_quantity").cast(pl.Int64) - pl.col("rejected_quantity").cast(pl.Int64)
    )
    moves = read(clean, "wms", "moves")
    moved = pl.concat(
        moves.filter(pl.col(side).is_not_null()).select(
            pl.col(side).alias("warehouse_code"), "sku", quantity=sign * pl.col("quantity").cast(pl.Int64)
        )
        for side, sign in (("to_warehouse_code", 1), ("from_warehouse_code", -1))
    )
    assert moves.filter(pl.col("move_type") == "TRANSFER").height
    picked = read(clean, "wms", "picks").select(*place, quantity=-pl.col("quantity").cast(pl.Int64))
    counted = read(clean, "wms", "cycle_counts").select(
        *place,
        quantity=(pl.col("counted_quantity").cast(pl.Float64) - pl.col("system_quantity").cast(pl.Float64)).cast(
            pl.Int64
        ),
    )
    found = (
        pl.concat([received, moved, picked, counted])
        .group_by(place)
        .agg(pl.col("quantity").sum())
        .filter(pl.col("quantity") != 0)
    )
    stock = read(clean, "wms", "stock").filter(pl.col("stock_on") == "2026-10-31")
    expected = stock.select(*place, quantity=pl.col("quantity_on_hand").cast(pl.Int64))
    assert_frame_equal(found.sort(place), expected.sort(place))
    from_truth = truth(clean, "stock").filter((pl.col("stock_on") == date(2026, 10, 31)) & (pl.col("quantity") != 0))
    assert_frame_equal(
        expected.sort(place),
        from_truth.select(pl.col("warehouse").alias("warehouse_code"), "sku", "quantity").sort(place),
    )


def test_what_is_picked_is_what_was_ordered_and_left(clean: Path) -> None:
    picks = read(clean, "wms", "picks").group_by("order_number").agg(pl.col("quantity").cast(pl.Int64).sum())
    parcels = truth(clean, "parcels").group_by("order_number").agg(pl.col("pieces").sum())
    both = parcels.with_columns(pl.col("order_number").cast(pl.String)).join(picks, on="order_number", how="full")
    assert both.filter(pl.col("pieces").ne_missing(pl.col("quantity"))).is_empty()


def test_no_more_is_received_than_was_ordered(world: World) -> None:
    came = world.receipts.group_by("po", "line").agg(pl.col("received", "rejected").sum())
    lines = world.purchase_lines.join(came, on=["po", "line"], how="left")
    assert lines.filter(
        (pl.col("received") > pl.col("quantity")) | (pl.col("rejected") > pl.col("received"))
    ).is_empty()
    cancelled = world.purchase_orders.filter("is_cancelled").select("po")
    assert came.join(cancelled, on="po", how="semi").is_empty()


def test_the_factory_sews_one_order_after_the_other(world: World) -> None:
    queue = world.production_orders.sort("pr").with_columns(before=pl.col("sewing_ends_on").shift(1))
    assert queue.filter(pl.col("sewing_starts_on") < pl.col("before")).is_empty()
    assert queue.filter(pl.col("released_on") > pl.col("sewing_starts_on")).is_empty()
    assert queue.filter(pl.col("sewing_starts_on").dt.weekday() == 7).is_empty()


def test_what_one_warehouse_sends_another_receives(world: World) -> None:
    sent = world.movements.filter(pl.col("kind") == "transfer_out")
    came = world.movements.filter(pl.col("kind") == "transfer_in")
    both = sent.join(came, on="reference", how="full", suffix="_came")
    assert both.height == sent.height == came.height > 0
    assert both.filter(
        (pl.col("quantity") + pl.col("quantity_came") != 0)
        | (pl.col("sku_number") != pl.col("sku_number_came"))
        | (pl.col("warehouse") == pl.col("warehouse_came"))
        | (pl.col("moved_at_came") <= pl.col("moved_at"))
    ).is_empty()


def test_each_receipt_is_a_lot_of_its_order_and_day(clean: Path) -> None:
    receipts = read(clean, "wms", "receipts")
    assert receipts["lot_code"].null_count() == 0
    lots = receipts.group_by("lot_code").agg(
        pl.col("po_number").n_unique(), pl.col("received_at").str.head(10).n_unique()
    )
    assert lots.filter((pl.col("po_number") > 1) | (pl.col("received_at") > 1)).is_empty()


def test_what_was_refused_at_the_door_comes_back_whole_and_nobody_pays(world: World) -> None:
    refused = world.orders.filter(pl.col("sent_back_at").is_not_null())
    assert refused.height
    assert set(refused["market"]) <= {"AE", "SA"}
    assert set(refused["gateway"]) == {"cash_on_delivery"}
    numbers = refused.select(pl.col("order_number").cast(pl.String).alias("reference"), "pieces", "sent_back_at")
    moved = (
        world.movements.join(numbers, on="reference")
        .group_by("reference")
        .agg(
            pl.col("quantity").sum(),
            pl.col("quantity").filter(pl.col("kind") == "return").sum().alias("back"),
            pl.col("pieces").first(),
        )
    )
    assert moved.height == refused.height
    assert moved.filter((pl.col("quantity") != 0) | (pl.col("back") != pl.col("pieces"))).is_empty()
    money = world.payments.join(refused, on="order_number", how="semi")
    assert money.filter(pl.col("settled_at").is_not_null() & ~pl.col("is_failure")).is_empty()
    assert world.refunds.join(refused, on="order_number", how="semi").is_empty()


def test_a_refused_parcel_is_tracked_back_cancelled_in_the_shop_and_credited_in_the_books(clean: Path) -> None:
    refusals = truth(clean, "refusals").with_columns(pl.col("order_number").cast(pl.String))
    assert refusals.height
    orders = read(clean, "shopify", "order").join(refusals, on="order_number")
    assert orders.height == refusals.height
    assert set(orders["financial_status"]) == {"voided"}
    assert orders["cancelled_at"].null_count() == 0
    credits = read(clean, "netsuite", "transaction").filter(pl.col("type") == "CustCred")
    assert refusals.join(credits, left_on="order_number", right_on="otherrefnum", how="anti").is_empty()
    parcels = truth(clean, "parcels").filter(pl.col("sent_back_at") < pl.datetime(2026, 11, 1))
    codes = (
        read(clean, "carrier_tracking", "tracking")
        .join(parcels, on="tracking_number")
        .filter(pl.col("event_description") == "Returned")
    )
    assert set(codes["event_code"]) <= {"RT", "SH069"}
    assert codes["tracking_number"].n_unique() >= parcels.height - 1, "one event in forty is told late"
