"""Whatever is exported arrives as it was, and whatever arrives is landed, rejected or refused, but never brings landing down."""

import csv
import re
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from shop import MakeShop, Shop, csv_text, gzipped

from extractors.landing import LoadResult

# One landing takes longer than many cells, so there are many of them in each of a few examples.
quick = settings(
    max_examples=15, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
COLUMNS: list[dict[str, Any]] = [{"name": "id"}, {"name": "name"}, {"name": "price"}]
HEADER = ["id", "name", "price"]
# A text file may hold any character but those that stand for none, and NUL, which no export has.
CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12) | st.sampled_from(
    [
        "",
        '"',
        '""',
        "a,b",
        ";",
        "\n",
        "\r",
        "\r\n",
        "\t",
        "|",
        "'",
        "\\",
        " ",
        "NULL",
        "\ufeff",
        "é\u0301",
        "🔩",
        "\x1f",
        "#",
    ]
)
TABLES = st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=30)


def land(shop: Shop, content: bytes | str, kind: str = "csv") -> tuple[LoadResult, list[tuple[Any, ...]]]:
    """Land content, and return the result and the rows that arrived."""
    for path in shop.inbox.iterdir():
        path.unlink()
    # What is tried again must not be known already; loads are numbered from one again then.
    shop.ask("DELETE FROM ops.load")
    shop.ask("DELETE FROM ops.rejected_row")
    shop.deliver(f"item.{kind}", content)
    [result] = shop.land()
    landed = shop.ask(f"SELECT id, name, price FROM raw.shop__item WHERE _load_id = {result.load_id} ORDER BY _row")
    shop.ask("DELETE FROM raw.shop__item")
    return result, landed


@quick
@given(table=TABLES, delimiter=st.sampled_from(",;\t|"), line_end=st.sampled_from(["\n", "\r\n", "\r"]))
@example(table=[("", "", "")], delimiter=",", line_end="\n")
@example(table=[("\r", "a", "\n"), ("\r\n", '"', "")], delimiter=";", line_end="\r\n")
def test_quoted_cells_arrive_as_they_are(
    make_shop: MakeShop, table: list[tuple[str, ...]], delimiter: str, line_end: str
) -> None:
    shop = make_shop(columns=COLUMNS, delimiter=delimiter)
    rows = [HEADER, *map(list, table)]
    content = csv_text(rows, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator=line_end)
    result, landed = land(shop, content)
    assert (result.status, result.rows_rejected) == ("landed", 0), result.message
    assert landed == table


@quick
@given(table=TABLES)
@example(table=[("1", "", "\r")])
def test_cells_that_are_quoted_only_if_they_must_arrive_and_empty_ones_are_unknown(
    make_shop: MakeShop, table: list[tuple[str, ...]]
) -> None:
    shop = make_shop(columns=COLUMNS)
    result, landed = land(shop, csv_text([HEADER, *map(list, table)]))
    assert (result.status, result.rows_rejected) == ("landed", 0), result.message
    assert landed == [tuple(cell or None for cell in row) for row in table]


@quick
@given(table=TABLES)
@example(table=[("\n", "", "")])
@example(table=[("-", "&", "-"), ("- ", "\n", "\r\n"), ('"', "", "\n1")])
def test_records_with_an_end_of_their_own_arrive(make_shop: MakeShop, table: list[tuple[str, ...]]) -> None:
    shop = make_shop(columns=COLUMNS, delimiter="+|", row_end="&|", quote="", header=False)
    # The format has no way to write its own signs, nor a mark at the very beginning of the file.
    written = [tuple(re.sub(r"[|+&\ufeff]", "-", cell) for cell in row) for row in table]
    result, landed = land(shop, "".join("+|".join(row) + "&|\n" for row in written))
    assert (result.status, result.rows_rejected) == ("landed", 0), result.message
    assert landed == [tuple(cell or None for cell in row) for row in written]


NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, places=None) | st.from_regex(
    r"-?(0|[1-9][0-9]{0,40})(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?", fullmatch=True
)


@quick
@given(numbers=st.lists(NUMBERS, min_size=1, max_size=40), kind=st.sampled_from(["csv", "jsonl"]))
@example(numbers=[Decimal("-0.00"), Decimal("1.10"), "1e5", "-0"], kind="csv")
@example(numbers=[Decimal("-0.00"), Decimal("1.10"), "1e5", "-0"], kind="jsonl")
def test_a_number_of_any_length_keeps_its_digits(make_shop: MakeShop, numbers: list[Decimal | str], kind: str) -> None:
    shop = make_shop(columns=COLUMNS, format=kind)
    line = "{row},x,{number}\n" if kind == "csv" else '{{"id":{row},"name":"x","price":{number}}}\n'
    content = "".join(line.format(row=row, number=number) for row, number in enumerate(numbers))
    _, landed = land(shop, "id,name,price\n" * (kind == "csv") + content, kind)
    assert [row[2] for row in landed] == [str(number) for number in numbers]


DAMAGED = st.binary(max_size=200) | st.builds(
    lambda rows, cut, junk, place: csv_text(rows).encode()[:cut] + junk * place,
    st.lists(st.lists(CELLS, max_size=4), max_size=6).map(lambda rows: [HEADER, *rows]),
    st.integers(0, 200),
    st.binary(max_size=6),
    st.integers(0, 2),
)


KINDS: list[dict[str, Any]] = [
    {},
    {"mode": "snapshot"},
    {"delimiter": "+|", "row_end": "&|", "quote": "", "header": False},
    {"delimiter": "\t", "records": "counted", "quote": "", "header": False},
    {"encoding": "utf-16", "escape": "\\"},
    {"encoding": "cp1252", "quote": "", "delimiter": ";"},
    {"format": "jsonl"},
    {"format": "parquet"},
    {"format": "xlsx"},
]


@settings(quick, max_examples=30)
@given(content=DAMAGED, is_packed=st.booleans(), kind=st.sampled_from(KINDS))
@example(content=b'id,name,price\n"\n1,"a"b,\r2\r\n', is_packed=False, kind={})
@example(content=b'id,name,price\r\n1,"\r2,x\n', is_packed=False, kind={})
@example(content=b"id,,\n\0,\0,\0\n", is_packed=False, kind={})
@example(content=b'{"":1,"a\\u0000b":{"":[]}}\n{"a":"\\ud83d\\ude00"}\n', is_packed=False, kind={"format": "jsonl"})
@example(content=b"\0\0", is_packed=False, kind={"encoding": "utf-16"})
@example(content=b"\x1f\x8b", is_packed=False, kind={"format": "jsonl"})
@example(content=b"PK\x05\x06" + bytes(18), is_packed=True, kind={"format": "xlsx"})
def test_no_bytes_whatever_bring_landing_down(
    make_shop: MakeShop, content: bytes, is_packed: bool, kind: dict[str, Any]
) -> None:
    shop = make_shop(columns=COLUMNS, maximum_rejected_ratio=1, **kind)
    result, landed = land(shop, gzipped(content) if is_packed else content)
    kept = shop.ask(f"SELECT count(*) FROM ops.rejected_row WHERE load_id = {result.load_id}")
    assert (len(landed), kept) == (result.rows_landed, [(result.rows_rejected,)])
    assert result.rows_read == result.rows_landed + result.rows_rejected
    if result.status == "failed":
        assert result.message
        assert result.rows_read == 0
