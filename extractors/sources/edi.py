"""EDI interchanges, X12 and EDIFACT: one row per segment, with the envelope it came in.

Comes in: an entity whose `messages` are the message types to read, and a delivered file. Goes out: a scan of segments. Headers and
trailers of interchanges and groups, and the headers of messages, always land, with what is wrong with them in `defect`; all other
segments of what cannot be trusted are rejects. Why no library: docs/decisions/0009-edi-reader.md.
"""

from pathlib import Path

import duckdb

from extractors.pack import Entity
from extractors.refusal import DeliveryRefused
from extractors.sources.edi_envelopes import create_envelopes, placed_segments
from extractors.sources.scan import Scan
from extractors.text.interchanges import LONGEST_SEGMENT, SegmentCutter
from extractors.text.segments import BETWEEN
from extractors.text.unpacking import blocks, refuse_if_empty
from warehouse.identifiers import quote_literal

COLUMNS = [
    "standard", "interchange_number", "interchange_control_number", "sender_qualifier", "sender", "receiver_qualifier",
    "receiver", "prepared_at", "is_test", "syntax_version", "decimal_mark", "interchange_hash", "group_type",
    "group_control_number", "group_version", "message_segment", "message_type", "message_version", "message_reference",
    "segment_position", "tag", "elements", "defect_code", "defect",
]  # fmt: skip

# In JSON a delimiter takes up to five signs.
LONGEST_LINE = 6 * LONGEST_SEGMENT
NAMED_RAW_TEXT = "{'raw_text': 'VARCHAR'}"


def scan_edi(
    con: duckdb.DuckDBPyConnection, entity: Entity, path: Path, name: str, workspace: Path, landed: str
) -> Scan:
    """Prepare the scan of a file of interchanges. `landed` is the raw table, which holds the interchanges known so far.

    Raises:
        DeliveryRefused: the file is empty, damaged, has no interchange, or one whose delimiters cannot be told.
    """
    refuse_if_empty(path, name)
    cutter = SegmentCutter(name, entity.encoding)
    sent, elements = workspace / "sent", workspace / "elements"
    with open(sent, "wb") as as_sent, open(elements, "wb") as taken_apart:
        for lines in cutter.lines(blocks(path, name)):
            as_sent.write(lines.sent)
            taken_apart.write(lines.elements)
    _create_syntaxes(con, cutter)
    numbered = workspace / "segments.parquet"
    try:
        con.execute(
            f"COPY ({_numbered_segments(elements)}) TO {quote_literal(numbered)} (FORMAT parquet, COMPRESSION lz4)"
        )
    except duckdb.InvalidInputException as error:
        raise DeliveryRefused(
            f"{name} has a segment of more than {LONGEST_SEGMENT >> 20} MiB; its header may declare the wrong segment terminator. "
            "Nothing was landed from it."
        ) from error
    elements.unlink()
    segments = f"read_parquet({quote_literal(numbered)})"
    defects = create_envelopes(con, segments, entity.messages, landed)
    placed = placed_segments(segments)
    return Scan(
        select=f"SELECT {', '.join(f'CAST({column} AS VARCHAR) AS {column}' for column in COLUMNS[:-1])}, "
        "CASE WHEN defect_code IS NOT NULL THEN defect END AS defect, _row "
        f"FROM ({placed}) WHERE is_landed",
        columns=COLUMNS,
        rejects=lambda _: (
            "SELECT _row AS record, _row AS line, tag[:20] AS column_name, message_reference AS value, "
            "replace(replace(raw_text, chr(2), chr(10)), chr(3), chr(13)) AS raw_text, defect AS reason "
            f"FROM ({placed}) JOIN ({_lines_as_sent(sent)}) USING (_row) WHERE NOT is_landed"
        ),
        warnings=[*cutter.warnings, *defects],
    )


def _create_syntaxes(con: duckdb.DuckDBPyConnection, cutter: SegmentCutter) -> None:
    con.execute(
        "CREATE OR REPLACE TEMP TABLE edi_syntax AS "
        "SELECT unnest($1) AS interchange, unnest($2) AS decimal_mark, unnest($3) AS content",
        [
            list(range(1, len(cutter.interchanges) + 1)),
            [syntax.decimal_mark for syntax in cutter.interchanges],
            cutter.contents,
        ],
    )


def _numbered_segments(elements: Path) -> str:
    """Return the query of (_row, interchange, standard, tag, elements, message), `message` counting the message headers so far.

    Windows over all rows in the order of the file, without sorting, are read as they come.
    """
    lines = _read_lines(elements, "{'interchange': 'INTEGER', 'standard': 'VARCHAR', 'elements': 'VARCHAR'}")
    return (
        "SELECT *, sum(CASE WHEN tag IN ('ST', 'UNH') THEN 1 ELSE 0 END) OVER (ROWS UNBOUNDED PRECEDING) AS message FROM ("
        "SELECT row_number() OVER () AS _row, interchange, standard, elements, "
        f"split_part(elements, {quote_literal(chr(34))}, 2) AS tag FROM {lines})"
    )


def _lines_as_sent(sent: Path) -> str:
    return f"SELECT row_number() OVER () AS _row, raw_text FROM {_read_lines(sent, NAMED_RAW_TEXT)}"


def _read_lines(path: Path, columns: str) -> str:
    return (
        f"read_csv({quote_literal(path)}, auto_detect = false, header = false, delim = {quote_literal(BETWEEN.decode())}, "
        f"quote = '', escape = '', new_line = '\\n', columns = {columns}, max_line_size = {LONGEST_LINE})"
    )
