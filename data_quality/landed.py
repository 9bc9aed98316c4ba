"""The first gate: new deliveries as a whole.

Comes in: what a pack declares of its entities, and the deliveries that came since the last publication. Goes out: check
results and `ops.invalid_value`, the cells that do not fit their declared type or are missing. Called by orchestration,
once per system.
"""

from dataclasses import dataclass, replace
from datetime import date

import duckdb

from data_quality.checks import Check, CheckResult, GateResult, Severity, Subject, store_results
from data_quality.engine import validate
from warehouse.identifiers import quote_identifier, quote_literal
from warehouse.lake import connect_lake
from warehouse.publication import list_publications
from warehouse.settings import Settings

CELLS_LISTED = 100_000
# Stands for the value of a personal column: file, record and column say where it is, and messages end up in logs.
PERSONAL = "(personal)"
# Letters beyond ASCII that were written as UTF-8 and read as Windows-1252: "Ã¶" for "ö". The second byte of such a pair
# shows as a sign that hardly ever follows an accented capital.
_SECOND_BYTE = "[\\x{0080}-\\x{00BF}\\x{FFFD}€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"
MISREAD = f"[\\x{{00C2}}-\\x{{00DF}}]{_SECOND_BYTE}|[\\x{{00E0}}-\\x{{00EF}}]{_SECOND_BYTE}{{2}}"


@dataclass(frozen=True)
class DeclaredColumn:
    """A column as its pack declares it. `parent` is the entity, and its column, of which a value stands in this column."""

    name: str
    type: str
    is_required: bool
    formats: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    is_personal: bool = False
    parent: tuple[str, str] | None = None


@dataclass(frozen=True)
class DeclaredEntity:
    """An entity as its pack declares it. `minimum_rows_ratio` bounds how far a snapshot may shrink."""

    name: str
    mode: str
    key: tuple[str, ...]
    columns: tuple[DeclaredColumn, ...]
    minimum_rows_ratio: float = 0.5
    decimal_mark: str = "."


@dataclass(frozen=True)
class _Delivery:
    entity: DeclaredEntity
    load_id: int
    file_name: str
    exported_on: date
    rows_before: int | None


def gate_landed(settings: Settings, run_id: str, system: str, entities: list[DeclaredEntity]) -> GateResult:
    """Check the deliveries of a system that no publication has seen yet.

    A collapse in volume is critical unless weft.toml says `landed_failures = "warn"`; values that do not fit are
    reported, listed in `ops.invalid_value`, and left to the row rules of the second gate.
    """
    collapse: Severity = "critical" if settings.quality.landed_failures == "stop" else "warn"
    with connect_lake(settings) as con:
        deliveries = _new_deliveries(con, settings, system, entities)
        _list_invalid_values(con, run_id, system, deliveries)
    subjects = [_subject(system, delivery, collapse) for delivery in deliveries]
    results = validate(settings, "landed", subjects, f"landed_{system}")
    with connect_lake(settings) as con:
        outcome = GateResult("landed", [_with_example(con, one) for one in results])
        store_results(con, run_id, outcome, f"landed_{system}")
    return outcome


def _with_example(con: duckdb.DuckDBPyConnection, result: CheckResult) -> CheckResult:
    """Name file, line, column and value of the first cell that does not fit."""
    if result.success or result.rule != "values_fit":
        return result
    cell = con.execute(
        "SELECT file_name, line, column_name, value, rule FROM lake.ops.invalid_value WHERE load_id = ? "
        "ORDER BY line, column_name LIMIT 1",
        [int(result.subject.rpartition("#")[2])],
    ).fetchone()
    if cell is None:
        return result
    file_name, line, column, value, rule = cell
    shown = value if value == PERSONAL else repr(value)
    wrong = {
        "required": "is missing but required",
        "parent": f"{shown} leads to nothing that was delivered",
        "encoding": f"{shown} was read in another encoding than it was written in",
    }.get(rule, f"{shown} is not of type {rule}")
    return replace(result, message=f"{result.message}. The first: {file_name}, record {line}, {column} {wrong}")


def _new_deliveries(
    con: duckdb.DuckDBPyConnection, settings: Settings, system: str, entities: list[DeclaredEntity]
) -> list[_Delivery]:
    published = list_publications(settings)
    since = published[-1].last_load_id if published else 0
    rows = con.execute(
        "SELECT entity, load_id, file_name, exported_on, "
        "lag(rows_landed) OVER (PARTITION BY entity ORDER BY load_id) AS rows_before "
        "FROM lake.ops.load WHERE system = ? AND status = 'landed' QUALIFY load_id > ? ORDER BY load_id",
        [system, since],
    ).fetchall()
    declared = {entity.name: entity for entity in entities}
    newest = {row[0]: row for row in rows}
    return [
        _Delivery(declared[entity], load_id, file_name, exported_on, before)
        for entity, load_id, file_name, exported_on, before in rows
        if entity in declared and (declared[entity].mode != "snapshot" or newest[entity][1] == load_id)
    ]


def _subject(system: str, delivery: _Delivery, collapse: Severity) -> Subject:
    entity = delivery.entity
    least = 1
    if entity.mode == "snapshot" and delivery.rows_before:
        least = max(1, int(delivery.rows_before * entity.minimum_rows_ratio))
    key = ", ".join(quote_identifier(column) for column in entity.key)
    checks = [
        Check(
            "volume",
            f"a delivery holds at least {least:,} rows"
            + (f", {entity.minimum_rows_ratio:.0%} of the one before" if least > 1 else ""),
            collapse,
            "ExpectTableRowCountToBeBetween",
            {"min_value": least},
        ),
    ]
    # Of documents the key names the document, and its rows share it.
    if entity.mode != "documents":
        checks.append(
            Check(
                "key_unique",
                f"no two records have the same {', '.join(entity.key)}",
                "warn",
                "UnexpectedRowsExpectation",
                {
                    "unexpected_rows_query": f"SELECT {key} FROM (SELECT * FROM {{batch}}) AS checked "
                    "GROUP BY ALL HAVING count(*) > 1"
                },
            )
        )
    if _violations(entity, "r") or any(column.parent for column in entity.columns):
        # The cells were listed before: reading the list spares scanning every column of the delivery again.
        listed = f"SELECT line FROM lake.ops.invalid_value WHERE load_id = {delivery.load_id}"
        checks.append(
            Check(
                "values_fit",
                "required values are there, can be read, fit their declared types and lead to what was delivered",
                "warn",
                "UnexpectedRowsExpectation",
                {"unexpected_rows_query": f"{listed} AND line IN (SELECT _row FROM {{batch}})"},
            )
        )
    return Subject(
        f"{system}.{entity.name} #{delivery.load_id}",
        f"SELECT * FROM lake.raw.{quote_identifier(f'{system}__{entity.name}')} WHERE _load_id = {delivery.load_id}",
        checks,
    )


def _violations(entity: DeclaredEntity, table: str) -> list[tuple[str, str, str]]:
    """Return (column, rule, SQL predicate) for every way in which a cell can be wrong."""
    found = []
    for column in entity.columns:
        cell = f"{table}.{quote_identifier(column.name)}"
        text = f"nullif(trim({cell}), '')"
        if column.missing:
            words = ", ".join(map(quote_literal, ("", *column.missing)))
            text = f"CASE WHEN trim({cell}) NOT IN ({words}) THEN trim({cell}) END"
        if column.is_required:
            found.append((column.name, "required", f"{text} IS NULL"))
        if column.is_personal and column.type == "text":
            # Most cells are ASCII, as long in bytes as in letters, and need no second look.
            misread = f"regexp_matches({cell}, {quote_literal(MISREAD)})"
            found.append((column.name, "encoding", f"strlen({cell}) > length({cell}) AND {misread}"))
        if type_name := _sql_type(column.type):
            value = text
            if column.type == "decimal" and entity.decimal_mark == ",":
                value = f"replace(replace({text}, '.', ''), ',', '.')"
            fits = f"try_cast({value} AS {type_name}) IS NOT NULL"
            if column.formats:
                fits = " OR ".join(
                    f"try_strptime({text}, {quote_literal(form)}) IS NOT NULL" for form in column.formats
                )
            if column.type == "boolean":
                fits = f"lower({text}) IN ('1', '0', 'true', 'false', 't', 'f', 'yes', 'no', 'y', 'n')"
            found.append((column.name, column.type, f"{text} IS NOT NULL AND NOT ({fits})"))
    return found


def _sql_type(declared: str) -> str | None:
    return {
        "integer": "HUGEINT",
        "decimal": "DECIMAL(38, 10)",
        "date": "TIMESTAMP",
        "timestamp": "TIMESTAMP",
        "boolean": "BOOLEAN",
        "json": "JSON",
    }.get(declared)


def _list_invalid_values(con: duckdb.DuckDBPyConnection, run_id: str, system: str, deliveries: list[_Delivery]) -> None:
    """Write the cells that do not fit, with file and record number; one scan tells whether a delivery has any."""
    if not deliveries:
        return
    con.execute("BEGIN")
    con.execute(
        "DELETE FROM lake.ops.invalid_value WHERE load_id IN (SELECT unnest(?))",
        [[delivery.load_id for delivery in deliveries]],
    )
    for delivery in deliveries:
        table = f"lake.raw.{quote_identifier(f'{system}__{delivery.entity.name}')}"
        for column in delivery.entity.columns:
            if column.parent is not None:
                _list_orphans(con, run_id, system, delivery, column)
        violations = _violations(delivery.entity, "r")
        if not violations:
            continue
        counts = con.execute(
            f"SELECT {', '.join(f'count(*) FILTER ({violation})' for _, _, violation in violations)} "
            f"FROM {table} AS r WHERE r._load_id = ?",
            [delivery.load_id],
        ).fetchone()
        assert counts is not None
        personal = {column.name for column in delivery.entity.columns if column.is_personal}
        for count, (name, rule, violation) in zip(counts, violations, strict=True):
            if count:
                con.execute(
                    f"INSERT INTO lake.ops.invalid_value SELECT ?, r._load_id, ?, ?, r._file, r._row, ?, "
                    f"{_shown(name, name in personal)}, {quote_literal(rule)} FROM {table} AS r "
                    f"WHERE r._load_id = ? AND {violation} ORDER BY r._row LIMIT {CELLS_LISTED}",
                    [run_id, system, delivery.entity.name, name, delivery.load_id],
                )
    con.execute("COMMIT")


def _shown(column: str, is_personal: bool) -> str:
    cell = f"r.{quote_identifier(column)}"
    return f"CASE WHEN {cell} IS NOT NULL THEN {quote_literal(PERSONAL)} END" if is_personal else cell


def _list_orphans(
    con: duckdb.DuckDBPyConnection, run_id: str, system: str, delivery: _Delivery, column: DeclaredColumn
) -> None:
    """Write the cells that name a record which no delivery of the system holds."""
    assert column.parent is not None
    parent, key = column.parent
    child = quote_identifier(f"{system}__{delivery.entity.name}")
    cell = f"nullif(trim(r.{quote_identifier(column.name)}), '')"
    con.execute(
        f"INSERT INTO lake.ops.invalid_value SELECT ?, r._load_id, ?, ?, r._file, r._row, ?, "
        f"{_shown(column.name, column.is_personal)}, 'parent' FROM lake.raw.{child} AS r "
        f"ANTI JOIN (SELECT DISTINCT trim({quote_identifier(key)}) AS key "
        f"FROM lake.raw.{quote_identifier(f'{system}__{parent}')}) AS p ON p.key = {cell} "
        f"WHERE r._load_id = ? AND {cell} IS NOT NULL ORDER BY r._row LIMIT {CELLS_LISTED}",
        [run_id, system, delivery.entity.name, column.name, delivery.load_id],
    )
