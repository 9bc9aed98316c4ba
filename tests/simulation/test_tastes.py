"""People come back for what they like, and nobody else notices: what is sold where and when is as without tastes."""

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from simulation.world import tastes
from simulation.world.clock import Plan
from simulation.world.world import World, build

PLAN = Plan(0.05, 3)
# What says who bought, or follows from it.
WHO = ("person", "is_guest", "account")


@pytest.fixture(scope="module")
def both() -> tuple[World, World]:
    """The company, and the same if people had no tastes."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(tastes, "match", lambda plan, catalogue, market, person, *_: person)
        without = build.__wrapped__(PLAN)
    return build.__wrapped__(PLAN), without


def test_tastes_change_who_buys_and_nothing_else(both: tuple[World, World]) -> None:
    world, without = both
    assert_frame_equal(world.lines, without.lines)
    assert_frame_equal(world.payments, without.payments)
    assert_frame_equal(world.movements, without.movements)
    assert_frame_equal(world.orders.drop(WHO), without.orders.drop(WHO))
    assert (world.orders["person"] != without.orders["person"]).mean() > 0.5


def test_people_buy_of_few_categories(both: tuple[World, World]) -> None:
    assert _share_of_the_favourite(both[0]) > _share_of_the_favourite(both[1]) + 0.05


def _share_of_the_favourite(world: World) -> float:
    """Of all that people with several orders bought, how much is of the category that each bought most."""
    bought = (
        world.lines.join(world.orders.select("order_number", "person"), on="order_number")
        .join(world.products.select("sku_number", "category"), on="sku_number")
        .filter(pl.col("order_number").n_unique().over("person") >= 3)
    )
    counted = bought.group_by("person", "category").len()
    return float(counted.group_by("person").agg(pl.col("len").max())["len"].sum() / counted["len"].sum())
