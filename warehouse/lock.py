"""One run writes at a time.

Comes in: settings and what the holder does. Goes out: a lock that names its holder and that no dead process holds.
Called by `weft run` and every other command that writes; `run_guarded` and `hold_child_lock` keep a run's children
inside the promise.
"""

import ctypes
import fcntl
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from warehouse.errors import WeftError
from warehouse.settings import Settings

CHILD_WAIT_SECONDS = 60.0
CHILD_LOCK_VARIABLE = "WEFT_CHILD_LOCK"


@contextmanager
def writer_lock(settings: Settings, purpose: str) -> Iterator[None]:
    """Hold the writer's lock for the duration of the block.

    The kernel drops the lock when the process ends, however it ends. Children of a killed run hold a second, shared
    lock; they are waited for, so that two processes never write the lake at once.

    Raises:
        WeftError: another process writes; the message names it.
    """
    settings.state_dir.mkdir(parents=True, exist_ok=True)
    with open(settings.lock_path, "a+", encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WeftError(
                f"Another process is writing this warehouse: {_holder(handle)}. Wait for it, or stop it."
            ) from None
        _wait_for_children(settings)
        handle.seek(0)
        handle.truncate()
        json.dump(
            {
                "pid": os.getpid(),
                "purpose": purpose,
                "since": datetime.now(UTC).isoformat(timespec="seconds"),
            },
            handle,
        )
        handle.flush()
        try:
            yield
        finally:
            handle.seek(0)
            handle.truncate()
            handle.flush()


def child_lock_path(settings: Settings) -> Path:
    """The file whose shared lock a run's child processes hold while they live."""
    return settings.state_dir / "children.lock"


def _wait_for_children(settings: Settings) -> None:
    deadline = time.monotonic() + CHILD_WAIT_SECONDS
    with open(child_lock_path(settings), "a", encoding="utf-8") as handle:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise WeftError(
                        "A process that an earlier, killed run left behind is still writing. "
                        f"Find it with: fuser {child_lock_path(settings)}"
                    ) from None
                time.sleep(0.2)


def _holder(handle: IO[str]) -> str:
    handle.seek(0)
    try:
        holder = json.load(handle)
    except json.JSONDecodeError:
        return "its holder has just started"
    return f"{holder['purpose']} (process {holder['pid']}, since {holder['since']})"


def run_guarded(executable: str, arguments: list[str]) -> None:
    """Replace this process by `executable`, holding the children's lock and dying with the parent.

    The environment variable WEFT_CHILD_LOCK names the lock file; without it nothing is locked.
    """
    lock = os.environ.get(CHILD_LOCK_VARIABLE)
    if lock:
        hold_child_lock(Path(lock))
    os.execv(executable, [executable, *arguments])


def hold_child_lock(lock: Path) -> None:
    """Hold the children's lock for as long as this process lives, and die with the parent."""
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    os.set_inheritable(descriptor, True)
    if sys.platform == "linux":
        death_signal = 1  # PR_SET_PDEATHSIG of <sys/prctl.h>
        ctypes.CDLL(None).prctl(death_signal, signal.SIGKILL)


def dbt() -> None:
    """Console script `weft-dbt`: dbt of the same environment, guarded."""
    run_guarded(str(Path(sys.executable).with_name("dbt")), sys.argv[1:])
