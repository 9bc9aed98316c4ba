"""The finite plan keeps to the hours, takes the cheaper way, adds up, and says what stands in its way."""

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.capacity import inputs as layout
from forecasting.capacity.inputs import PlanInputs
from forecasting.capacity.plan import Plan, make_plan
from forecasting.capacity.rows import shortfall_rows
from tests.forecasting.capacity.shop_floor import (
    MONDAY,
    PLAIN,
    centres,
    company,
    demand,
    dress,
    frame,
    products,
    routing,
    week,
)


def plan(inputs: PlanInputs, **changes: Any) -> Plan:
    return make_plan(inputs, PLAIN.changed(**changes))


def hours(made: Plan, column: str) -> list[float]:
    return made.load.sort("work_centre_key", "week")[column].round(6).to_list()


def test_what_fits_is_made_in_time_in_regular_hours() -> None:
    made = plan(dress(demand=demand({"dress": [0, 30, 40, 20, 0, 0]})))
    assert hours(made, "planned_regular_hours") == [30.0, 40.0, 20.0, 0.0, 0.0, 0.0]
    assert made.shortfall.is_empty()
    assert made.cost == pytest.approx(20 * 90, rel=1e-3)


def test_a_peak_is_made_ahead_when_hours_are_short() -> None:
    made = plan(dress(demand=demand({"dress": [0, 10, 10, 60, 0, 0]})), overtime_share=0.5)
    # 20 pieces wait for a week or two at a cost of 10 · 25 % / 52 each, where an hour of overtime would cost 10 more.
    assert sum(hours(made, "planned_overtime_hours")) == 0
    assert made.shortfall.is_empty()
    assert hours(made, "planned_regular_hours")[:3] == [10.0, 30.0, 40.0]


def test_overtime_is_cheaper_than_subcontractors_and_is_used_up_first() -> None:
    need = {"dress": [0, 70, 0, 0, 0, 0]}
    means = {"overtime_share": 0.5, "subcontract_share": 1.0, "subcontract_days": 0, "late_rate": 2.0}
    made = plan(dress(demand=demand(need)), **means)
    assert hours(made, "planned_regular_hours")[0] == 40.0
    assert hours(made, "planned_overtime_hours")[0] == 20.0
    assert hours(made, "subcontract_hours")[0] == pytest.approx(10.0)
    dear = plan(dress(demand=demand(need)), **{**means, "subcontract_premium": 0.1})
    assert hours(dear, "subcontract_hours")[0] == pytest.approx(30.0)
    assert hours(dear, "planned_overtime_hours")[0] == 0.0


def test_switched_off_means_are_not_used_and_what_is_left_is_late() -> None:
    made = plan(dress(demand=demand({"dress": [0, 70, 0, 0, 0, 0]})))
    assert sum(hours(made, "planned_overtime_hours")) == sum(hours(made, "subcontract_hours")) == 0
    row = made.shortfall.row(0, named=True)
    assert (row["kind"], row["week"], row["quantity"], row["reason"]) == ("late", 1, pytest.approx(30.0), "hours")
    assert (row["work_centre_key"], row["binding_week"]) == ("sew", 0)
    # 30 pieces a week late, at 2 % of 30.
    assert row["cost"] == pytest.approx(30 * 0.02 * 30)
    # An hour more in week 0 would spare one piece a week of lateness.
    assert row["hour_worth"] == pytest.approx(0.02 * 30, rel=1e-2)


def test_what_can_never_be_made_is_unmet_and_costs_its_margin() -> None:
    made = plan(dress(demand=demand({"dress": [0, 0, 0, 0, 0, 230]})))
    unmet = made.shortfall.filter(pl.col("kind") == "unmet")
    late = made.shortfall.filter((pl.col("kind") == "late") & (pl.col("week") == 5))
    # Five weeks of 40 hours make 200; whether 30 pieces are given up or owed at the end costs the same.
    assert unmet["quantity"].sum() + late["quantity"].sum() == pytest.approx(30.0)
    assert hours(made, "planned_regular_hours") == [40.0] * 5 + [0.0]
    assert made.load["hour_worth"].max() > 1.0


def test_before_anything_can_be_ready_the_lead_time_is_the_reason() -> None:
    shop = company(
        products=products({"product_key": "scarf", "is_made": False}),
        offers=frame(layout.OFFERS, [("scarf", "V-1", "Vendor", 14, 4.0, None, None)]),
        routing=routing(("dress", 0.0, 60.0)),
        demand=demand({"scarf": [5, 0, 0]}),
    )
    found = make_plan(shop, PLAIN).shortfall.row(0, named=True)
    assert (found["reason"], found["week"], found["quantity"]) == ("lead time", 0, 5.0)
    assert found["cost"] == pytest.approx(5 * 30 * 0.02 * 2)


def test_the_dearer_product_comes_first_and_an_order_before_a_forecast() -> None:
    two = company(
        products=products({"product_key": "cheap", "unit_value": 15.0}, {"product_key": "dear", "unit_value": 60.0}),
        routing=routing(("cheap", 0.0, 60.0), ("dear", 0.0, 60.0)),
        demand=demand({"cheap": [0, 30, 0], "dear": [0, 30, 0]}),
    )
    late = plan(two).shortfall.filter(pl.col("week") == 1)
    assert late.select("family", "quantity").rows() == [("cheap", pytest.approx(20.0))]
    alike = company(
        products=products({"product_key": "forecast"}, {"product_key": "sold"}),
        routing=routing(("forecast", 0.0, 60.0), ("sold", 0.0, 60.0)),
        demand=demand({"forecast": [0, 30, 0]}),
        open_orders=frame(layout.OPEN_ORDERS, [("sold", "DE", week(1), 30.0)]),
    )
    assert plan(alike).shortfall.filter(pl.col("week") == 1)["family"].to_list() == ["forecast"]


def test_open_orders_take_their_hours_first_and_wait_when_there_are_none() -> None:
    work = [("PR-1", "dress", 10, "sew", 50.0, MONDAY)]
    made = plan(dress(demand=demand({"dress": [0, 0, 40, 0]}), open_work=frame(layout.OPEN_WORK, work)))
    assert hours(made, "carried_hours")[:2] == [10.0, 0.0]
    assert hours(made, "planned_regular_hours")[:3] == [40.0, 40.0, 10.0]
    assert made.shortfall.filter(pl.col("week") == 2)["quantity"].to_list() == [pytest.approx(10.0)]


def test_lots_are_put_together_where_set_up_is_dear() -> None:
    steady = {"dress": [0.0] + [4.0] * 5}
    apart = plan(dress(demand=demand(steady)))
    together = plan(dress(demand=demand(steady), routing=routing(("dress", 600.0, 60.0))))
    assert (apart.finite.own > 0).sum() == 5
    assert together.finite.method == "mixed-integer"
    assert together.finite.begun.sum() <= 2
    # Hours are those of the pieces and of the set-ups that are really made.
    assert sum(hours(together, "planned_regular_hours")) == pytest.approx(20 + 10 * together.finite.begun.sum())


def test_a_set_up_that_costs_more_than_waiting_is_named() -> None:
    steady = demand({"dress": [0.0, 1.0, 1.0, 1.0, 1.0, 1.0]})
    made = plan(dress(demand=steady, routing=routing(("dress", 600.0, 60.0))), holding_rate=500.0)
    assert made.finite.begun.sum() < 5
    assert set(made.shortfall["reason"]) == {"set-up"}


def test_a_component_that_comes_late_makes_its_assembly_late() -> None:
    shop = company(
        products=products({"product_key": "dress"}, {"product_key": "zip", "is_made": False}),
        routing=routing(("dress", 0.0, 6.0)),
        bom=frame(layout.BOM, [("dress", "zip", 1.0)]),
        offers=frame(layout.OFFERS, [("zip", "V-1", "Zips", 21, 1.0, None, None)]),
        stock=frame(layout.STOCK, [("zip", 4.0)]),
        demand=demand({"dress": [0, 10, 0, 0, 0, 0]}),
    )
    made = plan(shop)
    of_dress = made.shortfall.filter(family="dress")
    assert of_dress.select("week", "quantity", "reason", "component_key").rows() == [
        (number, pytest.approx(6.0), "material", "zip") for number in (1, 2, 3)
    ]
    assert np.round(made.finite.own[0], 6).tolist() == [4.0, 0.0, 0.0, 6.0, 0.0, 0.0]
    told = shortfall_rows(made, shop).filter(pl.col("component_sku") == "ZIP")["explanation"][0]
    assert told == "6.0 of DRESS late in the week of 2026-01-12: ZIP is not there in time."


def test_a_part_that_is_made_here_is_made_before_what_it_goes_into() -> None:
    shop = company(
        products=products({"product_key": "dress"}, {"product_key": "panel"}),
        routing=routing(("dress", 0.0, 60.0, "sew"), ("panel", 0.0, 60.0, "cut")),
        centres=centres(("sew", 40.0), ("cut", 40.0)),
        bom=frame(layout.BOM, [("dress", "panel", 2.0)]),
        stock=frame(layout.STOCK, [("panel", 10.0)]),
        demand=demand({"dress": [0, 0, 0, 0, 30, 0]}),
    )
    made = plan(shop)
    dresses, panels = made.finite.own
    assert made.families.keys == ["dress", "panel"]
    assert dresses.sum() == pytest.approx(30) and panels.sum() == pytest.approx(50)
    assert made.shortfall.is_empty()
    # What has been used up to a week was there: 10 from stock, and panels a week after they were begun.
    used = 2 * np.cumsum(dresses)
    assert (used <= 10 + np.concatenate([[0.0], np.cumsum(panels)[:-1]]) + 1e-6).all()


def test_batches_are_whole_pieces_of_the_product_that_is_due_first() -> None:
    sizes = [{"product_key": key, "style_id": "A"} for key in ("l", "m", "s")]
    shop = company(
        products=products(*sizes),
        routing=routing(*((key, 0.0, 60.0) for key in ("l", "m", "s"))),
        demand=demand({"l": [0, 0, 15], "m": [0, 25, 0], "s": [0, 35, 0]}),
    )
    made = plan(shop)
    assert made.families.keys == ["A/1"]
    assert made.production["quantity"].to_list() == [float(int(q)) for q in made.production["quantity"]]
    by_size = made.production.group_by("product_key").agg(pl.col("quantity").sum()).sort("product_key")
    assert by_size.rows() == [("l", 15.0), ("m", 25.0), ("s", 35.0)]
    first = made.production.filter(pl.col("release_week") == 0).select("product_key", "quantity").sort("product_key")
    assert first.rows() == [("m", 25.0), ("s", 15.0)]
    assert made.production.filter(pl.col("is_late"))["product_key"].unique().to_list() == ["s"]


def test_load_is_levelled_when_going_up_and_down_costs() -> None:
    need = demand({"dress": [0, 4, 36, 4, 36, 0]})
    rough = plan(dress(demand=need), holding_rate=0.0)
    level = plan(dress(demand=need), holding_rate=0.0, levelling_rate=0.02)

    def changes(made: Plan) -> float:
        return float(np.abs(np.diff(hours(made, "planned_regular_hours"))).sum())

    assert changes(level) < changes(rough)
    assert level.shortfall.is_empty()


needs = st.lists(st.integers(0, 60), min_size=6, max_size=6)


@settings(max_examples=40, deadline=None)
@given(
    first=needs, second=needs, setup=st.sampled_from([0.0, 120.0]), stock=st.integers(0, 30), overtime=st.sampled_from([0.0, 0.3]),
    outside=st.sampled_from([0.0, 0.5]), opened=st.integers(0, 90),
)  # fmt: skip
def test_hours_are_kept_and_sums_add_up_whatever_is_asked(
    first: list[int], second: list[int], setup: float, stock: int, overtime: float, outside: float, opened: int
) -> None:
    shop = company(
        products=products({"product_key": "a"}, {"product_key": "b", "unit_value": 80.0}, {"product_key": "part"}),
        routing=routing(
            ("a", setup, 60.0, "sew"), ("a", 0.0, 20.0, "cut"), ("b", setup, 90.0, "sew"), ("part", 0.0, 10.0, "cut")
        ),
        centres=centres(("sew", 40.0), ("cut", 15.0)),
        bom=frame(layout.BOM, [("b", "part", 1.0)]),
        stock=frame(layout.STOCK, [("a", float(stock)), ("part", float(stock))]),
        demand=demand({"a": first, "b": second}),
        open_work=frame(layout.OPEN_WORK, [("PR-1", "a", 10, "sew", float(opened), MONDAY)] if opened else []),
    )
    made = plan(shop, overtime_share=overtime, subcontract_share=outside)
    load, f, w = made.load, made.finite, made.families
    assert (load["planned_regular_hours"] <= load["regular_hours"] + 1e-6).all()
    assert (load["planned_overtime_hours"] <= load["overtime_hours"] + 1e-6).all()
    # Hours worked are those of what is made, of its set-ups and of the open orders that are not carried on.
    asked = w.hours_each.T @ f.own + w.hours_lot.T @ f.begun
    opened_hours = load.pivot(on="week", index="work_centre_key", values="open_hours", sort_columns=True)
    rows = dict(zip(opened_hours["work_centre_key"], opened_hours.drop("work_centre_key").to_numpy(), strict=True))
    total = asked + np.vstack([rows[key] for key in shop.centres["work_centre_key"]])
    carried_in = np.concatenate([np.zeros((2, 1)), f.carried[:, :-1]], axis=1)
    assert np.allclose(total + carried_in - f.carried, f.regular + f.overtime, atol=1e-5)
    # Every piece that is needed is served, owed at the end, or given up; nothing comes from nowhere.
    served = f.own.sum() + f.sub.sum() + w.stock.sum() - f.stock[:, -1].sum()
    used = sum(quantity * (f.own[p] + f.sub[p]).sum() for p, _, quantity in w.uses)
    assert served == pytest.approx(w.need.sum() - f.unmet.sum() - f.late[:, -1].sum() + used, abs=1e-4)
    proposed = made.production.group_by("means").agg(pl.col("quantity").sum())
    assert proposed["quantity"].sum() <= made.netting.lots.filter("is_made")["quantity"].sum() + 1e-6
    # Costs of the shortfalls are part of the cost of the plan.
    assert made.shortfall.filter(pl.col("family").is_not_null())["cost"].sum() <= made.cost + 1e-6
    assert f.gap < 0.5
