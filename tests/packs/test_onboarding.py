"""A system that Weft has never seen is read with nothing but its exports: `weft new-source` drafts the pack, `weft run` publishes.

The drafts are used as they are, in a fork of the repository that has no other pack left.
"""

import csv
import io
import os
import shutil
from collections import Counter
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import polars as pl
import pytest
from filelock import FileLock
from forks import Fork, fork_repository

EXCERPTS = Path(__file__).parent / "onboarding"
WHOLE = os.environ.get("WEFT_REAL_DATA")
SYSTEMS = {"retail": "online_retail/*.parquet", "agency": "scms/*.csv"}
COMPANY = """\
[company]
id = "onboarding"
name = "Onboarding"
reporting_currency = "USD"

[run]
threads = 1

[systems.retail]
pack = "retail"
inbox = "inbox/retail"

[systems.agency]
pack = "agency"
inbox = "inbox/agency"
"""
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Onboarded:
    """What became of the exports: the fork after its run, and the files as they came."""

    fork: Fork
    config: Path
    exports: dict[str, Path]

    def ask(self, query: str) -> list[dict[str, str]]:
        return self.fork.ask(self.config, query)


def onboard(root: Path, exports: dict[str, Path]) -> str:
    """Draft both systems, run the company, and return what went wrong; nothing if all is well."""
    fork = fork_repository(root / "fork")
    for pack in fork.packs:
        fork.delete(pack)
    code = fork.python_files()
    for system, path in exports.items():
        drafted = fork.weft("new-source", system, "--from", str(path))
        if drafted.returncode:
            return drafted.stderr
        inbox = root / "inbox" / system
        inbox.mkdir(parents=True)
        shutil.copy(path, inbox)
    if fork.python_files() != code:
        return "adding a system changed Python files"
    (root / "weft.toml").write_text(COMPANY, encoding="utf-8")
    finished = fork.weft("run", "--config", str(root / "weft.toml"))
    return "" if finished.returncode == 0 else finished.stdout + finished.stderr


@pytest.fixture(
    scope="module",
    params=[
        "excerpts",
        pytest.param(
            "whole", marks=pytest.mark.skipif(not WHOLE, reason="WEFT_REAL_DATA does not name a folder with the whole files")
        ),
    ],
)  # fmt: skip
def onboarded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Onboarded:
    """The company after its run, made by the first worker that asks."""
    folder = EXCERPTS if request.param == "excerpts" else Path(WHOLE or "")
    exports = {}
    for system, pattern in SYSTEMS.items():
        found = sorted(folder.glob(pattern))
        assert found, f"{folder} has no {pattern}"
        exports[system] = found[0]
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    root = shared / f"onboarding-{request.param}"
    with FileLock(shared / f"onboarding-{request.param}.lock"):
        said = root / "said.txt"
        if not said.exists():
            problem = onboard(root, exports)
            said.write_text(problem, encoding="utf-8")
    assert said.read_text(encoding="utf-8") == ""
    return Onboarded(Fork(root / "fork"), root / "weft.toml", exports)


Totals = dict[str, tuple[int, Decimal, Decimal]]


def sold(path: Path) -> pl.DataFrame:
    """The lines of the shop's export, with exact amounts."""
    number = pl.Decimal(24, 8)
    return pl.read_parquet(path).with_columns(
        pl.col("Quantity").cast(number).alias("quantity"),
        pl.col("Price").cast(pl.String).cast(number).alias("price"),
    )


def is_sound() -> pl.Expr:
    """What the shop can have sold: its corrections of bad debt are lines with a negative price."""
    return (pl.col("price") >= 0) & (pl.col("quantity") != 0)


def bought(path: Path) -> list[dict[str, str]]:
    """The lines of the agency's export, whose records end with CR."""
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline=""), delimiter="\t"))


def in_marts(onboarded: Onboarded, query: str) -> Totals:
    """Rows, quantity and money per document, as published."""
    return {
        row["document"]: (int(row["lines"]), Decimal(row["quantity"]), Decimal(row["amount"]))
        for row in onboarded.ask(query)
    }


def test_every_line_that_was_sold_is_in_the_marts_with_its_money_to_the_cent(onboarded: Onboarded) -> None:
    expected = (
        sold(onboarded.exports["retail"])
        .filter(is_sound())
        .group_by("Invoice")
        .agg(pl.len(), pl.col("quantity").sum(), (pl.col("quantity") * pl.col("price")).sum().alias("amount"))
        .select("Invoice", "len", "quantity", "amount")
    )
    found = in_marts(
        onboarded,
        "select order_id as document, count(*) as lines, sum(quantity) as quantity, sum(net_amount) as amount "
        "from fct_order_line where source_system = 'retail' group by order_id",
    )
    assert found == {invoice: tuple(rest) for invoice, *rest in expected.rows()}
    assert found


def test_every_line_that_was_bought_is_in_the_marts_with_its_money_to_the_cent(onboarded: Onboarded) -> None:
    lines = bought(onboarded.exports["agency"])
    counts = Counter(line["PO / SO #"] for line in lines)
    quantities: Counter[str] = Counter()
    amounts: dict[str, Decimal] = dict.fromkeys(counts, Decimal(0))
    for line in lines:
        quantities[line["PO / SO #"]] += int(line["Line Item Quantity"])
        amounts[line["PO / SO #"]] += Decimal(line["Line Item Value"]).quantize(CENT, ROUND_HALF_UP)
    found = in_marts(
        onboarded,
        "select purchase_order_id as document, count(*) as lines, sum(ordered_quantity) as quantity, sum(net_amount) as amount "
        "from fct_purchase_order_line where source_system = 'agency' group by purchase_order_id",
    )
    assert found == {order: (counts[order], Decimal(quantities[order]), amounts[order]) for order in counts}
    assert found


def test_what_cannot_be_a_sale_is_kept_in_quarantine_with_its_file_and_line(onboarded: Onboarded) -> None:
    lines = sold(onboarded.exports["retail"]).with_row_index("line", offset=1)
    refused = lines.filter(~is_sound())
    found = onboarded.ask(
        "select line, value, file_name from ops.quarantine where system = 'retail' and entity = 'sales_order_lines'"
    )
    assert {(int(row["line"]), Decimal(row["value"])) for row in found} == set(refused.select("line", "price").rows())
    assert {row["file_name"] for row in found} == {onboarded.exports["retail"].name}
    assert not refused.is_empty()


def test_dates_and_words_are_told_apart(onboarded: Onboarded) -> None:
    """`5/29/13` and `17-Sep-13` are dates; `N/A - From RDC` and `Date Not Captured` are none."""
    [agency] = onboarded.ask(
        "select count(*) as lines, count(ordered_on) as dated, count(due_on) as due, min(ordered_on) as first_on, max(due_on) as last_on "
        "from fct_purchase_order_line where source_system = 'agency'"
    )
    assert agency["lines"] == agency["dated"] == agency["due"]
    assert "2006-01-01" <= agency["first_on"] <= agency["last_on"] <= "2016-01-01"


def test_countries_in_words_become_codes(onboarded: Onboarded) -> None:
    placed = onboarded.ask(
        "select count(distinct g.country_code) as countries from fct_order_line l inner join dim_geography g using (geography_key)"
    )
    assert int(placed[0]["countries"]) > 10


def test_nothing_differs_between_raw_and_marts(onboarded: Onboarded) -> None:
    totals = onboarded.ask(
        "select count(*) as compared, count(*) filter (difference <> 0) as differ from ops.control_total"
    )
    assert int(totals[0]["compared"]) > 0
    assert totals[0]["differ"] == "0"
