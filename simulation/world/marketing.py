"""Campaigns and whom they reach, leads who become customers, and the deals with partners.

Comes in: people, contacts, orders. Goes out: frames `campaigns`, `members`, `leads`, `partners`, `opportunities`. Called by the world.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import polars as pl

from simulation.company import BLACK_FRIDAYS, EID_AL_FITR, FIRST_DAY, HORIZON, MARKETS
from simulation.world import people as persons
from simulation.world.clock import Ints, Plan, at, dates, day_number, times

REGION_NAMES = ("Europe", "Americas", "Gulf")
CURRENCIES = ("EUR", "USD", "AED")
STAGES = ("Prospecting", "Qualification", "Proposal/Price Quote", "Negotiation/Review", "Closed Won", "Closed Lost")


@dataclass
class Marketing:
    """The frames."""

    campaigns: pl.DataFrame
    members: pl.DataFrame
    leads: pl.DataFrame
    lead_people: pl.DataFrame
    partners: pl.DataFrame
    opportunities: pl.DataFrame


def _campaigns(draws: np.random.Generator) -> pl.DataFrame:
    """A newsletter a month and region, and one for each great sale."""
    rows: list[tuple[str, str, int, date, date]] = []
    month = date(FIRST_DAY.year, FIRST_DAY.month, 1)
    while month <= HORIZON:
        for region in range(3):
            start = month + timedelta(days=2)
            rows.append(
                (f"Newsletter {month:%Y-%m} {REGION_NAMES[region]}", "Email", region, start, start + timedelta(days=20))
            )
        month = (month + timedelta(days=32)).replace(day=1)
    for friday in BLACK_FRIDAYS:
        for region in range(3):
            name = f"{'White' if region == 2 else 'Black'} Friday {friday.year} {REGION_NAMES[region]}"
            rows.append((name, "Advertisement", region, friday - timedelta(days=7), friday + timedelta(days=3)))
    for eid in EID_AL_FITR:
        rows.append((f"Eid {eid.year}", "Advertisement", 2, eid - timedelta(days=21), eid))
    rows.sort(key=lambda row: (row[3], row[0]))
    budget = draws.integers(2_000, 30_000, len(rows)) * 100
    return pl.DataFrame(
        {
            "campaign_id": [f"701SIM{number:09d}AAC" for number in range(1, len(rows) + 1)],
            "name": [row[0] for row in rows],
            "type": [row[1] for row in rows],
            "region": [row[2] for row in rows],
            "starts_on": [row[3] for row in rows],
            "ends_on": [row[4] for row in rows],
            "currency": [CURRENCIES[row[2]] for row in rows],
            "budget": budget,
            "cost": budget * draws.integers(70, 118, len(rows)) // 100,
        }
    )


def _leads(plan: Plan, people: pl.DataFrame, contacts: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Sign-ups for the newsletter: some buy later and become a contact, some never do."""
    draws = plan.draws("leads")
    region = {m.code: number for number, m in enumerate(MARKETS)}
    bought = contacts.filter((pl.col("merged_into").is_null()) & (pl.col("luck") < 0.4)).unique(
        "person", keep="first", maintain_order=True
    )
    bought = bought.select("person", "contact_id", converted_at=pl.col("created_at") + pl.duration(hours=1))
    others = max(3, people.height // 5)
    chosen: Ints = draws.integers(0, people.height, others)
    markets = np.array([region[code] for code in people["market"].to_list()])[chosen]
    strangers = persons.make(Plan(plan.scale, plan.seed + 1_000_003), markets).with_columns(
        person=pl.col("person") + people.height
    )
    strangers = strangers.with_columns(email=pl.format("{}.{}{}@{}", "first_ascii", "last_ascii", "person", "domain"))
    signed = draws.integers(0, day_number(HORIZON), others)
    never = pl.DataFrame({"person": strangers["person"], "created_at": times(at(signed, 36_000))})
    bought = bought.with_columns(days=pl.Series(draws.integers(1, 40, bought.height))).with_columns(
        created_at=pl.col("converted_at") - pl.duration(days="days", hours=3)
    )
    everyone = pl.concat([people, strangers], how="vertical_relaxed")
    leads = pl.concat([bought.drop("days"), never], how="diagonal").sort("created_at", "person")
    leads = leads.with_columns(
        lead_id=pl.format("00QSIM{}AAD", (pl.int_range(pl.len()) + 1).cast(pl.String).str.zfill(9)),
        contacted_at=pl.col("created_at") + pl.duration(hours=20),
        is_unsuitable=pl.col("contact_id").is_null() & pl.Series(draws.random(leads.height) < 0.3),
    ).with_columns(unqualified_at=pl.when("is_unsuitable").then(pl.col("created_at") + pl.duration(days=30)))
    return leads.join(everyone, on="person", how="left", maintain_order="left"), strangers


def _members(draws: np.random.Generator, campaigns: pl.DataFrame, contacts: pl.DataFrame) -> pl.DataFrame:
    """Who got which campaign: people of its region who were known when it started and agreed to be written to."""
    regions = {m.code: m.region for m in MARKETS}
    known = contacts.filter(pl.col("has_consent") & pl.col("merged_into").is_null())
    size = known.height * 4
    if not known.height:
        return pl.DataFrame(
            schema={"member_id": pl.String, "campaign_id": pl.String, "contact_id": pl.String, "person": pl.Int64}
        )
    drawn = pl.DataFrame(
        {"contact": draws.integers(0, known.height, size), "campaign": draws.integers(0, campaigns.height, size)}
    ).unique(maintain_order=True)
    responded = pl.Series(draws.random(drawn.height) < 0.12)
    found = drawn.with_columns(responds=responded, wait=pl.Series(draws.integers(1, 90, drawn.height)))
    found = found.with_columns(
        known.select("contact_id", "person", "created_at", "market")[drawn["contact"].to_numpy()].rename(
            {"created_at": "known_at"}
        ),
    ).with_columns(campaigns.select("campaign_id", "region", "starts_on")[drawn["campaign"].to_numpy()])
    found = found.filter(
        (pl.col("market").replace_strict(regions, return_dtype=pl.Int64) == pl.col("region"))
        & (pl.col("known_at").cast(pl.Date) < pl.col("starts_on"))
    )
    sent = pl.col("starts_on").cast(pl.Datetime("ms")) + pl.duration(hours=8)
    return (
        found.sort("starts_on", "campaign_id", "person", "contact_id")
        .with_columns(
            member_id=pl.format("00vSIM{}AAE", (pl.int_range(pl.len()) + 1).cast(pl.String).str.zfill(9)), sent_at=sent
        )
        .with_columns(responded_at=pl.when("responds").then(sent + pl.duration(hours="wait")))
        .select("member_id", "campaign_id", "contact_id", "person", "sent_at", "responded_at")
    )


def _deals(draws: np.random.Generator, scale: float) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Shops and marketplaces that take collections; deals run through stages or end."""
    size = max(6, round(24 * scale**0.5))
    market = draws.integers(0, len(MARKETS), size)
    partners = pl.DataFrame(
        {
            "account_id": [f"001SIM{number:09d}AAA" for number in range(1, size + 1)],
            "name": [
                f"{('Boutique', 'Maison', 'Galerie', 'Kaufhaus', 'Souk')[number % 5]} {101 + number}"
                for number in range(size)
            ],
            "market": np.array([m.code for m in MARKETS])[market],
            "currency": np.array([m.currency for m in MARKETS])[market],
            "created_at": [datetime(2023, 11, 1, 9)] * size,
        }
    ).with_columns(pl.col("created_at").cast(pl.Datetime("ms")))
    deals = size * 3
    account = draws.integers(0, size, deals)
    opened = np.sort(draws.integers(0, day_number(HORIZON) - 10, deals))
    length = draws.integers(20, 120, deals)
    opportunities = pl.DataFrame(
        {
            "opportunity_id": [f"006SIM{number:09d}AAF" for number in range(1, deals + 1)],
            "account_id": partners["account_id"].to_numpy()[account],
            "currency": partners["currency"].to_numpy()[account],
            "amount": draws.integers(2_000, 60_000, deals) * 100,
            "is_won": draws.random(deals) < 0.4,
            "created_at": times(at(opened, 40_000)),
            "qualified_at": times(at(opened + length // 3, 40_000)),
            "proposed_at": times(at(opened + length // 2, 40_000)),
            "closes_at": times(at(opened + length, 40_000)),
            "close_on": dates(opened + length),
        }
    )
    return partners, opportunities


def make(plan: Plan, people: pl.DataFrame, contacts: pl.DataFrame) -> Marketing:
    """Draw all of it."""
    draws = plan.draws("marketing")
    campaigns = _campaigns(draws)
    leads, strangers = _leads(plan, people, contacts)
    partners, opportunities = _deals(draws, plan.scale)
    return Marketing(campaigns, _members(draws, campaigns, contacts), leads, strangers, partners, opportunities)
