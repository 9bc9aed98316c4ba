"""The inbox sensor asks for one run per change, and the schedule follows weft.toml."""

import os
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.sensor_definition import SensorExecutionData

from orchestration.automation import daily_schedule, inbox_sensor
from warehouse.settings import Settings, load_settings

JOB = dg.define_asset_job("weft_run")


class Watch:
    """The sensor with its cursor, looked at again and again."""

    def __init__(self, settings: Settings) -> None:
        self.sensor = inbox_sensor(settings, JOB)
        self.cursor: str | None = None

    def look(self) -> SensorExecutionData:
        context = dg.build_sensor_context(cursor=self.cursor)
        seen = self.sensor.evaluate_tick(context)
        self.cursor = seen.cursor
        return seen


@pytest.fixture
def inbox(deployment: Settings) -> Path:
    folder = deployment.inbox("shop")
    assert folder is not None
    return folder


def test_nothing_new_asks_for_nothing(deployment: Settings, inbox: Path) -> None:
    watch = Watch(deployment)
    first = watch.look()
    assert not first.run_requests
    assert "none of them new" in str(first.skip_message)


def test_a_new_file_asks_for_one_run_once(deployment: Settings, inbox: Path) -> None:
    watch = Watch(deployment)
    watch.look()
    (inbox / "product.csv").write_text("1", encoding="utf-8")
    requests = watch.look().run_requests or []
    assert len(requests) == 1
    assert requests[0].tags["weft/new_files"] == "1: shop/product.csv"
    assert not watch.look().run_requests


def test_files_that_come_together_share_a_run(deployment: Settings, inbox: Path) -> None:
    watch = Watch(deployment)
    for name in ("product.csv", "currency.csv"):
        (inbox / name).write_text("1", encoding="utf-8")
    assert len(watch.look().run_requests or []) == 1


def test_a_replaced_file_is_new_and_its_run_key_differs(deployment: Settings, inbox: Path) -> None:
    watch = Watch(deployment)
    product = inbox / "product.csv"
    product.write_text("1", encoding="utf-8")
    first = (watch.look().run_requests or [])[0]
    product.write_text("2", encoding="utf-8")
    os.utime(product, ns=(1, 1))
    second = (watch.look().run_requests or [])[0]
    assert first.run_key != second.run_key


def test_a_sensor_that_lost_its_cursor_asks_with_the_same_key(deployment: Settings, inbox: Path) -> None:
    (inbox / "product.csv").write_text("1", encoding="utf-8")
    keys = {(Watch(deployment).look().run_requests or [])[0].run_key for _ in range(2)}
    assert len(keys) == 1


def test_unfinished_uploads_and_foreign_files_start_nothing(deployment: Settings, inbox: Path) -> None:
    for name in ("product.csv.part", ".product.csv", "notes.txt"):
        (inbox / name).write_text("1", encoding="utf-8")
    assert not Watch(deployment).look().run_requests


def test_schedule_has_the_time_and_zone_of_the_settings(tmp_path: Path, deployment: Settings) -> None:
    text = deployment.config_path.read_text(encoding="utf-8")
    other = tmp_path / "other.toml"
    other.write_text(text + '\n[schedule]\ncron = "30 4 * * 1-5"\ntime_zone = "Europe/Berlin"\n', encoding="utf-8")
    schedule = daily_schedule(load_settings(other), JOB)
    assert schedule.cron_schedule == "30 4 * * 1-5"
    assert schedule.execution_timezone == "Europe/Berlin"
