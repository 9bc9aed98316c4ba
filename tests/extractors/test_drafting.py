"""`weft new-source` reads an unknown export as a person would, and what it writes is a pack."""

import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from extractors.drafting import draft as drafting
from extractors.drafting.columns import DraftColumn
from extractors.drafting.draft import Draft, draft_source
from extractors.drafting.names import entity_name, file_pattern, words
from extractors.pack import Pack, load_pack
from warehouse.errors import WeftError

DraftFrom = Callable[..., Draft]

ORDERS = """Order No;Kunde;E-Mail;Bestelldatum;Order Date;SKU;Quantity;Unit Price;Currency
1001;Müller;a@example.com;01.02.2026;01.02.2026;DR-1-M;2;1.234,50;EUR
1001;Müller;a@example.com;01.02.2026;01.02.2026;DR-2-S;1;9,90;EUR
1002;Lévy;b@example.com;13.02.2026;13.02.2026;DR-1-M;1;1.234,50;EUR
1003;Ali;c@example.com;N/A;14.02.2026;DR-3-L;3;0,50;AED
1004;Ali;c@example.com;N/A;15.02.2026;DR-3-L;3;0,50;AED
"""


@pytest.fixture
def draft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DraftFrom:
    """Draft into a project of the test's own."""
    packs = tmp_path / "packs"
    packs.mkdir()
    contract = Path("macros", "canonical", "canonical_columns.sql")
    target = tmp_path / "dbt_project" / contract
    target.parent.mkdir(parents=True)
    shutil.copy(drafting.DBT_PROJECT / contract, target)
    monkeypatch.setattr(drafting, "PACKS_DIR", packs)
    monkeypatch.setattr(drafting, "DBT_PROJECT", tmp_path / "dbt_project")

    def make(name: str, *files: tuple[str, bytes | str]) -> Draft:
        paths = []
        for file_name, content in files:
            path = tmp_path / file_name
            path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
            paths.append(path)
        return draft_source(name, paths)

    return make


def described(made: Draft) -> dict[str, DraftColumn]:
    return {column.name: column for column in made.entities[0].columns}


def written_pack(made: Draft) -> Pack:
    [path] = [path for path in made.files if path.suffix == ".yml" and path.parent.name == "packs"]
    return load_pack(path.stem, path.parent)


def test_a_semicolon_file_with_decimal_commas_and_day_first_dates_is_understood(draft: DraftFrom) -> None:
    made = draft("shop", ("Orders_2026-02-16.csv", ORDERS))
    columns = described(made)
    assert made.entities[0].sample.format == {"format": "csv", "delimiter": ";", "header": True}
    assert (columns["quantity"].type, columns["unit_price"].type, columns["unit_price"].uses_comma) == (
        "integer",
        "decimal",
        True,
    )
    assert (columns["order_date"].type, columns["order_date"].formats) == ("date", ["%d.%m.%Y"])
    assert (columns["bestelldatum"].type, columns["bestelldatum"].missing) == ("date", ["N/A"])
    assert columns["e_mail"].personal == "an e-mail address"
    assert columns["order_no"].type == "text"


def test_the_pack_that_is_written_can_be_used_and_says_the_same(draft: DraftFrom) -> None:
    pack = written_pack(draft("shop", ("Orders_2026-02-16.csv", ORDERS)))
    [entity] = pack.entities.values()
    assert (entity.file, entity.delimiter, entity.decimal_mark) == ("Orders*", ";", ",")
    assert {column.name for column in entity.columns if column.personal} == {"e_mail"}
    assert pack.provides == ["sales_order_lines", "sales_orders", "products"]
    assert "sales_order_lines" in pack.control_totals


def test_what_is_one_row_and_why_is_said(draft: DraftFrom) -> None:
    made = draft("shop", ("lines.csv", "line_id,order_id,qty\n1,A,1\n2,A,1\n3,B,2\n"))
    assert (made.entities[0].key, made.entities[0].has_key) == (["line_id"], True)
    assert "different in each of the 3 rows" in made.entities[0].key_reason
    again = draft("shop2", ("rows.csv", "order_id,sku,qty\nA,x,1\nA,x,1\nB,y,2\n"))
    assert (again.entities[0].key, again.entities[0].has_key) == (["order_id"], False)
    assert written_pack(again).entities["rows"].mode == "documents"


def test_lines_belong_to_their_order_although_a_sample_holds_more_articles_than_orders(draft: DraftFrom) -> None:
    made = draft(
        "shop",
        (
            "lines.csv",
            "Invoice,StockCode,Quantity,Price\nA1,x,1,2.50\nA1,y,1,2.50\nA1,z,2,9\nB2,x,1,2.50\nB2,x,1,2.50\n",
        ),
    )
    assert (made.entities[0].key, made.entities[0].has_key) == (["invoice"], False)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.csv", "id,name\n1,Zoë\n".encode("cp1252"), {"encoding": "cp1252"}),
        ("a.csv", "id,name\n1,Zoë\n".encode("utf-16"), {"encoding": "utf-16"}),
        ("a.tsv", "id\tname\n1\ta, b\n2\tc\n", {"delimiter": "\t"}),
        ("a.txt", "1+|Zoë&|\n2+|b&|\n", {"delimiter": "+|", "row_end": "&|", "header": False}),
        ("a.jsonl", '{"id": 1, "name": "a"}\n{"id": 2}\n', {"format": "jsonl"}),
    ],
)
def test_any_format_is_found_out(
    draft: DraftFrom, name: str, content: bytes | str, expected: dict[str, object]
) -> None:
    made = draft("other", (name, content))
    assert expected.items() <= made.entities[0].sample.format.items()
    assert len(made.entities[0].columns) == 2


def test_a_parquet_file_keeps_its_names_readable(draft: DraftFrom, tmp_path: Path) -> None:
    pl.DataFrame({"StockCode": ["a", "b"], "InvoiceDate": ["2026-01-01", "2026-01-02"]}).write_parquet(tmp_path / "x")
    made = draft("other", ("items.parquet", (tmp_path / "x").read_bytes()))
    assert {concept: meaning.column.name for concept, meaning in made.entities[0].meanings.items()} == {
        "product": "stockcode",
        "ordered_on": "invoicedate",
    }


def test_nothing_is_overwritten_and_names_are_checked(draft: DraftFrom) -> None:
    draft("shop", ("orders.csv", ORDERS))
    with pytest.raises(WeftError, match="exists already"):
        draft("shop", ("orders.csv", ORDERS))
    with pytest.raises(WeftError, match="no name for a system"):
        draft("My Shop", ("orders.csv", ORDERS))


def test_a_file_that_is_not_there_or_empty_is_named(draft: DraftFrom, tmp_path: Path) -> None:
    with pytest.raises(WeftError, match="There is no file"):
        draft_source("shop", [tmp_path / "nowhere.csv"])
    with pytest.raises(WeftError, match=r"empty\.csv"):
        draft("shop", ("empty.csv", ""))


def test_names_say_what_they_are_made_of() -> None:
    assert entity_name(Path("Sales-Orders_2026-11-24.csv.gz")) == "sales_orders"
    assert file_pattern(Path("Sales-Orders_2026-11-24.csv.gz")) == "Sales-Orders*"
    assert words("customerID") == words("Customer ID") == {"customer", "id"}
