"""CSV and its relatives: what arrives is what was exported, and what cannot be read is named and kept."""

import csv
from datetime import date
from typing import Any

import pytest
from shop import MakeShop, csv_text, gzipped, zipped

ITEMS = "id,name,price\n007,Bolt,1.10\n8,Nut,-0.00\n9,Washer,12345678901234567890.123456789\n"
LANDED = [("007", "Bolt", "1.10"), ("8", "Nut", "-0.00"), ("9", "Washer", "12345678901234567890.123456789")]
ABROAD = [("1", "Müller & Söhne", "1,10"), ("2", "Café €", "2")]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("items.csv", ITEMS.encode(), id="plain"),
        pytest.param("items.csv.gz", gzipped(ITEMS), id="gz"),
        pytest.param("items.csv.zip", zipped(items=ITEMS), id="zip"),
        pytest.param("items.csv", gzipped(ITEMS), id="gz-named-as-plain"),
        pytest.param("ITEMS.CSV.GZ", gzipped(ITEMS), id="capitals"),
    ],
)
def test_plain_and_packed_files_land_as_the_exported_text(make_shop: MakeShop, name: str, content: bytes) -> None:
    shop = make_shop()
    shop.deliver(name, content)
    [result] = shop.land()
    assert (result.status, result.rows_read, result.rows_landed, result.rows_rejected) == ("landed", 3, 3, 0)
    assert shop.rows() == LANDED


def test_every_row_says_where_it_came_from(make_shop: MakeShop) -> None:
    shop = make_shop()
    shop.deliver("items_2024-02-29.csv", ITEMS)
    [result] = shop.land(run_id="r1")
    origin = shop.rows(columns="_load_id, _file, _row, _exported_on")
    assert origin == [(result.load_id, "items_2024-02-29.csv", row, date(2024, 2, 29)) for row in (1, 2, 3)]
    [(extracted, recorded, run_id)] = shop.ask(
        "SELECT DISTINCT r._extracted_at, l.extracted_at, l.run_id "
        "FROM raw.shop__item AS r JOIN ops.load AS l ON l.load_id = r._load_id"
    )
    assert extracted == recorded
    assert run_id == "r1"


@pytest.mark.parametrize("delimiter", ["+|", ";", "\t", "|", "||"])
def test_any_delimiter(make_shop: MakeShop, delimiter: str) -> None:
    shop = make_shop(delimiter=delimiter)
    # The signs of the other delimiters are data here.
    cell = "a, b; c".replace(delimiter, "/") + "+"
    shop.deliver("items.csv", ITEMS.replace(",", delimiter).replace("Bolt", f'"{cell}"'))
    shop.land()
    assert shop.rows() == [("007", cell, "1.10"), *LANDED[1:]]


@pytest.mark.parametrize(
    ("encoding", "written"),
    [
        ("cp1252", "cp1252"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-8", "utf-8-sig"),
        ("utf-8-sig", "utf-8"),
        ("iso-8859-15", "iso-8859-15"),
    ],
)
def test_any_encoding(make_shop: MakeShop, encoding: str, written: str) -> None:
    shop = make_shop(encoding=encoding, delimiter=";")
    shop.deliver("items.csv", csv_text([["id", "name", "price"], *map(list, ABROAD)], delimiter=";").encode(written))
    shop.land()
    assert shop.rows() == ABROAD


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("is_terminated", [True, False])
def test_any_line_end(make_shop: MakeShop, line_end: str, is_terminated: bool) -> None:
    shop = make_shop()
    content = ITEMS.replace("\n", line_end)
    shop.deliver("items.csv", content if is_terminated else content.removesuffix(line_end))
    [result] = shop.land()
    assert shop.rows() == LANDED
    # A file that ends without a row end may have been cut there: the last price may be short.
    assert (result.message is None) == is_terminated


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_what_stands_between_quotes_is_one_cell(make_shop: MakeShop, line_end: str) -> None:
    shop = make_shop()
    names = ['a "quoted" word', "two\nlines", "two\r\nlines", "two\rlines", "a,b", "  spaces  ", "'", '"']
    rows = [["id", "name", "price"], *([str(i), name, "1.00"] for i, name in enumerate(names))]
    shop.deliver("items.csv", csv_text(rows, lineterminator=line_end, quoting=csv.QUOTE_ALL))
    [result] = shop.land()
    assert result.rows_rejected == 0
    assert shop.rows(columns="name") == [(name,) for name in names]


def test_an_empty_cell_is_unknown_and_an_empty_text_is_a_text(make_shop: MakeShop) -> None:
    shop = make_shop()
    shop.deliver("items.csv", 'id,name,price\n1,"",\n2, ,0\n')
    shop.land()
    assert shop.rows() == [("1", "", None), ("2", " ", "0")]


def test_escaped_quotes(make_shop: MakeShop) -> None:
    shop = make_shop(escape="\\")
    shop.deliver("items.csv", 'id,name,price\n1,"a \\"b\\", c \\\\",2\n2,"d",3\n')
    shop.land()
    assert shop.rows() == [("1", 'a "b", c \\', "2"), ("2", "d", "3")]


def test_an_export_that_quotes_nothing_keeps_its_quotes(make_shop: MakeShop) -> None:
    shop = make_shop(quote="", delimiter="\t")
    shop.deliver("items.csv", 'id\tname\tprice\n1\t3" pipe\t1\n2\t"x"\t2\n')
    shop.land()
    assert shop.rows() == [("1", '3" pipe', "1"), ("2", '"x"', "2")]


UNQUOTED = [("1", 'a "b" it\'s', "1.10"), ("2", "two\nlines", "2.20"), ("3", "ü, |", None)]


def test_records_with_an_end_of_their_own(make_shop: MakeShop) -> None:
    shop = make_shop(delimiter="+|", row_end="&|", quote="", encoding="utf-16", header=False)
    content = "".join("+|".join(cell or "" for cell in row) + "&|\r\n" for row in UNQUOTED)
    shop.deliver("items.csv", content.encode("utf-16"))
    [result] = shop.land()
    assert (result.status, result.rows_rejected) == ("landed", 0)
    assert shop.rows() == UNQUOTED


def test_records_that_are_known_by_their_number_of_fields(make_shop: MakeShop) -> None:
    shop = make_shop(delimiter="\t", records="counted", quote="", header=False)
    shop.deliver("items.csv", "".join("\t".join(cell or "" for cell in row) + "\n" for row in UNQUOTED))
    [result] = shop.land()
    assert (result.status, result.rows_rejected) == ("landed", 0)
    assert shop.rows() == UNQUOTED


def test_lines_before_the_header_are_skipped(make_shop: MakeShop) -> None:
    shop = make_shop(skip_lines=2)
    shop.deliver("items.csv", "Report of items\n\n" + ITEMS)
    shop.land()
    assert shop.rows() == LANDED
    assert shop.rows(columns="_row") == [(1,), (2,), (3,)]


# Rows that cannot be read


def test_rows_that_cannot_be_read_are_kept_and_named_and_the_others_land(make_shop: MakeShop) -> None:
    shop = make_shop()
    shop.deliver("items.csv", "id,name,price\n1,a,1\n2,b\n3,c,3\n4,d,4,extra\n5,e,5\n6,f,6\n")
    [result] = shop.land()
    assert (result.status, result.rows_read, result.rows_landed, result.rows_rejected) == ("landed", 6, 4, 2)
    assert shop.rows(columns="id, _row") == [("1", 1), ("3", 3), ("5", 5), ("6", 6)]
    (few, many) = shop.rejected()
    assert few[:3] == ("items.csv", 3, "2,b")
    assert "too few fields" in few[3]
    assert many[:3] == ("items.csv", 5, "4,d,4,extra")
    assert "too many fields" in many[3]
    assert shop.ask("SELECT rows_read, rows_landed, rows_rejected FROM ops.load") == [(6, 4, 2)]


def test_the_line_of_a_rejected_row_is_the_one_an_editor_shows(make_shop: MakeShop) -> None:
    shop = make_shop()
    shop.deliver("items.csv.gz", gzipped('id,name,price\r\n1,"a\r\nb\r\nc",1\r\n2,b\r\n3,c,3\r\n'))
    shop.land()
    assert [row[:3] for row in shop.rejected()] == [("items.csv.gz", 5, "2,b")]
    assert shop.rows(columns="id, _row") == [("1", 1), ("3", 3)]


def test_a_row_with_a_stray_quote_takes_no_other_row_with_it(make_shop: MakeShop) -> None:
    shop = make_shop()
    shop.deliver("items.csv", 'id,name,price\n1,a,1\n2,"b" c,2\n3,c,3\n4,d,4\n')
    [result] = shop.land()
    assert (result.rows_landed, result.rows_rejected) == (3, 1)
    assert shop.rows(columns="id, _row") == [("1", 1), ("3", 3), ("4", 4)]
    assert [row[1:3] for row in shop.rejected()] == [(3, '2,"b" c,2')]


def test_a_rejected_row_of_an_unquoted_export_is_kept_as_it_was_exported(make_shop: MakeShop) -> None:
    shop = make_shop(delimiter="+|", row_end="&|", quote="", header=False)
    shop.deliver("items.csv", '1+|a+|1&|\n2+|say "b"&|\n3+|c+|3&|\n')
    shop.land()
    assert shop.rows(columns="id, _row") == [("1", 1), ("3", 3)]
    assert [row[1:3] for row in shop.rejected()] == [(2, '2+|say "b"')]


def test_a_file_of_rejects_is_not_in_the_declared_format(make_shop: MakeShop) -> None:
    message = make_shop().refused("items.csv", "id,name,price\n" + "1;a;1\n" * 9 + "2,b,2\n")
    assert "9 of 10 records cannot be read" in message
    assert "line 2" in message
    assert "1;a;1" in message


# Files that cannot be trusted as a whole


@pytest.mark.parametrize(
    ("content", "line", "begins"),
    [
        pytest.param("id,name,price\n1,Bolt,1.10\n2,Nu", "line 3", "2,Nu", id="in-a-row"),
        pytest.param('id,name,price\n1,"a\nb",1\n2,"Nut and', "line 4", '2,"Nut and', id="in-quotes"),
        pytest.param('id,name,price\n1,"a\nb",1\n2,"Nut and\nbolt\n', "line 4", '2,"Nut and', id="in-a-quoted-line"),
    ],
)
def test_a_cut_file_is_refused_with_the_line_of_the_cut(
    make_shop: MakeShop, content: str, line: str, begins: str
) -> None:
    message = make_shop().refused("items.csv", content)
    assert "is cut off" in message
    assert line in message
    assert begins in message


def test_a_cut_archive_is_refused(make_shop: MakeShop) -> None:
    shop = make_shop()
    content = gzipped(csv_text([["id", "name", "price"], *([str(i), f"n{i * 7919}", "1"] for i in range(5000))]))
    assert "cut off" in shop.refused("items_1.csv.gz", content[: len(content) // 2])
    assert "cut off" in shop.refused("items_1.csv.gz", content[:-4])


@pytest.mark.parametrize("kept", [1, 2, 3])
def test_a_file_that_ends_within_a_character_is_refused(make_shop: MakeShop, kept: int) -> None:
    content = "id,name,price\n1,Bolt,1\n2,🔩".encode()
    message = make_shop().refused("items.csv", content[: kept - 4])
    assert "cut off" in message
    assert "line 3" in message


def test_a_file_without_its_last_record_end_is_refused(make_shop: MakeShop) -> None:
    shop = make_shop(delimiter="+|", row_end="&|", quote="", header=False)
    message = shop.refused("items.csv", "1+|a+|1&|\n2+|bolt+|2")
    assert "cut off" in message
    assert "2+|bolt" in message
    counted = make_shop(delimiter="\t", records="counted", quote="", header=False)
    message = counted.refused("items_2.csv", "1\ta\t1\n2\tbolt\n")
    assert "cut off" in message
    assert "2\tbolt" in message


def test_a_file_of_another_encoding_is_refused_with_line_and_bytes(make_shop: MakeShop) -> None:
    content = "id,name,price\n1,Bolt,1\n2,Müller,2\n".encode("cp1252")
    message = make_shop().refused("items.csv", content)
    assert "line 3" in message
    assert "fc" in message
    assert "2,Müller,2" in message
    assert "cp1252" in message


@pytest.mark.parametrize("written", ["utf-16", "utf-16-le", "utf-32"])
def test_a_file_in_wide_characters_is_refused_with_what_to_declare(make_shop: MakeShop, written: str) -> None:
    message = make_shop(encoding="cp1252").refused("items.csv", ITEMS.encode(written))
    assert "the pack declares the encoding cp1252" in message
    assert f"declare encoding: {written.removesuffix('-le')}" in message


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_a_file_in_wide_characters_without_their_mark_is_refused(make_shop: MakeShop, encoding: str) -> None:
    message = make_shop(encoding=encoding).refused("items.csv", ITEMS.encode(f"{encoding}-le"))
    assert f"the pack declares the encoding {encoding}" in message
    assert f"declare encoding: {encoding}-le" in message


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"PAR1\x15\x04\x15", "a Parquet file"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"PK\x03\x04rest", "zip archive or an Excel workbook"),
    ],
)
def test_a_file_of_another_kind_is_refused_by_its_name(make_shop: MakeShop, content: bytes, named: str) -> None:
    assert named in make_shop().refused("items.csv", content)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="no-bytes"),
        pytest.param(b"\n", id="one-empty-line"),
        pytest.param(b"\xef\xbb\xbf", id="only-a-mark"),
        pytest.param(gzipped(""), id="empty-archive"),
    ],
)
@pytest.mark.parametrize("mode", ["snapshot", "upsert"])
def test_an_empty_file_is_refused(make_shop: MakeShop, content: bytes, mode: str) -> None:
    name = "items.csv.gz" if content[:2] == b"\x1f\x8b" else "items.csv"
    assert "ask for the file again" in make_shop(mode=mode).refused(name, content)


def test_a_snapshot_of_nothing_is_refused_since_it_would_delete_everything(make_shop: MakeShop) -> None:
    shop = make_shop(mode="snapshot")
    shop.deliver("items_1.csv", ITEMS)
    shop.land()
    assert "has no records" in shop.refused("items_2.csv", "id,name,price\n")
    assert shop.rows() == LANDED


def test_changes_of_nothing_land(make_shop: MakeShop) -> None:
    shop = make_shop(mode="upsert")
    shop.deliver("items.csv", "id,name,price\n")
    [result] = shop.land()
    assert (result.status, result.rows_landed) == ("landed", 0)
    assert shop.land() == []


# Columns


def test_columns_are_known_by_name_alias_and_spelling_in_any_order(make_shop: MakeShop) -> None:
    shop = make_shop(
        columns=[
            {"name": "item_id", "required": True, "aliases": ["Artikel-Nr."]},
            {"name": "unit_price", "required": True},
            {"name": "name"},
        ],
        key=["item_id"],
    )
    shop.deliver("items.csv", " Unit Price ,NAME,Artikel-Nr.\n1.10,Bolt,007\n")
    shop.land()
    assert shop.rows(columns="item_id, unit_price, name") == [("007", "1.10", "Bolt")]
    assert shop.columns() == ["item_id", "unit_price", "name"]


def test_a_renamed_required_column_is_refused_with_its_likely_new_name(make_shop: MakeShop) -> None:
    message = make_shop().refused("items.csv", "id,item_name,price\n1,Bolt,1\n")
    assert "line 1" in message
    assert "required column name is missing" in message
    assert "item_name" in message


def test_a_renamed_required_column_that_resembles_none_is_refused_too(make_shop: MakeShop) -> None:
    message = make_shop().refused("items.csv", "id,zzz,price\n1,Bolt,1\n")
    assert "required column name is missing" in message
    assert "zzz" not in message


def test_a_missing_optional_column_is_unknown(make_shop: MakeShop) -> None:
    shop = make_shop()
    shop.deliver("items.csv", "id,name\n1,Bolt\n")
    shop.land()
    assert shop.rows() == [("1", "Bolt", None)]


def test_a_new_column_is_added_and_reported_and_unknown_before(make_shop: MakeShop) -> None:
    shop = make_shop()
    shop.deliver("items_1.csv", "id,name,price\n1,Bolt,1\n")
    [first] = shop.land()
    shop.deliver("items_2.csv", "id,Colour Code,name,price\n2,red,Nut,2\n")
    [second] = shop.land()
    assert first.columns_added == []
    assert second.columns_added == ["colour_code"]
    assert "colour_code" in (second.message or "")
    assert shop.rows(columns="id, name, price, colour_code") == [("1", "Bolt", "1", None), ("2", "Nut", "2", "red")]
    assert shop.ask("SELECT columns_added FROM ops.load ORDER BY load_id") == [(None,), (["colour_code"],)]
    shop.deliver("items_3.csv", "id,name,price\n3,Washer,3\n")
    [third] = shop.land()
    assert third.status == "landed"
    assert shop.rows(columns="colour_code")[-1] == (None,)


def test_a_column_that_the_pack_declares_later_is_there(make_shop: MakeShop) -> None:
    shop = make_shop()
    shop.deliver("items_1.csv", "id,name,price\n1,Bolt,1\n")
    shop.land()
    columns: list[dict[str, Any]] = [{"name": "id"}, {"name": "name"}, {"name": "price"}, {"name": "size"}]
    later = make_shop(columns=columns)
    assert later.land() == []
    assert later.rows(columns="id, size") == [("1", None)]


@pytest.mark.parametrize("header", ["id,name,price,name", "id,name,price,Name ", "id,name,price,x,X"])
def test_a_column_that_stands_there_twice_is_refused(make_shop: MakeShop, header: str) -> None:
    message = make_shop().refused("items.csv", header + "\n" + ",".join("1" * (header.count(",") + 1)) + "\n")
    assert "twice" in message
    assert "line 1" in message
    assert header.split(",")[-1].strip().lower() in message


def test_ignored_columns_are_not_landed(make_shop: MakeShop) -> None:
    shop = make_shop(ignore_columns=["Secret Note", ""])
    shop.deliver("items.csv", "id,name,Secret Note,price,\n1,Bolt,psst,1,\n")
    shop.land()
    assert shop.columns() == ["id", "name", "price"]
    assert shop.rows() == [("1", "Bolt", "1")]


def test_without_a_header_the_declared_columns_are_taken_in_order(make_shop: MakeShop) -> None:
    shop = make_shop(header=False)
    shop.deliver("items_1.csv", "1,Bolt,1\n")
    shop.deliver("items_2.csv", "2,Nut,2,new\n")
    [_, second] = shop.land()
    assert shop.rows() == [("1", "Bolt", "1"), ("2", "Nut", "2")]
    assert second.columns_added == ["column_4"]
    message = shop.refused("items_3.csv", "3\n")
    assert "required column name is missing" in message
    assert "line 1" in message


def test_a_column_cannot_pass_for_the_origin_of_a_row(make_shop: MakeShop) -> None:
    shop = make_shop()
    shop.deliver("items.csv", "id,name,price,_load_id,_File\n1,Bolt,1,99,forged\n")
    [result] = shop.land()
    assert shop.rows(columns="_load_id, _file, load_id, file") == [(result.load_id, "items.csv", "99", "forged")]
