"""The chance of overload is that of the distribution from which demand is drawn."""

from typing import Any

import numpy as np
import pytest
from scipy.stats import norm

from forecasting.capacity.inputs import PlanInputs
from forecasting.capacity.plan import make_plan
from tests.forecasting.capacity.shop_floor import PLAIN, company, demand, dress, products, routing

# Safety stock would be made besides; a level of one half asks for none.
NO_SAFETY = {"service_level": 0.5}


def chance(inputs: PlanInputs, number: int, **changes: Any) -> float:
    made = make_plan(inputs, PLAIN.changed(**NO_SAFETY, **changes))
    return float(made.load.filter(week=number)["chance_of_overload"][0])


def test_one_product_is_overloaded_as_often_as_its_demand_is_above_the_hours() -> None:
    shop = dress(demand=demand({"dress": [0, 0, 36, 0, 0, 0]}, spread=4.0))
    # Needed in week 2, made in week 1; a piece takes an hour, and there are 40.
    expected = norm.sf(40, 36, 4)
    assert chance(shop, 1) == pytest.approx(expected, abs=1e-6)
    assert chance(shop, 3) == 0.0


@pytest.mark.parametrize("correlation", [0.0, 0.3, 1.0])
def test_many_products_agree_with_drawing_their_demand(correlation: float) -> None:
    keys = [f"p{n:02d}" for n in range(30)]
    shop = company(
        products=products(*({"product_key": key} for key in keys)),
        routing=routing(*((key, 0.0, 60.0) for key in keys)),
        demand=demand({key: [0, 0, 1.2] for key in keys}, spread=0.5),
    )
    rng = np.random.default_rng(11)
    common = rng.normal(size=(50_000, 1))
    drawn = 2 + 0.5 * (np.sqrt(correlation) * common + np.sqrt(1 - correlation) * rng.normal(size=(50_000, 30)))
    lots = make_plan(shop, PLAIN.changed(**NO_SAFETY, demand_correlation=correlation)).netting.lots
    assert lots["quantity"].to_list() == [2.0] * 30
    hours = 62.0
    found = make_plan(
        shop, PLAIN.changed(**NO_SAFETY, demand_correlation=correlation, work_centre_id="SEW", work_centre_hours=hours)
    )
    assert found.load.filter(week=1)["chance_of_overload"][0] == pytest.approx(
        (drawn.sum(axis=1) > hours).mean(), abs=0.01
    )


def test_what_rises_and_falls_together_is_riskier_than_what_does_not() -> None:
    keys = ["a", "b", "c", "d"]
    shop = company(
        products=products(*({"product_key": key} for key in keys)),
        routing=routing(*((key, 0.0, 60.0) for key in keys)),
        demand=demand({key: [0, 0, 8] for key in keys}, spread=3.0),
    )
    assert chance(shop, 1, demand_correlation=0.9) > chance(shop, 1, demand_correlation=0.0) > 0.0


def test_a_centre_that_is_likelier_overloaded_than_not_is_a_bottleneck() -> None:
    shop = dress(demand=demand({"dress": [0, 0, 50, 20, 0, 0]}, spread=2.0))
    load = make_plan(shop, PLAIN.changed(**NO_SAFETY)).load
    assert load.filter("is_bottleneck")["week"].to_list()[-1] == 1
    assert not load.filter(week=4)["is_bottleneck"][0]
