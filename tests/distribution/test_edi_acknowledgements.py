"""A partner whose interchange was refused is told so in the words of its standard."""

from dataclasses import replace
from datetime import datetime

from distribution.edi_acknowledgements import Received, Refused, edifact_answer, x12_answer

RECEIVED = Received(
    load_id=12, number=1, standard="X12", sender="PARTNER", sender_qualifier="ZZ", receiver="US", receiver_qualifier="ZZ",
    control_number="000000007", is_test=True, code="duplicate", reason="it came before", delivered_as="a.edi",
    landed_at=datetime(2026, 11, 25, 8, 15), groups=[], refused=[],
)  # fmt: skip


def test_a_refused_x12_interchange_is_answered_by_a_ta1_and_no_group() -> None:
    header, answer, trailer = x12_answer(RECEIVED).splitlines()
    assert len(header) == 106
    assert answer == "TA1*000000007*261125*0815*R*025~"
    assert trailer == "IEA*0*000012001~"


def test_a_refused_edifact_interchange_is_answered_by_a_contrl_that_says_why() -> None:
    lines = edifact_answer(
        replace(RECEIVED, standard="EDIFACT", code="trailer_missing", sender="O'NEILL+1")
    ).splitlines()
    assert lines[1] == "UNB+UNOC:3+US:ZZ+O?'NEILL?+1:ZZ+261125:0815+12001++++++1'"
    assert lines[3] == "UCI+000000007+O?'NEILL?+1:ZZ+US:ZZ+4+13'"
    assert lines[4:] == ["UNT+3+1'", "UNZ+1+12001'"]


def test_a_refused_edifact_message_is_named_with_its_last_segment() -> None:
    message = Refused(None, "ORDERS", "4", "D:96A:UN", "message_count", "UNT counts 9", 5)
    lines = edifact_answer(replace(RECEIVED, standard="EDIFACT", code=None, refused=[message])).splitlines()
    assert lines[3:6] == ["UCI+000000007+PARTNER:ZZ+US:ZZ+7'", "UCM+4+ORDERS:D:96A:UN+4+29'", "UCS+5+29'"]
