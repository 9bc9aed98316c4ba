"""The import formats of Salesforce and Shopify.

Comes in: the people of an audience. Goes out: columns and rows of each file, with the headers that the systems ask for
(docs/personal-contact.md says where these are documented). Called by the export.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import polars as pl

from customers.phones import e164
from distribution.csv_file import Cell, Phone
from warehouse.settings import Audience

CAMPAIGN_MEMBERS = ("CampaignId", "ContactId", "LeadId", "Status")
LEADS = (
    "FirstName",
    "LastName",
    "Company",
    "Email",
    "Phone",
    "Street",
    "City",
    "PostalCode",
    "Country",
    "LeadSource",
)
# Salesforce wants a company of every lead; this is what it writes itself where there is none.
NO_COMPANY = "[not provided]"
# Note and Tax Exempt are left out: an import that overwrites would empty them.
SHOPIFY_CUSTOMERS = (
    "First Name",
    "Last Name",
    "Email",
    "Accepts Email Marketing",
    "Default Address Address1",
    "Default Address City",
    "Default Address Province Code",
    "Default Address Country Code",
    "Default Address Zip",
    "Phone",
    "Accepts SMS Marketing",
    "Tags",
)


@dataclass(frozen=True)
class Sheet:
    """One file: what comes after the audience's name in its own, its header and its rows."""

    ending: str
    columns: Sequence[str]
    rows: list[list[Cell]]


def international(phone: str | None, country_code: str | None) -> Phone | None:
    """The number as everybody can dial it, or nothing where it cannot be one."""
    number = e164(phone, country_code) if phone else None
    return None if number is None else Phone(number)


def shopify(name: str, audience: Audience, people: pl.DataFrame) -> list[Sheet]:
    """One row per person, as the shop imports customers."""
    rows: list[list[Cell]] = [
        [
            person["first_name"],
            person["last_name"],
            person["email"],
            _yes(person["accepts_email"]),
            person["address_line_1"],
            person["city"],
            _subdivision(person["region_code"]),
            person["country_code"],
            person["postal_code"],
            international(person["phone"], person["country_code"]),
            _yes(person["accepts_sms"]),
            audience.tag or name,
        ]
        for person in people.iter_rows(named=True)
    ]
    return [Sheet("shopify_customers.csv", SHOPIFY_CUSTOMERS, rows)]


def salesforce(name: str, audience: Audience, people: pl.DataFrame, ids: dict[str, tuple[str, str]]) -> list[Sheet]:
    """Members of the campaign for people whom Salesforce knows, and new leads for the others.

    `ids` has for each known person the name of the column, ContactId or LeadId, and the id.
    """
    members: list[list[Cell]] = []
    leads: list[list[Cell]] = []
    for person in people.iter_rows(named=True):
        if person["person_key"] in ids:
            column, known = ids[person["person_key"]]
            contact, lead = (known, None) if column == "ContactId" else (None, known)
            members.append([audience.campaign_id, contact, lead, audience.member_status])
        else:
            leads.append(
                [
                    person["first_name"],
                    # A lead must have a last name.
                    person["last_name"] or person["email"],
                    NO_COMPANY,
                    person["email"] if audience.channel == "email" else None,
                    # A new record gets what is needed to contact her over this channel, and no more.
                    international(person["phone"], person["country_code"]) if audience.channel == "sms" else None,
                    person["address_line_1"] if audience.channel == "post" else None,
                    person["city"] if audience.channel == "post" else None,
                    person["postal_code"] if audience.channel == "post" else None,
                    person["country_name"],
                    f"Weft {name}",
                ]
            )
    return [
        Sheet("salesforce_campaign_members.csv", CAMPAIGN_MEMBERS, members),
        Sheet("salesforce_new_leads.csv", LEADS, leads),
    ]


def salesforce_ids(con: duckdb.DuckDBPyConnection, systems: list[str]) -> dict[str, tuple[str, str]]:
    """The contact of each person in Salesforce, else her lead that was not converted; known by the prefix that ids have there.

    A record with her mail address is hers too, so that nobody is made a lead who is there already.
    """
    found = con.execute(
        """
        WITH contacts AS (
            SELECT person_key, email, customer_id FROM records
            WHERE list_contains($systems, source_system) AND customer_id LIKE '003%'
        )
        SELECT person_key, arg_min(customer_id, (is_elsewhere, customer_id)) FROM (
            SELECT person_key, customer_id, false AS is_elsewhere FROM contacts
            UNION ALL
            SELECT people.person_key, contacts.customer_id, true FROM contacts INNER JOIN people USING (email)
        ) GROUP BY person_key
        """,
        {"systems": systems},
    ).fetchall()
    ids = {key: ("ContactId", known) for key, known in found}
    leads = con.execute(
        """
        WITH leads AS (
            SELECT lead_key, lead_id, lower(trim(email)) AS email FROM lake.intermediate.int_leads__unioned
            WHERE list_contains($systems, source_system) AND lead_id LIKE '00Q%'
                AND status <> 'converted' AND NOT coalesce(is_deleted, false)
        )
        SELECT person_key, arg_min(lead_id, (is_elsewhere, lead_id)) FROM (
            SELECT links.person_key, leads.lead_id, false AS is_elsewhere
            FROM leads INNER JOIN lake.intermediate.int_persons__linked AS links ON links.record_key = leads.lead_key
            UNION ALL
            SELECT people.person_key, leads.lead_id, true FROM leads INNER JOIN people USING (email)
        ) GROUP BY person_key
        """,
        {"systems": systems},
    ).fetchall()
    return {**{key: ("LeadId", known) for key, known in leads}, **ids}


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _subdivision(code: str | None) -> str | None:
    """ISO 3166-2 without the country, which has a column of its own."""
    return code.rpartition("-")[2] if code else None
