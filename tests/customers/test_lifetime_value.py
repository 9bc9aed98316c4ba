"""What a person will be worth: parameters are recovered, estimates are sane, and nobody is left without a reason."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from customers.lifetime_value import CHECK_SCHEMA, ESTIMATE_SCHEMA, estimate, evaluate, models
from customers.lifetime_value.summaries import order_days, summarise

LAST = date(2026, 6, 30)


def people_who_leave(
    count: int, seed: int, *, r: float, alpha: float, a: float, b: float, weeks: float, may_leave_at_once: bool = False
) -> pl.DataFrame:
    """Orders of people as BG/NBD (or MBG/NBD) thinks of them: each has her own rate and her own way to leave."""
    chance = np.random.default_rng(seed)
    rate = chance.gamma(r, 1 / alpha, count)
    leaving = chance.beta(a, b, count)
    worth = 20 + chance.gamma(2.0, 20.0, count)
    day = chance.integers(0, int(weeks * 7 / 2), count).astype(np.float64)
    end = weeks * 7
    stays = chance.random(count) >= leaving if may_leave_at_once else np.ones(count, dtype=bool)
    rows = [(np.arange(count), day.copy())]
    while stays.any():
        day = day + 7 * chance.exponential(1 / np.maximum(rate, 1e-12))
        stays &= day <= end
        rows.append((np.flatnonzero(stays), day[stays]))
        stays &= chance.random(count) >= leaving
    person, when = (np.concatenate(part) for part in zip(*rows, strict=True))
    first = LAST - timedelta(days=int(end))
    return pl.DataFrame(
        {
            "person_key": [f"p{number:06}" for number in person],
            "ordered_on": [first + timedelta(days=int(offset)) for offset in when],
            "net_amount": worth[person] * chance.gamma(4.0, 0.25, len(person)),
        }
    )


@pytest.fixture(scope="module")
def leaving() -> pl.DataFrame:
    return people_who_leave(4_000, 1, r=0.8, alpha=8.0, a=1.0, b=3.0, weeks=104, may_leave_at_once=True)


@pytest.fixture(scope="module")
def estimates(leaving: pl.DataFrame) -> pl.DataFrame:
    return estimate(leaving)


def few() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "person_key": ["often", "often", "once", "returned"],
            "ordered_on": [LAST - timedelta(days=100), LAST, LAST - timedelta(days=50), LAST - timedelta(days=50)],
            "net_amount": [30.0, 50.0, 10.0, 0.0],
        }
    )


def test_the_parameters_that_made_the_orders_are_found_again() -> None:
    """With the values that Fader, Hardie and Lee (2005) publish for the customers of CDNOW."""
    chance = np.random.default_rng(3)
    count = 6_000
    rate, leaving = chance.gamma(0.243, 1 / 4.414, count), chance.beta(0.793, 2.426, count)
    age = chance.uniform(27, 39, count)
    frequency, recency, now, stays = np.zeros(count, int), np.zeros(count), np.zeros(count), np.ones(count, bool)
    while stays.any():
        now = now + chance.exponential(1 / np.maximum(rate, 1e-12))
        stays &= now <= age
        frequency[stays] += 1
        recency[stays] = now[stays]
        stays &= chance.random(count) >= leaving
    summary = pl.DataFrame({"frequency": frequency, "recency_days": recency * 7, "age_days": age * 7})
    found = models.fit_purchases(summary, "bg_nbd").parameters
    assert found["r"] == pytest.approx(0.243, rel=0.15)
    assert found["alpha"] == pytest.approx(4.414, rel=0.2)
    assert found["a"] / (found["a"] + found["b"]) == pytest.approx(0.793 / (0.793 + 2.426), rel=0.15)


def test_people_who_stopped_are_at_risk_and_people_who_just_ordered_are_not(
    leaving: pl.DataFrame, estimates: pl.DataFrame
) -> None:
    summary = summarise(order_days(leaving), LAST)
    known = estimates.join(summary.select("person_key", "recency_days", "age_days"), on="person_key").filter(
        pl.col("repeat_order_days") >= 4
    )
    silent = known.filter(pl.col("age_days") - pl.col("recency_days") > 300)
    recent = known.filter(pl.col("age_days") - pl.col("recency_days") < 30)
    assert len(silent) > 20
    assert len(recent) > 20
    assert silent["probability_alive"].mean() < 0.2 < 0.8 < recent["probability_alive"].mean()  # type: ignore[operator]
    assert silent["churn_risk"].min() > recent["churn_risk"].mean()  # type: ignore[operator]


def test_estimates_are_possible(leaving: pl.DataFrame, estimates: pl.DataFrame) -> None:
    assert estimates.schema == ESTIMATE_SCHEMA
    assert estimates["person_key"].to_list() == sorted(set(leaving["person_key"]))
    assert estimates["probability_alive"].is_between(0, 1).all()
    assert estimates["churn_risk"].is_between(0, 1).all()
    # Who has left orders nothing.
    assert (estimates["churn_risk"] >= 1 - estimates["probability_alive"] - 1e-9).all()
    assert (estimates["expected_orders_90_days"] <= estimates["expected_orders_365_days"]).all()
    assert estimates["expected_orders_90_days"].min() >= 0  # type: ignore[operator]
    assert estimates["churn_risk_band"].is_in(["low", "medium", "high"]).all()
    assert estimates["reason"].null_count() == len(estimates)


def test_the_same_orders_in_another_sequence_give_the_same_estimates(
    leaving: pl.DataFrame, estimates: pl.DataFrame
) -> None:
    again = estimate(leaving.sample(fraction=1.0, shuffle=True, seed=7))
    for column in ("expected_orders_365_days", "expected_value_365_days", "churn_risk"):
        assert again[column].to_list() == pytest.approx(estimates[column].to_list(), rel=1e-6)


def test_the_hold_out_check_is_near_the_truth_and_nearer_than_going_on_as_before(leaving: pl.DataFrame) -> None:
    check = evaluate(leaving, ("mbg_nbd",))
    total = {row["model_name"]: row for row in check.filter(pl.col("decile") == 0).iter_rows(named=True)}
    model, benchmark = total["mbg_nbd_gamma_gamma"], total["same_rate"]
    assert model["horizon_days"] == 180
    assert abs(model["orders_bias"]) < 0.1
    assert abs(model["value_bias"]) < 0.15
    assert model["expected_active_persons"] == pytest.approx(model["actual_active_persons"], rel=0.1)
    assert model["orders_mean_absolute_error"] < benchmark["orders_mean_absolute_error"]
    assert abs(model["orders_bias"]) < abs(benchmark["orders_bias"])
    assert model["orders_rank_correlation"] > 0.3
    tenths = check.filter((pl.col("model_name") == "mbg_nbd_gamma_gamma") & (pl.col("decile") > 0)).sort("decile")
    assert tenths["decile"].to_list() == list(range(1, 11))
    assert tenths["expected_orders"].is_sorted(descending=True)
    for column in ("person_count", "expected_orders", "actual_orders", "actual_value"):
        assert tenths[column].sum() == pytest.approx(model[column])


def test_the_hold_out_check_does_not_see_what_it_predicts(leaving: pl.DataFrame) -> None:
    until = LAST - timedelta(days=180)
    forged = leaving.with_columns(
        net_amount=pl.when(pl.col("ordered_on") > until).then(1_000_000.0).otherwise(pl.col("net_amount"))
    )
    columns = ["model_name", "decile", "expected_orders", "expected_value"]
    assert evaluate(forged).select(columns).equals(evaluate(leaving).select(columns))


def test_few_people_are_expected_to_be_like_the_company() -> None:
    found = {row["person_key"]: row for row in estimate(few()).iter_rows(named=True)}
    assert {row["model_name"] for row in found.values()} == {"company_mean"}
    # One further order in 100 + 50 + 50 days of acquaintance.
    assert found["often"]["expected_orders_90_days"] == pytest.approx(90 / 200)
    assert found["once"]["expected_orders_90_days"] == pytest.approx(90 / 200)
    assert found["once"]["expected_order_amount"] == pytest.approx(30.0)
    assert found["once"]["reason"] == "too_few_repeat_buyers"
    assert found["once"]["churn_risk"] is None
    assert found["once"]["churn_risk_band"] is None


def test_who_never_paid_has_no_amounts_and_a_reason() -> None:
    found = {row["person_key"]: row for row in estimate(few()).iter_rows(named=True)}
    assert found["returned"]["reason"] == "never_paid"
    assert found["returned"]["expected_value_365_days"] is None
    assert found["returned"]["expected_orders_365_days"] > 0


def test_several_orders_of_a_day_are_one_decision() -> None:
    orders = pl.DataFrame({"person_key": ["p", "p"], "ordered_on": [LAST, LAST], "net_amount": [10.0, 30.0]})
    [row] = summarise(order_days(orders), LAST).iter_rows(named=True)
    assert (row["frequency"], row["recency_days"], row["age_days"], row["mean_order_amount"]) == (0, 0.0, 0.0, 40.0)


def test_a_company_without_orders_has_neither_estimates_nor_a_check() -> None:
    none = pl.DataFrame(schema={"person_key": pl.String, "ordered_on": pl.Date, "net_amount": pl.Float64})
    assert estimate(none).is_empty()
    assert estimate(none).schema == ESTIMATE_SCHEMA
    assert evaluate(none).is_empty()
    assert evaluate(none).schema == CHECK_SCHEMA


def test_a_company_of_one_day_has_estimates_and_no_check() -> None:
    orders = pl.DataFrame({"person_key": ["p", "q"], "ordered_on": [LAST, LAST], "net_amount": [10.0, None]})
    found = {row["person_key"]: row for row in estimate(orders).iter_rows(named=True)}
    assert found["p"]["expected_orders_365_days"] == 0
    assert found["q"]["reason"] == "never_paid"
    assert evaluate(orders).is_empty()


def test_all_but_a_fixed_sample_are_predicted_and_not_fitted_on() -> None:
    people = pl.DataFrame({"person_key": [f"{n:06}" for n in range(models.LARGEST_SAMPLE + 10)]})
    assert models.sample(people).equals(models.sample(people))
    assert models.sample(people).n_unique() == models.LARGEST_SAMPLE
