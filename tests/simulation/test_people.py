"""People appear in several systems under several spellings, and the truth says who is who."""

from pathlib import Path

import polars as pl
from polars.testing import assert_frame_equal
from simulated_deliveries import read, truth


def test_every_record_of_a_person_has_one_owner(clean: Path) -> None:
    who = truth(clean, "identities")
    assert who.select("system", "entity", "source_id").is_unique().all()
    for system, entity, filter_by in (
        ("shopify", "customer", pl.lit(True)), ("salesforce", "contact", pl.lit(True)), ("salesforce", "lead", pl.lit(True)),
        ("zendesk", "user", pl.col("role") == "end-user"),
    ):  # fmt: skip
        known = who.filter((pl.col("system") == system) & (pl.col("entity") == entity))["source_id"]
        delivered = read(clean, system, entity).filter(filter_by)["id"]
        assert sorted(known) == sorted(delivered), f"{system}.{entity}"


def test_guests_have_no_account_but_an_owner(clean: Path) -> None:
    who = truth(clean, "identities").filter(pl.col("entity") == "guest_order")
    guests = read(clean, "shopify", "order").filter(pl.col("customer_id").is_null())
    assert sorted(guests["order_number"]) == sorted(who["source_id"])
    assert guests["email"].null_count() == 0


def test_one_person_is_written_differently_and_in_different_scripts(clean: Path) -> None:
    who = truth(clean, "identities")
    arabic = pl.col("name").str.contains(r"\p{Arabic}")
    shop = who.filter(pl.col("system") == "shopify").select("person", shop_name="name", shop_is_arabic=arabic)
    crm = who.filter(pl.col("entity") == "contact").select("person", "name", is_arabic=arabic)
    both = shop.join(crm, on="person")
    assert both.filter(pl.col("shop_name") != pl.col("name")).height
    assert both.filter(pl.col("shop_name") == pl.col("name")).height
    assert both.filter(pl.col("shop_is_arabic") & ~pl.col("is_arabic")).height


def test_an_address_of_one_person_is_never_anothers(clean: Path) -> None:
    who = truth(clean, "identities").with_columns(mail=pl.col("email").str.strip_chars().str.to_lowercase())
    owners = who.filter(pl.col("mail").is_not_null()).group_by("mail").agg(pl.col("person").n_unique())
    assert owners["person"].max() == 1


def test_merged_records_name_a_surviving_one_of_the_same_person(clean: Path) -> None:
    who = truth(clean, "identities")
    merged = who.filter(pl.col("merged_into").is_not_null())
    survivors = who.select(
        "system", pl.col("source_id").alias("merged_into"), survivor=pl.col("person"), gone="merged_into"
    )
    both = merged.join(survivors, on=["system", "merged_into"], how="left")
    assert merged.height
    assert both.filter(pl.col("survivor").ne_missing(pl.col("person"))).is_empty()
    assert both["gone"].null_count() == both.height


def test_late_parcels_make_people_write(clean: Path) -> None:
    parcels = truth(clean, "parcels").filter(pl.col("delivered_at").is_not_null())
    asked = truth(clean, "tickets").filter(pl.col("cause") == "late_parcel").select("order_number").unique()
    parcels = parcels.with_columns(late=pl.col("delivered_at").cast(pl.Date) > pl.col("promised_on"))
    late, punctual = parcels.filter("late"), parcels.filter(~pl.col("late"))
    assert late.height
    rate = late.join(asked, on="order_number", how="semi").height / late.height
    assert rate > 5 * punctual.join(asked, on="order_number", how="semi").height / punctual.height


def test_who_writes_twice_about_a_parcel_has_the_second_ticket_merged_into_the_first(clean: Path) -> None:
    known = truth(clean, "tickets").filter(pl.col("merged_at") < pl.datetime(2026, 11, 1))
    tickets = read(clean, "zendesk", "ticket")
    listed = tickets.filter(pl.col("merged_ticket_ids") != "[]").select(
        pl.col("id").cast(pl.Int64).alias("merged_into"),
        ticket_id=pl.col("merged_ticket_ids").str.strip_chars("[]").cast(pl.Int64),
    )
    assert known.height
    assert_frame_equal(
        listed.select("ticket_id", "merged_into").sort("ticket_id"),
        known.select("ticket_id", "merged_into").sort("ticket_id"),
    )
    gone = tickets.join(listed, left_on=pl.col("id").cast(pl.Int64), right_on="ticket_id", how="semi")
    assert set(gone["status"]) == {"closed"}
    both = known.join(truth(clean, "tickets"), left_on="merged_into", right_on="ticket_id", suffix="_first")
    assert both.filter(
        (pl.col("person") != pl.col("person_first")) | (pl.col("opened_at") < pl.col("opened_at_first"))
    ).is_empty()
    assert both["merged_into_first"].null_count() == both.height
