"""Control totals: what the raw tables hold equals marts + quarantine + superseded deliveries, exactly.

Comes in: controls that packs declare as SQL over raw tables, sharing nothing with the models. Goes out:
`ops.control_total` per business date (year 1 where a row has none) and in all, and a critical check result for each
measure. Called by the third gate.
"""

from dataclasses import dataclass, field
from itertools import groupby

import duckdb

from data_quality.checks import CheckResult
from warehouse.identifiers import quote_identifier, quote_literal

# Where each canonical entity ends up, by which date, and what adds up there.
MART_SIDE = {
    "sales_order_lines": (
        "fct_order_line",
        "ordered_on",
        {"rows": "1", "quantity": "quantity", "net_amount": "net_amount"},
    ),
    "purchase_order_lines": (
        "fct_purchase_order_line",
        "ordered_on",
        {"rows": "1", "quantity": "ordered_quantity", "net_amount": "net_amount"},
    ),
    "goods_receipts": (
        "fct_goods_receipt",
        "received_on",
        {"rows": "1", "received": "received_quantity", "rejected": "rejected_quantity", "stocked": "stocked_quantity"},
    ),
    "production_operations": (
        "fct_production_operation",
        "scheduled_start_on",
        {"rows": "1", "hours": "actual_hours", "actual_cost": "actual_cost_amount"},
    ),
    "production_orders": ("fct_production_order", "started_on", {"rows": "1", "quantity": "ordered_quantity"}),
    "payments": ("fct_payment", "paid_on", {"rows": "1", "amount": "amount"}),
    "refunds": ("fct_refund", "refunded_on", {"rows": "1", "total_amount": "total_amount"}),
    "return_lines": ("fct_return_line", "returned_on", {"rows": "1", "quantity": "quantity"}),
    "stock_movements": ("fct_stock_movement", "moved_on", {"rows": "1", "quantity": "quantity"}),
    "tickets": ("fct_ticket", "opened_on", {"rows": "1"}),
}


@dataclass(frozen=True)
class Control:
    """How to count one canonical entity in the raw tables of one system.

    `table` is the raw entity whose rows become the canonical ones; `joins` may join the current rows of others as
    `{other_entity}`; `date` and `measures` are SQL over alias `r`. `key` and `mode` say which rows are current, and so do
    `others` for the entities that are joined; with `marks_deleted` rows that the source deleted count as superseded.
    A canonical entity that is made of several raw tables has a control for each, with the same measures.
    """

    system: str
    entity: str
    table: str
    mode: str
    key: tuple[str, ...]
    date: str
    measures: dict[str, str]
    joins: str = ""
    marks_deleted: bool = False
    others: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)


def tie_out(con: duckdb.DuckDBPyConnection, run_id: str, controls: list[Control]) -> list[CheckResult]:
    """Compute all totals, store them, and return one result per system, entity and measure."""
    results = []
    ordered = sorted(controls, key=_what_is_counted)
    for _, parts in groupby(ordered, key=_what_is_counted):
        _store_totals(con, run_id, list(parts))
    rows = con.execute(
        "SELECT system, entity, measure, raw_value, mart_value, quarantined_value, superseded_value, difference, "
        "(SELECT count(*) FROM lake.ops.control_total AS d WHERE d.run_id = t.run_id AND d.control = t.control "
        " AND d.measure = t.measure AND d.business_date IS NOT NULL AND d.difference <> 0) AS days "
        "FROM lake.ops.control_total AS t WHERE run_id = ? AND business_date IS NULL ORDER BY system, entity, measure",
        [run_id],
    ).fetchall()
    for system, entity, measure, raw, mart, quarantined, superseded, difference, days in rows:
        success = difference == 0 and days == 0
        message = (
            None
            if success
            else (
                f"{system} {entity}: {measure} does not tie out: raw {raw} ≠ marts {mart} + quarantine {quarantined} + "
                f"superseded {superseded} (difference {difference}, on {days} days)"
            )
        )
        results.append(
            CheckResult(
                "marts", f"control {system}.{entity}", f"{measure}_ties_out", "critical", success,
                str(difference), None, message,
            )
        )  # fmt: skip
    return results


def _what_is_counted(control: Control) -> tuple[str, str]:
    return control.system, control.entity


def _store_totals(con: duckdb.DuckDBPyConnection, run_id: str, parts: list[Control]) -> None:
    """Compute and store the totals of one canonical entity of one system, from all raw tables that it is made of."""
    system, entity = _what_is_counted(parts[0])
    mart, mart_date, mart_measures = MART_SIDE[entity]
    measures = [name for name in parts[0].measures if name in mart_measures]
    raw_rows = " UNION ALL ".join(_raw_rows(part, measures) for part in parts)
    stacked = " UNION ALL ".join(
        f"SELECT side, day, {quote_literal(name)} AS measure, {quote_identifier(name)} AS amount FROM sides"
        for name in measures
    )
    mart_sums = ", ".join(
        f"CAST({mart_measures[name]} AS DECIMAL(38, 8)) AS {quote_identifier(name)}" for name in measures
    )
    raw_sums = ", ".join(quote_identifier(name) for name in measures)
    con.execute(
        f"""
        INSERT INTO lake.ops.control_total
        WITH raw_rows AS MATERIALIZED ({raw_rows}),
        quarantined AS (
            SELECT DISTINCT load_id, line FROM lake.ops.quarantine WHERE entity = {quote_literal(entity)}
            AND system = {quote_literal(system)}
        ),
        sides AS (
            SELECT 'raw' AS side, coalesce(day, DATE '0001-01-01') AS day, {raw_sums} FROM raw_rows
            UNION ALL
            SELECT 'superseded', coalesce(day, DATE '0001-01-01'), {raw_sums} FROM raw_rows WHERE NOT is_current
            UNION ALL
            SELECT 'quarantined', coalesce(day, DATE '0001-01-01'), {raw_sums} FROM raw_rows JOIN quarantined AS q
                ON q.load_id = raw_rows._load_id AND q.line = raw_rows._row WHERE is_current
            UNION ALL
            SELECT 'mart', coalesce({mart_date}, DATE '0001-01-01'), {mart_sums} FROM lake.marts.{mart}
                WHERE source_system = {quote_literal(system)}
        ),
        stacked AS ({stacked}),
        totals AS (
            SELECT
                day, measure,
                coalesce(sum(amount) FILTER (side = 'raw'), 0) AS raw_value,
                coalesce(sum(amount) FILTER (side = 'mart'), 0) AS mart_value,
                coalesce(sum(amount) FILTER (side = 'quarantined'), 0) AS quarantined_value,
                coalesce(sum(amount) FILTER (side = 'superseded'), 0) AS superseded_value
            FROM stacked
            GROUP BY GROUPING SETS ((day, measure), (measure))
        )
        SELECT
            {quote_literal(run_id)}, {quote_literal(f"{system}.{entity}")},
            {quote_literal(system)}, {quote_literal(entity)}, day, measure,
            raw_value, mart_value, quarantined_value, superseded_value,
            raw_value - mart_value - quarantined_value - superseded_value
        FROM totals
        """
    )


def _raw_rows(control: Control, measures: list[str]) -> str:
    raw = f"lake.raw.{quote_identifier(f'{control.system}__{control.table}')}"
    joins = control.joins.format_map(_CurrentRows(control.system, control.others))
    amounts = ", ".join(
        f"CAST(coalesce({control.measures[name]}, 0) AS DECIMAL(38, 8)) AS {quote_identifier(name)}"
        for name in measures
    )
    return (
        f"SELECT r._load_id, r._row, {control.date} AS day, {amounts}, {_is_current(control, raw)} AS is_current "
        f"FROM {raw} AS r {joins}"
    )


class _CurrentRows(dict[str, str]):
    """Fills `{entity}` in joins with the current rows of that raw table; where its mode is not told, the newest delivery.

    `{system}` is the name that the system has in this deployment, with which the names of its raw tables begin.
    """

    def __init__(self, system: str, others: dict[str, tuple[str, tuple[str, ...]]]) -> None:
        super().__init__(system=system)
        self._system = system
        self._others = others

    def __missing__(self, entity: str) -> str:
        table = f"lake.raw.{quote_identifier(f'{self._system}__{entity}')}"
        mode, key = self._others.get(entity, ("snapshot", ()))
        clause = "WHERE" if mode == "snapshot" else "QUALIFY"
        return f"(SELECT * FROM {table} AS r {clause} {_newest(mode, key, table)})"


def _is_current(control: Control, raw: str) -> str:
    newest = _newest(control.mode, control.key, raw)
    return f"{newest} AND NOT coalesce(r._is_deleted, false)" if control.marks_deleted else newest


def _newest(mode: str, key: tuple[str, ...], raw: str) -> str:
    if mode == "snapshot":
        return f"r._load_id = (SELECT max(_load_id) FROM {raw})"
    listed = ", ".join(f"r.{quote_identifier(column)}" for column in key)
    if mode == "documents":
        return f"r._load_id = max(r._load_id) OVER (PARTITION BY {listed})"
    direction = "DESC" if mode == "upsert" else "ASC"
    return f"row_number() OVER (PARTITION BY {listed} ORDER BY r._load_id {direction}, r._row DESC) = 1"
