"""The records to be put together: customers and leads of all systems in use, as staging offers them.

Comes in: the live lake after the standardised gate. Goes out: one row per record, without what is in quarantine. Called by the run.
"""

import duckdb

from warehouse.identifiers import quote_identifier, quote_literal

# What a record may say of a person; a file that is resolved on its own has these columns too.
COLUMNS = (
    "record_key", "record_type", "source_system", "is_person", "first_name", "last_name", "full_name", "email",
    "is_email_verified", "phone",
    "address", "city", "postal_code", "region_code", "country_code", "date_of_birth", "national_id", "merged_into", "seen_on",
)  # fmt: skip
_CUSTOMER = """
    SELECT customer_key AS record_key, 'customer' AS record_type, source_system,
        coalesce(customer_type, 'person') <> 'business' AS is_person,
        first_name, last_name, full_name, email, is_email_verified, phone, address_line_1 AS address, city, postal_code,
        region_code, country_code, CAST(date_of_birth AS VARCHAR) AS date_of_birth, CAST(NULL AS VARCHAR) AS national_id,
        merged_into_customer_key AS merged_into, coalesce(acquired_on, valid_from) AS seen_on, load_id,
        coalesce(is_deleted, false) AS is_deleted, valid_from, source_instance, source_id, source_row
    FROM {table}"""
_LEAD = """
    SELECT lead_key AS record_key, 'lead' AS record_type, source_system, true AS is_person, CAST(NULL AS VARCHAR) AS first_name,
        CAST(NULL AS VARCHAR) AS last_name, full_name, email, CAST(NULL AS BOOLEAN) AS is_email_verified, phone,
        CAST(NULL AS VARCHAR) AS address, CAST(NULL AS VARCHAR) AS city, CAST(NULL AS VARCHAR) AS postal_code,
        CAST(NULL AS VARCHAR) AS region_code, country_code, CAST(NULL AS VARCHAR) AS date_of_birth,
        CAST(NULL AS VARCHAR) AS national_id, customer_key AS merged_into, CAST(created_at AS DATE) AS seen_on, load_id,
        coalesce(is_deleted, false) AS is_deleted, CAST(created_at AS DATE) AS valid_from, source_instance, source_id, source_row
    FROM {table}"""
_QUARANTINED = """
    SELECT 1 FROM lake.ops.quarantine AS q
    WHERE q.entity = {entity} AND q.system = r.source_system AND q.instance = r.source_instance
        AND q.source_id = coalesce(r.source_id, '') AND q.load_id = r.load_id AND q.line = r.source_row"""


def copy_records(con: duckdb.DuckDBPyConnection, canonical: dict[str, list[str]]) -> None:
    """Make the temporary table `offered` of the newest version of each record; `canonical` names the staging models of each entity."""
    parts = [
        f"SELECT * FROM ({select.format(table='lake.staging.' + quote_identifier(model))}) AS r "
        f"WHERE NOT EXISTS ({_QUARANTINED.format(entity=quote_literal(entity))})"
        for entity, select in (("customers", _CUSTOMER), ("leads", _LEAD))
        for model in canonical.get(entity, [])
    ]
    if not parts:
        parts = [f"SELECT * FROM ({empty_records()}) AS nothing"]
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE offered AS SELECT {', '.join(COLUMNS)} FROM ({' UNION ALL BY NAME '.join(parts)}) "
        "WHERE record_key IS NOT NULL QUALIFY row_number() OVER (PARTITION BY record_key "
        "ORDER BY is_deleted, valid_from DESC NULLS LAST, load_id DESC, source_system, source_row) = 1"
    )


def empty_records() -> str:
    """Return a query with the columns of records and no row."""
    types = {"is_person": "BOOLEAN", "is_email_verified": "BOOLEAN", "seen_on": "DATE"}
    columns = ", ".join(f"CAST(NULL AS {types.get(name, 'VARCHAR')}) AS {name}" for name in COLUMNS)
    extra = "false AS is_deleted, CAST(NULL AS DATE) AS valid_from, CAST(NULL AS BIGINT) AS load_id, CAST(NULL AS BIGINT) AS source_row"
    return f"SELECT {columns}, {extra} WHERE false"
