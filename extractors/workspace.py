"""A folder for the files that landing makes on its way: unpacked, decoded, extracted.

Comes in: settings. Goes out: a folder that is gone afterwards; those of killed processes are swept up by the next landing.
"""

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from warehouse.settings import Settings


@contextmanager
def temporary_folder(settings: Settings) -> Iterator[Path]:
    """Make a folder named after this process, on the warehouse's own disk."""
    settings.temp_dir.mkdir(parents=True, exist_ok=True)
    for left in settings.temp_dir.glob("landing-*"):
        owner = re.match(r"landing-(\d+)-", left.name)
        if owner and not psutil.pid_exists(int(owner[1])):
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=settings.temp_dir, prefix=f"landing-{psutil.Process().pid}-") as folder:
        yield Path(folder)
