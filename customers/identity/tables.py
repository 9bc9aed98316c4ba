"""The tables of schema `identity` in the lake.

Comes in: a connection to the live lake. Goes out: the tables. `person_link` is what the marts read; the others let a day's new records be
compared without comparing all with all again, and say why records are one person.
"""

import duckdb

TABLES = {
    # One row per record of a person: record → person.
    "person_link": """
        record_key VARCHAR NOT NULL, record_type VARCHAR NOT NULL, source_system VARCHAR NOT NULL, person_key VARCHAR NOT NULL,
        linked_by VARCHAR NOT NULL""",
    # The records in the form in which they were compared; content_hash tells which changed since.
    "record": """
        record_key VARCHAR NOT NULL, record_type VARCHAR NOT NULL, source_system VARCHAR NOT NULL, is_comparable BOOLEAN NOT NULL,
        content_hash UBIGINT NOT NULL, seen_on DATE, first_name VARCHAR, last_name VARCHAR, first_sound VARCHAR,
        last_sound VARCHAR, name_words VARCHAR[], email VARCHAR, email_user VARCHAR, is_email_verified BOOLEAN, phone VARCHAR,
        phone_end VARCHAR, street VARCHAR,
        house VARCHAR, postal_code VARCHAR, city VARCHAR, country_code VARCHAR, date_of_birth VARCHAR, national_id VARCHAR,
        merged_into VARCHAR""",
    # Pairs of records that are, or may be, one person.
    "pair": "left_key VARCHAR NOT NULL, right_key VARCHAR NOT NULL, match_probability DOUBLE NOT NULL, linked_by VARCHAR NOT NULL",
    # The linkage model in use, in Splink's JSON, and the frequencies of names that it was trained with.
    "model": "trained_at TIMESTAMP NOT NULL, records BIGINT NOT NULL, form VARCHAR NOT NULL, settings VARCHAR NOT NULL",
    "term_frequency": "column_name VARCHAR NOT NULL, value VARCHAR NOT NULL, frequency DOUBLE NOT NULL",
}


def create_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Create schema and tables where they are missing, and anew where an earlier release laid them out otherwise: they fill themselves."""
    con.execute("CREATE SCHEMA IF NOT EXISTS lake.identity")
    for name, columns in TABLES.items():
        con.execute(f"CREATE TABLE IF NOT EXISTS lake.identity.{name} ({columns})")
        con.execute(f"CREATE OR REPLACE TEMP TABLE wanted ({columns})")
        if _layout(con, f"lake.identity.{name}") != _layout(con, "wanted"):
            con.execute(f"CREATE OR REPLACE TABLE lake.identity.{name} ({columns})")
    con.execute("DROP TABLE wanted")


def _layout(con: duckdb.DuckDBPyConnection, table: str) -> list[tuple[str, str]]:
    found = con.execute(f"SELECT * FROM {table} LIMIT 0").description or []
    return [(column[0], str(column[1])) for column in found]
