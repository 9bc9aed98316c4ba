"""Orders come earlier where a supplier cannot deliver all of them in the week in which they are needed."""

import polars as pl

from forecasting.capacity import inputs as layout
from forecasting.capacity.plan import make_plan
from forecasting.capacity.suppliers import within_supplier_capacity
from tests.forecasting.capacity.shop_floor import PLAIN, company, demand, frame, products, routing

LOTS = {
    "product_key": pl.String, "supplier_id": pl.String, "lead_weeks": pl.Int64, "release_week": pl.Int64, "due_week": pl.Int64,
    "quantity": pl.Float64, "priority": pl.Float64,
}  # fmt: skip
PEAKS = frame(layout.SUPPLIER_PEAKS, [("V-1", 40.0), ("V-2", 1000.0)])


def brought(*lots: tuple[str, str, int, int, float], share: float = 1.0) -> list[tuple[str, int, int]]:
    """Release and due week of lots given as product, supplier, lead, due week and quantity."""
    given = frame(LOTS, [(p, s, lead, due - lead, due, quantity, 0.0) for p, s, lead, due, quantity in lots])
    found = within_supplier_capacity(given, PEAKS, share, 8)
    return list(found.sort("due_week", "product_key").select("product_key", "release_week", "due_week").rows())


def test_what_does_not_fit_into_a_week_comes_as_late_as_it_can_before() -> None:
    lots = ("a", "V-1", 1, 3, 30.0), ("b", "V-1", 1, 4, 30.0), ("c", "V-1", 1, 4, 30.0), ("d", "V-2", 1, 4, 900.0)
    # As late as possible: 40 in week 4, 40 in week 3, 10 in week 2.
    assert brought(*lots) == [("a", 1, 2), ("b", 2, 3), ("c", 3, 4), ("d", 3, 4)]
    assert brought(*lots, share=0.0) == [("a", 2, 3), ("b", 3, 4), ("c", 3, 4), ("d", 3, 4)]
    assert brought(*lots, share=3.0) == [("a", 2, 3), ("b", 3, 4), ("c", 3, 4), ("d", 3, 4)]


def test_nothing_is_ordered_in_the_past() -> None:
    lots = ("a", "V-1", 3, 3, 70.0), ("b", "V-1", 3, 4, 35.0)
    assert brought(*lots) == [("a", 0, 3), ("b", 1, 4)]


def test_lots_of_a_product_that_come_together_are_one_order() -> None:
    given = frame(LOTS, [("a", "V-1", 1, 1, 2, 30.0, 0.0), ("a", "V-1", 1, 2, 3, 45.0, 0.0)])
    found = within_supplier_capacity(given, PEAKS, 1.0, 8)
    # Five pieces of the later lot have to come in week 2, and a lot stays whole.
    assert found.select("due_week", "release_week", "quantity").rows() == [(2, 1, 75.0)]


def test_the_plan_orders_ahead_of_a_peak() -> None:
    shop = company(
        products=products(*({"product_key": key, "is_made": False} for key in ("a", "b"))),
        offers=frame(layout.OFFERS, [(key, "V-1", "Vendor", 7, 4.0, None, None) for key in ("a", "b")]),
        supplier_peaks=PEAKS,
        routing=routing(("other", 0.0, 1.0)),
        demand=demand({"a": [0, 0, 0, 30], "b": [0, 0, 0, 30]}),
    )
    found = make_plan(shop, PLAIN).purchases.select("product_key", "release_week", "due_week")
    assert found.sort("due_week").rows() == [("a", 1, 2), ("b", 2, 3)]
    free = make_plan(shop, PLAIN.changed(supplier_peak_share=0.0)).purchases
    assert free["due_week"].to_list() == [3, 3]
