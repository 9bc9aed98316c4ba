"""An erased person is gone from every file of the deployment, the figures stay, and no delivery brings her back."""

# Tests name the fixture that they import.
# ruff: noqa: F401, F811

import csv
import gzip
import io
import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from rights_company import EMAIL, NUMBERS, copy_of, files_with_her, rights_company
from weft_command import ask, run_weft

from customers.rights.totals import mart_totals
from warehouse.lake import connect_publication
from warehouse.publication import list_publications
from warehouse.settings import Settings

# The company is asked by commands that take its lock, so one worker asks them one after the other.
pytestmark = [pytest.mark.timeout(2400), pytest.mark.xdist_group("rights")]
# Ends the process where it stands, as a kill would.
KILLED_BEFORE_REBUILD = """
import os, sys
from pathlib import Path
from customers.rights import erasure
from warehouse.lock import writer_lock
from warehouse.settings import load_settings
settings = load_settings(Path(sys.argv[1]))
with writer_lock(settings, "test"):
    erasure.erase(settings, sys.argv[2], lambda: os._exit(9), "tester")
"""
KILLED_BETWEEN_PUBLICATIONS = """
import os, sys
from pathlib import Path
from customers.rights import erasure, history
from warehouse.lock import writer_lock
from warehouse.publication import current_publication_id
from warehouse.settings import load_settings
settings = load_settings(Path(sys.argv[1]))
history.tidy = lambda settings: os._exit(9)
with writer_lock(settings, "test"):
    erasure.erase(settings, None, lambda: current_publication_id(settings), "tester")
"""


def killed(script: str, settings: Settings) -> None:
    command = [sys.executable, "-c", script, str(settings.config_path), EMAIL]
    finished = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert finished.returncode == 9, finished.stderr


@pytest.fixture(scope="session")
def erased(rights_company: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The company after an erasure that was killed twice; what the last call said is in `said.txt`."""
    settings = copy_of(rights_company, tmp_path_factory.mktemp("erased") / "company")
    settings.exports_dir.mkdir(exist_ok=True)
    audience = f"email,name\r\n{EMAIL.upper()},Rebecca\r\nother@example.com,Other\r\n"
    (settings.exports_dir / "audience.csv").write_text(audience, encoding="utf-8", newline="")
    (settings.logs_dir / "old.log").write_text(f"first line\nsent to {EMAIL}\nlast line\n", encoding="utf-8")
    (settings.data_docs_dir / "sample.html").write_text(f"<td>{EMAIL}</td>", encoding="utf-8")
    killed(KILLED_BEFORE_REBUILD, settings)
    killed(KILLED_BETWEEN_PUBLICATIONS, settings)
    finished = run_weft(settings, "erase-customer", "--yes", timeout=2000)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    (settings.root / "said.txt").write_text(finished.stdout, encoding="utf-8")
    return settings


def test_she_was_there_before(rights_company: Settings) -> None:
    found = files_with_her(rights_company.state_dir)
    assert any("shopify__order/" in path for path in found), "a guest order or an account's"
    for table in (
        "raw/shopify__customer/",
        "raw/salesforce__contact/",
        "raw/salesforce__lead/",
        "raw/zendesk__user/",
        "marts/dim_customer/",
    ):
        assert any(table in path for path in found), table


def test_a_trial_changes_nothing_and_names_what_would_go(rights_company: Settings) -> None:
    before = list_publications(rights_company)
    trial = run_weft(rights_company, "erase-customer", "--dry-run", f"zendesk:{NUMBERS['zendesk']}")
    assert trial.returncode == 0, trial.stderr
    for table in (
        "raw.shopify__customer: 1 rows",
        # One of the planted errors is that the contacts were delivered twice.
        "raw.salesforce__contact: 2 rows",
        "raw.salesforce__lead: 1 rows",
        "raw.zendesk__user: 1 rows",
    ):
        assert table in trial.stdout
    assert "inbox/shopify/customer_2026-10-31.csv.gz" in trial.stdout
    assert EMAIL not in trial.stdout
    assert list_publications(rights_company) == before


def test_an_unknown_person_is_named_as_such_without_the_address(rights_company: Settings) -> None:
    finished = run_weft(rights_company, "erase-customer", "--yes", "nobody@example.com")
    assert finished.returncode == 1
    assert "Nobody is known by this e-mail address" in finished.stderr
    assert "nobody@example.com" not in finished.stderr


def test_her_values_are_in_no_file_of_the_deployment(erased: Settings) -> None:
    assert files_with_her(erased.state_dir) == []
    assert files_with_her(erased.exports_dir) == []


def test_others_stay(erased: Settings, rights_company: Settings) -> None:
    query = (
        "select count(*) as people, count(distinct email) as emails from dim_customer "
        "where email <> '' and email not like '%rebecca.smith398@%'"
    )
    assert ask(erased, query) == ask(rights_company, query)
    assert (erased.exports_dir / "audience.csv").read_bytes() == b"email,name\r\nother@example.com,Other\r\n"
    assert (erased.logs_dir / "old.log").read_text(encoding="utf-8") == "first line\nsent to erased\nlast line\n"


def test_totals_of_every_day_are_as_before(erased: Settings, rights_company: Settings) -> None:
    with connect_publication(rights_company) as con:
        before = mart_totals(con)
    with connect_publication(erased) as con:
        after = mart_totals(con)
    assert {"orders", "units", "revenue", "payments", "refunds", "tickets"} <= before.keys()
    assert after == before


def test_records_and_their_numbers_stay_without_a_value(erased: Settings) -> None:
    rows = ask(
        erased,
        f"select email, phone, first_name from dim_customer where customer_id in ('{NUMBERS['shopify']}', '{NUMBERS['zendesk']}')",
    )
    assert len(rows) == 2
    assert all(not any(row.values()) for row in rows)


def test_the_report_proves_it_without_a_value_of_hers(erased: Settings) -> None:
    [path] = (erased.state_dir / "erasures").glob("2*.json")
    report = json.loads(path.read_text(encoding="utf-8"))
    assert report["is_proven"]
    assert report["rows"]["raw.shopify__customer"] == 1, "counted although the first call was killed"
    assert report["rows"]["raw.shopify__order"] >= 5
    assert report["totals"]["revenue"]["before"] == report["totals"]["revenue"]["after"]
    assert "inbox/zendesk/user_2026-10-31.csv.gz" in report["inbox_files"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not (erased.state_dir / "erasures" / "pending.json").exists()
    [line] = [
        json.loads(line)
        for line in (erased.state_dir / "erasures" / "audit.jsonl").read_text().splitlines()
        if "erasure_id" in line
    ]
    assert (line["event"], line["by"], line["is_proven"]) == ("erased", "tester", True)


def test_rolling_back_does_not_bring_her_back(erased: Settings) -> None:
    assert len(list_publications(erased)) == 1
    back = run_weft(erased, "rollback")
    assert back.returncode == 1
    assert "no earlier publication" in back.stderr


def rewrite(settings: Settings, name: str, change: str) -> None:
    """Deliver a file again under a later date, with one cell changed, so that it is another file."""
    path = settings.root / "inbox" / name
    rows = list(csv.reader(io.StringIO(gzip.decompress(path.read_bytes()).decode("utf-8"))))
    at = rows[0].index(change)
    rows[1][at] = "2026-11-01 00:00:00"
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    later = path.with_name(path.name.replace("2026-10-31", "2026-11-01"))
    later.write_bytes(gzip.compress(out.getvalue().encode("utf-8")))


@pytest.fixture(scope="session")
def delivered_again(erased: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The erased company after a run over the same files, and over whole new exports that still hold her."""
    settings = copy_of(erased, tmp_path_factory.mktemp("again") / "company")
    rewrite(settings, "shopify/customer_2026-10-31.csv.gz", "updated_at")
    rewrite(settings, "shopify/order_2026-10-31.csv.gz", "updated_at")
    rewrite(settings, "shopify/customer_address_2026-10-31.csv.gz", "_fivetran_synced")
    rewrite(settings, "salesforce/contact_2026-10-31.csv.gz", "last_modified_date")
    rewrite(settings, "salesforce/lead_2026-10-31.csv.gz", "last_modified_date")
    rewrite(settings, "zendesk/user_2026-10-31.csv.gz", "updated_at")
    finished = run_weft(settings, "run", timeout=2000)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return settings


def test_new_exports_that_still_hold_her_do_not_bring_her_back(delivered_again: Settings) -> None:
    landed = ask(
        delivered_again,
        "select count(*) as loads, sum(rows_landed) as row_count from ops.load where exported_on = '2026-11-01'",
    )
    assert landed[0]["loads"] == "6"
    assert files_with_her(delivered_again.state_dir) == []
    assert any("order_2026-11-01" in path for path in files_with_her(delivered_again.root / "inbox"))


def test_people_who_were_not_erased_come_with_new_exports(delivered_again: Settings) -> None:
    query = (
        "select count(*) as people from raw.shopify__customer where email <> '' "
        "and _load_id = (select max(_load_id) from raw.shopify__customer)"
    )
    assert int(ask(delivered_again, query)[0]["people"]) > 100
