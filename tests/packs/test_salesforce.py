"""Salesforce: who the customers are, what became of merged records, and what campaigns and opportunities came to."""

from collections import Counter
from decimal import Decimal
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from staging_alone import (
    company_of,
    exported,
    exports_of,
    lake_files_with,
    read_csv,
    real_exports,
    stage,
    staged,
    write_csv,
)
from weft_command import ask

from extractors.landing import land_system
from warehouse.settings import Settings

SYSTEM = "salesforce"
WORDS_OF_A_CASE = "SECRET-CASE-TEXT"


def surviving_customer(record_id: str) -> str:
    """Follow merges through the exports, and from the contact half of a person account to its account."""
    records = {row["id"]: row for entity in ("account", "contact") for row in exported(SYSTEM, entity)}
    while (row := records[record_id])["master_record_id"]:
        record_id = row["master_record_id"]
    if record_id.startswith("003") and row["is_person_account"] == "true":
        return surviving_customer(row["account_id"])
    return record_id


def is_true(row: dict[str, str], column: str) -> bool:
    return row[column] == "true"


def test_each_business_each_person_account_and_each_contact_is_one_customer(packs_published: Settings) -> None:
    found = ask(
        packs_published,
        "select customer_id, customer_type, is_deleted, full_name from staging.stg_salesforce__customers",
    )
    expected = {
        row["id"]: (
            "person" if is_true(row, "is_person_account") or row["id"].startswith("003") else "business",
            row["is_deleted"],
            row["name"],
        )
        for row in exported(SYSTEM, "account") + exported(SYSTEM, "contact")
        if not (row["id"].startswith("003") and is_true(row, "is_person_account"))
    }
    assert {
        row["customer_id"]: (row["customer_type"], row["is_deleted"], row["full_name"]) for row in found
    } == expected
    assert len(found) == len(expected)
    assert {"ليلى المنصوري", "محمد الفارسي", "Zoë Müller"} <= {row["full_name"] for row in found}


def test_a_person_account_has_the_address_and_mail_of_its_contact(packs_published: Settings) -> None:
    [layla] = ask(
        packs_published,
        "select email, phone, address_line_1, address_line_2, city, country_code from staging.stg_salesforce__customers "
        "where full_name = 'Layla Al Mansouri'",
    )
    assert layla == {
        "email": "layla.almansouri@example.com",
        "phone": "+971 50 555 0111",
        "address_line_1": "Corniche Street 5",
        "address_line_2": "Apartment 12",
        "city": "Abu Dhabi",
        "country_code": "AE",
    }


def test_every_filled_address_is_one_row_and_each_customer_has_one_usual_address(packs_published: Settings) -> None:
    found = ask(
        packs_published,
        "select source_id, is_default, country_code from staging.stg_salesforce__customer_addresses",
    )
    kinds = {"account": ("billing", "shipping"), "contact": ("mailing", "other")}
    expected = {
        f"{row['account_id'] if row.get('is_person_account') == 'true' and entity == 'contact' else row['id']}-{kind}"
        for entity, of_entity in kinds.items()
        for row in exported(SYSTEM, entity)
        for kind in of_entity
        if any(row.get(f"{kind}_{part}") for part in ("street", "city", "postal_code", "country", "country_code"))
    }
    assert {row["source_id"] for row in found} == expected
    assert len(found) == len(expected)
    usual = Counter(row["source_id"].partition("-")[0] for row in found if row["is_default"] == "true")
    assert set(usual.values()) == {1}
    assert set(usual) == {source_id.partition("-")[0] for source_id in expected}
    # One person says that he lives in Atlantis.
    assert [row["country_code"] for row in found].count("") == 1


def test_what_pointed_to_a_merged_record_points_to_the_one_that_was_kept(packs_published: Settings) -> None:
    found = ask(
        packs_published,
        "select 'opportunity' as entity, opportunity_id as id, customer_id, c.is_deleted "
        "from staging.stg_salesforce__opportunities join staging.stg_salesforce__customers as c using (customer_key) "
        "union all select 'touch', t.source_id, customer_id, c.is_deleted from staging.stg_salesforce__campaign_touches as t "
        "join staging.stg_salesforce__customers as c using (customer_key) "
        "union all select 'lead', lead_id, customer_id, c.is_deleted from staging.stg_salesforce__leads "
        "join staging.stg_salesforce__customers as c using (customer_key)",
    )
    leads = {row["id"]: row for row in exported(SYSTEM, "lead")}
    converted = {
        key: surviving_customer(row["converted_contact_id"])
        for key, row in leads.items()
        if is_true(row, "is_converted")
    }
    expected = {
        ("opportunity", row["id"]): surviving_customer(row["account_id"]) for row in exported(SYSTEM, "opportunity")
    } | {("lead", key): customer for key, customer in converted.items()}
    for row in exported(SYSTEM, "campaign_member"):
        if row["contact_id"]:
            expected["touch", row["id"]] = surviving_customer(row["contact_id"])
        elif row["lead_id"] in converted:
            expected["touch", row["id"]] = converted[row["lead_id"]]
    assert {(row["entity"], row["id"]): row["customer_id"] for row in found} == expected
    # The chain of three: the opportunity was made with the oldest of them.
    [kept] = [row["id"] for row in exported(SYSTEM, "account") if row["name"] == "Boutique Nord GmbH"]
    [oldest] = [row["id"] for row in exported(SYSTEM, "account") if row["name"] == "Boutique Nord (alt)"]
    assert surviving_customer(oldest) == kept
    deleted = {row["id"] for row in found if row["is_deleted"] == "true"}
    assert deleted == {row["id"] for row in exported(SYSTEM, "opportunity") if is_true(row, "is_deleted")}


def test_opportunities_are_won_lost_or_open_with_their_newest_amounts(packs_published: Settings) -> None:
    found = ask(
        packs_published,
        "select status, currency_code, count(*) as number, sum(amount) as amount from staging.stg_salesforce__opportunities "
        "where not is_deleted group by all",
    )
    number: Counter[tuple[str, str]] = Counter()
    amount: dict[tuple[str, str], Decimal] = {}
    for row in exported(SYSTEM, "opportunity"):
        if is_true(row, "is_deleted"):
            continue
        status = "won" if is_true(row, "is_won") else "lost" if is_true(row, "is_closed") else "open"
        key = status, row["currency_iso_code"]
        number[key] += 1
        amount[key] = amount.get(key, Decimal(0)) + Decimal(row["amount"] or 0)
    assert {(row["status"], row["currency_code"]): int(row["number"]) for row in found} == number
    assert {(row["status"], row["currency_code"]): Decimal(row["amount"]) for row in found} == amount
    # The second delivery won one more.
    assert number["won", "EUR"] == 2


def test_campaigns_know_who_responded(packs_published: Settings) -> None:
    found = ask(
        packs_published,
        "select campaign_id, campaign_type, c.status, count(touch.campaign_key) as reached, "
        "count(touch.campaign_key) filter (where has_responded) as responded "
        "from staging.stg_salesforce__campaigns as c "
        "left join staging.stg_salesforce__campaign_touches as touch using (campaign_key) group by all",
    )
    members = exported(SYSTEM, "campaign_member")
    reached = Counter(row["campaign_id"] for row in members)
    responded = Counter(row["campaign_id"] for row in members if is_true(row, "has_responded"))
    assert {row["campaign_id"]: (int(row["reached"]), int(row["responded"])) for row in found} == {
        row["id"]: (reached[row["id"]], responded[row["id"]]) for row in exported(SYSTEM, "campaign")
    }
    assert {row["status"] for row in found} == {"planned", "in_progress", "completed", "aborted"}
    assert {row["campaign_type"] for row in found} == {"event", "email", "social", "sms", "search"}


def test_a_merged_lead_hands_its_touches_on(packs_published: Settings) -> None:
    found = ask(
        packs_published,
        "select lead_id from staging.stg_salesforce__campaign_touches as touch "
        "join staging.stg_salesforce__leads as lead using (lead_key) where touch.customer_key is null",
    )
    leads = {row["id"]: row for row in exported(SYSTEM, "lead")}
    expected = [
        leads[row["lead_id"]]["master_record_id"] or row["lead_id"]
        for row in exported(SYSTEM, "campaign_member")
        if row["lead_id"] and not row["contact_id"] and not is_true(leads[row["lead_id"]], "is_converted")
    ]
    assert Counter(row["lead_id"] for row in found) == Counter(expected)
    assert any(leads[key]["is_deleted"] == "false" and leads[key]["name"] == "Yusuf Al-Harbi" for key in expected)


def test_an_objection_is_kept_and_silence_is_no_consent(packs_published: Settings) -> None:
    found = ask(
        packs_published,
        "select full_name, consent_channel, is_granted, decided_at from staging.stg_salesforce__consents "
        "join staging.stg_salesforce__customers using (customer_key)",
    )
    expected = {}
    for row in exported(SYSTEM, "contact"):
        if is_true(row, "has_opted_out_of_email") or is_true(row, "email_opt_in_explicit_c"):
            granted = "false" if is_true(row, "has_opted_out_of_email") else "true"
            expected[row["name"], "email"] = (granted, row["email_opt_out_date_time_c"])
        if is_true(row, "do_not_call"):
            expected[row["name"], "phone"] = ("false", "")
    assert {
        (row["full_name"], row["consent_channel"]): (row["is_granted"], row["decided_at"]) for row in found
    } == expected
    assert expected["Mohammed Al-Farsi", "email"][0] == "false"


def test_cases_are_no_tickets_beside_a_service_desk(packs_published: Settings) -> None:
    assert "zendesk" in packs_published.systems
    assert exported(SYSTEM, "case")
    [found] = ask(packs_published, "select count(*) as number from staging.stg_salesforce__tickets")
    assert found["number"] == "0"


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, CompletedProcess[str]]:
    """A company with Salesforce only, in which one lead has a status of its own and two contacts were merged into each other."""
    root = tmp_path_factory.mktemp("salesforce")
    settings = company_of(root, SYSTEM, exports_of(SYSTEM))
    leads = [{**row, "status": "Thinking"} for row in exported(SYSTEM, "lead") if row["name"] == "Ines Duarte"]
    write_csv(root / "inbox" / "lead_2026-12-01.csv", leads)
    pair = [row for row in exported(SYSTEM, "contact") if row["name"] in {"José García Ortiz", "Grace Nguyen-Smith"}]
    merged = [{**row, "master_record_id": other["id"]} for row, other in zip(pair, reversed(pair), strict=True)]
    write_csv(root / "inbox" / "contact_2026-12-01.csv", merged)
    _, built = stage(settings, SYSTEM)
    return settings, built


def test_without_a_service_desk_cases_are_tickets(alone: tuple[Settings, CompletedProcess[str]]) -> None:
    settings, _ = alone
    found = {row["ticket_id"]: row for row in staged(settings, "select * from stg_salesforce__tickets")}
    cases = exported(SYSTEM, "case")
    assert set(found) == {row["id"] for row in cases}
    merged = {row["id"]: row["master_record_id"] for row in cases if row["master_record_id"]}
    assert {key: row["merged_into_ticket_key"] for key, row in found.items() if row["merged_into_ticket_key"]} == {
        key: found[into]["ticket_key"] for key, into in merged.items()
    }
    customers = {row["customer_key"]: row["customer_id"] for row in staged(settings, "from stg_salesforce__customers")}
    assert {key: customers[row["customer_key"]] for key, row in found.items()} == {
        row["id"]: surviving_customer(row["contact_id"] or row["account_id"]) for row in cases
    }
    assert Counter((row["status"], row["channel"], row["priority"]) for row in found.values()) == Counter(
        [
            ("closed", "email", "normal"),
            ("open", "social", "high"),
            ("closed", "web", "low"),
            ("new", "phone", "urgent"),
        ]
    )


def test_what_customers_write_in_a_case_is_not_landed(alone: tuple[Settings, CompletedProcess[str]]) -> None:
    settings, _ = alone
    assert any(WORDS_OF_A_CASE in row["description"] for row in exported(SYSTEM, "case"))
    assert list(lake_files_with(settings, "Boutique Nord (alt)"))
    assert list(lake_files_with(settings, WORDS_OF_A_CASE)) == []


def test_an_unknown_status_is_reported_and_merges_in_a_circle_end(
    alone: tuple[Settings, CompletedProcess[str]],
) -> None:
    settings, built = alone
    assert built.returncode != 0
    failed = [line for line in built.stdout.splitlines() if " FAIL " in line or " ERROR " in line]
    assert len(failed) == 1
    assert "stg_salesforce__leads__status_is_known" in failed[0]
    warned = [line for line in built.stdout.splitlines() if " WARN " in line]
    assert any("no_merge_leads_back" in line for line in warned)
    circle = staged(
        settings, "select record_id, surviving_id from base_salesforce__surviving_records where is_merge_cycle"
    )
    assert len(circle) == 2
    assert all(row["record_id"] == row["surviving_id"] for row in circle)


@pytest.mark.skipif(not real_exports(SYSTEM), reason="the exports in Salesforce's true columns are not here")
def test_exports_in_the_true_columns_land_whole_and_can_be_staged(tmp_path: Path) -> None:
    settings = company_of(tmp_path, SYSTEM, real_exports(SYSTEM))
    entities = ("account", "contact", "lead", "opportunity")
    landed, built = stage(settings, SYSTEM)
    assert {result.entity for result in landed} == set(entities)
    rows = {result.entity: result.rows_landed for result in landed}
    read = {path.stem: len(read_csv(path)) for path in real_exports(SYSTEM)}
    assert rows == {entity: read[f"sf_{entity}_data"] for entity in entities}
    assert [result.message for result in landed if result.status != "landed" or result.rows_rejected] == []
    assert built.returncode == 0, built.stdout
    [found] = staged(
        settings,
        "select (select count(*) from stg_salesforce__customers) as customers, "
        "(select count(*) from stg_salesforce__opportunities) as opportunities",
    )
    assert found == {"customers": rows["account"] + rows["contact"], "opportunities": rows["opportunity"]}
    assert land_system(settings, SYSTEM, "again") == []


def test_leads_of_the_marts_are_those_that_were_not_deleted_and_know_whom_they_became(
    packs_published: Settings,
) -> None:
    found = {
        row["lead_id"]: (row["is_converted"] == "true", row["is_known"] == "true")
        for row in ask(
            packs_published,
            "select lead_id, is_converted, customer_id is not null as is_known from fct_lead "
            "left join (select distinct customer_key, customer_id from dim_customer "
            "where source_system = 'salesforce') using (customer_key) where fct_lead.source_system = 'salesforce'",
        )
    }
    expected = {
        row["id"]: is_true(row, "is_converted") for row in exported(SYSTEM, "lead") if not is_true(row, "is_deleted")
    }
    assert {key: converted for key, (converted, _) in found.items()} == expected
    assert {known for converted, known in found.values() if converted} == {True}
