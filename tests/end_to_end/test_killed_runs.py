"""A run that is killed anywhere and started again ends in the same marts, and nobody who reads notices."""

import gzip
import os
import signal
import subprocess
import threading
from collections.abc import Callable
from subprocess import CompletedProcess

import pytest
from weft_command import WEFT

from warehouse.lake import connect_publication, open_publication
from warehouse.publication import list_publications
from warehouse.settings import Settings

Weft = Callable[..., CompletedProcess[str]]
# The run is killed as soon as it reports one of these steps as done, so in the middle of the next.
KILLED_AFTER = ["Land aw_crm", "Check landed aw_erp", "Check landed ecb", "Check standardised", "Resolve people"]


class Reader(threading.Thread):
    """Keeps asking for a figure, over a connection held open and over new ones, as an open dashboard does."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.answers: set[tuple[object, ...]] = set()
        self.count = 0
        self.errors: list[Exception] = []
        self._settings = settings
        self._over = threading.Event()

    def run(self) -> None:
        held = open_publication(self._settings, 1)
        question = "SELECT count(*), sum(net_amount) FROM marts.fct_order_line"
        while not self._over.wait(0.3):
            try:
                with connect_publication(self._settings) as con:
                    self.answers.add(con.execute(question).fetchone() or ())
                self.answers.add(held.execute(question).fetchone() or ())
                self.count += 1
            except Exception as error:
                self.errors.append(error)
        held.close()

    def stop(self) -> None:
        self._over.set()
        self.join()


def deliver_everything_again(settings: Settings) -> None:
    """The same exports, packed differently: new deliveries with nothing new in them."""
    for path in (settings.root / "inbox").rglob("*.csv.gz"):
        path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()), compresslevel=1, mtime=1))


def run_until(settings: Settings, step: str) -> None:
    run = subprocess.Popen(
        [str(WEFT), "run", "--config", str(settings.config_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "NO_COLOR": "1"},
    )
    assert run.stdout is not None
    said = []
    for line in run.stdout:
        said.append(line)
        if f"✓ {step}" in line:
            run.send_signal(signal.SIGKILL)
            run.wait()
            return
    raise AssertionError(f"the run ended before it reported {step!r}:\n{''.join(said)}")


@pytest.mark.longest
@pytest.mark.timeout(900)
def test_killed_at_five_points_and_started_again(aw_published_copy: Settings, weft: Weft) -> None:
    settings = aw_published_copy
    [undisturbed] = list_publications(settings)
    deliver_everything_again(settings)
    reader = Reader(settings)
    reader.start()
    try:
        for step in KILLED_AFTER:
            run_until(settings, step)
            assert len(list_publications(settings)) == 1, "a killed run published something"
        finished = weft(settings, "run")
    finally:
        reader.stop()
    assert finished.returncode == 0, finished.stdout + finished.stderr
    after = list_publications(settings)[-1]
    assert after.publication_id == 2
    assert after.marts == undisturbed.marts
    assert not reader.errors
    assert reader.count > 10
    assert len(reader.answers) == 1
