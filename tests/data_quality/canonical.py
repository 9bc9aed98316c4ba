"""Hand-made staging tables: every canonical entity with clean rows, and rows that each break one rule."""

import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

MACRO = Path(__file__).parents[2] / "dbt_project" / "macros" / "canonical" / "canonical_columns.sql"
CLEAN_ROWS = 60

CLEAN: dict[str, Any] = {
    "source_system": "shop",
    "source_instance": "main",
    "company_id": "tryout",
    "load_id": 1,
    "source_file": "orders.csv",
    "is_deleted": False,
    "currency_code": "EUR",
    "country_code": "AE",
    "email": "amira@example.com",
    "direction": "outbound",
    "status": "open",
    "discount_rate": Decimal("0.1"),
    "rating": 4,
    "valid_from": date(2025, 1, 1),
    "valid_to": date(2025, 12, 31),
    "rejected_quantity": Decimal(0),
    "actual_end_on": date(2025, 6, 2),
    "payment_type": "sale",
    "invoice_type": "sales_invoice",
    "total_amount": Decimal(20),
    "charge_type": "freight",
    "movement_type": "receipt",
    "satisfaction": "good",
    "probability_rate": Decimal("0.5"),
}


def canonical_columns() -> dict[str, list[tuple[str, str]]]:
    """Read the canonical contract from the dbt project: entity -> (column, type)."""
    text = MACRO.read_text(encoding="utf-8")
    origin = re.findall(r"\('(\w+)', '([^']+)'\)", text.split("set origin", 1)[1])
    entities = re.findall(r"'(\w+)': \[(.*?)\n        \]", text.split("set origin", 1)[0], flags=re.S)
    return {name: re.findall(r"\('(\w+)', '([^']+)'\)", columns) + origin for name, columns in entities}


def clean_row(columns: list[tuple[str, str]], source_id: str, row: int) -> dict[str, Any]:
    """A row that breaks no rule. Keys are the same everywhere, so that every reference finds its parent."""
    values: dict[str, Any] = {}
    for name, type_name in columns:
        if name in CLEAN:
            values[name] = CLEAN[name]
        elif name == "source_id":
            values[name] = source_id
        elif name == "source_row":
            values[name] = row
        elif type_name == "date":
            values[name] = date(2025, 6, 1)
        elif type_name == "timestamp":
            values[name] = datetime(2025, 6, 1)
        elif type_name == "boolean":
            values[name] = True
        elif type_name.startswith("decimal") or type_name in ("integer", "bigint"):
            values[name] = 5
        else:
            values[name] = f"{name}-1"
    return values


def own_row(columns: list[tuple[str, str]], source_id: str, row: int) -> dict[str, Any]:
    """A clean row under a key of its own, on which nothing else hangs."""
    return {**clean_row(columns, source_id, row), columns[0][0]: f"key of {source_id}"}


def fill(con: duckdb.DuckDBPyConnection, entity: str, rows: list[dict[str, Any]]) -> None:
    """Create `staging.stg_shop__<entity>` with clean rows and the given ones."""
    columns = canonical_columns()[entity]
    table = f"lake.staging.stg_shop__{entity}"
    con.execute(f"CREATE OR REPLACE TABLE {table} ({', '.join(f'{name} {kind}' for name, kind in columns)})")
    names = ", ".join(name for name, _ in columns)
    clean = [clean_row(columns, f"clean-{number}", number) for number in range(CLEAN_ROWS)]
    placeholders = f"({', '.join('?' * len(columns))})"
    everything = clean + rows
    con.execute(
        f"INSERT INTO {table} ({names}) VALUES {', '.join([placeholders] * len(everything))}",
        [row[name] for row in everything for name, _ in columns],
    )
