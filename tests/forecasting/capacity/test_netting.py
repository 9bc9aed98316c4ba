"""What must be made and bought, computed by hand."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from forecasting.capacity import inputs as layout
from forecasting.capacity.bom import low_level_codes
from forecasting.capacity.demand import weekly_demand
from forecasting.capacity.inputs import PlanInputs
from forecasting.capacity.netting import Netting, net_requirements, safety_stock
from tests.forecasting.capacity.shop_floor import MONDAY, PLAIN, company, demand, dress, frame, products, routing, week
from warehouse.errors import WeftError


def net(inputs: PlanInputs, **changes: Any) -> Netting:
    assumptions = PLAIN.changed(**changes)
    return net_requirements(inputs, weekly_demand(inputs, assumptions), assumptions)


def lots(netting: Netting, product: str) -> list[tuple[int, int, float]]:
    """Release week, due week and quantity."""
    rows = netting.lots.filter(product_key=product).sort("due_week")
    return list(rows.select("release_week", "due_week", "quantity").iter_rows())


def test_stock_is_used_once_and_receipts_in_their_week() -> None:
    made = dress(
        demand=demand({"dress": [10, 10, 10, 10]}),
        stock=frame(layout.STOCK, [("dress", 15.0)]),
        receipts=frame(layout.RECEIPTS, [("dress", week(2), 8.0)]),
    )
    # 15 − 10 = 5; 5 − 10: 5 are missing; 8 − 10: 2 are missing; then 10.
    assert lots(net(made), "dress") == [(0, 1, 5.0), (1, 2, 2.0), (2, 3, 10.0)]


def test_open_orders_are_needed_besides_the_forecast_and_overdue_ones_at_once() -> None:
    made = dress(
        demand=demand({"dress": [0, 4, 4]}),
        stock=frame(layout.STOCK, [("dress", 3.0)]),
        open_orders=frame(
            layout.OPEN_ORDERS, [("dress", "DE", MONDAY - timedelta(days=9), 3.0), ("dress", "DE", week(2), 6.0)]
        ),
    )
    assert lots(net(made), "dress") == [(0, 1, 4.0), (1, 2, 10.0)]


def test_of_a_week_that_has_begun_only_the_days_to_come_are_needed() -> None:
    begun = dress(demand=demand({"dress": [7, 7]}))
    begun = PlanInputs(**{**begun.__dict__, "known_until": MONDAY + timedelta(days=2)})
    assert weekly_demand(begun, PLAIN).needed[0].tolist()[:2] == pytest.approx([4.0, 7.0])


def test_a_lot_covers_the_weeks_it_is_told_to() -> None:
    made = dress(demand=demand({"dress": [0, 3, 4, 5, 6]}))
    assert lots(net(made, cover_weeks=2), "dress") == [(0, 1, 7.0), (2, 3, 11.0)]


def test_bought_goods_are_ordered_ahead_by_their_lead_time_and_by_the_minimum() -> None:
    bought = company(
        products=products({"product_key": "scarf", "is_made": False}),
        offers=frame(layout.OFFERS, [("scarf", "V-1", "Vendor", 15, 4.0, 50.0, None)]),
        demand=demand({"scarf": [5, 5, 5, 20, 40, 30]}),
        stock=frame(layout.STOCK, [("scarf", 9.0)]),
    )
    found = net(bought)
    # 15 days are three weeks. 1 + 5 pieces are owed by then, and the lot pays them: 6 + 20, at least 50; 24 are left, 16 missing.
    assert lots(found, "scarf") == [(0, 3, 50.0), (1, 4, 50.0)]
    assert found.late.sort("week").rows() == [("scarf", 1, 1.0), ("scarf", 2, 5.0)]


def test_goods_that_nobody_is_known_to_supply_are_proposed_without_a_supplier() -> None:
    found = net(
        company(products=products({"product_key": "new", "is_made": False}), demand=demand({"new": [0] * 3 + [2]})),
        bought_lead_days=14,
    )
    assert lots(found, "new") == [(1, 3, 2.0)]
    assert found.terms["supplier_id"].to_list() == [None]


def test_components_two_levels_down_are_needed_when_their_assembly_is_begun() -> None:
    nested = company(
        products=products(
            {"product_key": "dress"},
            {"product_key": "panel"},
            {"product_key": "cloth", "is_made": False, "unit_code": "MTR"},
        ),
        routing=routing(("dress", 0.0, 60.0), ("panel", 0.0, 10.0)),
        bom=frame(layout.BOM, [("dress", "panel", 2.0), ("panel", "cloth", 0.4), ("dress", "cloth", 0.1)]),
        offers=frame(layout.OFFERS, [("cloth", "V-1", "Mill", 7, 3.0, None, None)]),
        stock=frame(layout.STOCK, [("panel", 5.0), ("cloth", 1.0)]),
        demand=demand({"dress": [0, 0, 0, 0, 10]}),
    )
    found = net(nested)
    assert lots(found, "dress") == [(3, 4, 10.0)]
    assert lots(found, "panel") == [(2, 3, 15.0)]
    # Panels take 15 · 0.4 = 6 in week 2, of which one is there; dresses 10 · 0.1 = 1 in week 3.
    assert lots(found, "cloth") == [(1, 2, pytest.approx(5.0)), (2, 3, pytest.approx(1.0))]


def test_pieces_that_will_fail_need_material_too() -> None:
    frail = routing(("dress", 0.0, 60.0)).with_columns(yield_rate=0.8)
    made = company(
        products=products({"product_key": "dress"}, {"product_key": "cloth", "is_made": False, "unit_code": "MTR"}),
        routing=frail,
        bom=frame(layout.BOM, [("dress", "cloth", 1.0)]),
        offers=frame(layout.OFFERS, [("cloth", "V-1", "Mill", 0, 3.0, None, None)]),
        demand=demand({"dress": [0, 0, 8]}),
    )
    assert lots(net(made), "cloth") == [(1, 1, pytest.approx(10.0))]


def test_a_circle_is_named() -> None:
    circle = frame(layout.BOM, [("a", "b", 1.0), ("b", "c", 1.0), ("c", "b", 1.0), ("c", "d", 1.0)])
    with pytest.raises(WeftError, match=r"circle: (b > c > b|c > b > c)"):
        low_level_codes(circle)


def test_levels_are_those_of_the_deepest_use() -> None:
    uses = frame(layout.BOM, [("a", "b", 1.0), ("b", "c", 1.0), ("a", "c", 1.0)])
    assert dict(low_level_codes(uses).iter_rows()) == {"a": 0, "b": 1, "c": 2}


def test_safety_stock_grows_with_the_root_of_the_time_it_protects() -> None:
    spread = np.full((2, 8), 3.0)
    found = safety_stock(spread, np.array([1.0, 3.0]), 1, 0.95)
    assert found[0].tolist() == pytest.approx([norm.ppf(0.95) * 3 * np.sqrt(2)] * 8)
    assert found[1].tolist() == pytest.approx([norm.ppf(0.95) * 3 * 2] * 8)


def test_the_service_level_is_kept_when_demand_is_as_uncertain_as_said() -> None:
    rng = np.random.default_rng(3)
    stock = safety_stock(np.full((1, 4), 5.0), np.array([2.0]), 1, 0.9)[0, 0]
    above_forecast = rng.normal(0, 5, (20_000, 3)).sum(axis=1)
    assert (above_forecast <= stock).mean() == pytest.approx(0.9, abs=0.01)


def test_minimum_stock_is_not_kept_of_what_nobody_needs() -> None:
    two = {"product_key": "old", "minimum_stock": 100.0}, {"product_key": "new", "minimum_stock": 10.0}
    made = company(
        products=products(*two), routing=routing(("old", 0.0, 1.0), ("new", 0.0, 1.0)),
        stock=frame(layout.STOCK, [("old", 1.0), ("new", 1.0)]), demand=demand({"old": [0.0] * 4, "new": [1.0] * 4}),
    )  # fmt: skip
    found = net(made)
    assert lots(found, "old") == []
    assert lots(found, "new")[0] == (0, 1, 11.0)


@settings(max_examples=60, deadline=None)
@given(
    needs=st.lists(st.integers(0, 40), min_size=6, max_size=6),
    stock=st.integers(0, 60),
    receipts=st.lists(st.integers(0, 30), min_size=6, max_size=6),
    cover=st.integers(1, 4),
    spread=st.sampled_from([0.0, 4.0]),
)
def test_what_is_proposed_covers_what_is_needed_and_no_more_than_a_lot(
    needs: list[int], stock: int, receipts: list[int], cover: int, spread: float
) -> None:
    made = dress(
        demand=demand({"dress": needs}, spread),
        stock=frame(layout.STOCK, [("dress", float(stock))]),
        receipts=frame(layout.RECEIPTS, [("dress", week(n), float(q)) for n, q in enumerate(receipts) if q]),
    )
    found = net(made, cover_weeks=cover)
    came = np.zeros(6)
    for _, due, quantity in lots(found, "dress"):
        came[due] += quantity
    balance = stock + np.cumsum(np.array(receipts) + came - np.array(needs))
    # From the first week in which a lot can be there, safety stock is always on hand.
    assert (balance[1:] >= found.safety[0][1:] - 1e-6).all()
    if came.sum():
        last = int(np.flatnonzero(came)[-1])
        ahead = sum(needs[last : last + cover])
        assert came[last] <= ahead + found.safety[0].max() + max(0, sum(needs) - stock) + 1
