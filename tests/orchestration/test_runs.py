"""How runs end: what stops one, what does not, and what the next one makes of it."""

import gzip
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

from weft_command import WEFT

from orchestration.instance import open_instance
from orchestration.scaffold import create_deployment
from warehouse.lake import connect_lake
from warehouse.publication import current_publication_id
from warehouse.settings import Settings, load_settings

Weft = Callable[..., CompletedProcess[str]]


def last_run(settings: Settings) -> tuple[str, str | None]:
    with connect_lake(settings) as con:
        row = con.execute("SELECT status, message FROM ops.run ORDER BY started_at DESC LIMIT 1").fetchone()
    assert row is not None
    return row


def inbox(settings: Settings, system: str) -> Path:
    folder = settings.inbox(system)
    assert folder is not None
    return folder


def test_a_run_is_seen_in_dagster_with_its_checks(aw_published: Settings) -> None:
    with open_instance(aw_published) as instance:
        (run,) = instance.get_runs()
        assert run.is_success
        assert {step.status.value for step in instance.get_run_step_stats(run.run_id)} == {"SUCCESS"}
    assert last_run(aw_published)[0] == "published"


def test_a_second_run_has_nothing_to_do(aw_published_copy: Settings, weft: Weft) -> None:
    finished = weft(aw_published_copy, "run")
    assert finished.returncode == 0, finished.stdout
    assert "0 new rows; marts unchanged since publication 1" in finished.stdout
    assert current_publication_id(aw_published_copy) == 1
    assert last_run(aw_published_copy)[0] == "unchanged"
    with open_instance(aw_published_copy) as instance:
        run = instance.get_runs(limit=1)[0]
        assert run.is_success
        skipped = [one.step_key for one in instance.get_run_step_stats(run.run_id) if one.status.value == "SKIPPED"]
    assert {"dbt_staging", "dbt_marts", "gate_marts", "publish", "exports"} <= set(skipped)


def test_a_critical_check_keeps_the_last_publication(aw_published_copy: Settings, weft: Weft) -> None:
    folder = inbox(aw_published_copy, "aw_scm")
    with gzip.open(folder / "product_inventory.csv.gz", "rb") as whole:
        beginning = b"".join(whole.readlines()[:10])
    (folder / "product_inventory_20991231.csv").write_bytes(beginning)
    finished = weft(aw_published_copy, "run")
    assert finished.returncode == 1, finished.stdout
    assert "Not published; publication 1 stays current" in finished.stdout
    assert "aw_scm.product_inventory" in finished.stdout
    assert "Traceback" not in finished.stdout + finished.stderr
    assert current_publication_id(aw_published_copy) == 1
    assert last_run(aw_published_copy) == ("failed", "failed in gate_landed_aw_scm")
    assert "product_inventory" in weft(aw_published_copy, "status").stdout


def stop(settings: Settings, how: signal.Signals) -> None:
    """Start a run, and send it a signal while it lands files."""
    log = settings.root / f"{how.name}.txt"
    with open(log, "w", encoding="utf-8") as out:
        command = [str(WEFT), "run", "--force", "--config", str(settings.config_path)]
        running = subprocess.Popen(command, stdout=out, stderr=out)
    deadline = time.monotonic() + 120
    while "✓ Land aw_crm" not in log.read_text(encoding="utf-8"):
        assert time.monotonic() < deadline, log.read_text(encoding="utf-8")
        assert running.poll() is None, log.read_text(encoding="utf-8")
        time.sleep(0.2)
    running.send_signal(how)
    assert running.wait(timeout=120) == 1
    assert "Traceback" not in log.read_text(encoding="utf-8")


def test_a_stopped_run_leaves_nothing_in_the_way(aw_published_copy: Settings, weft: Weft) -> None:
    settings = aw_published_copy
    stop(settings, signal.SIGTERM)
    stop(settings, signal.SIGINT)
    finished = weft(settings, "run")
    assert finished.returncode == 0, finished.stdout
    assert "marts unchanged since publication 1" in finished.stdout
    with connect_lake(settings) as con:
        ends = [row[0] for row in con.execute("SELECT status FROM ops.run ORDER BY started_at").fetchall()]
    assert ends == ["published", "failed", "failed", "unchanged"]
    with open_instance(settings) as instance:
        assert not [run for run in instance.get_runs() if not run.is_finished]
        assert not any(slot.claimed_slots for slot in [instance.event_log_storage.get_concurrency_info("lake_writer")])


def test_a_new_deployment_runs_and_says_what_is_missing(tmp_path: Path, weft: Weft) -> None:
    create_deployment(tmp_path / "new")
    settings = load_settings(tmp_path / "new")
    finished = weft(settings, "run")
    assert finished.returncode == 1
    assert "Nothing has landed yet" in finished.stdout
    assert "inbox/aw_erp" in finished.stdout.replace("\n", "")
    assert "nothing is published yet" in finished.stdout


def test_a_deployment_can_be_moved(aw_published: Settings, tmp_path: Path, weft: Weft) -> None:
    shutil.copytree(aw_published.root, tmp_path / "elsewhere")
    moved = load_settings(tmp_path / "elsewhere")
    answer = weft(moved, "sql", "SELECT count(*) AS orders FROM mart_order", "--format", "csv")
    assert answer.stdout.startswith("orders\n"), answer.stderr


def test_what_libraries_print_goes_to_the_log(aw_published: Settings) -> None:
    (log,) = aw_published.logs_dir.glob("*.log")
    text = log.read_text(encoding="utf-8", errors="replace")
    assert "fct_order_line" in text
    assert len(text) > 1000
