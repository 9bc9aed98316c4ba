"""Great Expectations on the lake: every expectation becomes SQL that DuckDB runs; no rows are read into Python.

Comes in: subjects with checks. Goes out: check results, and a site of data docs per gate. Called by the gates.
Importing Great Expectations takes seconds, so it happens inside functions.
"""

import contextlib
import logging
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from data_quality.checks import Check, CheckResult, Gate, Subject
from data_quality.index_page import write_index
from warehouse.extensions import LAKE_EXTENSIONS, load_extensions
from warehouse.lake import attach_statement
from warehouse.settings import Settings

SAMPLE_ROWS = 20


def validate(settings: Settings, gate: Gate, subjects: list[Subject], site: str) -> list[CheckResult]:
    """Run all checks of a gate and rebuild its data docs under `data_docs/<site>`.

    Results come in the order of subjects and checks. A check that cannot run at all counts as failed and says why.
    """
    if not subjects:
        return []
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    with _quiet(), _attached(settings) as con:
        context, datasource = _context()
        for subject in subjects:
            _look_over(con, subject)
        results = [result for subject in subjects for result in _validate_subject(context, datasource, gate, subject)]
        _build_docs(context, settings.data_docs_dir, site)
    write_index(settings.data_docs_dir)
    return results


def _context() -> tuple[Any, Any]:
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    from data_quality.lake_dialect import DIALECT

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    datasource = context.data_sources.add_sql(
        name="lake", connection_string=f"{DIALECT}:///:memory:", create_temp_table=False
    )
    return context, datasource


def _look_over(con: duckdb.DuckDBPyConnection, subject: Subject) -> None:
    """Read the subject once for all of its rules, so that Great Expectations need not read it twice for each that holds.

    Those that do not hold it asks again, with its own words and samples; a rule that cannot be decided here is one of them.
    """
    from data_quality.lake_dialect import answer_with_nothing

    queries = {
        check.rule: check.arguments["unexpected_rows_query"].format(batch=f"({subject.query})")
        for check in subject.checks
        if check.expectation == "UnexpectedRowsExpectation"
    }
    violations = {check.rule: check.violation for check in subject.checks if check.violation is not None}
    holding: list[str] = []
    with contextlib.suppress(duckdb.Error):
        if violations:
            columns = ", ".join(
                f"coalesce({violation}, false) AS v{n}" for n, violation in enumerate(violations.values())
            )
            counts = ", ".join(f"count(*) FILTER (v{n})" for n in range(len(violations)))
            found = con.execute(f"SELECT {counts} FROM (SELECT {columns} FROM ({subject.query}) AS checked)").fetchone()
            holding += [rule for rule, count in zip(violations, found or (), strict=True) if count == 0]
        for rule in queries.keys() - violations.keys():
            if con.execute(f"SELECT 1 FROM ({queries[rule]}) AS broken LIMIT 1").fetchone() is None:
                holding.append(rule)
    for rule in holding:
        answer_with_nothing(marker(subject, rule))


def marker(subject: Subject, rule: str) -> str:
    """A comment by which the query of a rule is known again."""
    return f"/* {subject.name}: {rule} */"


@contextlib.contextmanager
def _attached(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """Let each connection that Great Expectations opens, and the one given, see one state of the lake, until the end of the block.

    One transaction for all checks: DuckLake looks its state up once. It must end before anybody writes.
    """
    from data_quality.lake_dialect import attach_on_connect

    opened: list[duckdb.DuckDBPyConnection] = []

    def attach(con: Any) -> None:
        con.execute(f"SET memory_limit = '{settings.run.memory_limit}'")
        con.execute(f"SET threads = {settings.run.threads}")
        load_extensions(con, *LAKE_EXTENSIONS)
        con.execute(attach_statement(settings.catalog_path, settings.data_path, read_only=True))
        con.execute("BEGIN")
        opened.append(con)

    attach_on_connect(attach)
    try:
        con = duckdb.connect(":memory:")
        attach(con)
        yield con
    finally:
        for con in opened:
            con.close()


def _validate_subject(context: Any, datasource: Any, gate: Gate, subject: Subject) -> list[CheckResult]:
    import great_expectations as gx
    from great_expectations import expectations

    from data_quality.lake_dialect import ask_structure_only

    ask_structure_only(subject.query)
    asset = datasource.add_query_asset(name=subject.name, query=subject.query)
    batch = asset.add_batch_definition_whole_table("all")
    suite = gx.ExpectationSuite(
        name=subject.name,
        expectations=[
            getattr(expectations, check.expectation)(
                **_marked(subject, check),
                description=check.meaning,
                meta={"rule": check.rule, "severity": check.severity},
            )
            for check in subject.checks
        ],
    )
    definition = context.validation_definitions.add(
        gx.ValidationDefinition(name=subject.name, data=batch, suite=context.suites.add(suite))
    )
    outcome = definition.run(result_format={"result_format": "SUMMARY", "partial_unexpected_count": SAMPLE_ROWS})
    by_rule = {result.expectation_config.meta["rule"]: result for result in outcome.results}
    return [_check_result(gate, subject, check, by_rule[check.rule]) for check in subject.checks]


def _marked(subject: Subject, check: Check) -> dict[str, Any]:
    if check.expectation != "UnexpectedRowsExpectation":
        return check.arguments
    return {
        **check.arguments,
        "unexpected_rows_query": check.arguments["unexpected_rows_query"] + marker(subject, check.rule),
    }


def _check_result(gate: Gate, subject: Subject, check: Check, outcome: Any) -> CheckResult:
    found = outcome.result or {}
    observed = found.get("observed_value")
    unexpected = found.get("unexpected_count")
    if unexpected is None and check.expectation == "UnexpectedRowsExpectation" and isinstance(observed, int):
        unexpected = observed
    error = _exception_text(outcome.exception_info)
    if outcome.success and not error:
        return CheckResult(gate, subject.name, check.rule, check.severity, True, _text(observed), unexpected)
    if error:
        # What could not be checked cannot be trusted, whatever the rule's own severity.
        message = f"{subject.name}: {check.meaning}: the check could not run: {error}"
        return CheckResult(gate, subject.name, check.rule, "critical", False, None, None, message)
    if unexpected:
        message = f"{subject.name}: {check.meaning}: not so for {unexpected:,} rows"
    else:
        message = f"{subject.name}: {check.meaning}: found {observed}"
    return CheckResult(gate, subject.name, check.rule, check.severity, False, _text(observed), unexpected, message)


def _exception_text(info: Any) -> str | None:
    if not isinstance(info, dict):
        return None
    for one in [info, *info.values()]:
        if isinstance(one, dict) and one.get("raised_exception"):
            return str(one.get("exception_message") or "").splitlines()[0][:300]
    return None


def _text(observed: Any) -> str | None:
    return None if observed is None else str(observed)


def _build_docs(context: Any, folder: Path, site: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    fresh, target = folder / f".{site}.new", folder / site
    shutil.rmtree(fresh, ignore_errors=True)
    for known in list(context.get_site_names()):
        context.delete_data_docs_site(known)
    context.add_data_docs_site(
        site_name=site,
        site_config={
            "class_name": "SiteBuilder",
            "show_how_to_buttons": False,
            "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(fresh)},
            "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
        },
    )
    context.build_data_docs(site_names=[site])
    old = folder / f".{site}.old"
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    fresh.rename(target)
    shutil.rmtree(old, ignore_errors=True)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep the library's chatter out of the run's output; its warnings are ours to word."""
    loggers = [logging.getLogger(name) for name in ("great_expectations", "sqlalchemy")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with open(os.devnull, "w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
