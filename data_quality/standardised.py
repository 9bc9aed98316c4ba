"""The second gate: rows of staging, one by one.

Comes in: staged canonical entities and the row rules. Goes out: check results, and `ops.quarantine`, which everything
after staging leaves out. Rows that hang on a quarantined one go along. Called by orchestration after staging was built.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from string import Formatter

import duckdb

from data_quality.checks import Check, CheckResult, GateResult, Subject, broken_by, store_results
from data_quality.engine import validate
from data_quality.rules import ROW_RULES
from data_quality.rules.row_rule import AWAITED, RowRule
from warehouse.identifiers import quote_identifier, quote_literal
from warehouse.lake import connect_lake
from warehouse.settings import Settings

# More than this share of an entity in quarantine is not bad rows any more but a misunderstanding of the source. Rows that
# wait for another system do not count: they are right, and come out of quarantine once it has delivered.
MAXIMUM_QUARANTINED = 0.2


@dataclass(frozen=True)
class Dependence:
    """Rows of `child` that make no sense without their row of `parent`, joined on `key`."""

    child: str
    parent: str
    key: str


# Parents come before children, so that what hangs on a row follows it through several levels. Payments, refunds and
# returns do not follow their order: the money and the goods moved, whatever is wrong with the order.
DEPENDENCES = [
    Dependence("sales_order_lines", "sales_orders", "order_key"),
    Dependence("shipments", "sales_orders", "order_key"),
    Dependence("purchase_order_lines", "purchase_orders", "purchase_order_key"),
    Dependence("goods_receipts", "purchase_order_lines", "purchase_order_line_key"),
    Dependence("shipments", "purchase_orders", "purchase_order_key"),
    Dependence("production_operations", "production_orders", "production_order_key"),
    Dependence("order_taxes", "sales_orders", "order_key"),
    Dependence("shipment_lines", "shipments", "shipment_key"),
    Dependence("shipment_events", "shipments", "shipment_key"),
    Dependence("ticket_events", "tickets", "ticket_key"),
    Dependence("campaign_touches", "campaigns", "campaign_key"),
]


def gate_standardised(settings: Settings, run_id: str, staged: dict[str, list[str]]) -> GateResult:
    """Check staged rows and fill the quarantine anew.

    `staged` names the staging models of each canonical entity in use. The gate passes unless so many rows of an entity
    break a rule that the source cannot have been understood.
    """
    rules = {
        entity: [rule for rule in ROW_RULES if rule.entity == entity and _is_decidable(rule, staged)]
        for entity in staged
    }
    subjects = [
        Subject(entity, _rows(staged, entity), [_unique(entity), *(_check(staged, rule) for rule in rules[entity])])
        for entity in staged
    ]
    results = validate(settings, "standardised", subjects, "standardised")
    broken = {(one.subject, one.rule) for one in results if not one.success}
    with connect_lake(settings) as con:
        con.execute("BEGIN")
        con.execute("DELETE FROM lake.ops.quarantine")
        # Filled in memory and written once: each of many small writes to the lake would take its time.
        con.execute("CREATE TEMP TABLE new_quarantine AS SELECT * FROM lake.ops.quarantine LIMIT 0")
        for entity in staged:
            if (entity, "source_id_unique") in broken:
                _quarantine_duplicates(con, run_id, staged, entity)
            for rule in rules[entity]:
                if rule.severity == "error" and (entity, rule.name) in broken:
                    _quarantine_violations(con, run_id, staged, rule)
        for dependence in DEPENDENCES:
            if dependence.child in staged and dependence.parent in staged:
                _quarantine_dependents(con, run_id, staged, dependence)
        con.execute("INSERT INTO lake.ops.quarantine SELECT * FROM new_quarantine")
        results += _too_many(con, staged)
        outcome = GateResult("standardised", results)
        store_results(con, run_id, outcome, "standardised")
        con.execute("COMMIT")
    return outcome


def _rows(staged: dict[str, list[str]], entity: str) -> str:
    models = staged.get(entity, [])
    if not models:
        return "SELECT CAST(NULL AS VARCHAR) AS product_key, CAST(NULL AS VARCHAR) AS order_key WHERE false"
    return " UNION ALL BY NAME ".join(f"SELECT * FROM lake.staging.{quote_identifier(model)}" for model in models)


def _is_decidable(rule: RowRule, staged: dict[str, list[str]]) -> bool:
    """Whether a system in use offers what the rule looks up: without orders, nothing can be said of a payment's order."""
    named = {field for _, field, _, _ in Formatter().parse(rule.violation) if field}
    return named <= {*staged, "products"}


def _violation(staged: dict[str, list[str]], rule: RowRule) -> str:
    """Return the rule's predicate with `{entity}` replaced by that entity's rows."""
    relations = {entity: f"({_rows(staged, entity)})" for entity in {*staged, "products"}}
    return rule.violation.format_map(relations)


def _check(staged: dict[str, list[str]], rule: RowRule) -> Check:
    meaning = f"{rule.column}: no row where {rule.reason}"
    return broken_by(rule.name, meaning, rule.severity, _violation(staged, rule))


def _unique(entity: str) -> Check:
    query = (
        "SELECT source_system, source_instance, source_id FROM (SELECT * FROM {batch}) AS checked "
        "WHERE source_id IS NOT NULL GROUP BY ALL HAVING count(*) > 1"
    )
    return Check(
        "source_id_unique",
        f"each of the {entity.replace('_', ' ')} has an identifier of its own",
        "error",
        "UnexpectedRowsExpectation",
        {"unexpected_rows_query": query},
    )


# A row is put in quarantine once, under the first rule it breaks: the counts of the control totals depend on it.
INSERT = """
    INSERT INTO new_quarantine
    WITH checked AS ({rows}),
    broken AS ({broken}),
    cells AS (
        SELECT
            load_id, line, string_agg(column_name, ', ') AS columns,
            string_agg(coalesce(value, '(missing)'), ', ') AS cells
        FROM lake.ops.invalid_value GROUP BY load_id, line
    )
    SELECT
        {run_id}, b.source_system, b.source_instance, {entity}, coalesce(b.source_id, ''), b.load_id, b.source_file,
        b.source_row, {rule}, {reason},
        coalesce(cells.columns, {column}), coalesce(cells.cells, CAST({value} AS VARCHAR)),
        CAST(to_json(b) AS VARCHAR), {now}
    FROM broken AS b
    LEFT JOIN cells ON cells.load_id = b.load_id AND cells.line = b.source_row
    WHERE NOT EXISTS (
        SELECT 1 FROM new_quarantine AS q
        WHERE q.entity = {entity} AND q.system = b.source_system AND q.instance = b.source_instance
            AND q.load_id = b.load_id AND q.line = b.source_row AND q.source_id = coalesce(b.source_id, '')
    )
"""


def _insert(
    con: duckdb.DuckDBPyConnection,
    run_id: str,
    staged: dict[str, list[str]],
    entity: str,
    *,
    broken: str,
    rule: str,
    reason: str,
    column: str,
) -> None:
    con.execute(
        INSERT.format(
            rows=_rows(staged, entity),
            broken=broken,
            run_id=quote_literal(run_id),
            entity=quote_literal(entity),
            rule=quote_literal(rule),
            reason=quote_literal(reason),
            column=quote_literal(column),
            value=f"b.{quote_identifier(column)}",
            now=f"TIMESTAMP {quote_literal(datetime.now(UTC).strftime('%Y-%m-%d %H:%M:%S'))}",
        )
    )


def _quarantine_violations(
    con: duckdb.DuckDBPyConnection, run_id: str, staged: dict[str, list[str]], rule: RowRule
) -> None:
    broken = f"SELECT * FROM checked WHERE {_violation(staged, rule)}"
    _insert(con, run_id, staged, rule.entity, broken=broken, rule=rule.name, reason=rule.reason, column=rule.column)


def _quarantine_duplicates(
    con: duckdb.DuckDBPyConnection, run_id: str, staged: dict[str, list[str]], entity: str
) -> None:
    """Keep the first row of each identifier."""
    broken = (
        "SELECT * FROM checked WHERE source_id IS NOT NULL QUALIFY row_number() OVER "
        "(PARTITION BY source_system, source_instance, source_id ORDER BY load_id, source_row) > 1"
    )
    reason = "an earlier row has the same identifier"
    _insert(con, run_id, staged, entity, broken=broken, rule="source_id_unique", reason=reason, column="source_id")


def _quarantine_dependents(
    con: duckdb.DuckDBPyConnection, run_id: str, staged: dict[str, list[str]], dependence: Dependence
) -> None:
    key = dependence.key
    quarantined = con.execute(
        "SELECT count(*) FROM new_quarantine WHERE entity = ? AND rule <> 'source_id_unique'", [dependence.parent]
    ).fetchone()
    if quarantined == (0,):
        return
    # A bad row may have the key of a good one; what hangs on that stays.
    broken = (
        f"SELECT * FROM checked WHERE {key} IN "
        f"(SELECT parent.{key} FROM ({_rows(staged, dependence.parent)}) AS parent "
        "LEFT JOIN new_quarantine AS q ON q.system = parent.source_system AND q.instance = parent.source_instance "
        "AND q.source_id = coalesce(parent.source_id, '') AND q.load_id = parent.load_id AND q.line = parent.source_row "
        f"AND q.entity = {quote_literal(dependence.parent)} GROUP BY parent.{key} HAVING count(*) = count(q.entity))"
    )
    what = dependence.parent.replace("_", " ").removesuffix("s")
    reason = f"the {what} it belongs to is in quarantine"
    _insert(con, run_id, staged, dependence.child, broken=broken, rule="parent_quarantined", reason=reason, column=key)


def _too_many(con: duckdb.DuckDBPyConnection, staged: dict[str, list[str]]) -> list[CheckResult]:
    counts = dict(
        con.execute(
            f"SELECT entity, count(*) FROM new_quarantine WHERE NOT ends_with(rule, '{AWAITED}') GROUP BY entity"
        ).fetchall()
    )
    sizes = " UNION ALL ".join(
        f"SELECT {quote_literal(entity)} AS entity, count(*) AS row_count FROM ({_rows(staged, entity)})"
        for entity in staged
    )
    results = []
    for entity, rows in con.execute(sizes).fetchall() if staged else []:
        quarantined = counts.get(entity, 0)
        share = quarantined / rows if rows else 0.0
        fine = share <= MAXIMUM_QUARANTINED
        message = (
            None
            if fine
            else f"{entity}: {quarantined:,} of {rows:,} rows ({share:.0%}) are in quarantine, more than "
            f"{MAXIMUM_QUARANTINED:.0%}; the pack or its mapping misunderstands the source"
        )
        results.append(
            CheckResult(
                "standardised", entity, "quarantined_share", "critical", fine, f"{share:.4f}", quarantined, message
            )
        )
    return results
