"""What happens in a run, stage by stage, gathered from Dagster's events as they come.

Comes in: event log entries. Goes out: for each stage its tables, rows, checks, seconds, and the reasons why a run
stopped. Called by the headless run, which shows it on the terminal and puts it into the summary.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from dagster import DagsterEvent, DagsterEventType
from dagster._core.events.log import EventLogEntry

LANDING = "land_"
TITLES = {
    "inputs": "Look for changes",
    "dbt_staging": "Standardise (dbt staging)",
    "gate_standardised": "Check standardised rows",
    "identity": "Resolve people",
    "dbt_marts": "Build marts (dbt)",
    "sales_forecast": "Forecast sales",
    "capacity_plan": "Plan production and purchases",
    "gate_marts": "Audit marts",
    "publish": "Publish",
    "exports": "Write exports",
}


@dataclass
class Stage:
    """One line of the progress display: some steps that belong together."""

    title: str
    steps: set[str]
    started: float | None = None
    seconds: float = 0.0
    finished: set[str] = field(default_factory=set)
    skipped: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    tables: int = 0
    rows: int = 0
    checks: int = 0
    failed_checks: list[str] = field(default_factory=list)
    note: str = ""

    @property
    def is_landing(self) -> bool:
        return all(step.startswith(LANDING) for step in self.steps)

    @property
    def is_over(self) -> bool:
        return self.finished | self.skipped | self.failed == self.steps

    @property
    def is_skipped(self) -> bool:
        return self.skipped == self.steps


def stage_title(step: str) -> str:
    """The stage that a step of the job belongs to, named for people."""
    if step.startswith(LANDING):
        return f"Land {step.removeprefix(LANDING).split('__')[0]}"
    if step.startswith("gate_landed_"):
        return f"Check landed {step.removeprefix('gate_landed_')}"
    return TITLES.get(step, step)


class RunEvents:
    """Turns the events of one run into stages. `last_stage` is the stage that the last event belonged to."""

    def __init__(self, steps: Iterable[str]) -> None:
        grouped: dict[str, Stage] = {}
        for step in steps:
            title = stage_title(step)
            grouped.setdefault(title, Stage(title, set())).steps.add(step)
        self.stages = grouped
        self.reasons: list[str] = []
        self.step_seconds: dict[str, float] = {}

    def take(self, entry: EventLogEntry) -> Stage | None:
        """Count one event in; returns its stage, or None when it belongs to none."""
        event = entry.dagster_event
        step = entry.step_key
        if step is None or (stage := self.stages.get(stage_title(step))) is None:
            return None
        if event is None:
            stage.note = entry.user_message
        else:
            self._count(stage, step, event)
        if stage.started is not None:
            stage.seconds = time.monotonic() - stage.started
        return stage

    def _count(self, stage: Stage, step: str, event: DagsterEvent) -> None:
        kind = event.event_type
        if kind == DagsterEventType.STEP_START:
            stage.started = stage.started or time.monotonic()
        elif kind == DagsterEventType.ASSET_MATERIALIZATION:
            stage.tables += 1
            stage.rows += _row_count(event)
        elif kind == DagsterEventType.ASSET_CHECK_EVALUATION:
            evaluation = event.asset_check_evaluation_data
            stage.checks += 1
            if not evaluation.passed:
                text = evaluation.description or evaluation.check_name
                stage.failed_checks.append(text)
                if evaluation.blocking and evaluation.severity.value == "ERROR":
                    self.reasons.append(f"{stage.title}: {text}")
        elif kind == DagsterEventType.STEP_SUCCESS:
            stage.finished.add(step)
            self.step_seconds[step] = event.step_success_data.duration_ms / 1000
        elif kind == DagsterEventType.STEP_SKIPPED:
            stage.skipped.add(step)
        elif kind == DagsterEventType.STEP_FAILURE:
            stage.failed.add(step)
            reason = _reason(event)
            if reason is not None:
                self.reasons.append(f"{stage.title}: {reason}")


def _row_count(event: DagsterEvent) -> int:
    metadata = event.step_materialization_data.materialization.metadata
    value: Any = metadata.get("dagster/row_count")
    return int(value.value) if value is not None else 0


def _reason(event: DagsterEvent) -> str | None:
    """The message of the innermost error, without class names for errors that are meant for people."""
    failure = event.step_failure_data
    if failure.user_failure_data is not None and failure.user_failure_data.description:
        return str(failure.user_failure_data.description)
    error = failure.error
    if error is None:
        return event.message
    while error.cause is not None:
        error = error.cause
    if error.cls_name == "DagsterAssetCheckFailedError":
        return None
    if error.cls_name == "DagsterExecutionInterruptedError":
        return "the run was interrupted."
    text = error.message.strip()
    # Dagster puts the name of the class before the message.
    return text.split(": ", 1)[-1] if error.cls_name == "WeftError" else text.splitlines()[0]
