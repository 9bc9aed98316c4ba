"""Takes values of a person out of the tables that a rebuild does not make anew: raw, the ledger, and what identity resolution keeps.

Comes in: the live lake within a transaction, and who is to be forgotten. Goes out: tables written again without her values, and
how many rows of each changed. Called by erasure, by retention and by runs after landing.
"""

import duckdb

from customers.rights.person import Person, raw_entities, table_of
from extractors.redaction import ERASED, Forgotten, redacted
from warehouse.identifiers import quote_identifier, quote_literal
from warehouse.ledger import TABLES
from warehouse.settings import Settings

# Columns of the ledger in which a value from a delivery may stand.
LEDGER_TEXTS = {
    "rejected_row": ("value", "raw_text", "reason"),
    "invalid_value": ("value",),
    "quarantine": ("value", "record", "reason"),
    "check_result": ("observed", "message"),
    "load": ("message",),
    "run": ("message",),
}


def redact_raw(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    forgotten: Forgotten,
    *,
    after_load: int = 0,
    is_trial: bool = False,
) -> dict[str, int]:
    """Write raw tables again without their values; with `after_load`, look at no rows of earlier loads; a trial only counts.

    A table is replaced as a whole: files, statistics and versions of the old one then go with the old snapshots.
    """
    changed = {}
    for entity in raw_entities(con, settings):
        table = table_of(entity)
        looked_at = f"(SELECT * FROM {table} WHERE _load_id > {after_load})" if after_load else table
        counted = (
            f"SELECT count(*) FILTER (_changed) FROM ({redacted(entity, forgotten, looked_at, '_changed')}) AS counted"
        )
        row = con.execute(counted).fetchone()
        if row is not None and row[0]:
            if not is_trial:
                replace_table(con, table, redacted(entity, forgotten, table))
            changed[f"raw.{entity.system}__{entity.name}"] = int(row[0])
    return changed


def replace_table(con: duckdb.DuckDBPyConnection, table: str, query: str) -> None:
    """Make a table anew from a query over itself."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE rewritten AS {query}")
    con.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM temp.main.rewritten")
    con.execute("DROP TABLE temp.main.rewritten")


def redact_ledger(con: duckdb.DuckDBPyConnection, person: Person, *, is_trial: bool = False) -> dict[str, int]:
    """Take texts that hold a value of hers out of the ledger's tables; their counts stay."""
    changed = {}
    for table, columns in LEDGER_TEXTS.items():
        name = f"lake.ops.{table}"
        conditions = {column: mentions(person, quote_identifier(column), table != "load") for column in columns}
        if table == "rejected_row":
            # A record that could not be read is hers as a whole.
            whole = " OR ".join(conditions.values())
            conditions = dict.fromkeys(columns, whole)
        row = con.execute(f"SELECT count(*) FROM {name} WHERE {' OR '.join(conditions.values())}").fetchone()
        if row is None or not row[0]:
            continue
        changed[f"ops.{table}"] = int(row[0])
        if is_trial:
            continue
        values = ", ".join(
            f"CASE WHEN {condition} THEN '{ERASED}' ELSE {quote_identifier(column)} END AS {quote_identifier(column)}"
            for column, condition in conditions.items()
        )
        con.execute(f"CREATE OR REPLACE TEMP TABLE rewritten AS SELECT * REPLACE ({values}) FROM {name}")
        con.execute(f"CREATE OR REPLACE TABLE {name} ({TABLES[table]})")
        con.execute(f"INSERT INTO {name} BY NAME SELECT * FROM temp.main.rewritten")
        con.execute("DROP TABLE temp.main.rewritten")
    return changed


def mentions(person: Person, text: str, has_numbers: bool = False) -> str:
    """Return the SQL that says whether a text holds an e-mail or phone of hers, her name with her street, or a number of her records."""
    lowered = f"lower({text})"
    parts = [
        f"contains({lowered}, {quote_literal(value)})" for value in sorted(person.emails | needles_of_phones(person))
    ]
    if person.names and person.streets:
        names = " OR ".join(f"contains({lowered}, {quote_literal(name)})" for name in sorted(person.names))
        streets = " OR ".join(f"contains({lowered}, {quote_literal(street)})" for street in sorted(person.streets))
        parts.append(f"(({names}) AND ({streets}))")
    if has_numbers:
        # Long ones only: a short number stands for many things.
        numbers = sorted({number for known in person.numbers.values() for number in known if len(number) >= 8})
        parts += [f"contains({text}, {quote_literal(number)})" for number in numbers]
    return f"coalesce({' OR '.join(parts)}, false)" if parts else "false"


def needles_of_phones(person: Person) -> set[str]:
    """Return the spellings of her phone numbers by which they are looked for, those too short to be hers alone left out."""
    found = set()
    for phone in person.phones:
        digits = "".join(sign for sign in phone if sign.isdigit())
        if len(digits) >= 9:
            found |= {phone.lower(), digits.lstrip("0")}
    return found


def forget_identity(con: duckdb.DuckDBPyConnection, person: Person, *, is_trial: bool = False) -> dict[str, int]:
    """Delete her records from what identity resolution keeps; the rebuild resolves them again, without values to go by."""
    changed = {}
    columns = con.execute(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_catalog = 'lake' AND table_schema = 'identity' "
        "AND (column_name LIKE '%record_key%' OR column_name IN ('left_key', 'right_key')) ORDER BY ALL"
    ).fetchall()
    keys = ", ".join(map(quote_literal, sorted(person.record_keys)))
    for table in dict.fromkeys(name for name, _ in columns) if keys else ():
        name = f"lake.identity.{quote_identifier(table)}"
        hers = " OR ".join(f"{quote_identifier(column)} IN ({keys})" for of, column in columns if of == table)
        row = con.execute(f"SELECT count(*) FROM {name} WHERE {hers}").fetchone()
        if row is not None and row[0]:
            if not is_trial:
                replace_table(con, name, f"SELECT * FROM {name} WHERE NOT coalesce({hers}, false)")
            changed[f"identity.{table}"] = int(row[0])
    return changed | _forget_frequencies(con, person, is_trial=is_trial)


def _forget_frequencies(con: duckdb.DuckDBPyConnection, person: Person, *, is_trial: bool) -> dict[str, int]:
    """Delete what the linkage model learned of how frequent her values are; a rare name would be hers alone."""
    words = {word for name in person.names for word in [name, *name.replace(",", " ").split()]}
    values = ", ".join(map(quote_literal, sorted(words | person.emails | needles_of_phones(person))))
    if not values:
        return {}
    name = "lake.identity.term_frequency"
    try:
        row = con.execute(
            f"SELECT count(*) FROM {name} WHERE lower(value) IN ({values}) AND frequency < 0.001"
        ).fetchone()
    except (duckdb.CatalogException, duckdb.BinderException):
        return {}
    if row is None or not row[0]:
        return {}
    if not is_trial:
        replace_table(
            con,
            name,
            f"SELECT * FROM {name} WHERE NOT coalesce(lower(value) IN ({values}) AND frequency < 0.001, false)",
        )
    return {"identity.term_frequency": int(row[0])}
