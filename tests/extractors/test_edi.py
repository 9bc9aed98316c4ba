"""EDI interchanges arrive segment by segment as they were sent, or are refused by name, segment and reason."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from shop import MakeShop, Shop, gzipped, zipped

from extractors.text.interchanges import SegmentCutter

REAL = Path(__file__).parent / "edi"
PACK = Path(__file__).resolve().parents[2] / "extractors" / "packs" / "edi.yml"
Segments = list[list[Any]]


@pytest.fixture
def shop(make_shop: MakeShop) -> Shop:
    """A shop whose inbox takes interchanges, with the columns of the pack that ships."""
    return make_shop({"segment": yaml.safe_load(PACK.read_text(encoding="utf-8"))["entities"]["segment"]})


def x12(
    *messages: str, control: str = "000000001", sender: str = "SENDER", count: int | None = None, ends: str = "~\n"
) -> str:
    """Write an interchange with one group; a message is its type and its segments, separated by blanks."""
    segments = [
        f"ISA*00*          *00*          *ZZ*{sender:15}*ZZ*{'RECEIVER':15}*261120*0930*U*00401*{control}*0*P*>",
        f"GS*PO*{sender}*RECEIVER*20261120*0930*1*X*004010",
    ]
    for number, message in enumerate(messages, start=1):
        kind, *body = message.split()
        segments += [f"ST*{kind}*{number:04d}", *body, f"SE*{count or len(body) + 2}*{number:04d}"]
    return "".join(segment + ends for segment in [*segments, f"GE*{len(messages)}*1", f"IEA*1*{control}"])


def edifact(*messages: str, reference: str = "R1", advice: str = "", identifier: str = "UNOC:3") -> str:
    segments = [f"UNB+{identifier}+SENDER:14+RECEIVER:14+261120:0930+{reference}"]
    for number, message in enumerate(messages, start=1):
        kind, *body = message.split()
        segments += [f"UNH+{number}+{kind}:D:96A:UN", *body, f"UNT+{len(body) + 2}+{number}"]
    return advice + "".join(segment + "'" for segment in [*segments, f"UNZ+{len(messages)}+{reference}"])


def elements(shop: Shop, tag: str) -> list[Any]:
    found = shop.ask("SELECT elements FROM raw.shop__segment WHERE tag = ? ORDER BY _load_id, _row", [tag])
    return [json.loads(row[0]) for row in found]


def land_one(shop: Shop, content: bytes | str, name: str = "one.edi") -> Any:
    shop.deliver(name, content)
    [result] = [result for result in shop.land("segment") if result.file == name]
    return result


@pytest.mark.parametrize(
    ("name", "landed", "reasons"),
    [
        ("850.edi", 37, []),
        ("850_2.edi", 37, []),
        ("850_3.edi", 18, []),
        ("850_fat.edi", 42, ["it came before, in this file, segment 1, with the same content"]),
        ("855.edi", 30, []),
        ("856.edi", 35, []),
        ("aperak.edi", 3, [r"message 1 \(APERAK\): the pack reads no messages of this type"]),
        ("aperak_rejected.edi", 3, [r"message 1 \(APERAK\): the pack reads no messages of this type"]),
        ("hl7.lab", 1, ["its trailer UNZ is missing"]),
        ("invoice1.edi", 26, []),
        ("invoice_with_colon_at_end.edi", 26, []),
        ("order.edi", 2, ["interchange 807 from 12345678: its trailer UNZ is missing"]),
        ("order2.edi", 2, ["its trailer UNZ is missing"]),
        ("patient1.edi", 3, ["UNZ names the control number 1"]),
        ("patient2.edi", 3, ["UNZ names the control number 1"]),
        ("patient3.edi", 2, ["its trailer UNZ is missing"]),
        ("sage_coala.ped", 5, [r"message 00001 \(INFENT\): the pack reads no", "stands outside of any interchange"]),
        ("wikipedia_de.edi", 3, ["UNZ names the control number 1234567"]),
        ("wikipedia_en.edi", 3, [r"message 1 \(PAORES\): the pack reads no messages of this type"]),
    ],
)
def test_every_real_file_is_read_or_refused_with_a_reason(
    shop: Shop, name: str, landed: int, reasons: list[str]
) -> None:
    result = land_one(shop, (REAL / name).read_bytes(), name)
    assert (result.status, result.rows_landed) == ("landed", landed)
    assert result.rows_read == landed + result.rows_rejected
    found = sorted({reason for _, _, _, reason in shop.rejected()})
    assert len(found) == len(reasons)
    for expected, reason in zip(reasons, found, strict=True):
        assert re.search(expected, reason)


def test_every_segment_knows_its_interchange_group_message_and_place(shop: Shop) -> None:
    land_one(shop, (REAL / "855.edi").read_bytes())
    [row] = shop.ask(
        "SELECT standard, sender_qualifier, sender, receiver, interchange_control_number, prepared_at, is_test, group_type, "
        "group_control_number, message_type, message_reference, segment_position, elements, _row "
        "FROM raw.shop__segment WHERE tag = 'CUR'"
    )
    assert row == (
        "X12", "ZZ", "1556150", "123MILL", "000000005", "2020-10-15 15:34:00", "false", "PR",
        "5", "855", "0005", "3", '[["CUR"],["BT"],["USD"]]', 5,
    )  # fmt: skip


def test_one_interchange_with_other_delimiters_is_the_same_one(shop: Shop) -> None:
    assert land_one(shop, (REAL / "850.edi").read_bytes(), "850.edi").rows_rejected == 0
    again = land_one(shop, (REAL / "850_2.edi").read_bytes(), "850_2.edi")
    assert (again.status, again.rows_landed) == ("landed", 5)
    assert "came before, in 850.edi, with the same content" in again.message
    assert shop.ask("SELECT count(*) FROM raw.shop__segment WHERE tag = 'PO1'") == [(6,)]


def test_a_control_number_that_comes_with_other_content_is_refused_not_mixed(shop: Shop) -> None:
    land_one(shop, x12("850 BEG*00*SA*A"), "a.edi")
    land_one(shop, x12("850 BEG*00*SA*B"), "b.edi")
    land_one(shop, x12("850 BEG*00*SA*C", sender="ANOTHER"), "c.edi")
    assert [found[3][0] for found in elements(shop, "BEG")] == ["A", "C"]
    assert {(name, reason.partition("came before, ")[2]) for name, _, _, reason in shop.rejected()} == {
        ("b.edi", "in a.edi, with other content; ask for it again under a number of its own")
    }


def test_an_interchange_that_was_cut_off_can_be_sent_again(shop: Shop) -> None:
    whole = x12("850 BEG*00*SA*A PO1*1*5*EA*9", "850 BEG*00*SA*B")
    cut = land_one(shop, whole[: whole.index("ST*850*0002")], "cut.edi")
    assert (cut.rows_landed, cut.rows_rejected) == (3, 3)
    assert "trailer IEA is missing" in cut.message
    assert land_one(shop, whole, "whole.edi").rows_rejected == 0
    assert len(elements(shop, "BEG")) == 2


def test_a_message_with_a_wrong_count_is_refused_alone(shop: Shop) -> None:
    content = x12("850 BEG*00*SA*A", "850 BEG*00*SA*B").replace("SE*3*0002", "SE*9*0002")
    result = land_one(shop, content)
    assert (result.rows_landed, result.rows_rejected) == (8, 2)
    reason = "message 0002 (850): SE counts 9 segments where there are 3"
    assert shop.rejected() == [("one.edi", 7, "BEG*00*SA*B", reason), ("one.edi", 8, "SE*9*0002", reason)]
    assert shop.ask("SELECT defect_code, defect FROM raw.shop__segment WHERE defect IS NOT NULL") == [
        ("message_count", reason)
    ]


@pytest.mark.parametrize(
    ("right", "wrong", "code"),
    [
        ("IEA*1*000000001", "IEA*2*000000001", "count"),
        ("IEA*1*000000001", "IEA*1*000000002", "control_number"),
        ("GE*1*1", "GE*2*1", "group_count"),
        ("GE*1*1", "GE*1*7", "group_control_number"),
        ("GE*1*1~\n", "", "group_trailer_missing"),
        ("SE*3*0001", "SE*3*0007", "message_reference"),
        ("SE*3*0001~\n", "", "message_trailer_missing"),
        ("ST*850*0001", "ST*851*0001", "message_type"),
    ],
)
def test_whatever_does_not_agree_in_the_envelopes_is_named(shop: Shop, right: str, wrong: str, code: str) -> None:
    result = land_one(shop, x12("850 BEG*00*SA*A").replace(right, wrong))
    assert result.rows_rejected > 0
    codes = shop.ask("SELECT defect_code FROM raw.shop__segment WHERE tag = 'ST'")
    assert codes == [(code,)]
    assert elements(shop, "BEG") == []


def test_several_interchanges_of_both_standards_share_a_file(shop: Shop) -> None:
    content = (
        x12("850 BEG*00*SA*A", ends="~")
        + "\r\n\r\n"
        + edifact("ORDERS BGM+220+B+9", advice="UNA:+,? '")
        + x12("850 BEG*00*SA*C", control="000000002", ends="\n").replace("*", "|")
        + edifact("ORDERS BGM|220|D|9".replace("|", "+"), reference="R2", advice="UNA:+.? '\r\n")
    )
    result = land_one(shop, content)
    assert (result.rows_rejected, result.message) == (0, None)
    assert [found[3][0] for found in elements(shop, "BEG")] == ["A", "C"]
    assert [found[2][0] for found in elements(shop, "BGM")] == ["B", "D"]
    marks = shop.ask("SELECT decimal_mark FROM raw.shop__segment WHERE tag = 'BGM' ORDER BY _row")
    assert marks == [(",",), (".",)]


@pytest.mark.parametrize("pack", [gzipped, lambda text: zipped(a=text)])
def test_packed_files_are_read(shop: Shop, pack: Any) -> None:
    name = "a.edi.gz" if pack is gzipped else "a.zip"
    assert land_one(shop, pack(x12("850 BEG*00*SA*A")), name).rows_rejected == 0
    assert len(elements(shop, "BEG")) == 1


@pytest.mark.parametrize(
    ("identifier", "encoding"),
    [("UNOC:3", "latin-1"), ("UNOD:3", "iso-8859-2"), ("UNOY:4", "utf-8"), ("UNOA:1", "cp1252")],
)
def test_the_header_says_which_character_set_it_is(shop: Shop, identifier: str, encoding: str) -> None:
    text = edifact("ORDERS BGM+220+A+9 NAD+BY+1::9++Müßig", identifier=identifier)
    land_one(shop, text.encode(encoding))
    assert elements(shop, "NAD")[0][4] == ["Müßig"]


def test_a_byte_order_mark_says_nothing(shop: Shop) -> None:
    assert land_one(shop, b"\xef\xbb\xbf" + edifact("ORDERS BGM+220+A+9").encode()).rows_rejected == 0


def test_repeated_elements_keep_their_components(shop: Shop) -> None:
    content = x12("850 BEG*00*SA*A REF*A>1^B>2").replace("*U*00401*", "*^*00501*")
    land_one(shop, content)
    assert elements(shop, "REF") == [[["REF"], [["A", "1"], ["B", "2"]]]]


def test_a_file_that_is_no_interchange_is_refused_as_a_whole(shop: Shop) -> None:
    assert "has neither ISA nor UNA nor UNB" in shop.refused("a.csv", "id,name\n1,a\n", "segment")
    assert "is empty" in shop.refused("b.edi", "", "segment")
    assert "has 2 of 16 elements" in shop.refused("c.edi", "ISA*00*", "segment")
    assert "cannot be told from each other" in shop.refused("d.edi", "UNA++.? 'UNB+UNOC:3+A+B'", "segment")


def test_segments_are_the_same_wherever_a_block_ends() -> None:
    content = (
        x12("850 BEG*00*SA*A PO1*1*5*EA*9") + edifact("ORDERS BGM+220+B+9 FTX+AAA+++it?'s?+??") + x12("850 BEG*00*SA*C")
    ).encode()

    def lines(size: int) -> tuple[bytes, bytes]:
        cutter = SegmentCutter("a.edi")
        parts = list(cutter.lines(iter([content[at : at + size] for at in range(0, len(content), size)])))
        return b"".join(part.sent for part in parts), b"".join(part.elements for part in parts)

    whole = lines(len(content))
    assert whole[1].count(b"\n") == 8 + 6 + 7
    for size in (1, 2, 3, 7, 64, 100):
        assert lines(size) == whole


DELIMITERS = st.lists(st.sampled_from("*|^~:+'!;<>=@#$%&\"\\/,\x1c\x1d\x1e\x1f"), min_size=4, max_size=4, unique=True)
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8) | st.sampled_from(
    ["?", "??", '"', "\\", "a\nb", "'", "+"]
)
BODY = st.lists(st.lists(st.lists(TEXT, min_size=1, max_size=3), min_size=1, max_size=4), min_size=1, max_size=6)


@hypothesis_settings(max_examples=200, deadline=None, database=None)
@given(body=BODY, delimiters=DELIMITERS, release=st.sampled_from("?`_{"), gap=st.sampled_from(["", "\n", "\r\n"]))
def test_edifact_with_any_delimiters_and_any_text_arrives_as_it_was(
    body: Segments, delimiters: list[str], release: str, gap: str
) -> None:
    component, element, terminator, _ = delimiters
    signs = {component, element, terminator, release}

    def written(value: str) -> str:
        return "".join(release + sign if sign in signs else sign for sign in value)

    segments: Segments = [
        [["UNB"], ["UNOY", "3"], ["SENDER"], ["RECEIVER"], ["261120", "0930"], ["R"]],
        [["UNH"], ["1"], ["ORDERS", "D", "96A"]],
        *([["FTX"], *segment] for segment in body),
        [["UNT"], [str(len(body) + 2)], ["1"]],
        [["UNZ"], ["1"], ["R"]],
    ]
    text = f"UNA{component}{element}.{release} {terminator}{gap}" + "".join(
        element.join(component.join(map(written, parts)) for parts in segment) + terminator + gap
        for segment in segments
    )
    assert taken_apart(text) == segments


@hypothesis_settings(max_examples=200, deadline=None, database=None)
@given(body=BODY, delimiters=DELIMITERS, gap=st.sampled_from(["", "\n", "\r\n"]))
def test_x12_with_any_delimiters_and_any_text_arrives_as_it_was(
    body: Segments, delimiters: list[str], gap: str
) -> None:
    component, element, terminator, _ = delimiters
    forbidden = str.maketrans(dict.fromkeys(delimiters, "x"))
    body = [[[text.translate(forbidden) for text in parts] for parts in segment] for segment in body]
    header = [
        "ISA",
        "00",
        " " * 10,
        "00",
        " " * 10,
        "ZZ",
        f"{'S':15}",
        "ZZ",
        f"{'R':15}",
        "261120",
        "0930",
        "U",
        "00401",
        "000000009",
        "0",
        "P",
    ]
    segments: Segments = [
        [[part] for part in [*header, component]],
        [[part] for part in ["GS", "PO", "S", "R", "20261120", "0930", "1", "X", "004010"]],
        [["ST"], ["850"], ["0001"]],
        *([["MSG"], *segment] for segment in body),
        [["SE"], [str(len(body) + 2)], ["0001"]],
        [["GE"], ["1"], ["1"]],
        [["IEA"], ["1"], ["000000009"]],
    ]
    text = "".join(element.join(component.join(parts) for parts in segment) + terminator + gap for segment in segments)
    assert taken_apart(text) == segments


def taken_apart(text: str) -> Segments:
    """Return the segments that the reader finds, each of which it must also keep as sent."""
    cutter = SegmentCutter("a.edi")
    lines = list(cutter.lines(iter([text.encode()])))
    found = [line for part in lines for line in part.elements.split(b"\n") if line]
    assert sum(part.sent.count(b"\n") for part in lines) == len(found)
    return [json.loads(line.split(b"\x01")[2]) for line in found]
