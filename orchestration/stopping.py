"""Ctrl-C and SIGTERM end a run where it can be ended: a query is broken off, dbt is ended, and no further step begins.

Comes in: the work of a run. Goes out: its end, early or not. Called by the headless run.

The work has a thread of its own, because Python raises what a signal handler raises in the middle of whatever the main
thread does: inside DuckDB that leaves a lock on the catalog behind, and elsewhere it may be swallowed.
"""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import psutil

from warehouse.lake import interrupt_queries

POLL_SECONDS = 0.2


class Stop:
    """Whether somebody wants the run to end. A second wish ends the process at once, as a kill would."""

    def __init__(self) -> None:
        self._wanted = threading.Event()

    @property
    def is_wanted(self) -> bool:
        """Whether the run was asked to end."""
        return self._wanted.is_set()

    def run(self, work: Callable[[], None]) -> None:
        """Do the work to its end; raise what it raised."""
        raised: list[BaseException] = []

        def guarded() -> None:
            try:
                work()
            except BaseException as error:
                raised.append(error)

        worker = threading.Thread(target=guarded, name="weft-run")
        with self._signals():
            worker.start()
            while worker.is_alive():
                worker.join(POLL_SECONDS)
        if raised and not self.is_wanted:
            raise raised[0]

    @contextmanager
    def _signals(self) -> Iterator[None]:
        before = {number: signal.signal(number, self._take) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _take(self, number: int, _frame: FrameType | None) -> None:
        if self.is_wanted:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        self._wanted.set()
        for child in psutil.Process().children(recursive=True):
            try:
                child.terminate()
            except psutil.Error:  # it has just ended
                continue
        interrupt_queries()
