"""The third gate: what is about to be published.

Comes in: the marts, and the control totals that packs declare. Goes out: check results and `ops.control_total`. Nothing
is published unless every critical check holds. Called by orchestration after the marts and the forecast.
"""

from data_quality.checks import Check, GateResult, Subject, broken_by, store_results
from data_quality.control_totals import Control, tie_out
from data_quality.engine import validate
from data_quality.mart_contracts import MARTS, MartContract
from warehouse.lake import connect_lake
from warehouse.settings import Settings


def gate_marts(settings: Settings, run_id: str, controls: list[Control]) -> GateResult:
    """Check the marts and tie them out against the raw tables."""
    with connect_lake(settings) as con:
        rows = con.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_catalog = 'lake' AND table_schema = 'marts'"
        ).fetchall()
    present = {name for (name,) in rows}
    subjects = [_subject(contract) for contract in MARTS if contract.table in present]
    missing = [_missing(contract) for contract in MARTS if contract.table not in present]
    results = validate(settings, "marts", subjects + missing, "marts")
    with connect_lake(settings) as con:
        con.execute("BEGIN")
        results += tie_out(con, run_id, controls)
        outcome = GateResult("marts", results)
        store_results(con, run_id, outcome, "marts")
        con.execute("COMMIT")
    return outcome


def _subject(contract: MartContract) -> Subject:
    checks: list[Check] = []
    for key in contract.keys:
        checks.append(broken_by(f"{key}_present", f"{key} is never missing", "critical", f"checked.{key} IS NULL"))
    if contract.keys:
        first = contract.keys[0]
        checks.append(
            Check(
                f"{first}_unique",
                f"{first} is unique",
                "critical",
                "UnexpectedRowsExpectation",
                {
                    # By their hashes first: millions of keys need a quarter of the memory so.
                    "unexpected_rows_query": f"SELECT {first} FROM (SELECT * FROM {{batch}}) AS checked "
                    f"WHERE hash({first}) IN (SELECT hash({first}) FROM lake.marts.{contract.table} GROUP BY 1 HAVING count(*) > 1) "
                    "GROUP BY 1 HAVING count(*) > 1"
                },
            )
        )
    for column, dimension, key in contract.references:
        checks.append(
            broken_by(
                f"{column}_in_{dimension}",
                f"every {column} is in {dimension}",
                "critical",
                f"NOT EXISTS (SELECT 1 FROM lake.marts.{dimension} AS d WHERE d.{key} = checked.{column})",
            )
        )
    checks += [broken_by(name, meaning, severity, violation) for name, meaning, severity, violation in contract.rules]
    if contract.is_never_empty:
        checks.insert(0, Check("not_empty", "has rows", "critical", "ExpectTableRowCountToBeBetween", {"min_value": 1}))
    return Subject(contract.table, f"SELECT * FROM lake.marts.{contract.table}", checks)


def _missing(contract: MartContract) -> Subject:
    never = Check("exists", "exists in the lake", "critical", "ExpectTableRowCountToBeBetween", {"min_value": 1})
    return Subject(contract.table, "SELECT 1 AS nothing WHERE false", [never])
