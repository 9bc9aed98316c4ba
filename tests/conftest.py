"""Deployments that tests run against: a small empty one, and AdventureWorks after one real `weft run`.

The finished run is made once per test session; tests that change a deployment copy it.
"""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from weft_command import published_once, run_weft

from warehouse.settings import Settings, load_settings

REPOSITORY = Path(__file__).resolve().parent.parent
ADVENTUREWORKS = REPOSITORY / "examples" / "adventureworks"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start with the longest test; while it makes the finished run, the other worker does what needs none."""
    finished_runs = {"aw_published", "fashion", "fashion_next_day"}
    items.sort(
        key=lambda item: (
            item.get_closest_marker("longest") is None,
            bool(finished_runs & set(getattr(item, "fixturenames", ()))),
        )
    )


@pytest.fixture
def deployment(tmp_path: Path) -> Settings:
    """An empty deployment: a weft.toml with one system and nothing in its inbox."""
    (tmp_path / "inbox" / "shop").mkdir(parents=True)
    (tmp_path / "weft.toml").write_text(
        '[company]\nid = "tryout"\nname = "Tryout"\n\n[systems.shop]\npack = "aw_erp"\ninbox = "inbox/shop"\n',
        encoding="utf-8",
    )
    return load_settings(tmp_path / "weft.toml")


def copy_adventureworks(target: Path) -> Settings:
    """Copy the example's settings and inbox, without any state, to `target`."""
    shutil.copytree(ADVENTUREWORKS, target, ignore=shutil.ignore_patterns(".weft", "exports"), dirs_exist_ok=True)
    return load_settings(target / "weft.toml")


@pytest.fixture
def adventureworks(tmp_path: Path) -> Settings:
    """A fresh copy of the AdventureWorks deployment, nothing landed yet."""
    return copy_adventureworks(tmp_path / "adventureworks")


@pytest.fixture
def weft() -> Callable[..., subprocess.CompletedProcess[str]]:
    """The `weft` command as a function of settings and arguments."""
    return run_weft


@pytest.fixture(scope="session")
def aw_published(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """AdventureWorks after a finished `weft run`, made by the first worker that asks. Read it, do not change it."""
    return published_once(tmp_path_factory, "published", copy_adventureworks)


@pytest.fixture
def aw_published_copy(aw_published: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A private copy of the finished run, to change at will.

    Each test finds its copy at the same place, so that dbt need not parse its project again for the paths in it.
    """
    root = tmp_path_factory.getbasetemp() / "copy"
    artifacts, kept = root / ".weft" / "dbt", root.with_name("parsed")
    if artifacts.exists():
        artifacts.rename(kept)
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(aw_published.root, root, symlinks=True)
    if kept.exists():
        shutil.rmtree(artifacts)
        kept.rename(artifacts)
    return load_settings(root / "weft.toml")
