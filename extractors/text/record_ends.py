"""Row ends that a CSV reader does not understand, turned into some that it does, on blocks of bytes.

Comes in: blocks of UTF-8. Goes out: blocks in which each record ends with a line feed. Called by `plain_text`.
"""

import re
from collections.abc import Iterator

from extractors.refusal import DeliveryRefused

# Stands between the fields of records that were quoted here. Every field is quoted then, so that it may occur in them.
SEPARATOR = "\x1f"
BETWEEN_FIELDS = f'"{SEPARATOR}"'.encode()
LONGEST_RECORD = 64 << 20
# Bytes that UTF-8 never holds: they mark places while a block is worked on.
MARK, ESCAPED_ESCAPE, ESCAPED_QUOTE = b"\xff", b"\xfe", b"\xfd"


class RowEnds:
    """Counts the kinds of row end that pass by."""

    def __init__(self) -> None:
        self._line_feeds = self._returns = self._both = 0
        self.last_byte = b""

    def watch(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        """Pass blocks on, counting."""
        for block in blocks:
            if not block:
                continue
            self._line_feeds += block.count(b"\n")
            if returns := block.count(b"\r"):
                self._returns += returns
                self._both += block.count(b"\r\n")
            if self.last_byte == b"\r" and block.startswith(b"\n"):
                self._both += 1
            self.last_byte = block[-1:]
            yield block

    @property
    def are_mixed(self) -> bool:
        """Whether more than one kind occurs, if only within quotes."""
        return bool(self._returns and self._line_feeds) and not self.only_both

    @property
    def only_both(self) -> bool:
        """Whether lines end as they do on Windows."""
        return bool(self._both) and self._line_feeds == self._returns == self._both

    @property
    def only_returns(self) -> bool:
        """Whether lines end as they did on old Macs."""
        return bool(self._returns) and not self._line_feeds


def unify_row_ends(blocks: Iterator[bytes], quote: str, escape: str) -> Iterator[bytes]:
    """Let every record end with a line feed; what stands between quotes stays as it is."""
    quote_byte, escape_byte = quote.encode(), escape.encode()
    is_escaped = bool(quote) and escape != quote and bool(escape)
    quotes_before = 0
    carried = b""
    for block in blocks:
        data = carried + block
        # A return may have its line feed in the next block, an escape what it escapes.
        kept = len(data) - len(data.rstrip(b"\r" + (escape_byte if is_escaped else b"")))
        carried = data[len(data) - kept :]
        data = data[: len(data) - kept]
        yield _unify(data, quote_byte, escape_byte if is_escaped else b"", quotes_before)
        if quote:
            quotes_before += _without_escapes(data, quote_byte, escape_byte if is_escaped else b"").count(quote_byte)
    if carried:
        yield _unify(carried, quote_byte, escape_byte if is_escaped else b"", quotes_before)


def _unify(data: bytes, quote: bytes, escape: bytes, quotes_before: int) -> bytes:
    if not quote:
        return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    parts = _without_escapes(data, quote, escape).split(quote)
    first_outside = quotes_before % 2
    outside = MARK.join(parts[first_outside::2]).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    parts[first_outside::2] = outside.split(MARK) if len(parts) > first_outside else []
    joined = quote.join(parts)
    return joined.replace(ESCAPED_QUOTE, escape + quote).replace(ESCAPED_ESCAPE, escape * 2) if escape else joined


def _without_escapes(data: bytes, quote: bytes, escape: bytes) -> bytes:
    return data.replace(escape * 2, ESCAPED_ESCAPE).replace(escape + quote, ESCAPED_QUOTE) if escape else data


def quote_terminated_records(
    blocks: Iterator[bytes], delimiter: str, row_end: str, fields: int, name: str
) -> Iterator[bytes]:
    """Turn records such as `a+|b&|` into quoted ones. A line end after the row end belongs to it.

    Raises:
        DeliveryRefused: there is text after the last row end.
    """
    end_mark, between = row_end.encode(), delimiter.encode()
    is_start = True
    carried = b""
    for block in blocks:
        data = carried + block
        # The line end of the last record may be in the next block, so the last row end waits for it.
        last = data.rfind(end_mark)
        previous = data.rfind(end_mark, 0, last) if last > 0 else -1
        cut = previous + len(end_mark) if previous >= 0 else 0
        carried = data[cut:]
        _refuse_endless(carried, name, f"has no {row_end}")
        yield _quote_terminated(data[:cut], between, end_mark, is_start=is_start)
        is_start = is_start and not cut
    *records, rest = _join_line_ends(carried, end_mark).split(end_mark)
    if rest.strip():
        raise DeliveryRefused(
            f"{name} is cut off: its last record has {rest.count(between) + 1} of {fields} fields and does not end with "
            f"{row_end}. It begins “{_excerpt(rest)}”. Nothing was landed from it; ask for the file again."
        )
    yield _quote_terminated(end_mark.join([*records, b""]), between, end_mark, is_start=is_start)


def _join_line_ends(data: bytes, end_mark: bytes) -> bytes:
    """Take the line end after each row end away."""
    return data.replace(end_mark + b"\r\n", end_mark).replace(end_mark + b"\n", end_mark)


def _quote_terminated(data: bytes, between: bytes, end_mark: bytes, *, is_start: bool) -> bytes:
    if not data:
        return b""
    # A line end at the beginning belongs to the row end before it, unless the file begins there.
    leading = 0 if is_start else 2 if data.startswith(b"\r\n") else int(data.startswith(b"\n"))
    records = _join_line_ends(data[leading:], end_mark).replace(b'"', b'""').replace(between, BETWEEN_FIELDS)
    # Each row end closes one record's quotes and opens the next record's: the first is missing, the last is too many.
    return b'"' + records.replace(end_mark, b'"\n"')[:-1]


def quote_counted_records(blocks: Iterator[bytes], delimiter: str, fields: int, name: str) -> Iterator[bytes]:
    """Quote records that end at the line end after their last field, whatever line ends stand in the fields before.

    Raises:
        DeliveryRefused: records cannot be told apart any more, or the last one lacks fields.
    """
    between = delimiter.encode()
    sign = re.escape(between)
    record = rb"(?>(?:[^%b]*+%b){%d}[^%b\r\n]*+)" % (sign, sign, fields - 1, sign)
    whole_records = re.compile(rb"(?:" + record + rb"\r?\n)*+")
    one_record = re.compile(rb"(" + record + rb")\r?\n")
    carried = b""
    lines_before = 0
    for block in blocks:
        data = carried + block
        match = whole_records.match(data)
        end = match.end() if match else 0
        carried = data[end:]
        _refuse_miscounted(carried, between, fields, name, lines_before + data.count(b"\n", 0, end) + 1)
        lines_before += data.count(b"\n", 0, end)
        yield one_record.sub(rb'"\1"\n', data[:end].replace(b'"', b'""')).replace(between, BETWEEN_FIELDS)
    rest = carried.rstrip(b"\r\n")
    if not rest.strip():
        return
    if (found := rest.count(between) + 1) < fields:
        raise DeliveryRefused(
            f"{name} is cut off: its last record has {found} of {fields} fields. It begins “{_excerpt(rest)}”. "
            "Nothing was landed from it; ask for the file again."
        )
    yield b'"' + rest.replace(b'"', b'""').replace(between, BETWEEN_FIELDS) + b'"\n'


def _refuse_miscounted(rest: bytes, between: bytes, fields: int, name: str, line: int) -> None:
    """A record that is followed by a line end and yet is not whole means that the count is lost from there on."""
    _refuse_endless(rest, name, "does not end")
    if rest.count(between) >= 2 * fields:
        raise DeliveryRefused(
            f"{name}, line {line}: the record that begins there does not have its {fields} fields, and since a field may hold "
            f"line ends, those after it cannot be told apart. It begins “{_excerpt(rest)}”. Nothing was landed from it."
        )


def _refuse_endless(rest: bytes, name: str, what: str) -> None:
    if len(rest) > LONGEST_RECORD:
        raise DeliveryRefused(
            f"{name}: the record that begins “{_excerpt(rest)}” {what} within {LONGEST_RECORD >> 20} MiB. Nothing was landed "
            "from it; check the delimiter and the row end that the pack declares."
        )


def _excerpt(data: bytes) -> str:
    return data[:60].decode("utf-8", errors="replace")
