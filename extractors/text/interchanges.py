"""Cuts EDI files into interchanges, in blocks of bytes: X12 and EDIFACT, any delimiters, several of them in one file.

Comes in: blocks of bytes. Goes out: lines, one segment each, once as sent and once with its elements as JSON, and the syntax of
every interchange. Called by the source `edi`.
"""

import hashlib
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import Any

from extractors.refusal import DeliveryRefused
from extractors.text.segments import BETWEEN, RESERVED, Syntax, as_json, as_sent, without_control_characters

HEADER_LENGTH = 4096
LONGEST_SEGMENT = 1 << 20
START = re.compile(rb"ISA[^A-Za-z0-9 \r\n]|UNA[^A-Za-z0-9]{4}.[^A-Za-z0-9]\s*UNB|UNB[+\x1d]", re.DOTALL)
MAY_STAND_BEFORE = b"\xef\xbb\xbf \t\r\n\x00\x1a"
# Character sets by the syntax identifier of an UNB; A and B are subsets of ASCII.
CHARACTER_SETS = {
    "UNOC": "iso-8859-1", "UNOD": "iso-8859-2", "UNOE": "iso-8859-5", "UNOF": "iso-8859-7", "UNOG": "iso-8859-3",
    "UNOH": "iso-8859-4", "UNOI": "iso-8859-6", "UNOJ": "iso-8859-8", "UNOK": "iso-8859-9", "UNOL": "iso-8859-15",
    "UNOW": "utf-8", "UNOY": "utf-8",
}  # fmt: skip


@dataclass(frozen=True)
class Lines:
    """Segments, one a line: as sent; and as interchange, standard and elements."""

    sent: bytes
    elements: bytes


@dataclass
class SegmentCutter:
    """Turns the blocks of one file into lines. `interchanges` and `warnings` are complete when the lines have been read.

    `encoding` is what text is read as that no interchange says otherwise of; what does not fit it is taken for Windows-1252.
    """

    name: str
    encoding: str = "utf-8"
    interchanges: list[Syntax] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    _digests: list[Any] = field(default_factory=list)
    _syntax: Syntax | None = None
    _is_at_start: bool = False

    def lines(self, blocks: Iterator[bytes]) -> Iterator[Lines]:
        """Yield the segments in order; those of interchange 0 are text that stands outside of any.

        Raises:
            DeliveryRefused: there is no interchange in the file, or its delimiters cannot be told.
        """
        waiting = b""
        for block in blocks:
            waiting = yield from self._cut(waiting + block, is_last=False)
        waiting = yield from self._cut(waiting, is_last=True)
        if not self.interchanges:
            raise DeliveryRefused(
                f"{self.name} has no EDI interchange: it begins “{_excerpt(waiting)}” and has neither ISA nor UNA nor UNB. "
                "Nothing was landed from it."
            )
        if waiting.strip(MAY_STAND_BEFORE):
            yield self._stray(waiting)

    def _cut(self, data: bytes, *, is_last: bool) -> Generator[Lines, None, bytes]:
        """Yield lines for all that is complete, and return the rest."""
        while data:
            if self._syntax is None:
                if len(data) < HEADER_LENGTH and not is_last:
                    break
                found = START.search(data)
                if found is None:
                    if len(data) > LONGEST_SEGMENT:
                        raise DeliveryRefused(
                            f"{self.name}: no ISA, UNA or UNB within {LONGEST_SEGMENT >> 20} MiB from “{_excerpt(data)}”. "
                            "Nothing was landed from it; it is no EDI file, or holds something else too."
                        )
                    break
                if data[: found.start()].strip(MAY_STAND_BEFORE):
                    yield self._stray(data[: found.start()])
                data = self._begin(data[found.start() :])
            syntax = self.interchanges[-1]
            end, is_end = self._end_of_interchange(data, syntax)
            if not is_end and not is_last:
                end = _last_terminator(data, syntax)
                if not end and len(data) > LONGEST_SEGMENT:
                    raise DeliveryRefused(
                        f"{self.name}: a segment that begins “{_excerpt(data)}” does not end within {LONGEST_SEGMENT >> 20} MiB. "
                        "Nothing was landed from it; check the segment terminator in its header."
                    )
            if end:
                yield self._written(data[:end], syntax)
                self._is_at_start = False
            data = data[end:]
            if not is_end and not is_last:
                break
            self._syntax = None
        return data

    def _begin(self, data: bytes) -> bytes:
        """Learn the delimiters of the interchange that begins here, and return it without its UNA."""
        if data.startswith(b"ISA"):
            syntax = _x12_syntax(data, self.name)
        else:
            syntax, data = _edifact_syntax(data, self.name)
        marks = syntax.delimiters
        unusable = [byte for byte in marks if byte in RESERVED or byte >= 0x80 or chr(byte).isalnum()]
        has_line_end = any(byte in marks.replace(syntax.terminator, b"") for byte in b" \r\n")
        if unusable or has_line_end or len(set(marks)) < len(marks):
            raise DeliveryRefused(
                f"{self.name}: interchange {len(self.interchanges) + 1} declares the delimiters {_shown(marks)}, which cannot be "
                "told from each other or from text. Nothing was landed from it; ask for the file with usual ones."
            )
        self.interchanges.append(syntax)
        self._digests.append(hashlib.blake2b(digest_size=16))
        self._syntax, self._is_at_start = syntax, True
        return data

    def _end_of_interchange(self, data: bytes, syntax: Syntax) -> tuple[int, bool]:
        """Return where the interchange ends: after its trailer, or where the next one begins without it."""
        trailer = (b"IEA" if syntax.is_x12 else b"UNZ") + re.escape(syntax.element)
        segment = rb"\s*(?:%b|(?P<header>%b))" % (trailer, START.pattern)
        found = None if self._is_at_start else re.compile(segment, re.DOTALL).match(data)
        after_terminator = re.compile(re.escape(syntax.terminator) + segment, re.DOTALL)
        found = found or after_terminator.search(data)
        while found and _is_released(data, found.start(), syntax):
            found = after_terminator.search(data, found.end())
        if found is None:
            return len(data), False
        if found["header"] is not None:
            return found.start("header"), True
        end = _next_terminator(data, found.end(), syntax)
        return (end, True) if end else (len(data), False)

    def _written(self, region: bytes, syntax: Syntax) -> Lines:
        text = self._readable(region, syntax, syntax.delimiters)
        sent = as_sent(text, syntax)
        if not sent.is_terminated:
            self._warn("The last segment has no terminator; if the file was cut there, it may be short.")
        number = len(self.interchanges)
        begin = b"%d%b%b%b" % (number, BETWEEN, syntax.standard.encode(), BETWEEN)
        header, rest = b"", sent.text
        if self._is_at_start:
            # The header is no part of the content: a copy may have been made at another time.
            header, _, rest = sent.text.partition(b"\n")
            header = as_json(header, syntax, shows_delimiters=syntax.is_x12)
        content = as_json(rest, syntax) if rest else b""
        self._digests[number - 1].update(content)
        elements = b"\n".join(part for part in (header, content) if part)
        return Lines(sent.text + b"\n", begin + elements.replace(b"\n", b"\n" + begin) + b"\n")

    def _readable(self, region: bytes, syntax: Syntax | None, delimiters: bytes) -> bytes:
        text = region
        if not region.isascii():
            declared = (syntax.encoding if syntax else None) or self.encoding
            try:
                text = region.decode(declared).encode("utf-8")
            except UnicodeDecodeError:
                self._warn(f"It has characters that are not {declared}; they are read as Windows-1252.")
                text = region.decode("cp1252", errors="replace").encode("utf-8")
        plain = without_control_characters(text, delimiters)
        if plain is not text:
            self._warn("Control characters that are no delimiters are landed as their pictures, such as ␀.")
        return plain

    def _stray(self, data: bytes) -> Lines:
        """Keep text that stands outside of any interchange, as one line."""
        text = self._readable(data.strip(MAY_STAND_BEFORE), None, b"")
        text = text.replace(b"\n", b" ").replace(b"\r", b" ")
        return Lines(text + b"\n", b"0%b%b[]\n" % (BETWEEN, BETWEEN))

    @property
    def contents(self) -> list[str]:
        """For each interchange a digest of what stands in it after its header, to know a copy by."""
        return [digest.hexdigest() for digest in self._digests]

    def _warn(self, sentence: str) -> None:
        if sentence not in self.warnings:
            self.warnings.append(sentence)


def _x12_syntax(data: bytes, name: str) -> Syntax:
    """Read the delimiters of an ISA. They stand at fixed places, but some senders do not pad the elements before them."""
    element = data[3:4]
    parts = data[:HEADER_LENGTH].split(element, 16)
    if len(parts) < 17 or len(parts[16]) < 2:
        raise DeliveryRefused(
            f"{name}: its ISA has {len(parts) - 1} of 16 elements, so its delimiters are not known: “{_excerpt(data)}”. "
            "Nothing was landed from it; ask for the file again."
        )
    version, repetition = parts[12].decode("latin-1"), parts[11].strip()
    # Until 4020 this element named the standards body. A sign that numbers are written with cannot part them.
    repeats = len(repetition) == 1 and version >= "00402" and not repetition.isalnum() and repetition not in b"-.,"
    component, terminator = parts[16][:1], parts[16][1:2]
    return Syntax("X12", element, component, terminator, b"", repetition if repeats else b"", ".", None)


def _edifact_syntax(data: bytes, name: str) -> tuple[Syntax, bytes]:
    """Read the delimiters of an UNA, or those that hold without one, and the character set of the UNB."""
    advice = b":+.? '"
    has_advice = data.startswith(b"UNA")
    if has_advice:
        advice, data = data[3:9], data[9:].lstrip(b" \t\r\n")
    elif data[3:4] == b"\x1d":
        advice = b"\x1f\x1d. \x20\x1c"
    component, element, mark, release, repetition, terminator = (advice[i : i + 1] for i in range(6))
    if not data.startswith(b"UNB" + element):
        raise DeliveryRefused(
            f"{name}: after the UNA comes “{_excerpt(data)}” instead of an UNB. Nothing was landed from it; ask for the file again."
        )
    identifier, _, version = data[4:40].split(element)[0].partition(component)
    if version[:1] < b"4":
        repetition = b""
    elif not has_advice:
        repetition = b"*"
    encoding = CHARACTER_SETS.get(identifier[:4].decode("latin-1"))
    syntax = Syntax(
        "EDIFACT", element, component, terminator, release.strip(b" "), repetition.strip(b" "),
        mark.decode("latin-1"), encoding,
    )  # fmt: skip
    return syntax, data


def _is_released(data: bytes, at: int, syntax: Syntax) -> bool:
    """Say whether the delimiter at this place is text: an odd number of release characters stands before it."""
    if not syntax.release or data[at : at + 1] != syntax.terminator:
        return False
    before = data[max(0, at - 1024) : at]
    return (len(before) - len(before.rstrip(syntax.release))) % 2 == 1


def _last_terminator(data: bytes, syntax: Syntax) -> int:
    """Return the place after the last segment that is complete, 0 if there is none."""
    at = data.rfind(syntax.terminator)
    while at >= 0 and _is_released(data, at, syntax):
        at = data.rfind(syntax.terminator, 0, at)
    return at + 1


def _next_terminator(data: bytes, start: int, syntax: Syntax) -> int:
    at = data.find(syntax.terminator, start)
    while at >= 0 and _is_released(data, at, syntax):
        at = data.find(syntax.terminator, at + 1)
    return at + 1


def _excerpt(data: bytes) -> str:
    return data[:40].decode("utf-8", errors="replace").strip()


def _shown(marks: bytes) -> str:
    return " ".join(chr(byte) if 0x20 < byte < 0x7F else f"0x{byte:02x}" for byte in marks)
