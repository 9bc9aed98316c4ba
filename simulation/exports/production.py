"""Exports of the factory's planning system: semicolons, decimal commas, the whole table each time.

Comes in: the world as of a day. Goes out: tables in the layout of the pack `production`. Called by `simulate`.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from math import ceil

import polars as pl

from simulation.company import FIRST_DAY, HORIZON, WORK_CENTRES
from simulation.exports.tables import Dirt, Table
from simulation.exports.view import View, money
from simulation.world.world import World

SYSTEM = "production"
VALID_FROM = date(2023, 1, 1)
SHIFT_HOURS = 8
FABRIC_GRAMS = 220
FEASTS = ((12, 24), (12, 25), (12, 26), (12, 31), (1, 1), (5, 1))


def comma(column: str | pl.Expr) -> pl.Expr:
    """Hundredths as text with a decimal comma."""
    return money(column).str.replace(".", ",", literal=True)


def tables(world: World, view: View) -> Iterator[Table]:
    """All tables."""
    for entity, frame, dirt in (
        ("work_centres", _work_centres(world), None),
        ("shifts", _shifts(world), None),
        ("calendar_exceptions", _exceptions(), None),
        ("routings", _routings(world, view), None),
        ("work_orders", _work_orders(world, view), Dirt(key="production_order_number", number="ordered_quantity")),
        ("operations", _operations(world, view), Dirt(key="production_order_number", parent="production_order_number")),
        ("bills_of_material", _materials(world, view), None),
    ):
        yield Table(SYSTEM, entity, frame, dirt, delimiter=";")


def _workers(world: World) -> dict[str, int]:
    """People at each work centre: as many as its busiest day needs, whatever the scale of the company."""
    hours = float(world.factory_minutes.max()) / 60
    return {code: max(1, ceil(hours * share / SHIFT_HOURS)) for code, _, share, _ in WORK_CENTRES}


def _work_centres(world: World) -> pl.DataFrame:
    workers = _workers(world)
    return pl.DataFrame(
        {
            "work_centre_code": [code for code, *_ in WORK_CENTRES],
            "name": [name for _, name, *_ in WORK_CENTRES],
            "cost_rate_per_hour": [f"{cost // 100},{cost % 100:02d}" for _, _, _, cost in WORK_CENTRES],
            "currency_code": ["EUR"] * len(WORK_CENTRES),
            "available_hours_per_week": [f"{count * 44},00" for count in workers.values()],
        }
    )


def _shifts(world: World) -> pl.DataFrame:
    rows = [
        (code, day, "early", f"{SHIFT_HOURS if day < 6 else 4},00", count, VALID_FROM, None)
        for code, count in _workers(world).items()
        for day in range(1, 7)
    ]
    names = ["work_centre_code", "day_of_week", "shift_name", "shift_hours", "worker_count", "valid_from", "valid_to"]
    return pl.DataFrame(rows, schema=names, orient="row").with_columns(pl.col("valid_to").cast(pl.Date))


def _exceptions() -> pl.DataFrame:
    days = [FIRST_DAY + timedelta(days=number) for number in range((HORIZON - FIRST_DAY).days + 1)]
    rows = []
    for day in days:
        if (8, 3) <= (day.month, day.day) <= (8, 16):
            rows.append((day, None, "0,00", "summer shutdown"))
        elif (day.month, day.day) in FEASTS or (day.month, day.day) > (12, 24) or (day.month, day.day) == (1, 2):
            rows.append((day, None, "0,00", "holiday"))
    return pl.DataFrame(
        rows, schema=["exception_on", "work_centre_code", "available_hours", "reason"], orient="row"
    ).with_columns(pl.col("work_centre_code").cast(pl.String))


def _made(world: World, view: View) -> pl.DataFrame:
    return world.products.filter(pl.col("is_made") & (pl.col("launched_on") - pl.duration(days=70) <= view.day))


def _routings(world: World, view: View) -> pl.DataFrame:
    made = _made(world, view)
    return pl.concat(
        made.select(
            "sku",
            pl.lit((place + 1) * 10).alias("operation_sequence"),
            pl.lit(name).alias("operation_name"),
            pl.lit(code).alias("work_centre_code"),
            pl.lit("7,50").alias("setup_minutes"),
            comma((pl.col("standard_minutes") * round(share * 100)).cast(pl.Int64)).alias("standard_minutes"),
            pl.lit("98,80" if code == "WC-SEW" else "100,00").alias("yield_percent"),
            pl.lit(VALID_FROM).alias("valid_from"),
            pl.lit(None, pl.Date).alias("valid_to"),
        )
        for place, (code, name, share, _) in enumerate(WORK_CENTRES)
    ).sort("sku", "operation_sequence")


def _orders(world: World, view: View) -> pl.DataFrame:
    made = world.production_orders.join(
        world.products.select("sku_number", "sku"), on="sku_number", how="left", maintain_order="left"
    ).with_columns(
        released_at=pl.col("released_on").cast(pl.Datetime("ms")) + pl.duration(hours=12),
        started_at=(pl.col("sewing_starts_on") - pl.duration(days=1)).cast(pl.Datetime("ms")) + pl.duration(hours=7),
        ended_at=pl.col("ready_on").cast(pl.Datetime("ms")) + pl.duration(hours=16),
    )
    return view.known(made, "released_at")


def _work_orders(world: World, view: View) -> pl.DataFrame:
    has_ended = view.has("ended_at")
    return _orders(world, view).select(
        pl.format("PR-{}", "pr").alias("production_order_number"),
        "sku",
        pl.when(has_ended).then(pl.lit("FINISHED")).when(view.has("started_at")).then(pl.lit("STARTED")).otherwise(pl.lit("RELEASED"))
        .alias("status"),
        comma(pl.col("quantity") * 100).alias("ordered_quantity"),
        pl.when(has_ended).then(comma((pl.col("quantity") - pl.col("scrapped")) * 100)).alias("stocked_quantity"),
        pl.when(has_ended).then(comma(pl.col("scrapped") * 100)).alias("scrapped_quantity"),
        pl.when(has_ended & (pl.col("scrapped") > 0)).then(pl.lit("sewing fault")).alias("scrap_reason"),
        (pl.col("released_on") + pl.duration(days=2)).alias("planned_start_on"),
        view.seen("started_at").cast(pl.Date).alias("started_on"),
        view.seen("ended_at").cast(pl.Date).alias("ended_on"),
        "due_on",
        view.last("released_at", "started_at", "ended_at").alias("changed_at"),
    )  # fmt: skip


def _operations(world: World, view: View) -> pl.DataFrame:
    known = _orders(world, view).select("pr")
    done = view.has("ended_at")
    return world.operations.join(known, on="pr", how="semi").select(
        pl.format("PR-{}", "pr").alias("production_order_number"),
        pl.col("sequence").alias("operation_sequence"),
        pl.col("work_centre").alias("work_centre_code"),
        "planned_start_at",
        "planned_end_at",
        view.seen("started_at").alias("actual_start_at"),
        view.seen("ended_at").alias("actual_end_at"),
        comma("planned_hours").alias("planned_hours"),
        pl.when(done).then(comma("actual_hours")).alias("actual_hours"),
        pl.when(done).then(comma(pl.col("good") * 100)).alias("good_quantity"),
        pl.when(done).then(comma(pl.col("scrapped") * 100)).alias("scrapped_quantity"),
    )


def _materials(world: World, view: View) -> pl.DataFrame:
    made = _made(world, view)
    fabric = made.select(
        "sku", pl.format("FAB-{}", pl.col("sku").str.split("-").list.get(1)).alias("component_code"),
        pl.format("Fabric {}", pl.col("colour").str.to_lowercase()).alias("component_name"),
        comma(pl.col("grams") * 100 // FABRIC_GRAMS + 20).alias("quantity_per_piece"), pl.lit("MTR").alias("unit_code"),
    )  # fmt: skip
    label = made.select(
        "sku", pl.lit("LAB-CARE").alias("component_code"), pl.lit("Care label").alias("component_name"),
        pl.lit("1,00").alias("quantity_per_piece"), pl.lit("EA").alias("unit_code"),
    )  # fmt: skip
    return pl.concat([fabric, label]).sort("sku", "component_code").with_columns(
        bom_level=pl.lit(1), valid_from=pl.lit(VALID_FROM), valid_to=pl.lit(None, pl.Date)
    )  # fmt: skip
