"""Audiences hold exactly those who agreed and can be reached, in files that Salesforce and Shopify import."""

import csv
import json
import stat
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from weft_command import run_weft

from customers.audiences import count_audiences, export_audience, export_audiences
from warehouse.errors import WeftError
from warehouse.lake import connect_lake
from warehouse.publication import publish
from warehouse.settings import Settings, load_settings

SHOPIFY_HEADER = (
    "First Name,Last Name,Email,Accepts Email Marketing,Default Address Address1,Default Address City,Default Address Province Code,"
    "Default Address Country Code,Default Address Zip,Phone,Accepts SMS Marketing,Tags"
)
TOML = """
[company]
id = "tryout"
name = "Tryout"

[systems.crm]
pack = "salesforce"
inbox = "inbox/crm"

[systems.shop]
pack = "shopify"
inbox = "inbox/shop"
"""
EVERYBODY = """
[audiences.everybody]
format = "shopify"
"""
# key, system, id, first name, last name, mail, phone, language, country, orders
PEOPLE = [
    ("anna", "shop", "1", "Anna", "Müller", "anna@example.com", "0151 23456789", "de", "DE", 3),
    ("bea", "shop", "2", "=HYPERLINK(1)", "+Bea", "bea@example.com", "+49 (0)30 1234567", "en", "DE", 1),
    ("carla", "shop", "3", "Carla", "Rossi", "carla@example.com", None, "it", "IT", 2),
    ("dora", "shop", "4", "Dora", "Frost", "no address", None, "en", "GB", 0),
    ("emma", "crm", "003000000000001AAA", "Emma", "Smith", "Emma@Example.com ", "+447700900123", "en", "GB", 5),
    ("emma_shop", "shop", "5", "Emma", "S.", "emma@example.com", None, "en", "GB", 1),
    ("fay", "shop", "6", "Fay", None, "fay@example.com", None, None, "US", 1),
]
YES = datetime(2026, 1, 1)


def consents(*others: tuple[str, str, bool, datetime | None]) -> list[tuple[str, str, bool, datetime | None]]:
    """Everybody agreed to mails on new year's day; then the others decided."""
    return [*((person[0], "email", True, YES) for person in PEOPLE), *others]


def company(
    root: Path,
    audiences: str,
    decisions: list[tuple[str, str, bool, datetime | None]],
    people: list[tuple[Any, ...]] = PEOPLE,
    same_person: dict[str, str] | None = None,
) -> tuple[Settings, int]:
    """A deployment whose publication has these people."""
    root.mkdir(exist_ok=True)
    (root / "weft.toml").write_text(TOML + audiences, encoding="utf-8")
    settings = load_settings(root / "weft.toml")
    names = ["key", "system", "id", "first", "last", "mail", "phone", "language", "country", "orders"]
    frame = pl.DataFrame(
        people, schema={n: pl.Int64 if n == "orders" else pl.String for n in names}, orient="row"
    ).with_columns(person=pl.col("key").replace(same_person or {}))
    decided = pl.DataFrame(
        decisions,
        schema={"key": pl.String, "channel": pl.String, "is_granted": pl.Boolean, "decided_at": pl.Datetime},
        orient="row",
    )
    with connect_lake(settings) as con:
        con.execute("CREATE SCHEMA IF NOT EXISTS intermediate")
        con.register("person", frame.to_arrow())
        con.register("decided", decided.to_arrow())
        con.execute(
            "CREATE OR REPLACE TABLE marts.dim_customer AS SELECT key AS customer_key, person AS person_key, id AS customer_id, "
            "system AS source_system, true AS is_current, key = 'gone' AS is_deleted, 'person' AS customer_type, mail AS email "
            "FROM person"
        )
        con.execute(
            "CREATE OR REPLACE TABLE marts.dim_person AS SELECT person AS person_key, key = 'gone' AS is_deleted, "
            "'person' AS person_type, first AS first_name, last AS last_name, "
            "concat_ws(' ', first, last) AS full_name, mail AS email, phone, language, 'Long Street 1' AS address_line_1, "
            "'Town' AS city, '00123' AS postal_code, NULL::VARCHAR AS region_code, country AS country_code "
            "FROM person WHERE key = person"
        )
        con.execute(
            "CREATE OR REPLACE TABLE marts.mart_customer AS SELECT key AS customer_key, orders AS order_count, "
            "orders * 50.0 AS net_amount_reporting, DATE '2026-10-01' - orders::INTEGER * 30 AS last_order_on FROM person"
        )
        con.execute(
            "CREATE OR REPLACE TABLE marts.dim_geography AS SELECT DISTINCT country AS country_code, "
            "'Land of ' || country AS country_name FROM person"
        )
        con.execute(
            "CREATE OR REPLACE TABLE intermediate.int_consents__unioned AS SELECT key AS customer_key, channel AS consent_channel, "
            "'marketing' AS purpose, is_granted, decided_at, decided_at AS source_updated_at, false AS is_deleted FROM decided"
        )
        con.execute(
            "CREATE OR REPLACE TABLE intermediate.int_leads__unioned AS SELECT '00Q000000000001AAA' AS lead_id, 'lead' AS lead_key, "
            "'CARLA@example.com' AS email, 'open' AS status, 'crm' AS source_system, false AS is_deleted"
        )
        con.execute(
            "CREATE OR REPLACE TABLE intermediate.int_persons__linked AS SELECT 'lead' AS record_key, 'lead' AS person_key"
        )
    return settings, publish(settings, run_id="run", inputs="same", audit={}).publication_id


def read(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def mails(settings: Settings, name: str = "everybody") -> set[str]:
    return {row["Email"] for row in read(settings.exports_dir / "audiences" / f"{name}.shopify_customers.csv")}


def test_the_shops_file_has_the_headers_it_asks_for_and_whoever_agreed(tmp_path: Path) -> None:
    settings, number = company(tmp_path, EVERYBODY, consents())
    found = export_audience(settings, "everybody", number)
    path = settings.exports_dir / "audiences" / "everybody.shopify_customers.csv"
    content = path.read_bytes()
    assert content.split(b"\r\n")[0].decode() == SHOPIFY_HEADER
    rows = {row["Email"]: row for row in read(path)}
    assert set(rows) == {
        "anna@example.com",
        "bea@example.com",
        "carla@example.com",
        "emma@example.com",
        "fay@example.com",
    }
    anna = rows["anna@example.com"]
    assert (anna["First Name"], anna["Last Name"], anna["Tags"]) == ("Anna", "Müller", "everybody")
    assert (anna["Default Address Country Code"], anna["Default Address Zip"]) == ("DE", "00123")
    assert (anna["Accepts Email Marketing"], anna["Accepts SMS Marketing"]) == ("yes", "no")
    assert found.people == 5
    assert found.left_out == {"no_address": 1, "same_address_as_another": 1}
    assert found.aimed_at == found.people + sum(found.left_out.values())


def test_names_cannot_run_in_a_spreadsheet_and_phones_keep_their_plus(tmp_path: Path) -> None:
    settings, number = company(tmp_path, EVERYBODY, consents())
    export_audience(settings, "everybody", number)
    rows = {row["Email"]: row for row in read(settings.exports_dir / "audiences" / "everybody.shopify_customers.csv")}
    assert rows["bea@example.com"]["First Name"] == "'=HYPERLINK(1)"
    assert rows["bea@example.com"]["Last Name"] == "'+Bea"
    assert rows["bea@example.com"]["Phone"] == "+49301234567"
    assert rows["anna@example.com"]["Phone"] == "+4915123456789"


def test_a_withdrawal_of_today_is_out_today_and_a_later_consent_brings_her_back(tmp_path: Path) -> None:
    settings, number = company(tmp_path, EVERYBODY, consents())
    export_audience(settings, "everybody", number)
    assert "anna@example.com" in mails(settings)

    withdrawn = ("anna", "email", False, datetime(2026, 11, 25, 8))
    settings, number = company(tmp_path, EVERYBODY, consents(withdrawn))
    assert export_audience(settings, "everybody", number).left_out["refused"] == 1
    assert "anna@example.com" not in mails(settings)

    again = ("anna", "email", True, datetime(2026, 11, 25, 9))
    settings, number = company(tmp_path, EVERYBODY, consents(withdrawn, again))
    export_audience(settings, "everybody", number)
    assert "anna@example.com" in mails(settings)


@pytest.mark.parametrize(
    "refusal",
    [
        pytest.param(("anna", "email", False, None), id="a refusal without a day"),
        pytest.param(("anna", "email", False, YES), id="at the same moment"),
    ],
)
def test_in_doubt_she_is_not_contacted(tmp_path: Path, refusal: tuple[str, str, bool, datetime | None]) -> None:
    settings, number = company(tmp_path, EVERYBODY, consents(refusal))
    export_audience(settings, "everybody", number)
    assert "anna@example.com" not in mails(settings)


def test_a_refusal_in_one_system_counts_for_the_same_address_in_another(tmp_path: Path) -> None:
    settings, number = company(tmp_path, EVERYBODY, consents(("emma_shop", "email", False, datetime(2026, 6, 1))))
    export_audience(settings, "everybody", number)
    assert "emma@example.com" not in mails(settings)


def test_records_of_one_person_are_contacted_once_and_any_of_them_may_refuse(tmp_path: Path) -> None:
    together = {"bea": "anna"}
    settings, number = company(tmp_path, EVERYBODY, consents(), same_person=together)
    found = export_audience(settings, "everybody", number)
    assert found.aimed_at == len(PEOPLE) - 1
    assert "bea@example.com" not in mails(settings)
    settings, number = company(
        tmp_path, EVERYBODY, consents(("bea", "email", False, datetime(2026, 6, 1))), same_person=together
    )
    export_audience(settings, "everybody", number)
    assert "anna@example.com" not in mails(settings)


def test_consent_for_one_channel_is_none_for_another(tmp_path: Path) -> None:
    texts = '\n[audiences.texts]\nformat = "shopify"\nchannel = "sms"\n'
    settings, number = company(
        tmp_path, texts, consents(("anna", "sms", True, YES), ("carla", "sms", True, YES), ("bea", "email", True, YES))
    )
    found = export_audience(settings, "texts", number)
    assert mails(settings, "texts") == {"anna@example.com"}
    assert found.left_out == {"no_consent": 5, "no_address": 1}


def test_deleted_people_are_in_no_audience(tmp_path: Path) -> None:
    gone = ("gone", "shop", "9", "Gone", "Girl", "gone@example.com", None, "en", "GB", 9)
    settings, number = company(tmp_path, EVERYBODY, [*consents(), ("gone", "email", True, YES)], [*PEOPLE, gone])
    assert export_audience(settings, "everybody", number).aimed_at == len(PEOPLE)
    assert "gone@example.com" not in mails(settings)


def test_salesforce_gets_members_by_id_and_new_leads_only_for_strangers(tmp_path: Path) -> None:
    audience = (
        '\n[audiences.autumn]\nformat = "salesforce"\ncampaign_id = "701000000000001AAA"\nmember_status = "Mailed"\n'
    )
    settings, number = company(tmp_path, audience, consents())
    export_audience(settings, "autumn", number)
    folder = settings.exports_dir / "audiences"
    members = (folder / "autumn.salesforce_campaign_members.csv").read_text(encoding="utf-8").splitlines()
    assert members[0] == "CampaignId,ContactId,LeadId,Status"
    assert sorted(members[1:]) == [
        "701000000000001AAA,,00Q000000000001AAA,Mailed",
        "701000000000001AAA,003000000000001AAA,,Mailed",
    ]
    leads = read(folder / "autumn.salesforce_new_leads.csv")
    assert list(leads[0]) == [
        "FirstName", "LastName", "Company", "Email", "Phone", "Street", "City", "PostalCode", "Country", "LeadSource",
    ]  # fmt: skip
    assert {lead["Email"] for lead in leads} == {"anna@example.com", "bea@example.com", "fay@example.com"}
    assert all(lead["LastName"] and lead["Company"] == "[not provided]" for lead in leads)
    assert not any(lead["Phone"] or lead["Street"] for lead in leads), "a mailing needs no phone and no street"


@pytest.mark.parametrize(
    ("limits", "who"),
    [
        ('markets = ["IT"]', {"carla"}),
        ('languages = ["de", "it"]', {"anna", "carla"}),
        ("minimum_orders = 3", {"anna", "emma"}),
        ("minimum_orders = 2\nmaximum_spent = 150.0", {"anna", "carla"}),
        ("not_bought_within_days = 100", {"emma"}),
        ("bought_within_days = 40", {"bea", "emma", "fay"}),
    ],
)
def test_limits_choose_whom_it_aims_at(tmp_path: Path, limits: str, who: set[str]) -> None:
    settings, number = company(tmp_path, f"{EVERYBODY}{limits}\n", consents())
    export_audience(settings, "everybody", number)
    assert mails(settings) == {f"{one}@example.com" for one in who}


def test_segments_come_from_their_mart(tmp_path: Path) -> None:
    loyal = f'{EVERYBODY}segments = ["loyal"]\n'
    settings, number = company(tmp_path, loyal, consents())
    with pytest.raises(WeftError, match="no mart_customer_segment"):
        export_audience(settings, "everybody", number)
    with connect_lake(settings) as con:
        con.execute("CREATE TABLE marts.mart_customer_segment AS SELECT 'anna' AS person_key, 'loyal' AS segment")
    number = publish(settings, run_id="run", inputs="same", audit={}).publication_id
    export_audience(settings, "everybody", number)
    assert mails(settings) == {"anna@example.com"}

    (settings.root / "weft.toml").write_text(TOML + loyal.replace('"loyal"', '"loyall"'), encoding="utf-8")
    with pytest.raises(WeftError, match="'loyall', which nobody is in; there is: loyal"):
        export_audience(load_settings(settings.root), "everybody", number)


def test_the_published_opinion_on_consent_can_only_leave_people_out(tmp_path: Path) -> None:
    settings, number = company(tmp_path, EVERYBODY, consents())
    with connect_lake(settings) as con:
        con.execute(
            "CREATE TABLE marts.mart_customer_consent AS SELECT 'anna' AS person_key, 'email' AS consent_channel, "
            "false AS is_granted, TIMESTAMP '2026-11-01' AS decided_at"
        )
    number = publish(settings, run_id="run", inputs="same", audit={}).publication_id
    export_audience(settings, "everybody", number)
    assert "anna@example.com" not in mails(settings)
    assert "bea@example.com" in mails(settings)


def test_the_suppressed_are_out_at_once_without_a_run(tmp_path: Path) -> None:
    listed = '\n[audiences]\nsuppressions = "suppressions.csv"\n' + EVERYBODY
    stop = tmp_path / "suppressions.csv"
    settings, number = company(tmp_path, listed, consents())
    stop.write_text("email,person_key,note\n", encoding="utf-8")
    assert export_audience(settings, "everybody", number).people == 5
    stop.write_text("email,person_key,note\nANNA@example.com ,,asked by phone\n,carla,\n", encoding="utf-8")
    assert export_audience(settings, "everybody", number).left_out["suppressed"] == 2
    assert mails(settings) == {"bea@example.com", "emma@example.com", "fay@example.com"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("email\nanna@example.com\nanna at example.com\n", "line 3: 'anna at example.com' is no mail address"),
        ("email,person_key\n,\n,x\nx@y@z,\n", "line 4: 'x@y@z' is no mail address"),
        ("email,note\n,please\n", "line 2: it names neither a mail address nor a person key"),
        ("email\nanna@example.com,carla\n", "line 2: it has 2 values for 1 columns"),
        ("mail\nanna@example.com\n", "line 1: its columns are mail"),
        ("", r"line 1: its columns are \(none\)"),
    ],
)
def test_suppressions_that_cannot_be_understood_stop_the_export(tmp_path: Path, text: str, message: str) -> None:
    settings, number = company(tmp_path, '\n[audiences]\nsuppressions = "stop.csv"\n' + EVERYBODY, consents())
    with pytest.raises(WeftError, match=r"stop\.csv is not there, so no audience is exported"):
        export_audience(settings, "everybody", number)
    (tmp_path / "stop.csv").write_text(text, encoding="utf-8")
    with pytest.raises(WeftError, match=message):
        export_audience(settings, "everybody", number)
    assert not (settings.exports_dir / "audiences").exists()


def test_files_are_their_owners_alone_and_each_export_leaves_a_line_without_names(tmp_path: Path) -> None:
    settings, number = company(tmp_path, EVERYBODY, consents())
    found = export_audience(settings, "everybody", number)
    export_audience(settings, "everybody", number)
    for path in found.paths:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert stat.S_IMODE(found.paths[0].parent.stat().st_mode) == 0o700
    lines = (settings.logs_dir / "audience_exports.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 2
    assert json.loads(lines[0])["audience"] == "everybody"
    assert json.loads(lines[0])["people"] == 5
    assert json.loads(lines[0])["who"]
    assert "example.com" not in lines[0]
    manifest = json.loads(found.paths[-1].read_text(encoding="utf-8"))
    assert (manifest["publication"], manifest["people"], manifest["aimed_at"]) == (number, 5, 7)
    assert manifest["files"]["everybody.shopify_customers.csv"]["rows"] == 5


def test_counting_writes_nothing(tmp_path: Path) -> None:
    settings, number = company(tmp_path, EVERYBODY, consents())
    [counted] = count_audiences(settings, number)
    assert (counted.people, counted.paths) == (5, [])
    assert not settings.exports_dir.exists()
    assert not (settings.logs_dir / "audience_exports.jsonl").exists()


def test_an_audience_that_was_dropped_or_changed_leaves_nobody_behind(tmp_path: Path) -> None:
    settings, number = company(tmp_path, EVERYBODY + EVERYBODY.replace("everybody", "others"), consents())
    export_audiences(settings, number)
    salesforce = '\n[audiences.everybody]\nformat = "salesforce"\ncampaign_id = "701000000000001AAA"\n'
    (tmp_path / "weft.toml").write_text(TOML + salesforce, encoding="utf-8")
    export_audiences(load_settings(tmp_path), number)
    assert {path.name for path in (settings.exports_dir / "audiences").iterdir()} == {
        "everybody.manifest.json",
        "everybody.salesforce_campaign_members.csv",
        "everybody.salesforce_new_leads.csv",
    }


@pytest.mark.parametrize(
    ("audience", "message"),
    [
        ('[audiences.a]\nformat = "mailchimp"', r"audiences\.a\.format: Input should be 'salesforce' or 'shopify'"),
        (
            '[audiences.a]\nformat = "shopify"\nlanguage = "de"',
            r"audiences\.a\.language: Extra inputs are not permitted",
        ),
        ('[audiences.a]\nformat = "salesforce"', r"needs the campaign_id"),
        ('[audiences.a]\nformat = "shopify"\nmarkets = ["Germany"]', r"audiences\.a\.markets\.0"),
        ('[audiences."no name"]\nformat = "shopify"', r"\[audiences\.no name\]: use lower-case letters"),
    ],
)
def test_settings_that_cannot_be_used_are_named(tmp_path: Path, audience: str, message: str) -> None:
    (tmp_path / "weft.toml").write_text(f"{TOML}\n{audience}\n", encoding="utf-8")
    with pytest.raises(WeftError, match=message):
        load_settings(tmp_path)


def test_the_command_lists_and_writes_without_anybodys_name(tmp_path: Path) -> None:
    settings, _ = company(tmp_path, EVERYBODY, consents())
    listed = run_weft(settings, "audiences")
    assert listed.returncode == 0, listed.stderr
    assert "everybody" in listed.stdout
    assert "1 no address" in listed.stdout
    written = run_weft(settings, "audiences", "--export", "everybody")
    assert written.returncode == 0, written.stderr
    assert "everybody.shopify_customers.csv" in written.stdout
    assert "@" not in listed.stdout + written.stdout
    unknown = run_weft(settings, "audiences", "--export", "nobody")
    assert unknown.returncode == 1
    assert "There is no audience 'nobody'" in unknown.stderr
