"""Dagster's own state of a deployment: run history, event logs, schedules.

Comes in: settings. Goes out: a `DagsterInstance` in `.weft/dagster`, so that `weft ui` shows what `weft run` did.
Called by the headless run and by the commands that start Dagster.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Any

import dagster as dg
import yaml
from sqlalchemy import event
from sqlalchemy.pool import Pool

from warehouse.settings import Settings

WRITER_POOL = "lake_writer"
HEADLESS_TAG = "weft/headless"
FULL_REFRESH_TAG = "weft/full_refresh"

CONFIGURATION = {
    "telemetry": {"enabled": False},
    "nux": {"enabled": False},
    # Steps that write the lake ask for the pool; one holds it at a time, whatever the executor.
    "concurrency": {"pools": {"default_limit": 1, "granularity": "op"}, "runs": {"max_concurrent_runs": 1}},
    "run_monitoring": {"enabled": True, "free_slots_after_run_end_seconds": 60},
    "freshness": {"enabled": True},
    "retention": {"schedule": {"purge_after_days": 90}, "sensor": {"purge_after_days": {"skipped": 7, "success": 90}}},
}


def prepare_dagster_home(settings: Settings) -> None:
    """Write dagster.yaml, and point this process and its children at it."""
    settings.dagster_home.mkdir(parents=True, exist_ok=True)
    wanted = "# Written by weft; changes are overwritten.\n" + yaml.safe_dump(CONFIGURATION, sort_keys=False)
    path = settings.dagster_home / "dagster.yaml"
    if not path.exists() or path.read_text(encoding="utf-8") != wanted:
        path.write_text(wanted, encoding="utf-8")
    os.environ["DAGSTER_HOME"] = str(settings.dagster_home)
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "true"
    os.environ["DO_NOT_TRACK"] = "1"


def open_instance(settings: Settings) -> dg.DagsterInstance:
    """Open the deployment's instance; close it, or use it as a context manager."""
    prepare_dagster_home(settings)
    return dg.DagsterInstance.from_config(str(settings.dagster_home))


@contextmanager
def quick_event_log(settings: Settings, run_id: str) -> Iterator[None]:
    """Let Dagster write the many events of a run without waiting for the disk at each.

    It opens, commits and closes its SQLite database for every event. A power cut may take the last events of the log, never
    a row of the lake; and while one connection stays open, closing the others moves no pages.
    """

    def relax(connection: Any, _record: Any) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.execute("PRAGMA synchronous = NORMAL")

    logs = settings.dagster_home / "history" / "runs"
    logs.mkdir(parents=True, exist_ok=True)
    event.listen(Pool, "connect", relax)
    try:
        with ExitStack() as held:
            for name in (run_id, "index"):
                connection = held.enter_context(closing(sqlite3.connect(logs / f"{name}.db")))
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            yield
    finally:
        event.remove(Pool, "connect", relax)


def bury_dead_runs(instance: dg.DagsterInstance) -> None:
    """Close headless runs that were killed: mark them failed and give back their place in the writer's pool.

    Only the holder of the writer's lock may call this: no other headless run can be alive then.
    """
    unfinished = dg.RunsFilter(
        statuses=[dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.NOT_STARTED],
        tags={HEADLESS_TAG: "true"},
    )
    for run in instance.get_runs(unfinished):
        instance.report_run_failed(run, "The process of this run was killed; the next run found it unfinished.")
        instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
