"""What a role may see of people: the publication itself, or views of it in which personal columns are masked.

Comes in: a role and `[roles]` of weft.toml. Goes out: the query of a table as the role sees it. Called where a publication is
opened to be read by people: `weft sql`, the dashboards, exports.
"""

from functools import lru_cache
from pathlib import Path

import yaml

from warehouse.errors import WeftError
from warehouse.identifiers import quote_identifier
from warehouse.settings import Settings

MASKED, CLEAR = "masked", "clear"
# Closed are raw, the rows as they were exported, and identity, what resolution keeps: they are of no use without personal data.
OPEN_SCHEMAS = ("marts", "intermediate", "staging", "planning", "ops")
DEFAULT_ROLES = {"engineer": CLEAR, "analyst": MASKED}


def sees_clear(settings: Settings, role: str | None) -> bool:
    """Say whether a role sees personal data; who names no role does not.

    Raises:
        WeftError: there is no such role.
    """
    if role is None:
        return False
    roles = DEFAULT_ROLES | {name: chosen.personal_data for name, chosen in settings.roles.items()}
    if role not in roles:
        raise WeftError(
            f"There is no role {role!r}. [roles] in weft.toml and Weft itself know {', '.join(sorted(roles))}."
        )
    return roles[role] == CLEAR


@lru_cache
def personal_columns() -> dict[str, dict[str, str]]:
    """Return the kind of each personal column by its name, and in which rows of its table it is personal, where not in all."""
    described: dict[str, dict[str, str]] = yaml.safe_load(
        Path(__file__).with_name("personal_columns.yml").read_text(encoding="utf-8")
    )
    return described


def masked_select(table: str, columns: list[tuple[str, str]]) -> str:
    """Return the query of a table in which personal columns are masked; columns are (name, type). Types stay."""
    names = [name for name, _ in columns]
    chosen = [
        f"CAST({mask} AS {type_name}) AS {quote_identifier(name)}"
        if (mask := _value_of_column(names, name) or mask_of(name, type_name))
        else quote_identifier(name)
        for name, type_name in columns
    ]
    return f"SELECT {', '.join(chosen)} FROM {table}"


def mask_of(column: str, type_name: str) -> str | None:
    """Return the SQL that masks a column; None if it holds nothing personal."""
    described = personal_columns().get(column.lower())
    if described is None:
        return None
    cell, kind = quote_identifier(column), described["kind"]
    if "when" in described:
        mask = _mask(cell, kind, type_name)
        return f"CASE WHEN {described['when']} THEN {mask} ELSE {cell} END"
    return _mask(cell, kind, type_name)


def _mask(cell: str, kind: str, type_name: str) -> str:
    if kind == "birth":
        return f"date_trunc('year', try_cast({cell} AS DATE))"
    if type_name.upper() != "VARCHAR":
        return "NULL"
    return {
        "email": f"CASE WHEN contains({cell}, '@') THEN {cell}[1] || '***@' || split_part({cell}, '@', -1) ELSE {_gone(cell)} END",
        "name": f"CASE WHEN {cell} = 'unknown' THEN {cell} ELSE {_initials(cell)} END",
        "phone": f"'***' || right(regexp_replace({cell}, '[^0-9]', '', 'g'), 2)",
    }.get(kind, _gone(cell))


def _value_of_column(names: list[str], column: str) -> str | None:
    """Mask a value of the ledger that stands beside the name of its column by that column; of a line that could not be read, always."""
    if column != "value" or "column_name" not in names or "raw_text" in names:
        return None
    personal = ", ".join(f"'{name}'" for name in personal_columns())
    return f"CASE WHEN list_has_any(string_split(coalesce(column_name, ''), ', '), [{personal}]) THEN {_gone('value')} ELSE value END"


def _gone(cell: str) -> str:
    # That something is there remains visible, such as whether an address is known.
    return f"CASE WHEN {cell} IS NOT NULL AND {cell} <> '' THEN '(masked)' ELSE {cell} END"


def _initials(cell: str) -> str:
    return f"array_to_string(list_transform(regexp_extract_all({cell}, '[^\\s,.-]+'), lambda word: upper(word[1]) || '.'), ' ')"
