"""One company whose systems are all packs with fixtures: landed, checked and published once for all tests of packs.

A folder `fixtures/<system>/` is the inbox of that system; a `weft.toml` in it takes the place of the usual `[systems.<system>]`.
"""

import shutil
from pathlib import Path

import pytest
from weft_command import published_once

from warehouse.settings import Settings, load_settings

FIXTURES = Path(__file__).parent / "fixtures"
RATES = Path(__file__).resolve().parents[2] / "examples" / "adventureworks" / "inbox" / "ecb"
COMPANY = """\
[company]
id = "fixtures"
name = "Fixtures"
reporting_currency = "EUR"

[run]
threads = 1

[systems.ecb]
pack = "ecb"
inbox = "inbox/ecb"
"""


def make_company(root: Path) -> Settings:
    """Write the settings of the company, and fill its inboxes."""
    shutil.copytree(RATES, root / "inbox" / "ecb")
    parts = [COMPANY]
    for folder in sorted(path for path in FIXTURES.iterdir() if path.is_dir()):
        system = folder.name
        shutil.copytree(folder, root / "inbox" / system, ignore=shutil.ignore_patterns("weft.toml"))
        own = folder / "weft.toml"
        usual = f'[systems.{system}]\npack = "{system}"\ninbox = "inbox/{system}"\n'
        parts.append(own.read_text(encoding="utf-8") if own.exists() else usual)
    (root / "weft.toml").write_text("\n".join(parts), encoding="utf-8")
    return load_settings(root / "weft.toml")


@pytest.fixture(scope="session")
def packs_published(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The company after a finished `weft run`, made by the first worker that asks. Read it, do not change it."""
    return published_once(tmp_path_factory, "packs", make_company)
