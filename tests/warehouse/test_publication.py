"""What a reader may rely on: a publication never changes, is whole, and outlives any fault of the run that writes."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from warehouse.errors import WeftError
from warehouse.lake import connect_lake, connect_publication
from warehouse.lock import CHILD_LOCK_VARIABLE, child_lock_path, writer_lock
from warehouse.maintenance import tidy
from warehouse.publication import current_publication_id, list_publications, publish, rollback
from warehouse.settings import Settings, load_settings


def write_generation(settings: Settings, generation: int, rows: int = 20_000) -> None:
    """Fill two marts so that both carry the same generation in every row."""
    with connect_lake(settings) as con:
        for table in ("orders", "lines"):
            con.execute(
                f"CREATE OR REPLACE TABLE marts.{table} AS "
                f"SELECT {generation} AS generation, range AS id FROM range({rows})"
            )


def published_generations(settings: Settings, publication_id: int | None = None) -> set[int]:
    with connect_publication(settings, publication_id) as con:
        found = con.execute(
            "SELECT generation FROM marts.orders UNION ALL SELECT generation FROM marts.lines"
        ).fetchall()
    return {generation for (generation,) in found}


def publish_generation(settings: Settings, generation: int) -> int:
    write_generation(settings, generation)
    return publish(settings, run_id=f"run-{generation}", inputs="same", audit={}).publication_id


def test_a_reader_sees_only_what_was_published(deployment: Settings) -> None:
    with pytest.raises(WeftError, match="weft run"), connect_publication(deployment):
        pass
    publish_generation(deployment, 1)
    write_generation(deployment, 2)
    assert published_generations(deployment) == {1}
    publish(deployment, run_id="run-2", inputs="same", audit={})
    assert published_generations(deployment) == {2}
    assert published_generations(deployment, 1) == {1}


def test_a_publication_says_which_marts_changed(deployment: Settings) -> None:
    publish_generation(deployment, 1)
    unchanged = publish(deployment, run_id="again", inputs="same", audit={})
    assert unchanged.changed_marts == []
    with connect_lake(deployment) as con:
        con.execute("UPDATE marts.orders SET id = id + 1 WHERE id = 7")
    changed = publish(deployment, run_id="third", inputs="same", audit={})
    assert changed.changed_marts == ["orders"]
    assert changed.marts["orders"].rows == 20_000


def test_the_content_hash_does_not_depend_on_order_or_runs_but_on_every_value(deployment: Settings) -> None:
    hashes = []
    for statement in (
        "SELECT range AS id, 'x' AS name, 'r1' AS run_id FROM range(1000)",
        "SELECT 999 - range AS id, 'x' AS name, 'r2' AS run_id FROM range(1000)",
        "SELECT range AS id, if(range = 5, 'y', 'x') AS name, 'r1' AS run_id FROM range(1000)",
        "SELECT if(range = 5, 4, range) AS id, 'x' AS name, 'r1' AS run_id FROM range(1000)",
    ):
        with connect_lake(deployment) as con:
            con.execute(f"CREATE OR REPLACE TABLE marts.orders AS {statement}")
        hashes.append(publish(deployment, run_id="r", inputs="i", audit={}).marts["orders"].content_hash)
    assert hashes[0] == hashes[1]
    assert len(set(hashes)) == 3


def test_a_publication_is_read_only(deployment: Settings) -> None:
    publish_generation(deployment, 1)
    with connect_publication(deployment) as con, pytest.raises(Exception, match="read-only"):
        con.execute("INSERT INTO marts.orders VALUES (9, 9)")


def test_rolling_back_and_forth(deployment: Settings) -> None:
    for generation in (1, 2, 3):
        publish_generation(deployment, generation)
    assert rollback(deployment).publication_id == 2
    assert published_generations(deployment) == {2}
    assert rollback(deployment).publication_id == 1
    with pytest.raises(WeftError, match="no earlier publication"):
        rollback(deployment)
    assert rollback(deployment, 3).publication_id == 3
    with pytest.raises(WeftError, match="Publication 9 is not kept"):
        rollback(deployment, 9)
    assert published_generations(deployment) == {3}


def test_old_publications_are_forgotten_and_their_files_swept_but_kept_ones_stay_readable(tmp_path: Path) -> None:
    config = tmp_path / "weft.toml"
    config.write_text(
        '[company]\nid = "a"\nname = "A"\n[systems.shop]\npack = "aw_erp"\ninbox = "in"\n[publication]\nkeep = 2\n'
    )
    settings = load_settings(config)
    sizes = []
    for generation in range(1, 8):
        publish_generation(settings, generation)
        tidy(settings)
        sizes.append(sum(1 for _ in settings.data_path.rglob("*.parquet")))
    assert [publication.publication_id for publication in list_publications(settings)] == [6, 7]
    assert published_generations(settings, 6) == {6}
    assert published_generations(settings, 7) == {7}
    assert sizes[-1] == sizes[-3], "files of forgotten publications pile up"
    write_generation(settings, 8)
    assert published_generations(settings) == {7}


def test_readers_never_fail_and_never_see_a_mix_while_a_run_writes_and_publishes(deployment: Settings) -> None:
    publish_generation(deployment, 1)
    stop = threading.Event()
    seen: list[set[int]] = []
    errors: list[Exception] = []

    def read() -> None:
        while not stop.is_set():
            try:
                seen.append(published_generations(deployment))
            except Exception as error:
                errors.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    for generation in range(2, 7):
        publish_generation(deployment, generation)
        tidy(deployment)
    stop.set()
    reader.join()
    assert not errors
    assert seen
    assert all(len(generations) == 1 for generations in seen)


PUBLISH_FOREVER = """
import sys
from pathlib import Path
from warehouse.lake import connect_lake
from warehouse.publication import publish
from warehouse.settings import load_settings
settings = load_settings(Path(sys.argv[1]))
generation = 1
while True:
    generation += 1
    with connect_lake(settings) as con:
        for table in ("orders", "lines"):
            con.execute(
                f"CREATE OR REPLACE TABLE marts.{table} AS "
                f"SELECT {generation} AS generation, range AS id FROM range(20000)"
            )
    publish(settings, run_id="r", inputs="i", audit={})
    print(generation, flush=True)
"""


@pytest.mark.parametrize("delay", [0.05, 0.17, 0.31])
def test_a_writer_killed_anywhere_leaves_a_whole_publication(deployment: Settings, delay: float) -> None:
    publish_generation(deployment, 1)
    writer = subprocess.Popen(
        [sys.executable, "-c", PUBLISH_FOREVER, str(deployment.config_path)], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    writer.stdout.readline()
    time.sleep(delay)
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    assert len(published_generations(deployment)) == 1
    current = current_publication_id(deployment)
    assert current is not None
    assert publish_generation(deployment, 99) > current
    assert published_generations(deployment) == {99}


def test_two_writers_at_once(deployment: Settings) -> None:
    with writer_lock(deployment, "weft run"):
        second = subprocess.run(
            [
                sys.executable,
                "-c",
                "import sys\nfrom pathlib import Path\nfrom warehouse.lock import writer_lock\n"
                "from warehouse.settings import load_settings\n"
                "with writer_lock(load_settings(Path(sys.argv[1])), 'second'): pass",
                str(deployment.config_path),
            ],
            capture_output=True,
            text=True,
        )
    assert f"weft run (process {os.getpid()}" in second.stderr
    with writer_lock(deployment, "weft run"):
        pass


def test_a_killed_run_takes_its_children_with_it(deployment: Settings, tmp_path: Path) -> None:
    marker = tmp_path / "child"
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import os, subprocess, sys, time\n"
            "child = subprocess.Popen([sys.executable, '-c', 'import sys; from warehouse.lock import run_guarded; "
            'run_guarded("/bin/sleep", ["30"])\'])\n'
            f"open({str(marker)!r}, 'w').write(str(child.pid))\n"
            "time.sleep(30)",
        ],
        env={**os.environ, CHILD_LOCK_VARIABLE: str(child_lock_path(deployment))},
    )
    child_lock_path(deployment).parent.mkdir(parents=True, exist_ok=True)
    while not marker.exists() or not marker.read_text():
        time.sleep(0.05)
    time.sleep(1.0)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    started = time.monotonic()
    with writer_lock(deployment, "next run"):
        assert time.monotonic() - started < 25, "the next run waited for an orphan that should have died"
