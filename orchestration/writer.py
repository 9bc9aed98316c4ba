"""The bracket around every run: the writer's lock, and the run's line in the ledger.

Comes in: settings and Dagster's run. Goes out: a resource that each writing asset requires, so that runs started from
the UI, the schedule or the sensor keep the same promises as `weft run`. Called by Dagster.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.metadata import version

import dagster as dg
from dagster._core.execution.stats import StepEventStatus

from orchestration.inputs import inputs_fingerprint
from warehouse.errors import WeftError
from warehouse.lake import connect_lake
from warehouse.ledger import finish_run, start_run
from warehouse.lock import writer_lock
from warehouse.settings import Settings

# A scheduled run that meets a run started by hand waits for it rather than failing.
LOCK_WAIT_SECONDS = 1800.0
LOCK_POLL_SECONDS = 5.0


def code_version(settings: Settings) -> str:
    """Weft's version and the beginning of the hash of what the marts are made from."""
    return f"{version('weft')}+{inputs_fingerprint(settings)[:12]}"


def writer_resource(settings: Settings, *, lock_is_held: bool) -> dg.ResourceDefinition:
    """Make the resource `writer`; `lock_is_held` when the executing process already holds the lock."""

    @dg.resource(description="The right to write the lake for the length of one run.")
    @contextmanager
    def writer(context: dg.InitResourceContext) -> Iterator[None]:
        run, instance = context.run, context.instance
        assert run is not None
        assert instance is not None
        with ExitStack() as stack:
            if not lock_is_held:
                _wait_for_lock(stack, settings, f"run {run.run_id[:8]} started by Dagster")
            with connect_lake(settings) as con:
                start_run(con, run.run_id, code_version(settings))
            try:
                yield
            finally:
                steps = instance.get_run_step_stats(run.run_id)
                failed = [step.step_key for step in steps if step.status == StepEventStatus.FAILURE]
                _close_ledger(settings, run.run_id, failed)

    return writer


def _wait_for_lock(stack: ExitStack, settings: Settings, purpose: str) -> None:
    deadline = time.monotonic() + LOCK_WAIT_SECONDS
    while True:
        try:
            stack.enter_context(writer_lock(settings, purpose))
            return
        except WeftError:
            if time.monotonic() > deadline:
                raise
            time.sleep(LOCK_POLL_SECONDS)


def _close_ledger(settings: Settings, run_id: str, failed_steps: list[str]) -> None:
    with connect_lake(settings) as con:
        row = con.execute("SELECT status FROM ops.run WHERE run_id = ?", [run_id]).fetchone()
        status = row[0] if row else None
        if failed_steps:
            # What fails after publishing does not take the publication back.
            outcome = "published" if status == "published" else "failed"
            finish_run(con, run_id, outcome, f"failed in {', '.join(failed_steps)}")
        elif status == "running":
            # Somebody materialised a part of the graph from the UI.
            finish_run(con, run_id, "partial", "finished without publishing")
