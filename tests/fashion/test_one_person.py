"""The people of the simulated company: who is one person, and what is told of her, against the simulator's truth."""

from datetime import date

import polars as pl

from benchmarks.customers import people_of_simulation
from customers.identity.alone import measure
from warehouse.lake import connect_publication
from warehouse.settings import Settings


def asked(settings: Settings, query: str) -> pl.DataFrame:
    """The rows of a query, personal data in clear."""
    with connect_publication(settings) as con:
        return con.execute(query).pl()


def test_records_of_one_person_come_together_and_strangers_stay_apart(fashion: Settings) -> None:
    resolved, truth = people_of_simulation(fashion)
    assert truth.height > 800
    quality = measure(resolved, truth)
    assert quality.precision >= 0.99
    assert quality.recall >= 0.95


def test_a_day_later_people_keep_their_keys(fashion: Settings, fashion_next_day: Settings) -> None:
    before, _ = people_of_simulation(fashion)
    after, truth = people_of_simulation(fashion_next_day)
    both = before.join(after, on="record_key", suffix="_after")
    assert both.height == before.height
    # Who is known to be one person with somebody new may have come together; nobody else changes.
    kept = both.filter(pl.col("person_key") == pl.col("person_key_after")).height
    assert kept / both.height > 0.99
    assert measure(after, truth).precision >= 0.99


def test_what_is_told_of_all_persons_adds_up_to_the_company(fashion: Settings) -> None:
    row = asked(
        fashion,
        "SELECT (SELECT sum(order_count) FROM lake.marts.mart_customer_360) AS orders, "
        "(SELECT count(DISTINCT order_key) FROM lake.marts.fct_order_line WHERE is_revenue) AS company_orders, "
        "(SELECT sum(net_amount_reporting) FROM lake.marts.mart_customer_360) AS net, "
        "(SELECT sum(net_amount_reporting) FROM lake.marts.fct_order_line WHERE is_revenue) AS company_net, "
        "(SELECT sum(ticket_count) FROM lake.marts.mart_customer_360) AS tickets, "
        "(SELECT count(*) FROM lake.marts.fct_ticket WHERE NOT is_merged) AS company_tickets",
    ).row(0, named=True)
    assert row["orders"] == row["company_orders"] > 500
    assert row["net"] == row["company_net"]
    assert row["tickets"] == row["company_tickets"] > 0


def test_orders_of_a_person_are_those_that_the_simulator_gave_her(fashion: Settings) -> None:
    resolved, truth = people_of_simulation(fashion)
    ordered = asked(
        fashion,
        "SELECT person_key, count(*) AS found FROM lake.marts.fct_person_event WHERE event_type = 'order_placed' GROUP BY 1",
    )
    orders = (
        pl.read_parquet(fashion.root / "inbox" / "truth" / "orders.parquet").group_by("person").agg(expected=pl.len())
    )
    persons = resolved.join(truth, on="record_key").select("person_key", "person").unique()
    whole = persons.filter(pl.len().over("person_key") == 1, pl.len().over("person") == 1)
    compared = whole.join(orders, on="person").join(ordered, on="person_key", how="left").fill_null(0)
    assert compared.height > 300
    # Planted errors keep some orders out of the marts; nobody has more than she placed.
    assert compared.filter(pl.col("found") > pl.col("expected")).is_empty()
    assert compared["found"].sum() >= 0.95 * compared["expected"].sum()


def test_a_timeline_is_told_in_order_over_all_systems(fashion: Settings) -> None:
    events = asked(
        fashion,
        "SELECT person_key, event_type, event_at, source_system FROM lake.marts.fct_person_event "
        "WHERE person_key <> '00000000000000000000000000000000'",
    )
    systems = events.group_by("person_key").agg(pl.col("source_system").n_unique())
    assert systems["source_system"].max() >= 3
    # Systems do not always say when somebody agreed or refused; everything else has its time.
    dated = events.filter(~pl.col("event_type").str.starts_with("consent_"))
    assert dated["event_at"].null_count() == 0
    wide = events.group_by("person_key").agg(
        first_order=pl.col("event_at").filter(pl.col("event_type") == "order_placed").min(),
        first_parcel=pl.col("event_at").filter(pl.col("event_type") == "parcel_delivered").min(),
    )
    both = wide.drop_nulls()
    assert both.height > 200
    assert both.filter(pl.col("first_parcel").dt.date() < pl.col("first_order").dt.date()).is_empty()


def test_every_person_has_a_segment_and_only_who_agreed_can_be_reached(fashion: Settings) -> None:
    persons = asked(
        fashion,
        "SELECT p.person_key, p.segment, p.order_count, p.reachable_channels, p.email, c.is_granted FROM lake.marts.mart_customer_360 AS p "
        "LEFT JOIN lake.marts.mart_customer_consent AS c ON p.person_key = c.person_key AND c.consent_channel = 'email'",
    )
    bought = persons.filter(pl.col("order_count") > 0, pl.col("person_key") != "0" * 32)
    assert bought["segment"].null_count() == 0
    assert bought["segment"].n_unique() >= 4
    reached = persons.filter(pl.col("reachable_channels").str.contains("email"))
    assert reached.height > 0
    assert reached.filter(~pl.col("is_granted") | pl.col("email").is_null()).is_empty()


def test_what_is_recommended_can_be_bought_and_is_new_to_her(fashion: Settings) -> None:
    bought_before = asked(
        fashion,
        "SELECT count(*) AS n FROM lake.marts.fct_recommendation AS r JOIN lake.marts.dim_customer AS c ON r.person_key = c.person_key "
        "JOIN lake.marts.fct_order_line AS l ON l.customer_version_key = c.customer_version_key "
        "JOIN lake.marts.dim_product AS p ON l.product_version_key = p.product_version_key "
        "WHERE l.is_revenue AND p.style_id = "
        "(SELECT any_value(style_id) FROM lake.marts.dim_product AS q WHERE q.product_key = r.product_key)",
    ).item()
    assert bought_before == 0
    newest = asked(fashion, "SELECT max(made_on) AS day, count(*) AS n FROM lake.marts.fct_recommendation").row(0)
    assert newest[0] <= date(2026, 10, 31)
    assert newest[1] > 1000
