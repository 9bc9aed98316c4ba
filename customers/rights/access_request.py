"""The answer to an access request: everything known of one person, as a ZIP.

Comes in: whom it is about. Goes out: a ZIP that only its owner may read: JSON and CSV of each raw and mart table, and a page to read.
Called by `weft export-customer`. What is about other people in her rows is left out.
"""

import csv
import html
import io
import json
import os
import re
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from customers.rights.person import Person, find_person, raw_entities, table_of
from extractors.redaction import is_theirs
from extractors.suppression import offer_tokens, salt_of
from warehouse.identifiers import quote_identifier, quote_literal
from warehouse.lake import connect_lake
from warehouse.settings import Settings

# Who works at the company is none of the customer's data: agents, owners of records, and who wrote a row.
STAFF = re.compile(
    r"(^|_)(assignee|submitter|agent|owner|created_by|last_modified_by|lastmodified_by|counted_by)(_|$)|^user_id$"
)
KEYS = ("person_key", "customer_key", "lead_key", "order_key", "ticket_key")
FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def write_access_request(settings: Settings, asked_for: str, out: Path | None) -> tuple[Path, int]:
    """Write the ZIP and return its path and how many tables are in it.

    Raises:
        WeftError: nobody, or more than one, is meant.
    """
    with connect_lake(settings) as con:
        person = find_person(con, settings, asked_for)
        tables = _raw_tables(con, settings, person) | _mart_tables(con, person)
    now = datetime.now(UTC)
    path = out or Path(f"access-request-{now:%Y%m%d-%H%M%S}.zip")
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.fchmod(descriptor, 0o600)
    with os.fdopen(descriptor, "wb") as handle, zipfile.ZipFile(handle, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("index.html", _page(settings, tables, now))
        for name, rows in tables.items():
            packed.writestr(f"json/{name}.json", json.dumps(rows, indent=2, ensure_ascii=False, default=str))
            packed.writestr(f"csv/{name}.csv", _csv(rows))
    return path, len(tables)


Rows = list[dict[str, Any]]


def _raw_tables(con: duckdb.DuckDBPyConnection, settings: Settings, person: Person) -> dict[str, Rows]:
    """Her rows as they were exported, in every version that came."""
    forgotten = person.forgotten(salt_of(settings))
    offer_tokens(con, forgotten)
    found = {}
    for entity in raw_entities(con, settings):
        condition = is_theirs(entity, forgotten)
        if condition == "false":
            continue
        rows = _rows(con, f"SELECT * FROM {table_of(entity)} WHERE {condition} ORDER BY _load_id, _row")
        if rows:
            found[f"raw.{entity.system}__{entity.name}"] = [_hers_only(row) for row in rows]
    return found


def _mart_tables(con: duckdb.DuckDBPyConnection, person: Person) -> dict[str, Rows]:
    """Rows of the marts that hang on her records, her orders and her tickets."""
    columns = con.execute(
        "SELECT table_name, list(column_name) FROM information_schema.columns WHERE table_catalog = 'lake' AND table_schema = 'marts' "
        "GROUP BY table_name ORDER BY table_name"
    ).fetchall()
    tables: dict[str, list[str]] = dict(columns)
    hers: dict[str, set[str]] = {"customer_key": person.record_keys, "lead_key": person.record_keys}
    hers["person_key"] = ({person.person_key} if person.person_key else set()) | person.record_keys
    for mart, key in (("fct_order_line", "order_key"), ("fct_ticket", "ticket_key")):
        if mart in tables and "customer_key" in tables[mart]:
            known = con.execute(
                f"SELECT DISTINCT {key} FROM lake.marts.{mart} WHERE customer_key IN ({_listed(hers['customer_key'])})"
            )
            hers[key] = {value for (value,) in known.fetchall() if value}
    found = {}
    for table, names in tables.items():
        conditions = [f"{key} IN ({_listed(hers[key])})" for key in KEYS if key in names and hers.get(key)]
        if not conditions:
            continue
        rows = _rows(con, f"SELECT * FROM lake.marts.{quote_identifier(table)} WHERE {' OR '.join(conditions)}")
        if rows:
            found[f"marts.{table}"] = [_hers_only(row) for row in rows]
    return found


def _rows(con: duckdb.DuckDBPyConnection, query: str) -> Rows:
    asked = con.execute(query)
    names = [column[0] for column in asked.description or []]
    return [dict(zip(names, row, strict=True)) for row in asked.fetchall()]


def _hers_only(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if not STAFF.search(name) and value is not None}


def _listed(values: set[str]) -> str:
    return ", ".join(map(quote_literal, sorted(values))) or "NULL"


def _csv(rows: Rows) -> str:
    names = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(names)
    for row in rows:
        cells = ["" if row.get(name) is None else str(row[name]) for name in names]
        # A spreadsheet must not run what a source wrote.
        writer.writerow(
            [f"'{cell}" if cell.startswith(FORMULAS) and not cell[1:2].isdigit() else cell for cell in cells]
        )
    return out.getvalue()


def _page(settings: Settings, tables: dict[str, Rows], now: datetime) -> str:
    parts = [
        "<!doctype html><meta charset='utf-8'><title>What is known of you</title>",
        "<style>body{font:15px sans-serif;margin:2rem}table{border-collapse:collapse}td{border:1px solid #ccc;padding:.2rem .5rem}</style>",
        f"<h1>What {html.escape(settings.company.name)} knows of you</h1>",
        f"<p>Written {now:%Y-%m-%d %H:%M} UTC. Tables that begin with raw hold what a system exported, in every version that came; those "
        "that begin with marts what was made of it. The folders json and csv hold the same for machines.</p>",
    ]
    for name, rows in tables.items():
        parts.append(f"<h2>{html.escape(name)} ({len(rows)})</h2>")
        for row in rows:
            cells = "".join(
                f"<tr><td>{html.escape(column)}</td><td>{html.escape(str(value))}</td></tr>"
                for column, value in row.items()
                if value != ""
            )
            parts.append(f"<table>{cells}</table><br>")
    return "\n".join(parts)
