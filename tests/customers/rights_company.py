"""A small company with shop, CRM and service desk, published once; and how tests look for a person's values by themselves.

The woman of the tests has an account in the shop, a guest order, a contact and a lead in the CRM, and is a user of the desk.
"""

import gzip
import re
import shutil
from pathlib import Path

import duckdb
import pytest
from weft_command import published_once

from simulation.simulate import simulate
from warehouse.settings import Settings, load_settings

COMPANY = """\
[company]
id = "rights"
name = "Rights"
reporting_currency = "EUR"

[run]
threads = 1

"""
SYSTEMS = ("shopify", "salesforce", "zendesk", "web_sessions", "ecb")
EMAIL = "rebecca.smith398@mail.example.com"
PHONE_END = "598356889"
NAMES, STREET = ("rebecca smith", "rebekah smyth"), "120 market street"
NUMBERS = {"shopify": "7200000003981", "salesforce": "003SIM000003981AAB", "zendesk": "390000000398"}


def make_company(root: Path) -> Settings:
    """Write settings and inboxes of the five systems."""
    root.mkdir()
    systems = "".join(f'[systems.{system}]\npack = "{system}"\ninbox = "inbox/{system}"\n\n' for system in SYSTEMS)
    (root / "weft.toml").write_text(COMPANY + systems, encoding="utf-8")
    simulate(root / "everything", 0.02, 1, dirt=0.02)
    for system in SYSTEMS:
        shutil.copytree(root / "everything" / system, root / "inbox" / system)
    shutil.rmtree(root / "everything")
    return load_settings(root / "weft.toml")


@pytest.fixture(scope="session")
def rights_company(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The company after a finished run. Read it, do not change it."""
    return published_once(tmp_path_factory, "rights", make_company)


def copy_of(settings: Settings, root: Path) -> Settings:
    """Return a copy of a deployment that may be changed."""
    shutil.copytree(settings.root, root, symlinks=True)
    return load_settings(root / "weft.toml")


def files_with_her(folder: Path) -> list[str]:
    """Name the files below a folder that hold her e-mail, her phone in any spelling, or her name with her street, in any row or line."""
    found = []
    with duckdb.connect() as con:
        for path in sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()):
            if path.suffix == ".parquet":
                query = "SELECT lower(CAST(r AS VARCHAR)) FROM read_parquet(?) AS r"
                texts = [text for (text,) in con.execute(query, [str(path)]).fetchall()]
            else:
                content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
                texts = content.decode("utf-8", "ignore").lower().split("\n")
            if any(_is_hers(text) for text in texts):
                found.append(str(path.relative_to(folder)))
    return found


def _is_hers(text: str) -> bool:
    if EMAIL in text or (STREET in text and any(name in text for name in NAMES)):
        return True
    return "598" in text and "356889" in text and PHONE_END in re.sub(r"[ ()./-]", "", text)
