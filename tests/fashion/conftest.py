"""The simulated fashion company, small and dirty, after a whole `weft run`; and the same a day later.

Both are made once per session, by the first worker that asks.
"""

import shutil
from datetime import date
from pathlib import Path

import pytest
from weft_command import published_once, run_weft

from simulation.simulate import simulate
from warehouse.settings import Settings, load_settings

SETTINGS = Path(__file__).resolve().parents[2] / "examples" / "fashion" / "weft.toml"
# About 900 orders, with errors of every kind.
SCALE, SEED, DIRT = 0.02, 1, 0.02
NEXT_DAY = date(2026, 11, 1)


@pytest.fixture(scope="session")
def fashion(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The company until 2026-10-31. Read it, do not change it."""

    def make(root: Path) -> Settings:
        root.mkdir()
        shutil.copy(SETTINGS, root)
        simulate(root / "inbox", SCALE, SEED, dirt=DIRT)
        return load_settings(root / "weft.toml")

    return published_once(tmp_path_factory, "fashion", make)


@pytest.fixture(scope="session")
def fashion_next_day(fashion: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The company with the delivery of 2026-11-01; what a run without news says is in `unchanged.txt`."""

    def make(root: Path) -> Settings:
        shutil.copytree(fashion.root, root, symlinks=True)
        settings = load_settings(root / "weft.toml")
        again = run_weft(settings, "run")
        (root / "unchanged.txt").write_text(f"{again.returncode}\n{again.stdout}{again.stderr}", encoding="utf-8")
        simulate(root / "inbox", SCALE, SEED, day=NEXT_DAY, dirt=DIRT)
        return settings

    return published_once(tmp_path_factory, "fashion_next_day", make)
