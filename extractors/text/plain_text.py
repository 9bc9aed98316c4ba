"""Makes any text delivery plain: unpacked, UTF-8, records that end with a line end.

Comes in: a file as delivered (plain, .gz, .zip; any encoding; odd row ends). Goes out: a file that DuckDB reads directly, which is
the delivered one itself when nothing had to be done. Called by the sources that read text.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from extractors.pack import Entity
from extractors.text.decoding import decoded, is_utf8
from extractors.text.record_ends import (
    SEPARATOR,
    RowEnds,
    quote_counted_records,
    quote_terminated_records,
    unify_row_ends,
)
from extractors.text.unpacking import BLOCK, blocks, is_packed, refuse_if_empty


@dataclass(frozen=True)
class PlainText:
    """A readable text file. Its signs are those of this file: of a rewritten delivery they are not the declared ones."""

    path: Path
    delimiter: str
    quote: str
    escape: str
    line_end: bytes
    ends_with_line_end: bool
    ends_lines_with_crlf: bool = False
    is_quoted_here: bool = False

    def lines_at(self, positions: list[int]) -> list[int]:
        """Return the line numbers at which these byte positions (from 0, ascending) are."""
        lines = []
        line, block_start = 1, 0
        remaining = iter(positions)
        position = next(remaining, None)
        with open(self.path, "rb") as file:
            while position is not None and (block := file.read(BLOCK)):
                start = 0
                while position is not None and position < block_start + len(block):
                    line += block.count(self.line_end, start, position - block_start)
                    start = position - block_start
                    lines.append(line)
                    position = next(remaining, None)
                line += block.count(self.line_end, start)
                block_start += len(block)
        return lines


def make_plain(entity: Entity, path: Path, name: str, workspace: Path) -> PlainText:
    """Return the delivery as plain UTF-8 text, rewritten into `workspace` when it is packed, encoded or terminated otherwise.

    Raises:
        DeliveryRefused: the file is empty, ends early, or has bytes that are not of its declared encoding.
    """
    refuse_if_empty(path, name)
    text = decoded(blocks(path, name), entity.encoding, name)
    fields = len(entity.columns)
    if entity.format == "csv" and entity.records == "counted":
        return _quoted(quote_counted_records(text, entity.delimiter, fields, name), workspace)
    if entity.format == "csv" and entity.row_end is not None:
        return _quoted(quote_terminated_records(text, entity.delimiter, entity.row_end, fields, name), workspace)
    ends = RowEnds()
    if is_packed(path) or not is_utf8(entity.encoding):
        plain = _write(ends.watch(text), workspace / "plain")
    else:
        plain = path
        for _ in ends.watch(text):
            pass
    escape = entity.quote if entity.escape is None else entity.escape
    if ends.are_mixed:
        with open(plain, "rb") as file:
            read = iter(lambda: file.read(BLOCK), b"")
            plain = _write(unify_row_ends(read, entity.quote, escape), workspace / "unified")
    line_end = b"\r" if ends.only_returns else b"\n"
    return PlainText(
        plain, entity.delimiter, entity.quote, escape, line_end, ends.last_byte in (b"\n", b"\r"), ends.only_both
    )  # fmt: skip


def _quoted(records: Iterator[bytes], workspace: Path) -> PlainText:
    return PlainText(_write(records, workspace / "quoted"), SEPARATOR, '"', '"', b"\n", True, is_quoted_here=True)


def _write(content: Iterator[bytes], target: Path) -> Path:
    with open(target, "wb") as file:
        for block in content:
            file.write(block)
    return target
