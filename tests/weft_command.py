"""The `weft` command as a user types it, and what the publication answers."""

import csv
import io
import os
import subprocess
import sys
from pathlib import Path

from warehouse.settings import Settings

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


def ask(settings: Settings, query: str) -> list[dict[str, str]]:
    """Answer a query by `weft sql`, every value as text."""
    answer = run_weft(settings, "sql", query, "--format", "csv")
    assert answer.returncode == 0, answer.stderr
    return list(csv.DictReader(io.StringIO(answer.stdout)))
