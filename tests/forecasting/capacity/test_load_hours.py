"""Hours that there are and hours that are asked for, computed by hand."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from forecasting.capacity import inputs as layout
from forecasting.capacity.hours import available_hours
from forecasting.capacity.learning import learning_factor
from forecasting.capacity.load import lot_hours, open_load, week_shares, weekly_load
from forecasting.capacity.netting import LOTS
from tests.forecasting.capacity.shop_floor import MONDAY, PLAIN, centres, company, frame, products, routing, week
from warehouse.errors import WeftError

SHIFTS = [
    ("sew", day, hours, None, None) for day, hours in ((1, 16.0), (2, 16.0), (3, 16.0), (4, 16.0), (5, 16.0), (6, 4.0))
]


def regular(found: pl.DataFrame, centre: str = "sew") -> list[float]:
    return found.filter(work_centre_key=centre).sort("week")["regular_hours"].to_list()


def test_shifts_holidays_and_closed_days_make_the_hours() -> None:
    shop = company(
        shifts=frame(layout.SHIFTS, SHIFTS),
        # Wednesday of week 1 is closed everywhere; on Saturday of week 2 the centre works longer; Monday of week 3 is a holiday.
        exceptions=frame(
            layout.EXCEPTIONS, [(None, week(1) + timedelta(days=2), 0.0), ("sew", week(2) + timedelta(days=5), 10.0)]
        ),
        holidays=(week(3),),
    )
    assert regular(available_hours(shop, PLAIN)) == [84.0, 68.0, 90.0, 68.0, 84.0, 84.0]


def test_a_shift_counts_while_it_is_valid() -> None:
    shop = company(shifts=frame(layout.SHIFTS, [("sew", 1, 8.0, week(1), week(3)), ("sew", 2, 5.0, None, None)]))
    assert regular(available_hours(shop, PLAIN)) == [5.0, 13.0, 13.0, 5.0, 5.0, 5.0]


def test_without_shifts_the_week_is_spread_over_five_days() -> None:
    shop = company(
        exceptions=frame(layout.EXCEPTIONS, [(None, week(1), 0.0), (None, week(2) + timedelta(days=6), 0.0)])
    )
    found = available_hours(shop, PLAIN.changed(overtime_share=0.25))
    assert regular(found) == [40.0, 32.0, 40.0, 40.0, 40.0, 40.0]
    assert found["overtime_hours"].to_list()[:2] == [10.0, 8.0]


def test_days_that_are_over_give_no_hours() -> None:
    shop = company(shifts=frame(layout.SHIFTS, SHIFTS))
    shop = type(shop)(**{**shop.__dict__, "known_until": MONDAY + timedelta(days=3)})
    assert regular(available_hours(shop, PLAIN))[:2] == [20.0, 84.0]


def test_a_what_if_gives_a_centre_other_hours_and_knows_the_centres() -> None:
    shop = company(centres=centres(("sew", 40.0), ("cut", 20.0)))
    found = available_hours(shop, PLAIN.changed(work_centre_id="CUT", work_centre_hours=7.0))
    assert regular(found, "cut") == [7.0] * 6 and regular(found) == [40.0] * 6
    with pytest.raises(WeftError, match=r"no work centre DYE\. There are: CUT, SEW"):
        available_hours(shop, PLAIN.changed(work_centre_id="DYE", work_centre_hours=7.0))


def test_load_is_set_up_per_lot_and_minutes_over_yield() -> None:
    steps = routing(("dress", 30.0, 12.0, "sew"), ("dress", 6.0, 3.0, "cut")).with_columns(
        yield_rate=pl.when(pl.col("work_centre_key") == "sew").then(0.8).otherwise(1.0)
    )
    shop = company(
        products=products({"product_key": "dress"}), routing=steps, centres=centres(("sew", 40.0), ("cut", 40.0))
    )
    made = frame(LOTS, [("dress", 0, 1, 20.0, True, 0.0), ("dress", 2, 3, 10.0, True, 0.0)])
    leads = pl.DataFrame({"product_key": ["dress"], "lead_weeks": [1]})
    load = weekly_load(lot_hours(made, shop, PLAIN), shop.profile, leads, 6)
    # Sewing: 0.5 + 20 · 0.2 / 0.8 = 5.5 and 0.5 + 2.5 = 3; cutting: 0.1 + 20 · 0.05 = 1.1 and 0.1 + 0.5 = 0.6.
    assert [(c, w, pytest.approx(h)) for c, w, h in load.sort("work_centre_key", "week").rows()] == [
        ("cut", 0, 1.1), ("cut", 2, 0.6), ("sew", 0, 5.5), ("sew", 2, 3.0)
    ]  # fmt: skip


def test_each_doubling_takes_the_learning_rate_of_the_time_until_the_standard_is_reached() -> None:
    first, second, fourth, later = learning_factor(np.array([0.999, 1.999, 3.999, 50.0]), np.full(4, 0.001), 0.8, 8)
    assert (first, second / first, fourth / second) == pytest.approx((0.8**-3, 0.8, 0.8), rel=1e-3)
    assert later == 1.0
    assert learning_factor(np.array([0.0]), np.array([9.0]), 1.0, 8).tolist() == [1.0]


def test_a_lot_over_the_standard_is_the_mean_of_its_parts() -> None:
    whole = learning_factor(np.array([0.0]), np.array([30.0]), 0.9, 20)[0]
    parts = learning_factor(np.array([0.0, 10.0, 20.0]), np.full(3, 10.0), 0.9, 20)
    assert whole == pytest.approx(parts.mean())
    assert parts[0] > parts[1] > parts[2] == 1.0


def test_a_style_learns_from_what_was_made_before_whatever_its_size() -> None:
    shop = company(
        products=products(
            {"product_key": "s", "style_id": "A"}, {"product_key": "m", "style_id": "A"}, {"product_key": "part"}
        ),
        routing=routing(("s", 0.0, 60.0), ("m", 0.0, 60.0), ("part", 0.0, 60.0)),
        made_so_far=frame(layout.MADE_SO_FAR, [("A", 5.0)]),
    )
    made = frame(LOTS, [(key, n, n + 1, 10.0, True, 0.0) for n, key in enumerate(("s", "m", "part"))])
    found = (
        lot_hours(made, shop, PLAIN.changed(learning_rate=0.8, learning_units=40))
        .sort("release_week")["run_hours"]
        .to_list()
    )
    expected = learning_factor(np.array([5.0, 15.0]), np.full(2, 10.0), 0.8, 40) * 10
    assert found == pytest.approx([*expected, 10.0])


def test_hours_of_a_lot_fall_on_weeks_as_they_did_before_but_end_with_its_lead_time() -> None:
    profile = frame(layout.PROFILE, [("sew", 0, 0.2), ("sew", 6, 0.2), ("sew", 7, 0.2), ("sew", 20, 0.4)])
    assert week_shares(profile, ["sew", "cut"], 2).rows() == [
        ("cut", 0, 1.0),
        ("sew", 0, pytest.approx(2 / 3)),
        ("sew", 1, pytest.approx(1 / 3)),
    ]
    assert week_shares(profile, ["sew"], 1).rows() == [("sew", 0, 1.0)]


def test_open_orders_load_the_days_that_are_left_of_them() -> None:
    profile = frame(layout.PROFILE, [("sew", 0, 0.5), ("sew", 7, 0.25), ("sew", 14, 0.25)])
    work = [
        ("begun", "dress", 10, "sew", 8.0, MONDAY - timedelta(days=7)),
        ("overdue", "dress", 10, "sew", 3.0, date(2025, 10, 1)),
        ("ahead", "dress", 10, "sew", 4.0, week(1)),
    ]
    shop = company(
        products=products({"product_key": "dress"}), routing=routing(("dress", 0.0, 60.0), ("dress", 60.0, 0.0, "cut")),
        profile=profile, open_work=frame(layout.OPEN_WORK, work),
    )  # fmt: skip
    # A step counts in full until it is done: all 8 hours fall on the days that such steps still take from today, weeks 0 and 1.
    found = dict(open_load(shop, 6).select("week", "hours").rows())
    assert found == pytest.approx({0: 4.0 + 3.0, 1: 4.0 + 2.0, 2: 1.0, 3: 1.0})
