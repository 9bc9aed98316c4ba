"""Whether a query stays with the tables that are offered to a role without personal data.

Comes in: the text of a query. Goes out: nothing, or a refusal. Called by `weft sql` before such a role's query is run. The views hide
the columns; this keeps queries from going round them, to the files of the lake or the catalog behind.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import duckdb

from warehouse.errors import WeftError

# Of all table functions those that read no file and no other database.
FUNCTIONS = {"unnest", "range", "generate_series", "repeat_row", "json_each", "json_tree", "summary"}
METADATA = re.compile(r"^(duckdb_(tables|columns|views|schemas|functions|types)|pragma_(table_info|show|version))$")
LOOKING = re.compile(r"^\s*(show(\s+all)?\s+tables|(show|describe|desc|summarize)\s+[\w.\"]+)\s*;?\s*$", re.IGNORECASE)
PREFIX = re.compile(r"^\s*(explain(\s+analyze)?|describe|summarize)\s+", re.IGNORECASE)


def require_masked_tables(query: str) -> None:
    """Refuse a query that names anything but the offered tables.

    Raises:
        WeftError: it reads files, another database, or raw rows.
    """
    if LOOKING.match(query):
        return
    with duckdb.connect(config={"enable_external_access": "false"}) as con:
        row = con.execute("SELECT json_serialize_sql(?)", [PREFIX.sub("", query)]).fetchone()
    tree = json.loads(row[0]) if row else {"error": True}
    if tree.get("error"):
        # Not a SELECT, or not SQL: whoever answers it says what is wrong.
        if not re.match(r"^\s*(with|select|from|values|table|\()", query, re.IGNORECASE):
            return
        if tree.get("error_type") in ("parser", "syntax"):
            return
        raise WeftError(
            "This query cannot be checked, so a role that sees masked data may not ask it; name a role with --role."
        )
    for node in _nodes(tree):
        if node.get("type") == "TABLE_FUNCTION":
            name = str(node.get("function", {}).get("function_name", "")).lower()
            if name not in FUNCTIONS and not METADATA.match(name):
                raise WeftError(
                    f"{name} may read more than a role that sees masked data is shown; name a role with --role."
                )
        if node.get("type") == "BASE_TABLE":
            _require_offered(node)


def _require_offered(node: dict[str, Any]) -> None:
    catalog, schema, table = (str(node.get(f"{part}_name") or "").lower() for part in ("catalog", "schema", "table"))
    if "raw" in (catalog, schema) or "identity" in (catalog, schema):
        raise WeftError("Rows as they were exported are shown to roles that see personal data; name one with --role.")
    if catalog not in ("", "lake", "system", "information_schema") or re.search(r"[/\\*]|[.]\w+$", table):
        raise WeftError(
            "A role that sees masked data is shown the tables of the publication, nothing else; name a role with --role."
        )


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        yield tree
        for value in tree.values():
            yield from _nodes(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _nodes(value)
