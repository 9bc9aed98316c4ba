"""Tracking events of all carriers, each with its own codes.

Comes in: parcels as of a day. Goes out: the table of the pack `carrier_tracking`. Some events reach the company a day or two after they
happened. Called by `simulate`.
"""

from collections.abc import Iterator

import polars as pl

from simulation.company import MARKETS, WAREHOUSES
from simulation.exports.tables import CHANGED, Dirt, Table
from simulation.exports.view import View
from simulation.world.world import World

SYSTEM = "carrier_tracking"
STEPS = {
    "label": "LABEL_CREATED", "pickup": "PICKED_UP", "departed": "DEPARTED", "hold": "CUSTOMS_HOLD", "cleared": "CUSTOMS_CLEARED",
    "arrived": "ARRIVED", "out": "OUT_FOR_DELIVERY", "failed": "FAILED_ATTEMPT",
    "refused": "FAILED_ATTEMPT", "delivered": "DELIVERED", "lost": "EXCEPTION", "returned": "RETURNED",
}  # fmt: skip
# Own codes; FedEx comes through a service that translates.
CODES = {
    "DHL": {"label": "SA", "pickup": "PU", "departed": "DF", "hold": "CD", "cleared": "CR", "arrived": "AR", "out": "WC", "failed": "NH",
            "refused": "RD", "delivered": "OK", "lost": "OH", "returned": "RT"},
    "DPD": {"label": "00", "pickup": "05", "departed": "09", "hold": "12", "cleared": "17", "arrived": "02", "out": "03", "failed": "14",
            "refused": "14", "delivered": "13", "lost": "08", "returned": "06"},
    "UPS": {"label": "MP", "pickup": "PU", "departed": "DP", "hold": "CH", "cleared": "CC", "arrived": "DS", "out": "OF", "failed": "NA",
            "refused": "NA", "delivered": "FS", "lost": "X", "returned": "RS"},
    "ARAMEX": {"label": "SH014", "pickup": "SH012", "departed": "SH022", "hold": "SH041", "cleared": "SH044", "arrived": "SH001",
               "out": "SH003", "failed": "SH033", "refused": "SH033", "delivered": "SH005", "lost": "EXCEPTION", "returned": "SH069"},
}  # fmt: skip


def events(world: World) -> pl.DataFrame:
    """Every event with when it happened and when it became known."""
    start = pl.DataFrame(
        {
            "warehouse": [w.code for w in WAREHOUSES],
            "start": [w.city for w in WAREHOUSES],
            "from": [w.country for w in WAREHOUSES],
        }
    )
    end = pl.DataFrame({"market": [m.code for m in MARKETS], "end": [m.name for m in MARKETS]})
    parcels = world.parcels.join(start, on="warehouse", how="left", maintain_order="left").join(
        end, on="market", how="left", maintain_order="left"
    )
    at_the_door = pl.coalesce("delivered_at", "refused_at")
    morning = at_the_door - pl.duration(hours=3)
    times = {
        "label": pl.col("shipped_at") - pl.duration(minutes=50),
        "pickup": pl.col("shipped_at"),
        "departed": pl.col("shipped_at") + pl.duration(hours=3),
        "hold": pl.col("hold_at"),
        "cleared": pl.col("cleared_at"),
        "arrived": at_the_door - pl.duration(hours=4),
        "out": morning,
        "failed": pl.col("failed_at"),
        "refused": pl.col("refused_at"),
        "delivered": pl.col("delivered_at"),
        "lost": pl.col("lost_at"),
        "returned": pl.col("sent_back_at"),
    }
    # The hold of a parcel that came before it would have been held is none.
    is_held = pl.col("cleared_at") < pl.coalesce(at_the_door, pl.col("lost_at"))
    frames = []
    for step, time in times.items():
        at_start = step in ("label", "pickup", "departed", "returned")
        some = parcels.filter(is_held.fill_null(False)) if step in ("hold", "cleared") else parcels
        codes = {carrier: known[step] for carrier, known in CODES.items()}
        frames.append(
            some.select(
                pl.col("carrier").alias("carrier_code"),
                "tracking_number",
                pl.col("carrier").replace_strict(codes, default=STEPS[step]).alias("event_code"),
                pl.lit(STEPS[step].replace("_", " ").capitalize()).alias("event_description"),
                time.alias("event_time"),
                pl.col("start" if at_start else "end").alias("place"),
                pl.col("from" if at_start else "market").alias("country_code"),
                "promised_on",
                pl.when(pl.lit(step == "delivered") & (pl.col("grams") % 3 == 0))
                .then(pl.lit("neighbour"))
                .alias("signed_by"),
                pl.lit(list(times).index(step)).alias("step"),
            )
        )
    happened = (
        pl.concat(frames).filter(pl.col("event_time").is_not_null()).sort("event_time", "tracking_number", "step")
    )
    # One event in forty is reported late.
    wait = pl.when(pl.int_range(pl.len()) % 40 == 0).then(pl.int_range(pl.len()) // 40 % 3 + 1).otherwise(0)
    return happened.with_columns((pl.col("event_time") + pl.duration(days=wait)).alias(CHANGED)).drop("step")


def tables(world: World, view: View) -> Iterator[Table]:
    """The one table."""
    dirt = Dirt(key="tracking_number", parent="tracking_number", date="event_time", repeats=True)
    for part in world.parts():
        yield Table(SYSTEM, "tracking", events(part), dirt)
