"""Whom an audience aims at, and who of them may be contacted.

Comes in: a publication, an audience, and the suppressions. Goes out: one row per person, with the reason where she is left out. Called by
the export. Decisions are those of the publication: a withdrawal that a run landed is in the publication that it exports from.
"""

import duckdb
import polars as pl

from customers.audiences.suppressions import Suppressions
from warehouse.settings import Audience

# Why a person who is aimed at is left out, in the order in which they are asked: the first that holds counts.
REASONS = (
    "suppressed",
    "refused",
    "no_consent",
    "other_language",
    "no_address",
    "same_address_as_another",
)
MAIL_ADDRESS = r"^[A-Za-z0-9][^\s@,;<>]*@[^\s@,;<>]+\.[^\s@,;<>]+$"

# Records of customers, each of its person.
RECORDS = """
    SELECT person_key, customer_key, customer_id, source_system, lower(trim(email)) AS email
    FROM lake.marts.dim_customer
    WHERE is_current AND NOT coalesce(is_deleted, false) AND customer_type = 'person'
"""
PEOPLE = """
    SELECT person_key, first_name, coalesce(last_name, full_name) AS last_name, lower(trim(email)) AS email, phone,
        lower(language) AS language, address_line_1, city, postal_code, region_code, country_code
    FROM lake.marts.dim_person
    WHERE person_type = 'person' AND NOT coalesce(is_deleted, false)
"""

# A decision without a day stands, if it is a refusal: it may be newer than any consent.
DECISIONS = """
    SELECT records.person_key, records.email, consents.consent_channel AS channel, consents.is_granted,
        CASE WHEN consents.decided_at IS NULL AND NOT consents.is_granted THEN TIMESTAMP '9999-12-31'
            ELSE coalesce(consents.decided_at, consents.source_updated_at, TIMESTAMP '0001-01-01') END AS decided_at
    FROM lake.intermediate.int_consents__unioned AS consents
    INNER JOIN records USING (customer_key)
    WHERE NOT coalesce(consents.is_deleted, false) AND consents.is_granted IS NOT NULL
        AND coalesce(consents.purpose, 'marketing') = 'marketing'
"""
NEWEST = """
    SELECT {key}, channel, arg_max(is_granted, (decided_at, NOT is_granted)) AS is_granted
    FROM decisions WHERE {key} IS NOT NULL GROUP BY {key}, channel
"""


def select(con: duckdb.DuckDBPyConnection, audience: Audience, suppressions: Suppressions) -> pl.DataFrame:
    """Return everybody whom the audience aims at; `left_out` is empty for those who may be contacted.

    `con` is a connection to a publication.
    """
    _prepare(con)
    con.register("suppressed_emails", pl.DataFrame({"email": sorted(suppressions.emails)}, schema={"email": pl.String}))
    con.register(
        "suppressed_people",
        pl.DataFrame({"person_key": sorted(suppressions.person_keys)}, schema={"person_key": pl.String}),
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE suppressed AS SELECT person_key FROM suppressed_people "
        "UNION SELECT person_key FROM people INNER JOIN suppressed_emails USING (email) "
        "UNION SELECT person_key FROM records INNER JOIN suppressed_emails USING (email)"
    )
    query = _query(audience)
    values = {**audience.model_dump(), "mail_address": MAIL_ADDRESS}
    return con.execute(query, {name: value for name, value in values.items() if f"${name}" in query}).pl()


def has_table(con: duckdb.DuckDBPyConnection, name: str) -> bool:
    """Say whether the publication has a mart."""
    query = "SELECT 1 FROM information_schema.tables WHERE table_catalog = 'lake' AND table_schema = 'marts' AND table_name = ?"
    return con.execute(query, [name]).fetchone() is not None


def _prepare(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(f"CREATE OR REPLACE TEMP TABLE records AS {RECORDS}")
    con.execute(f"CREATE OR REPLACE TEMP TABLE people AS {PEOPLE}")
    con.execute(f"CREATE OR REPLACE TEMP TABLE decisions AS {DECISIONS}")
    con.execute(f"CREATE OR REPLACE TEMP TABLE decision_of_person AS {NEWEST.format(key='person_key')}")
    con.execute(f"CREATE OR REPLACE TEMP TABLE decision_of_address AS {NEWEST.format(key='email')}")
    if has_table(con, "mart_customer_consent"):
        # Two opinions: who is refused by one of them is refused.
        con.execute(
            "CREATE OR REPLACE TEMP TABLE decision_of_person AS "
            "SELECT person_key, channel, bool_and(is_granted) AS is_granted FROM ("
            "SELECT * FROM decision_of_person UNION ALL "
            "SELECT person_key, consent_channel, is_granted FROM lake.marts.mart_customer_consent WHERE is_granted IS NOT NULL"
            ") GROUP BY person_key, channel"
        )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE bought AS "
        "SELECT records.person_key, sum(customers.order_count) AS orders, sum(customers.net_amount_reporting) AS spent, "
        "max(customers.last_order_on) AS last_order_on "
        "FROM lake.marts.mart_customer AS customers INNER JOIN records USING (customer_key) GROUP BY records.person_key"
    )


def _query(audience: Audience) -> str:
    in_segment = (
        "people.person_key IN (SELECT person_key FROM lake.marts.mart_customer_segment WHERE list_contains($segments, segment))"
        if audience.segments
        else "true"
    )
    reach = {
        "email": "regexp_matches(coalesce(people.email, ''), $mail_address)",
        "sms": "people.phone IS NOT NULL",
        "post": "people.address_line_1 IS NOT NULL AND people.city IS NOT NULL AND people.country_code IS NOT NULL",
    }[audience.channel]
    same = "people.email" if audience.channel == "email" else "people.person_key"
    return f"""
        WITH today AS (SELECT max(last_order_on) AS on_day FROM bought),
        aimed_at AS (
            SELECT people.*, coalesce(bought.orders, 0) AS orders, coalesce(bought.spent, 0) AS spent, bought.last_order_on
            FROM people LEFT JOIN bought USING (person_key) CROSS JOIN today
            WHERE {in_segment}
                AND (len($markets) = 0 OR list_contains($markets, people.country_code))
                AND ($minimum_orders IS NULL OR coalesce(bought.orders, 0) >= $minimum_orders)
                AND ($maximum_orders IS NULL OR coalesce(bought.orders, 0) <= $maximum_orders)
                AND ($minimum_spent IS NULL OR coalesce(bought.spent, 0) >= $minimum_spent)
                AND ($maximum_spent IS NULL OR coalesce(bought.spent, 0) <= $maximum_spent)
                AND ($bought_within_days IS NULL OR date_diff('day', bought.last_order_on, today.on_day) <= $bought_within_days)
                AND ($not_bought_within_days IS NULL
                    OR date_diff('day', bought.last_order_on, today.on_day) > $not_bought_within_days)
        ),
        judged AS (
            SELECT people.*,
                CASE
                    WHEN people.person_key IN (SELECT person_key FROM suppressed) THEN 'suppressed'
                    WHEN NOT coalesce(hers.is_granted, true) OR NOT coalesce(of_address.is_granted, true) THEN 'refused'
                    WHEN hers.is_granted IS NULL THEN 'no_consent'
                    WHEN len($languages) > 0
                        AND NOT list_contains($languages, split_part(coalesce(people.language, ''), '-', 1)) THEN 'other_language'
                    WHEN NOT ({reach}) THEN 'no_address'
                END AS left_out
            FROM aimed_at AS people
            LEFT JOIN decision_of_person AS hers ON hers.person_key = people.person_key AND hers.channel = $channel
            LEFT JOIN decision_of_address AS of_address
                ON of_address.email = people.email AND of_address.channel = $channel
        ),
        once AS (
            SELECT people.*,
                row_number() OVER (PARTITION BY left_out IS NULL, {same} ORDER BY orders DESC, spent DESC, person_key) AS place
            FROM judged AS people
        )
        SELECT once.* EXCLUDE (place, left_out),
            CASE WHEN left_out IS NULL AND place > 1 THEN 'same_address_as_another' ELSE left_out END AS left_out,
            coalesce(email_decision.is_granted, false) AS accepts_email,
            coalesce(sms_decision.is_granted, false) AS accepts_sms
        FROM once
        LEFT JOIN decision_of_person AS email_decision
            ON email_decision.person_key = once.person_key AND email_decision.channel = 'email'
        LEFT JOIN decision_of_person AS sms_decision
            ON sms_decision.person_key = once.person_key AND sms_decision.channel = 'sms'
        ORDER BY once.person_key
    """
