"""The `weft` command as a user types it, and what the publication answers."""

import csv
import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from warehouse.settings import Settings, load_settings

WEFT = Path(sys.executable).with_name("weft")


def run_weft(settings: Settings, *arguments: str, timeout: float = 600) -> subprocess.CompletedProcess[str]:
    """Run the command on a deployment, and return what it printed."""
    return subprocess.run(
        [str(WEFT), *arguments, "--config", str(settings.config_path)],
        capture_output=True,
        text=True,
        timeout=timeout,
        env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1"},
    )


def published_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Settings]) -> Settings:
    """Return the deployment that `make` writes, after a finished run; the first worker that asks makes it for all."""
    shared = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    root, said = shared / name, shared / f"{name}.txt"
    with FileLock(shared / f"{name}.lock"):
        if not said.exists():
            finished = run_weft(make(root), "run")
            said.write_text(f"{finished.returncode}\n{finished.stdout}{finished.stderr}", encoding="utf-8")
    outcome, _, output = said.read_text(encoding="utf-8").partition("\n")
    assert outcome == "0", output
    return load_settings(root / "weft.toml")


def ask(settings: Settings, query: str) -> list[dict[str, str]]:
    """Answer a query by `weft sql`, every value as text, as a role that sees personal data and raw rows."""
    answer = run_weft(settings, "sql", query, "--format", "csv", "--role", "engineer")
    assert answer.returncode == 0, answer.stderr
    return list(csv.DictReader(io.StringIO(answer.stdout)))
