"""When runs start by themselves: every day, and when an inbox has something new.

Comes in: `[schedule]` of weft.toml and the inboxes. Goes out: a schedule and a sensor; both work while Dagster's
daemon is up, which `weft ui` starts. Called by `orchestration.definitions`.
"""

import hashlib
import json
from collections.abc import Iterator

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from extractors.deliveries import find_deliveries
from warehouse.settings import Settings


def daily_schedule(settings: Settings, job: UnresolvedAssetJobDefinition) -> dg.ScheduleDefinition:
    """The daily run, at the time and in the time zone of weft.toml."""
    return dg.ScheduleDefinition(
        name="daily_run",
        job=job,
        cron_schedule=settings.schedule.cron,
        execution_timezone=settings.schedule.time_zone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Lands what has come, and publishes. [schedule] in weft.toml says when.",
    )


def inbox_sensor(settings: Settings, job: UnresolvedAssetJobDefinition) -> dg.SensorDefinition:
    """A run whenever a file in an inbox is new or different; one run for all files that came since the last look."""

    @dg.sensor(
        name="inbox",
        job=job,
        minimum_interval_seconds=settings.schedule.inbox_interval_seconds,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Starts a run when a file in any inbox is new or has changed.",
    )
    def inbox(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
        seen: dict[str, list[int]] = json.loads(context.cursor) if context.cursor else {}
        present = list_deliveries(settings)
        new = sorted(name for name, stamp in present.items() if seen.get(name) != stamp)
        context.update_cursor(json.dumps(present, sort_keys=True))
        if not new:
            yield dg.SkipReason(f"{len(present)} files, none of them new")
            return
        stamps = json.dumps([[name, *present[name]] for name in new])
        yield dg.RunRequest(
            run_key=hashlib.sha256(stamps.encode()).hexdigest(),
            tags={"weft/new_files": f"{len(new)}: {', '.join(new[:5])}{' …' if len(new) > 5 else ''}"},
        )

    return inbox


def list_deliveries(settings: Settings) -> dict[str, list[int]]:
    """Size and time of change of every file that landing would look at, by system and name."""
    found = {}
    for system in settings.systems:
        for deliveries in find_deliveries(settings, system).values():
            for delivery in deliveries:
                try:
                    stat = delivery.path.stat()
                except FileNotFoundError:  # taken away while we looked
                    continue
                found[f"{system}/{delivery.name}"] = [stat.st_size, stat.st_mtime_ns]
    return found
