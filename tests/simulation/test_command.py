"""`weft simulate` as a user types it."""

import subprocess
from pathlib import Path

from weft_command import WEFT


def weft(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(WEFT), "simulate", *arguments], capture_output=True, text=True, timeout=300)


def test_it_says_what_it_wrote(tmp_path: Path) -> None:
    answer = weft("--scale", "0.01", "--seed", "3", "--out", str(tmp_path))
    assert answer.returncode == 0, answer.stderr
    assert "orders" in answer.stdout
    assert (tmp_path / "shopify" / "order_2026-10-31.csv.gz").is_file()
    assert (tmp_path / "truth" / "totals.parquet").is_file()


def test_a_day_that_is_none_is_refused_with_an_example(tmp_path: Path) -> None:
    answer = weft("--out", str(tmp_path), "--day", "31.10.2026")
    assert answer.returncode == 2
    assert "2026-10-31" in answer.stderr
