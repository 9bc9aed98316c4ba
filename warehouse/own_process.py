"""Work that needs much memory, done in a process that ends with it.

Comes in: settings, a function at the top of a module, and its arguments. Goes out: what it returned or raised. Called by steps whose
libraries would otherwise stay in the memory of the run while the models are built.
"""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import ParamSpec, TypeVar

from warehouse.errors import WeftError
from warehouse.lock import child_lock_path, hold_child_lock
from warehouse.settings import Settings

Given = ParamSpec("Given")
Returned = TypeVar("Returned")


def in_own_process(
    settings: Settings, work: Callable[Given, Returned], /, *args: Given.args, **kwargs: Given.kwargs
) -> Returned:
    """Call `work` in a new process that keeps the writer's promise: no second writer while it lives, and it dies with this process.

    Raises:
        WeftError: the process was killed, by a person or for want of memory.
        Exception: whatever `work` raised.
    """
    settings.state_dir.mkdir(parents=True, exist_ok=True)
    # Spawned, not forked: the threads of Dagster and DuckDB do not survive a fork.
    with ProcessPoolExecutor(
        max_workers=1,
        mp_context=get_context("spawn"),
        initializer=hold_child_lock,
        initargs=(child_lock_path(settings),),
    ) as pool:
        try:
            return pool.submit(work, *args, **kwargs).result()
        except BrokenProcessPool:
            raise WeftError(
                f"The process of {work.__module__} was killed, perhaps for want of memory. Nothing was written; run again."
            ) from None
        except Exception as error:
            # Told as if it had been raised here; where it was raised there is kept for the log.
            error.add_note(str(error.__cause__ or ""))
            raise error from None
