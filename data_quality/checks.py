"""What a check is before and after it ran.

Comes in: suites as code. Goes out: records for `ops.check_result` and for the asset checks. Called by all gates.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

import duckdb

Gate = Literal["landed", "standardised", "marts"]
# critical: nothing is published. error: the rows are put in quarantine. warn: it is reported.
Severity = Literal["critical", "error", "warn"]


@dataclass(frozen=True)
class Check:
    """One expectation: its name, what it means to a person, and the Great Expectations class that proves it.

    `expectation` is the class name, `arguments` its arguments. For UnexpectedRowsExpectation the query selects the rows
    that break the rule from {batch}, which Great Expectations replaces by the subject's query. `violation` is the predicate
    of a rule about single rows.
    """

    rule: str
    meaning: str
    severity: Severity
    expectation: str
    arguments: dict[str, Any]
    violation: str | None = None


@dataclass(frozen=True)
class Subject:
    """A table, or a part of one, and the checks on it. `query` is pushed down as it stands."""

    name: str
    query: str
    checks: list[Check]


@dataclass(frozen=True)
class CheckResult:
    """How one check came out. `message` says in words what is wrong; empty when nothing is."""

    gate: Gate
    subject: str
    rule: str
    severity: Severity
    success: bool
    observed: str | None = None
    unexpected_rows: int | None = None
    message: str | None = None

    @property
    def is_blocking(self) -> bool:
        """Whether this result keeps the run from publishing."""
        return not self.success and self.severity == "critical"


@dataclass(frozen=True)
class GateResult:
    """All results of one gate. It passed unless a critical check failed."""

    gate: Gate
    results: list[CheckResult] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether the run may go on."""
        return not any(result.is_blocking for result in self.results)

    @property
    def failures(self) -> list[CheckResult]:
        """The checks that did not succeed, blocking ones first."""
        return sorted((one for one in self.results if not one.success), key=lambda one: not one.is_blocking)


def broken_by(rule: str, meaning: str, severity: Severity, violation: str) -> Check:
    """Return a check that fails for rows of the batch that satisfy the SQL predicate `violation`."""
    escaped = violation.replace("{", "{{").replace("}", "}}")
    query = f"SELECT 1 FROM (SELECT * FROM {{batch}}) AS checked WHERE {escaped}"
    return Check(rule, meaning, severity, "UnexpectedRowsExpectation", {"unexpected_rows_query": query}, violation)


def store_results(con: duckdb.DuckDBPyConnection, run_id: str, result: GateResult, suite: str) -> None:
    """Write the results of a gate into the ledger."""
    if not result.results:
        return
    now = datetime.now(UTC).replace(tzinfo=None)
    rows = [
        (
            run_id, one.gate, suite, one.subject, one.rule, one.severity, one.success, one.observed,
            one.unexpected_rows, one.message, now,
        )
        for one in result.results
    ]  # fmt: skip
    placeholders = ", ".join(["(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"] * len(rows))
    con.execute(f"INSERT INTO lake.ops.check_result VALUES {placeholders}", [value for row in rows for value in row])
