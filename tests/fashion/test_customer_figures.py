"""Figures of customers, counted again from the facts by other means than the models'."""

from collections import defaultdict
from decimal import Decimal

from weft_command import ask

from warehouse.settings import Settings

UNKNOWN = "0" * 32


def test_everyone_has_one_segment_and_buyers_are_spread_over_them(fashion: Settings) -> None:
    people = ask(fashion, "select person_key, segment, order_count from mart_customer_segment")
    assert len({row["person_key"] for row in people}) == len(people)
    buyers = [row["segment"] for row in people if int(row["order_count"]) > 0 and row["person_key"] != UNKNOWN]
    assert len(buyers) > 100
    assert len(set(buyers)) >= 6
    assert max(buyers.count(segment) for segment in set(buyers)) < 0.5 * len(buyers)


def test_champions_bought_more_often_and_later_than_the_lost(fashion: Settings) -> None:
    query = """
        select segment, avg(order_count) as orders, avg(days_since_last_order) as days, avg(churn_risk) as risk
        from mart_customer_segment group by segment
    """
    found = {row["segment"]: row for row in ask(fashion, query)}
    assert float(found["champion"]["orders"]) > 2 * float(found["lost"]["orders"])
    assert float(found["champion"]["days"]) < float(found["promising"]["days"]) + 100 < float(found["lost"]["days"])
    assert float(found["champion"]["risk"]) < float(found["lost"]["risk"])


def test_nobody_is_reachable_whom_her_newest_decision_forbids(fashion: Settings) -> None:
    decisions = defaultdict(list)
    query = """
        select c.person_key, k.consent_channel, k.is_granted, k.decided_at, k.source_updated_at,
            coalesce(c.is_deleted, false) or coalesce(k.is_deleted, false) as is_gone
        from intermediate.int_consents__unioned k
        join marts.dim_customer c on k.customer_key = c.customer_key and c.is_current
        where k.purpose = 'marketing' and k.is_granted is not null
    """
    for row in ask(fashion, query):
        decisions[row["person_key"], row["consent_channel"]].append(row)
    reached = ask(fashion, "select person_key, consent_channel from mart_customer_consent where is_reachable")
    assert len(reached) > 50
    for row in reached:
        heard = decisions[row["person_key"], row["consent_channel"]]
        grants = [one["decided_at"] for one in heard if one["is_granted"] == "true" and one["is_gone"] == "false"]
        refusals = [
            one["decided_at"] or one["source_updated_at"] or "9999" for one in heard if one["is_granted"] == "false"
        ]
        assert grants, row
        # Without any date on the grant, no refusal of any time may stand beside it.
        assert not refusals or max(grants) > max(refusals), row


def test_her_size_is_one_that_she_kept_and_none_was_kept_more(fashion: Settings) -> None:
    kept: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for table, where, sign in (("fct_order_line", "f.is_revenue", 1), ("fct_return_line", "true", -1)):
        query = f"""
            select c.person_key, coalesce(p.category_name, 'unknown') as category, p.size, sum(f.quantity) as quantity
            from {table} f
            join dim_customer c on f.customer_key = c.customer_key and c.is_current
            join dim_product p on f.product_version_key = p.product_version_key
            where p.size is not null and {where} group by all
        """
        for row in ask(fashion, query):
            kept[row["person_key"], row["category"]][row["size"]] += sign * Decimal(row["quantity"])
    profile = ask(
        fashion, "select person_key, category_name, most_kept_size, kept_quantity from mart_customer_size_profile"
    )
    assert len(profile) > 100
    for row in profile:
        sizes = kept[row["person_key"], row["category_name"]]
        assert sum(sizes.values()) == Decimal(row["kept_quantity"])
        most = max(sizes.values())
        assert (sizes[row["most_kept_size"]] == most) if row["most_kept_size"] else (most <= 0)


def test_a_cohort_has_brought_what_its_people_paid(fashion: Settings) -> None:
    query = """
        with newest as (
            select person_count, cumulative_amount_per_person_reporting as per_person from mart_customer_cohort
            qualify row_number() over (
                partition by cohort_month_on, first_order_channel_name, first_order_market_region order by month_on desc
            ) = 1
        )
        select sum(person_count * per_person) as cohorts,
            (select sum(net_amount_after_refunds_reporting) from mart_customer_segment where segment <> 'unknown') as people
        from newest
    """
    [row] = ask(fashion, query)
    assert float(row["people"]) > 0
    assert abs(float(row["cohorts"]) - float(row["people"])) < 0.01


def test_everyone_has_an_estimate_or_a_reason(fashion: Settings) -> None:
    query = """
        select worth.reason, people.order_count, worth.expected_value_365_days_reporting as value
        from mart_customer_lifetime_value as worth
        join mart_customer_segment as people on worth.person_key = people.person_key
    """
    rows = ask(fashion, query)
    assert {row["reason"] for row in rows if int(row["order_count"]) == 0} == {"no_purchase"}
    assert all(row["value"] for row in rows if row["reason"] in ("", "too_few_repeat_buyers"))
    assert not any(row["value"] for row in rows if row["reason"] in ("no_purchase", "never_paid"))
