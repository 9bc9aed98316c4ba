"""The machine that numbers were taken on, without which they mean nothing.

Comes in: nothing. Goes out: a line of text. Called first by `python -m benchmarks`.
"""

import os
import platform
from pathlib import Path

import duckdb
import psutil


def describe_machine() -> str:
    """Return processor, cores, memory, load, and the versions of Python and DuckDB."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"machine      {_processor()}, {cores} cores, {memory:.0f} GiB, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, "
        f"DuckDB {duckdb.__version__}, load {os.getloadavg()[0]:.1f} before the first run"
    )


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()
