"""Exports of the CRM, in the layout of Fivetran's Salesforce connector.

Comes in: contacts, leads, campaigns, partners and deals as of a day. Goes out: tables. Campaigns and their members have no test seed
to take a layout from; their columns are Salesforce's own names in the connector's spelling. Called by `simulate`.
"""

from collections.abc import Iterator
from datetime import datetime

import polars as pl

from simulation.company import FIRST_DAY, MARKETS
from simulation.exports.tables import CHANGED, Dirt, Table
from simulation.exports.view import View, flag, money
from simulation.world.world import World

SYSTEM = "salesforce"
OPENED = datetime.combine(FIRST_DAY, datetime.min.time())
# As people type countries.
COUNTRIES = {
    "DE": "Deutschland", "AT": "Österreich", "FR": "France", "IT": "Italia", "ES": "España", "NL": "The Netherlands", "BE": "Belgium",
    "IE": "Ireland", "GB": "UK", "US": "USA", "AE": "UAE", "SA": "KSA",
}  # fmt: skip
CLUBS = {m.code: f"001SIM9{number:08d}AAA" for number, m in enumerate(MARKETS)}
STAGES = (
    ("created_at", "Prospecting", 10),
    ("qualified_at", "Qualification", 30),
    ("proposed_at", "Proposal/Price Quote", 60),
)


def tables(world: World, view: View) -> Iterator[Table]:
    """All tables."""
    yield _accounts(world, view)
    yield _contacts(world, view)
    yield _leads(world, view)
    yield _opportunities(world, view)
    yield from _campaigns(world, view)


def _accounts(world: World, view: View) -> Table:
    partners = world.marketing.partners.select(
        pl.col("account_id").alias("id"), "name", pl.col("market").replace_strict(COUNTRIES).alias("billing_country"),
        pl.col("market").alias("billing_country_code"), pl.lit("Partner").alias("type"), pl.col("created_at").alias(CHANGED),
    )  # fmt: skip
    clubs = pl.DataFrame({"id": list(CLUBS.values()), "billing_country_code": list(CLUBS)}).with_columns(
        name=pl.format("Club {}", "billing_country_code"), billing_country=pl.col("billing_country_code").replace_strict(COUNTRIES),
        type=pl.lit("Club"),
    ).with_columns(pl.lit(OPENED).cast(pl.Datetime("ms")).alias(CHANGED))  # fmt: skip
    return Table(
        SYSTEM, "account", pl.concat([partners, clubs], how="diagonal").with_columns(is_deleted=pl.lit("FALSE"))
    )


def _contacts(world: World, view: View) -> Table:
    changed = view.last("created_at", "merged_at")
    contacts = view.known(world.contacts, "created_at").select(
        pl.col("contact_id").alias("id"),
        pl.col("market").replace_strict(CLUBS).alias("account_id"),
        pl.col("created_at").alias("created_date"),
        "email",
        "first_name",
        flag(view.has("merged_at")).alias("is_deleted"),
        changed.alias("last_modified_date"),
        "last_name",
        pl.col("city").alias("mailing_city"),
        pl.col("market").replace_strict(COUNTRIES).alias("mailing_country"),
        pl.col("postal_code").alias("mailing_postal_code"),
        pl.when(pl.col("state") != "").then("state").alias("mailing_state"),
        pl.col("address").alias("mailing_street"),
        pl.when(view.has("merged_at")).then("merged_into").alias("master_record_id"),
        pl.col("phone").alias("mobile_phone"),
        pl.format("{} {}", "first_name", "last_name").alias("name"),
        changed.alias("system_modstamp"),
        flag(~pl.col("has_consent")).alias("has_opted_out_of_email"),
        pl.lit("Web shop").alias("lead_source"),
        changed.alias(CHANGED),
    )
    return Table(SYSTEM, "contact", contacts, Dirt(key="id", names=("first_name", "last_name"), repeats=True))


def _leads(world: World, view: View) -> Table:
    changed = view.last("created_at", "contacted_at", "unqualified_at", "converted_at")
    is_converted = view.has("converted_at")
    status = (
        pl.when(is_converted).then(pl.lit("Closed - Converted")).when(view.has("unqualified_at")).then(pl.lit("Closed - Not Converted"))
        .when(view.has("contacted_at")).then(pl.lit("Working - Contacted")).otherwise(pl.lit("Open - Not Contacted"))
    )  # fmt: skip
    leads = view.known(world.marketing.leads, "created_at").select(
        pl.col("market").replace_strict(COUNTRIES).alias("country"),
        pl.lit("Newsletter").alias("lead_source"),
        pl.when(is_converted).then(pl.col("converted_at").cast(pl.Date)).alias("converted_date"),
        changed.alias("last_modified_date"),
        changed.alias("system_modstamp"),
        pl.when(is_converted).then("contact_id").alias("converted_contact_id"),
        pl.when(is_converted).then(pl.col("market").replace_strict(CLUBS)).alias("converted_account_id"),
        pl.col("lead_id").alias("id"),
        pl.col("market").alias("country_code"),
        pl.format("{} {}", "first_own", "last_own").alias("name"),
        flag(is_converted).alias("is_converted"),
        status.alias("status"),
        "city",
        pl.lit("FALSE").alias("is_deleted"),
        pl.lit("[not provided]").alias("company"),
        pl.col("first_own").alias("first_name"),
        "email",
        pl.col("last_own").alias("last_name"),
        pl.col("created_at").alias("created_date"),
        flag(~pl.col("has_consent")).alias("has_opted_out_of_email"),
        changed.alias(CHANGED),
    )
    return Table(SYSTEM, "lead", leads, Dirt(key="id", date="created_date"))


def _opportunities(world: World, view: View) -> Table:
    changed = view.last("created_at", "qualified_at", "proposed_at", "closes_at")
    is_closed = view.has("closes_at")
    stage, probability = pl.lit(STAGES[0][1]), pl.lit(STAGES[0][2])
    for time, name, share in STAGES[1:]:
        stage = pl.when(view.has(time)).then(pl.lit(name)).otherwise(stage)
        probability = pl.when(view.has(time)).then(pl.lit(share)).otherwise(probability)
    won = pl.when("is_won").then(pl.lit("Closed Won")).otherwise(pl.lit("Closed Lost"))
    deals = view.known(world.marketing.opportunities, "created_at").select(
        "account_id",
        money("amount").alias("amount"),
        "close_on",
        pl.col("created_at").alias("created_date"),
        pl.col("opportunity_id").alias("id"),
        flag(is_closed).alias("is_closed"),
        pl.lit("FALSE").alias("is_deleted"),
        flag(is_closed & pl.col("is_won")).alias("is_won"),
        pl.lit("Trade fair").alias("lead_source"),
        pl.format("Collection order {}", pl.col("opportunity_id").str.slice(6, 9)).alias("name"),
        pl.when(is_closed).then(pl.when("is_won").then(100).otherwise(0)).otherwise(probability).alias("probability"),
        pl.when(is_closed).then(won).otherwise(stage).alias("stage_name"),
        pl.col("currency").alias("currency_iso_code"),
        changed.alias("last_modified_date"),
        changed.alias(CHANGED),
    )
    return Table(SYSTEM, "opportunity", deals.rename({"close_on": "close_date"}), Dirt(key="id", number="amount"))


def _campaigns(world: World, view: View) -> Iterator[Table]:
    planned = pl.col("starts_on").cast(pl.Datetime("ms")) - pl.duration(days=14)
    known = world.marketing.campaigns.with_columns(
        planned_at=pl.max_horizontal(planned, pl.lit(OPENED).cast(pl.Datetime("ms"))),
        started_at=pl.col("starts_on").cast(pl.Datetime("ms")),
        ended_at=pl.col("ends_on").cast(pl.Datetime("ms")) + pl.duration(hours=20),
    )
    known = view.known(known, "planned_at")
    changed = view.last("planned_at", "started_at", "ended_at")
    status = (
        pl.when(view.has("ended_at")).then(pl.lit("Completed")).when(view.has("started_at")).then(pl.lit("In Progress"))
        .otherwise(pl.lit("Planned"))
    )  # fmt: skip
    yield Table(
        SYSTEM,
        "campaign",
        known.select(
            pl.col("campaign_id").alias("id"),
            pl.when(view.has("ended_at")).then(money("cost")).alias("actual_cost"),
            money("budget").alias("budgeted_cost"),
            pl.col("planned_at").alias("created_date"),
            pl.col("currency").alias("currency_iso_code"),
            pl.col("ends_on").alias("end_date"),
            flag(~view.has("ended_at")).alias("is_active"),
            pl.lit("FALSE").alias("is_deleted"),
            changed.alias("last_modified_date"),
            "name",
            pl.col("starts_on").alias("start_date"),
            status.alias("status"),
            changed.alias("system_modstamp"),
            "type",
            pl.lit(view.synced).alias("_fivetran_synced"),
            changed.alias(CHANGED),
        ),
    )
    members = view.known(world.marketing.members, "sent_at")
    touched = view.last("sent_at", "responded_at")
    yield Table(
        SYSTEM,
        "campaign_member",
        members.select(
            pl.col("member_id").alias("id"),
            "campaign_id",
            "contact_id",
            pl.col("sent_at").alias("created_date"),
            view.seen("responded_at").alias("first_responded_date"),
            flag(view.has("responded_at")).alias("has_responded"),
            pl.lit("FALSE").alias("is_deleted"),
            touched.alias("last_modified_date"),
            pl.when(view.has("responded_at")).then(pl.lit("Responded")).otherwise(pl.lit("Sent")).alias("status"),
            touched.alias("system_modstamp"),
            pl.lit("Contact").alias("type"),
            pl.lit(view.synced).alias("_fivetran_synced"),
            touched.alias(CHANGED),
        ),
        Dirt(key="id", parent="campaign_id"),
    )
