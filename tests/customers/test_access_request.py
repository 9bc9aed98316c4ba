"""The answer to an access request holds everything of one person, and nobody else."""

# Tests name the fixture that they import.
# ruff: noqa: F401, F811

import csv
import io
import json
import stat
import zipfile
from pathlib import Path

import pytest
from rights_company import EMAIL, NUMBERS, copy_of, rights_company
from weft_command import ask, run_weft

from warehouse.settings import Settings

# The company is asked by commands that take its lock, so one worker asks them one after the other.
pytestmark = [pytest.mark.timeout(2400), pytest.mark.xdist_group("rights")]


@pytest.fixture(scope="module")
def answer(rights_company: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    settings = copy_of(rights_company, tmp_path_factory.mktemp("access") / "company")
    path = settings.root / "answer.zip"
    finished = run_weft(settings, "export-customer", EMAIL, "--out", str(path), "--by", "Officer")
    assert finished.returncode == 0, finished.stderr
    assert EMAIL not in finished.stdout
    [line] = (settings.state_dir / "erasures" / "audit.jsonl").read_text(encoding="utf-8").splitlines()[-1:]
    assert json.loads(line)["by"] == "Officer"
    assert EMAIL not in line
    return path


def table(path: Path, name: str) -> list[dict[str, object]]:
    with zipfile.ZipFile(path) as packed:
        found: list[dict[str, object]] = json.loads(packed.read(f"json/{name}.json"))
    return found


def test_all_systems_and_the_guest_order_are_in_it(answer: Path, rights_company: Settings) -> None:
    for name in (
        "raw.shopify__customer",
        "raw.salesforce__contact",
        "raw.salesforce__lead",
        "raw.zendesk__user",
        "marts.dim_customer",
    ):
        assert table(answer, name), name
    orders = table(answer, "raw.shopify__order")
    counted = ask(rights_company, f"select count(*) as n from raw.shopify__order where lower(email) = '{EMAIL}'")
    assert len(orders) >= int(counted[0]["n"]) > 0
    assert any(not order.get("customer_id") for order in orders), "an order without an account"


def test_nobody_else_is_in_it(answer: Path) -> None:
    with zipfile.ZipFile(answer) as packed:
        everything = "\n".join(packed.read(name).decode("utf-8") for name in packed.namelist())
    for row in table(answer, "raw.shopify__order"):
        assert row.get("customer_id") == NUMBERS["shopify"] or str(row["email"]).strip().lower() == EMAIL
    assert "@service.example.com" not in everything
    assert "assignee" not in everything


def test_it_can_be_read_by_people_and_machines_and_by_its_owner_only(answer: Path) -> None:
    assert stat.S_IMODE(answer.stat().st_mode) == 0o600
    with zipfile.ZipFile(answer) as packed:
        page = packed.read("index.html").decode("utf-8")
        rows = list(csv.DictReader(io.StringIO(packed.read("csv/raw.shopify__customer.csv").decode("utf-8"))))
    assert EMAIL in page
    assert [row["email"] for row in rows] == [EMAIL] * len(rows)
