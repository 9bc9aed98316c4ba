"""The headless run: the same Dagster job that the UI shows, executed in this process.

Comes in: settings, and a progress display. Goes out: a `RunSummary`; the run with its checks stays visible in `weft
ui`. Called by `weft run`, and by schedulers other than Dagster's.
"""

import time
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from extractors.pack import load_pack
from orchestration.progress import Progress
from orchestration.summary import RunSummary, read_figures
from warehouse.lake import connect_lake
from warehouse.ledger import finish_run
from warehouse.lock import writer_lock
from warehouse.publication import Publication, current_publication_id, list_publications
from warehouse.settings import Settings

if TYPE_CHECKING:
    from orchestration.events import RunEvents

LOGS_KEPT = 50


def run(settings: Settings, progress: Progress, *, force: bool = False) -> RunSummary:
    """Execute one run to its end; `force` rebuilds everything although nothing new has come.

    Raises:
        WeftError: another process is writing, or the dbt project cannot be parsed.
    """
    # Before Dagster is imported: whoever meets a running run learns so at once.
    with writer_lock(settings, "weft run"):
        return run_locked(settings, progress, force=force)


def run_locked(settings: Settings, progress: Progress, *, force: bool, lands: bool = True) -> RunSummary:
    """Execute one run for a caller that holds the writer's lock; with `lands` false, without looking for new deliveries."""
    started = time.monotonic()
    run_id = str(uuid.uuid4())
    log_path = settings.logs_dir / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{run_id[:8]}.log"
    _forget_old_logs(settings.logs_dir)

    from orchestration.observed import PeakMemory, output_to

    with PeakMemory() as memory, output_to(log_path):
        happened = _execute(settings, progress, run_id, force, lands)
    published = _published_by(settings, run_id)
    _append_timings(log_path, happened.step_seconds)
    return RunSummary(
        run_id=run_id,
        outcome="published" if published else "unchanged" if _is_unchanged(happened) else "failed",
        reasons=happened.reasons,
        publication_id=current_publication_id(settings),
        changed_marts=published.changed_marts if published else [],
        figures=read_figures(settings, run_id),
        log_path=log_path,
        seconds=time.monotonic() - started,
        peak_memory_bytes=memory.peak_bytes,
        step_seconds=happened.step_seconds,
    )


def _execute(settings: Settings, progress: Progress, run_id: str, force: bool, lands: bool) -> "RunEvents":
    from dagster import DagsterEventType, DagsterExecutionInterruptedError
    from dagster._core.events.log import EventLogEntry

    from orchestration.definitions import JOB_NAME, build_definitions
    from orchestration.events import RunEvents
    from orchestration.instance import FULL_REFRESH_TAG, HEADLESS_TAG, bury_dead_runs, open_instance, quick_event_log
    from orchestration.stopping import Stop
    from orchestration.translator import landed_key

    with progress, open_instance(settings) as instance:
        progress.say(f"Run {run_id[:8]} of {settings.company.name}")
        job = build_definitions(settings, lock_is_held=True).resolve_job_def(JOB_NAME)
        landed = {landed_key(system, entity) for system in settings.systems for entity in _entities(settings, system)}
        chosen = None if lands else sorted(set(job.asset_layer.executable_asset_keys) - landed)
        bury_dead_runs(instance)
        happened = RunEvents(node.name for node in job.nodes)
        shown: set[str] = set()
        stop = Stop()

        def show(entry: EventLogEntry) -> None:
            stage = happened.take(entry)
            if stage is None:
                return
            if stage.is_over and stage.title not in shown:
                shown.add(stage.title)
                progress.finished(stage)
            else:
                progress.working(stage)
            if stop.is_wanted and entry.dagster_event_type == DagsterEventType.STEP_START:
                raise DagsterExecutionInterruptedError

        def work() -> None:
            job.execute_in_process(
                instance=instance,
                run_id=run_id,
                raise_on_error=False,
                asset_selection=chosen,
                tags={HEADLESS_TAG: "true", FULL_REFRESH_TAG: str(force).lower()},
            )

        instance.add_event_listener(run_id, show)
        with quick_event_log(settings, run_id):
            stop.run(work)
        if stop.is_wanted:
            happened.reasons = ["The run was interrupted."]
            bury_dead_runs(instance)
            _record_interruption(settings, run_id)
        return happened


def _entities(settings: Settings, system: str) -> list[str]:
    return list(load_pack(settings.systems[system].pack).entities)


def _record_interruption(settings: Settings, run_id: str) -> None:
    with connect_lake(settings) as con:
        published = con.execute("SELECT 1 FROM ops.run WHERE run_id = ? AND status = 'published'", [run_id]).fetchone()
        finish_run(con, run_id, "published" if published else "failed", "interrupted")


def _is_unchanged(happened: "RunEvents") -> bool:
    return not happened.reasons and happened.stages["Publish"].is_skipped


def _published_by(settings: Settings, run_id: str) -> Publication | None:
    return next((one for one in reversed(list_publications(settings)) if one.run_id == run_id), None)


def _append_timings(log_path: Path, step_seconds: dict[str, float]) -> None:
    slowest = sorted(step_seconds.items(), key=lambda step: -step[1])
    with open(log_path, "a", encoding="utf-8") as log:
        log.writelines(f"{seconds:8.2f} s  {step}\n" for step, seconds in slowest)


def _forget_old_logs(logs: Path) -> None:
    for path in sorted(logs.glob("*.log"))[:-LOGS_KEPT]:
        path.unlink()
