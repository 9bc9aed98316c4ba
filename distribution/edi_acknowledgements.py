"""Answers to EDI partners: which of their interchanges were read, and what of them was not and why.

Comes in: a publication, in which the headers of all interchanges are with what is wrong with them. Goes out: X12 997 (with a TA1
for an interchange that was refused) and EDIFACT CONTRL files, one per interchange, and a list for people. Called by
`weft acknowledge`.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from distribution.csv_file import write_csv
from warehouse.identifiers import quote_identifier
from warehouse.lake import connect_publication
from warehouse.settings import Settings
from warehouse.whole_file import write_whole

ANSWERS = ("997", "999", "CONTRL")
# Codes of X12: TA105, AK905 and AK502.
INTERCHANGE_CODES = {
    "trailer_missing": "023", "control_number": "001", "count": "021", "duplicate": "025", "control_number_reused": "025",
}  # fmt: skip
GROUP_CODES = {"group_trailer_missing": "3", "group_control_number": "4", "group_count": "5"}
MESSAGE_CODES = {"message_type": "1", "message_trailer_missing": "2", "message_reference": "3", "message_count": "4"}
# Codes of EDIFACT, element 0085: 13 missing, 17 not agreed, 26 duplicate, 28 references differ, 29 counts differ, 18 anything else.
EDIFACT_CODES = {
    "trailer_missing": "13", "control_number": "28", "count": "29", "duplicate": "26", "control_number_reused": "26",
    "group_trailer_missing": "13", "group_control_number": "28", "group_count": "29", "message_type": "17",
    "message_trailer_missing": "13", "message_reference": "28", "message_count": "29",
}  # fmt: skip
LIST_COLUMNS = ("file", "partner", "interchange", "message", "verdict", "segment", "reason", "delivered_as")


@dataclass(frozen=True)
class Refused:
    """A message that was not read. `segment` is the number, in the message, of the last segment that there is of it."""

    group: str | None
    message_type: str
    reference: str
    version: str
    code: str
    reason: str
    segment: int


@dataclass(frozen=True)
class Group:
    """A group of an X12 interchange, with how many messages it has and how many of them were read."""

    kind: str
    control_number: str
    code: str | None
    messages: int
    accepted: int


@dataclass(frozen=True)
class Received:
    """An interchange that a partner sent us."""

    load_id: int
    number: int
    standard: str
    sender: str
    sender_qualifier: str
    receiver: str
    receiver_qualifier: str
    control_number: str
    is_test: bool
    code: str | None
    reason: str | None
    delivered_as: str
    landed_at: datetime
    groups: list[Group]
    refused: list[Refused]

    @property
    def answer_number(self) -> int:
        """A control number for our answer, which is the same whenever it is written."""
        return (self.load_id * 1000 + self.number) % 1_000_000_000


def write_acknowledgements(settings: Settings, system: str, entity: str, own_ids: Iterable[str]) -> list[Path]:
    """Answer each interchange of the current publication that partners sent us, and return the files that are new.

    A file that is there already is left alone: it may have been sent. Acknowledgements are not acknowledged.
    """
    folder = settings.exports_dir / "edi" / "ack"
    table = f"lake.raw.{quote_identifier(f'{system}__{entity}')}"
    with connect_publication(settings) as con:
        received = _received(con, system, entity, table, list(own_ids))
    written = []
    listed: list[tuple[str, ...]] = []
    for one in received:
        path = folder / f"{one.load_id:06d}_{one.number:04d}.{'x12' if one.standard == 'X12' else 'edifact'}"
        listed += _for_people(one, path.name)
        if path.exists():
            continue
        answer = x12_answer(one) if one.standard == "X12" else edifact_answer(one)
        write_whole(path, answer.encode("latin-1", "replace"))
        written.append(path)
    if listed:
        write_csv(folder / "acknowledgements.csv", LIST_COLUMNS, listed)
    return written


def x12_answer(received: Received) -> str:
    """Return the interchange that answers an X12 one: a TA1 if it was refused, else a 997 for each of its groups."""
    day, time = f"{received.landed_at:%y%m%d}", f"{received.landed_at:%H%M}"
    number = f"{received.answer_number:09d}"
    segments = [
        ["ISA", "00", " " * 10, "00", " " * 10, f"{received.receiver_qualifier:2}", f"{received.receiver:15}",
         f"{received.sender_qualifier:2}", f"{received.sender:15}", day, time, "U", "00401", number, "0",
         "T" if received.is_test else "P", ">"],
    ]  # fmt: skip
    if received.code is not None:
        segments.append(["TA1", received.control_number, day, time, "R", INTERCHANGE_CODES.get(received.code, "024")])
    else:
        segments.append(
            [
                "GS",
                "FA",
                received.receiver,
                received.sender,
                f"{received.landed_at:%Y%m%d}",
                time,
                number,
                "X",
                "004010",
            ]
        )
        for position, group in enumerate(received.groups, start=1):
            body = [["AK1", group.kind, group.control_number]]
            for message in received.refused if group.code is None else []:
                if message.group == group.control_number:
                    body.append(["AK2", message.message_type, message.reference])
                    if message.code != "message_type":
                        body.append(["AK3", "SE", str(message.segment), "", "8"])
                    body.append(["AK5", "R", MESSAGE_CODES.get(message.code, "5")])
            verdict = "A" if group.accepted == group.messages else "P" if group.accepted else "R"
            ending = ["AK9", verdict, str(group.messages), str(group.messages), str(group.accepted)]
            body.append(ending if group.code is None else [*ending, GROUP_CODES.get(group.code, "5")])
            segments += [["ST", "997", f"{position:04d}"], *body, ["SE", str(len(body) + 2), f"{position:04d}"]]
        segments.append(["GE", str(len(received.groups)), number])
    segments.append(["IEA", "0" if received.code is not None else "1", number])
    return "".join(
        "*".join(_x12_value(value) if tag != "ISA" else value for value in [tag, *rest]) + "~\n"
        for tag, *rest in segments
    )


def edifact_answer(received: Received) -> str:
    """Return the interchange that answers an EDIFACT one: a CONTRL, which lists what was refused."""
    sender = _edifact_parts(received.sender, received.sender_qualifier)
    receiver = _edifact_parts(received.receiver, received.receiver_qualifier)
    moment = f"{received.landed_at:%y%m%d}:{received.landed_at:%H%M}"
    head = f"UCI+{_edifact_value(received.control_number)}+{sender}+{receiver}"
    if received.code is not None:
        body = [f"{head}+4+{EDIFACT_CODES.get(received.code, '18')}"]
    else:
        body = [f"{head}+7"]
        for message in received.refused:
            kind = _edifact_parts(message.message_type, *message.version.split(":"))
            body.append(f"UCM+{_edifact_value(message.reference)}+{kind}+4+{EDIFACT_CODES.get(message.code, '18')}")
            body.append(f"UCS+{message.segment}+{EDIFACT_CODES.get(message.code, '18')}")
    segments = [
        f"UNB+UNOC:3+{receiver}+{sender}+{moment}+{received.answer_number}" + ("++++++1" if received.is_test else ""),
        "UNH+1+CONTRL:D:3:UN",
        *body,
        f"UNT+{len(body) + 2}+1",
        f"UNZ+1+{received.answer_number}",
    ]
    return "UNA:+.? '" + "".join(f"\n{segment}'" for segment in segments) + "\n"


def _received(
    con: duckdb.DuckDBPyConnection, system: str, entity: str, table: str, own_ids: list[str]
) -> list[Received]:
    ours = f"""
        SELECT * FROM {table}
        WHERE receiver IN (SELECT unnest($1)) AND sender NOT IN (SELECT unnest($1))
    """
    interchanges = con.execute(
        f"""
        SELECT
            _load_id, CAST(interchange_number AS INTEGER), standard, sender, coalesce(sender_qualifier, ''), receiver,
            coalesce(receiver_qualifier, ''), interchange_control_number, is_test = 'true', defect_code, defect, _file, _extracted_at
        FROM ({ours}) AS header
        LEFT JOIN (
            SELECT _load_id, interchange_number, bool_and(message_type IN {ANSWERS}) AS only_answers
            FROM ({ours}) WHERE tag IN ('ST', 'UNH') GROUP BY _load_id, interchange_number
        ) AS messages USING (_load_id, interchange_number)
        WHERE tag IN ('ISA', 'UNB') AND NOT coalesce(only_answers, false)
        ORDER BY _load_id, _row
        """,
        [own_ids],
    ).fetchall()
    groups = con.execute(
        f"""
        SELECT
            _load_id, CAST(interchange_number AS INTEGER), any_value(group_type), group_control_number,
            any_value(defect_code) FILTER (tag = 'GS'), count(*) FILTER (tag = 'ST'),
            count(*) FILTER (tag = 'ST' AND defect_code IS NULL)
        FROM ({ours}) WHERE tag IN ('GS', 'ST') AND group_control_number IS NOT NULL
        GROUP BY _load_id, CAST(interchange_number AS INTEGER), group_control_number ORDER BY min(_row)
        """,
        [own_ids],
    ).fetchall()
    refused = con.execute(
        f"""
        SELECT
            header._load_id, CAST(header.interchange_number AS INTEGER), header.group_control_number,
            coalesce(header.message_type, ''), coalesce(header.message_reference, ''), coalesce(header.message_version, ''),
            header.defect_code, header.defect, greatest(max(rejected.line) - header._row + 1, 1)
        FROM (
            SELECT *, lead(_row) OVER (PARTITION BY _load_id ORDER BY _row) AS next_row
            FROM ({ours}) WHERE tag IN ('ISA', 'UNB', 'GS', 'UNG', 'ST', 'UNH', 'GE', 'UNE', 'IEA', 'UNZ')
        ) AS header
        LEFT JOIN lake.ops.rejected_row AS rejected
            ON rejected.system = $2 AND rejected.entity = $3 AND rejected.load_id = header._load_id AND rejected.line > header._row
            AND (header.next_row IS NULL OR rejected.line < header.next_row)
        WHERE header.tag IN ('ST', 'UNH') AND header.defect_code IS NOT NULL
        GROUP BY header._load_id, header.interchange_number, header.group_control_number, header.message_type,
            header.message_reference, header.message_version, header.defect_code, header.defect, header._row
        ORDER BY header._load_id, header._row
        """,
        [own_ids, system, entity],
    ).fetchall()
    groups_of, refused_of = defaultdict(list), defaultdict(list)
    for group in groups:
        groups_of[group[:2]].append(Group(*group[2:]))
    for message in refused:
        refused_of[message[:2]].append(Refused(*message[2:]))
    return [Received(*(*row, groups_of[row[:2]], refused_of[row[:2]])) for row in interchanges]


def _for_people(received: Received, file: str) -> list[tuple[str, ...]]:
    head: tuple[str, ...] = (file, received.sender, received.control_number)
    if received.code is not None:
        return [(*head, "", "refused", "", received.reason or "", received.delivered_as)]
    return [(*head, "", "accepted" if not received.refused else "accepted in part", "", "", received.delivered_as)] + [
        (
            *head,
            f"{message.message_type} {message.reference}",
            "refused",
            str(message.segment),
            message.reason,
            received.delivered_as,
        )
        for message in received.refused
    ]


def _x12_value(value: str) -> str:
    """X12 cannot say its own delimiters."""
    return value.translate(str.maketrans("*~>", "   "))


def _edifact_value(value: str) -> str:
    return "".join(f"?{sign}" if sign in "?+:'" else sign for sign in value)


def _edifact_parts(*values: str) -> str:
    return ":".join(_edifact_value(value) for value in values).rstrip(":")
