"""JSON lines: every key is a column, values arrive as they were written, and lines that are no objects are kept aside."""

import json

import pytest
from shop import MakeShop, gzipped

ITEMS = '{"id": "007", "name": "Bolt", "price": 1.10}\n{"id": 8, "name": "Nut", "price": null}\n'
LANDED = [("007", "Bolt", "1.10"), ("8", "Nut", None)]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("items.jsonl", ITEMS.encode(), id="plain"),
        pytest.param("items.jsonl.gz", gzipped(ITEMS), id="gz"),
        pytest.param("items.jsonl", ITEMS.replace("\n", "\r\n").encode(), id="windows"),
        pytest.param("items.jsonl", ITEMS.replace("\n", "\n\n").encode(), id="empty-lines"),
        pytest.param("items.jsonl", ITEMS.rstrip().encode(), id="no-last-line-end"),
        pytest.param("items.jsonl", b"\xef\xbb\xbf" + ITEMS.encode(), id="with-a-mark"),
    ],
)
def test_objects_land_as_rows(make_shop: MakeShop, name: str, content: bytes) -> None:
    shop = make_shop(format="jsonl")
    shop.deliver(name, content)
    [result] = shop.land()
    assert (result.status, result.rows_read, result.rows_landed, result.rows_rejected) == ("landed", 2, 2, 0)
    assert shop.rows() == LANDED


NUMBERS = [
    "1.10",
    "-0.00",
    "-0",
    "0",
    "12345678901234567890.123456789",
    "123456789012345678901234567890",
    "0.1000000000000000055511151231257827",
    "1e5",
    "1.50E-400",
]


def test_a_number_keeps_its_digits(make_shop: MakeShop) -> None:
    shop = make_shop(format="jsonl")
    nested = ['{"net": %s, "all": [%s, %s]}' % (number, number, number) for number in NUMBERS]  # noqa: UP031
    lines = [f'{{"id": {number}, "name": {within}}}\n' for number, within in zip(NUMBERS, nested, strict=True)]
    shop.deliver("items.jsonl", "".join(lines))
    shop.land()
    landed = [(number, within.replace(" ", "")) for number, within in zip(NUMBERS, nested, strict=True)]
    assert shop.rows(columns="id, name") == landed


def test_a_text_that_looks_like_json_stays_a_text(make_shop: MakeShop) -> None:
    shop = make_shop(format="jsonl")
    names = ['size: 1.10, "x"', "[2.50]", "\\", 'a\\"1.5', "null", "true", " 1.0 ", "two\nlines", "Müller 🔩", ""]
    lines = [json.dumps({"id": i, "name": name, "price": 1}) + "\n" for i, name in enumerate(names)]
    shop.deliver("items.jsonl", "".join(lines))
    shop.land()
    assert shop.rows(columns="name") == [(name,) for name in names]


def test_nested_values_stay_json(make_shop: MakeShop) -> None:
    shop = make_shop(format="jsonl")
    value = {"address": {"city": "Köln", "tags": ["a", 'b "c"', None]}, "is_new": True, "note": "costs 1.50"}
    shop.deliver("items.jsonl", json.dumps({"id": 1, "name": value, "price": []}) + "\n")
    shop.land()
    [(name, price)] = shop.rows(columns="name, price")
    assert json.loads(name) == value
    assert price == "[]"


def test_a_missing_key_and_null_are_unknown_and_an_empty_text_is_a_text(make_shop: MakeShop) -> None:
    shop = make_shop(format="jsonl")
    shop.deliver("items.jsonl", '{"id": 1, "name": ""}\n{"id": 2, "name": null, "price": 2}\n{"id": 3, "price": 3}\n')
    shop.land()
    assert shop.rows() == [("1", "", None), ("2", None, "2"), ("3", None, "3")]


def test_keys_with_odd_signs_are_columns_too(make_shop: MakeShop) -> None:
    columns = [{"name": "id"}, {"name": "path", "aliases": ["a/b~c"]}, {"name": "unit_price"}]
    shop = make_shop(format="jsonl", columns=columns)
    shop.deliver("items.jsonl", '{"id": 1, "a/b~c": "x", "Unit Price": 2.50, "$.d[0]": "y"}\n')
    shop.land()
    assert shop.rows(columns="id, path, unit_price, d_0") == [("1", "x", "2.50", "y")]


def test_a_new_key_is_a_new_column_and_reported(make_shop: MakeShop) -> None:
    shop = make_shop(format="jsonl")
    shop.deliver("items_1.jsonl", ITEMS)
    shop.deliver("items_2.jsonl", '{"id": 9, "name": "Washer"}\n{"id": 10, "name": "Pin", "Colour Code": "red"}\n')
    [first, second] = shop.land()
    assert first.columns_added == []
    assert second.columns_added == ["colour_code"]
    assert "colour_code" in (second.message or "")
    assert shop.rows(columns="id, colour_code") == [("007", None), ("8", None), ("9", None), ("10", "red")]


def test_ignored_keys_are_not_landed(make_shop: MakeShop) -> None:
    shop = make_shop(format="jsonl", ignore_columns=["secret"])
    shop.deliver("items.jsonl", '{"id": 1, "name": "a", "price": 1, "secret": "psst"}\n')
    shop.land()
    assert shop.columns() == ["id", "name", "price"]


def test_lines_that_are_no_objects_are_kept_and_named_and_the_others_land(make_shop: MakeShop) -> None:
    shop = make_shop(format="jsonl")
    broken = ['{"id": 2, "name"', "[1, 2]", '"text"', "id,name", '{"id": 2} {"id": 3}']
    whole = [f'{{"id": {number}, "name": "a"}}' for number in range(6)]
    lines = [whole[0], "", *(line for pair in zip(broken, whole[1:], strict=True) for line in pair)]
    shop.deliver("items.jsonl.gz", gzipped("\n".join(lines) + "\n"))
    [result] = shop.land()
    assert (result.status, result.rows_read, result.rows_landed, result.rows_rejected) == ("landed", 11, 6, 5)
    assert shop.rows(columns="id, _row") == [("0", 1), ("1", 4), ("2", 6), ("3", 8), ("4", 10), ("5", 12)]
    rejected = shop.rejected()
    assert [row[:3] for row in rejected] == [("items.jsonl.gz", 3 + 2 * n, line) for n, line in enumerate(broken)]
    assert all("not a JSON object" in reason for *_, reason in rejected)


@pytest.mark.parametrize("broken", ['{"id": 3, "name": "Was', '{"id": 3, "name": "x"', '{"id": 3, "price": 1.'])
def test_a_cut_last_line_is_refused(make_shop: MakeShop, broken: str) -> None:
    message = make_shop(format="jsonl").refused("items.jsonl", ITEMS + broken)
    assert "is cut off" in message
    assert "3" in message
    assert broken in message


def test_a_cut_archive_is_refused(make_shop: MakeShop) -> None:
    assert "cut off" in make_shop(format="jsonl").refused("items.jsonl.gz", gzipped(ITEMS)[:-4])


@pytest.mark.parametrize(
    ("content", "named"),
    [
        pytest.param(b"id,name,price\n1,Bolt,1\n", "no JSON objects", id="csv"),
        pytest.param(b'[\n{"id": 1,\n"name": "a"}\n]\n', "no JSON objects", id="one-array"),
        pytest.param(b"PAR1\x15\x04\x15", "a Parquet file", id="parquet"),
        pytest.param(b"\x01\x02\x03\x01\n\x01\x02\n", "not a file of JSON lines", id="bytes"),
        pytest.param(b"", "empty", id="no-bytes"),
        pytest.param(b"\n\n", "no JSON objects", id="only-line-ends"),
        pytest.param(ITEMS.encode("utf-16"), "UTF-16", id="utf-16"),
    ],
)
def test_a_file_of_another_kind_is_refused(make_shop: MakeShop, content: bytes, named: str) -> None:
    assert named in make_shop(format="jsonl").refused("items.jsonl", content)


def test_a_file_of_broken_lines_is_refused(make_shop: MakeShop) -> None:
    message = make_shop(format="jsonl").refused("items.jsonl", '{"id": 1, "name": "a"}\n' + "{'id': 2}\n" * 2)
    assert "2 of 3 records cannot be read" in message
    assert "line 2" in message
    assert "{'id': 2}" in message


def test_a_required_key_that_is_in_no_object_is_refused_with_its_likely_new_name(make_shop: MakeShop) -> None:
    message = make_shop(format="jsonl").refused("items.jsonl", '{"id": 1, "item_name": "a", "price": 1}\n')
    assert "required column name is missing" in message
    assert "item_name" in message


def test_two_keys_of_one_column_are_refused(make_shop: MakeShop) -> None:
    message = make_shop(format="jsonl").refused("items.jsonl", '{"id": 1, "name": "a", "Name": "b"}\n')
    assert "name stands there twice" in message
