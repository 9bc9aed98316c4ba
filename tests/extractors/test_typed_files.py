"""Parquet files and Excel workbooks: what their cells hold arrives as exact text."""

import io
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from shop import MakeShop, gzipped


def parquet(**columns: Any) -> bytes:
    target = io.BytesIO()
    pq.write_table(pa.table(columns), target)
    return target.getvalue()


def workbook(fill: Callable[[xlsxwriter.Workbook], None]) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        fill(book)
    return target.getvalue()


def sheet(*rows: list[Any], name: str = "Items", header: bool = True) -> bytes:
    """A workbook of one sheet; days and times are formatted as such."""

    def fill(book: xlsxwriter.Workbook) -> None:
        page = book.add_worksheet(name)
        formats = {date: "yyyy-mm-dd", datetime: "yyyy-mm-dd hh:mm:ss"}
        for number, row in enumerate([["id", "name", "price"], *rows] if header else rows):
            for place, cell in enumerate(row):
                if isinstance(cell, str):
                    page.write_string(number, place, cell)
                elif isinstance(cell, date):
                    page.write_datetime(number, place, cell, book.add_format({"num_format": formats[type(cell)]}))
                else:
                    page.write(number, place, cell)

    return workbook(fill)


ITEMS = parquet(id=["007", "8"], name=["Bolt", "Nut"], price=["1.10", None])
SHEET = sheet(["007", "Bolt", 1.1], ["8", "Nut", None])
LANDED = [("007", "Bolt", "1.10"), ("8", "Nut", None)]


# Parquet


@pytest.mark.parametrize("content", [pytest.param(ITEMS, id="plain"), pytest.param(gzipped(ITEMS), id="gz")])
def test_a_parquet_file_lands(make_shop: MakeShop, content: bytes) -> None:
    shop = make_shop(format="parquet")
    shop.deliver("items.parquet", content)
    [result] = shop.land()
    assert (result.status, result.rows_read, result.rows_landed, result.rows_rejected) == ("landed", 2, 2, 0)
    assert shop.rows() == LANDED
    assert shop.rows(columns="_row") == [(1,), (2,)]


TYPES = [
    (pa.array([Decimal("1.10"), Decimal("-0.05")]), ["1.10", "-0.05"]),
    (pa.array([Decimal("12345678901234567890.123456789"), None]), ["12345678901234567890.123456789", None]),
    (pa.array([2**63 - 1, -(2**63)]), ["9223372036854775807", "-9223372036854775808"]),
    (pa.array([date(2024, 2, 29), date(1899, 1, 1)]), ["2024-02-29", "1899-01-01"]),
    (
        pa.array([datetime(2024, 2, 29, 23, 59, 59, 123456), datetime(1969, 12, 31)], pa.timestamp("us")),
        ["2024-02-29 23:59:59.123456", "1969-12-31 00:00:00"],
    ),
    (
        pa.array([datetime(2024, 7, 1, 12, tzinfo=UTC), None], pa.timestamp("us", "Europe/Berlin")),
        ["2024-07-01 12:00:00+00", None],
    ),
    (pa.array([True, False]), ["true", "false"]),
    (pa.array(["", "two\nlines, “ü”"]), ["", "two\nlines, “ü”"]),
]


def test_every_type_arrives_as_exact_text(make_shop: MakeShop) -> None:
    shop = make_shop(format="parquet")
    values = {f"value_{number}": array for number, (array, _) in enumerate(TYPES)}
    shop.deliver("items.parquet", parquet(id=[1, 2], name=["a", "b"], **values))
    shop.land()
    assert shop.rows(columns=", ".join(values)) == list(zip(*(landed for _, landed in TYPES), strict=True))


def test_nested_values_of_a_parquet_file_become_json(make_shop: MakeShop) -> None:
    shop = make_shop(format="parquet")
    lines = [[{"sku": 'a "b"', "net": Decimal("1.10")}, {"sku": "ü", "net": None}], []]
    shop.deliver("items.parquet", parquet(id=[1, 2], name=[{"city": "Köln"}, None], price=lines))
    shop.land()
    [(name, price), (no_name, empty)] = shop.rows(columns="name, price")
    assert json.loads(name) == {"city": "Köln"}
    assert json.loads(price, parse_float=str) == [{"sku": 'a "b"', "net": "1.10"}, {"sku": "ü", "net": None}]
    assert (no_name, empty) == (None, "[]")


def test_a_parquet_file_with_a_renamed_column_is_refused(make_shop: MakeShop) -> None:
    message = make_shop(format="parquet").refused("items.parquet", parquet(id=[1], item_name=["a"], price=[1]))
    assert "required column name is missing" in message
    assert "item_name" in message


def test_a_new_column_of_a_parquet_file_is_reported_and_an_ignored_one_is_not_landed(make_shop: MakeShop) -> None:
    shop = make_shop(format="parquet", ignore_columns=["secret"])
    shop.deliver(
        "items.parquet", parquet(id=[1], name=["a"], price=[1], **{"Colour Code": ["red"], "secret": ["psst"]})
    )
    [result] = shop.land()
    assert result.columns_added == ["colour_code"]
    assert shop.columns() == ["id", "name", "price", "colour_code"]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(ITEMS[: len(ITEMS) // 2], id="cut"),
        pytest.param(ITEMS[:-1], id="last-byte-missing"),
        pytest.param(ITEMS[:-8] + b"\xff\xff\xff\x7f" + ITEMS[-4:], id="wrong-footer"),
        pytest.param(b"id,name,price\n1,Bolt,1.10\n", id="csv"),
        pytest.param(SHEET, id="workbook"),
        pytest.param(b"P", id="one-byte"),
    ],
)
def test_what_is_no_whole_parquet_file_is_refused(make_shop: MakeShop, content: bytes) -> None:
    message = make_shop(format="parquet").refused("items.parquet", content)
    assert "cannot be read as a Parquet file" in message
    assert "/" not in message


def test_a_parquet_file_with_damaged_data_is_refused(make_shop: MakeShop) -> None:
    damaged = bytearray(parquet(id=list(range(5000)), name=[f"n{i * 7919}" for i in range(5000)], price=[1] * 5000))
    damaged[1000:30000] = b"\xff" * 29000
    message = make_shop(format="parquet").refused("items.parquet", bytes(damaged))
    assert "cannot be read" in message
    assert "/" not in message


@pytest.mark.parametrize("kind", ["parquet", "xlsx"])
def test_a_file_of_no_bytes_is_refused(make_shop: MakeShop, kind: str) -> None:
    assert "is empty (0 bytes)" in make_shop(format=kind).refused(f"items.{kind}", b"")


@pytest.mark.parametrize(("kind", "content"), [("parquet", parquet(id=[], name=[], price=[])), ("xlsx", sheet())])
def test_a_snapshot_of_nothing_is_refused(make_shop: MakeShop, kind: str, content: bytes) -> None:
    assert "has no records" in make_shop(format=kind, mode="snapshot").refused(f"items.{kind}", content)


# Workbooks


def test_a_workbook_lands(make_shop: MakeShop) -> None:
    shop = make_shop(format="xlsx")
    shop.deliver("items.xlsx", SHEET)
    [result] = shop.land()
    assert (result.status, result.rows_read, result.rows_landed, result.rows_rejected) == ("landed", 2, 2, 0)
    assert shop.rows() == [("007", "Bolt", "1.1"), ("8", "Nut", None)]


def test_the_declared_sheet_is_read_and_without_one_the_first(make_shop: MakeShop) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        for name in ("Read me", "Items of 2024"):
            page = book.add_worksheet(name)
            page.write_row(0, 0, ["id", "name", "price"])
            page.write_row(1, 0, ["1", name, "2"])

    content = workbook(fill)
    shop = make_shop(format="xlsx", sheet="Items of 2024")
    shop.deliver("items.xlsx", content)
    shop.land()
    assert shop.rows(columns="name") == [("Items of 2024",)]
    shop = make_shop(
        entities={"first": {"file": "item*", "format": "xlsx", "key": ["id"], "columns": [{"name": "id"}]}}
    )
    shop.land("first")
    assert shop.rows("first", "name") == [("Read me",)]
    message = make_shop(format="xlsx", sheet="Artikel").refused("items_2.xlsx", content + b"\0")
    assert "Artikel" in message
    assert "Items of 2024" in message


def test_a_text_cell_that_looks_like_something_else_stays_as_it_is(make_shop: MakeShop) -> None:
    shop = make_shop(format="xlsx")
    texts = ["007", "1.10", "1e5", "-0.00", "2024-02-29", " x ", "true", "12345678901234567890"]
    shop.deliver("items.xlsx", sheet(*([text, text, text] for text in texts), [2, 3, 4]))
    shop.land()
    assert shop.rows()[:-1] == [(text, text, text) for text in texts]


def test_numbers_of_a_workbook_arrive_as_they_were_typed(make_shop: MakeShop) -> None:
    shop = make_shop(format="xlsx")
    typed = [1.1, 0.1, 1234567.89, -0.005, 100, 19.99, 1e15, 0]
    shop.deliver("items.xlsx", sheet(*([i, "n", number] for i, number in enumerate(typed))))
    shop.land()
    landed = [price for (price,) in shop.rows(columns="price")]
    assert [Decimal(price) for price in landed] == [Decimal(str(number)) for number in typed]
    assert shop.rows(columns="id") == [(str(i),) for i in range(len(typed))]


DAYS = [
    {"name": "id"},
    {"name": "name", "type": "date"},
    {"name": "price", "type": "timestamp"},
]


@pytest.mark.parametrize("columns", [DAYS, [{"name": "id"}, {"name": "name"}, {"name": "price"}]])
def test_days_and_times_of_a_workbook_are_days_and_times_again(make_shop: MakeShop, columns: list[Any]) -> None:
    shop = make_shop(format="xlsx", columns=columns)
    shop.deliver(
        "items.xlsx",
        sheet(
            [1, date(2024, 2, 29), datetime(2024, 2, 29, 13, 5, 59)],
            [2, None, None],
            [3, date(1999, 12, 31), datetime(1999, 12, 31, 23, 59, 59)],
        ),
    )
    shop.land()
    assert shop.rows(columns="name, price") == [
        ("2024-02-29", "2024-02-29 13:05:59"),
        (None, None),
        ("1999-12-31", "1999-12-31 23:59:59"),
    ]


def test_a_day_that_was_typed_as_text_is_kept(make_shop: MakeShop) -> None:
    shop = make_shop(format="xlsx", columns=DAYS)
    shop.deliver("items.xlsx", sheet([1, "29.02.2024", "soon"], [2, date(2024, 3, 1), datetime(2024, 3, 1)]))
    shop.land()
    assert shop.rows(columns="name, price")[0] == ("29.02.2024", "soon")


def test_empty_rows_of_a_sheet_are_no_records_and_do_not_end_it(make_shop: MakeShop) -> None:
    shop = make_shop(format="xlsx")
    shop.deliver("items.xlsx", sheet(["1", "a", "1"], [], [None, None, None], ["2", "b", None], []))
    [result] = shop.land()
    assert result.rows_read == 2
    assert shop.rows() == [("1", "a", "1"), ("2", "b", None)]


def test_a_sheet_without_a_header_has_the_declared_columns_in_order(make_shop: MakeShop) -> None:
    shop = make_shop(format="xlsx", header=False)
    shop.deliver("items.xlsx", sheet(["007", "Bolt", "1.10"], ["8", "Nut", None], header=False))
    shop.land()
    assert shop.rows() == LANDED


def test_a_workbook_with_a_renamed_column_is_refused(make_shop: MakeShop) -> None:
    content = sheet(["id", "item_name", "price"], ["1", "a", "1"], header=False)
    message = make_shop(format="xlsx").refused("items.xlsx", content)
    assert "required column name is missing" in message
    assert "item_name" in message


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(SHEET[: len(SHEET) // 2], id="cut"),
        pytest.param(SHEET[:-30], id="end-missing"),
        pytest.param(SHEET[:100] + bytes(len(SHEET) - 200) + SHEET[-100:], id="zeros-within"),
        pytest.param(b"id,name,price\n1,Bolt,1.10\n", id="csv"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), id="old-xls"),
    ],
)
def test_what_is_no_whole_workbook_is_refused(make_shop: MakeShop, content: bytes) -> None:
    message = make_shop(format="xlsx").refused("items.xlsx", content)
    assert "cannot be read" in message
    assert "/" not in message
