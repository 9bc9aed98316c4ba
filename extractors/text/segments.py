"""Takes EDI segments apart, many at once: passes over a block of bytes, no look at single segments.

Comes in: complete segments of one interchange, in UTF-8. Goes out: one line each, as sent or with its elements as JSON. Called by
`interchanges`.
"""

import re
from dataclasses import dataclass

BETWEEN = b"\x01"
LINE_FEED, RETURN = b"\x02", b"\x03"
# While segments are taken apart, these stand for delimiters that are text since they were released, and for those that part.
RELEASED = {"release": b"\x04", "terminator": b"\x05", "element": b"\x0b", "component": b"\x0c", "repetition": b"\x0e"}
ELEMENT, COMPONENT, REPETITION, REPEATED_BEGIN, REPEATED_END = b"\x06", b"\x07", b"\x08", b"\x0f", b"\x10"
RESERVED = bytes([*range(9), 0x0B, 0x0C, 0x0E, 0x0F, 0x10])
CONTROL = bytes(byte for byte in range(0x20) if byte not in b"\t\n\r")
REPEATED_ELEMENT = re.compile(rb"[^\x06\n]*\x08[^\x06\n]*")


@dataclass(frozen=True)
class Syntax:
    """The delimiters of one interchange, as its own header declares them. An empty one is not in use."""

    standard: str
    element: bytes
    component: bytes
    terminator: bytes
    release: bytes
    repetition: bytes
    decimal_mark: str
    encoding: str | None

    @property
    def is_x12(self) -> bool:
        return self.standard == "X12"

    @property
    def delimiters(self) -> bytes:
        return self.element + self.component + self.terminator + self.release + self.repetition


@dataclass(frozen=True)
class Sent:
    """Segments as sent, one a line, with marks for line ends within them. The last may lack its terminator."""

    text: bytes
    is_terminated: bool


def without_control_characters(text: bytes, delimiters: bytes) -> bytes:
    """Return the text with pictures for control characters that are no delimiters; the same object if it has none."""
    unwanted = bytes(byte for byte in CONTROL if byte not in delimiters)
    if len(text.translate(None, unwanted)) == len(text):
        return text
    for byte in unwanted:
        text = text.replace(bytes([byte]), chr(0x2400 + byte).encode())
    return text


def as_sent(text: bytes, syntax: Syntax) -> Sent:
    """Put each segment on a line of its own. Line ends and blanks after a terminator belong to nothing, and so do empty segments."""
    has_release = bool(syntax.release) and syntax.release in text
    if has_release:
        text = text.replace(syntax.release * 2, RELEASED["release"])
        text = text.replace(syntax.release + syntax.terminator, RELEASED["terminator"])
    blanks = bytes(byte for byte in b" \t\r\n" if byte not in syntax.delimiters)
    terminator = syntax.terminator
    text = text.lstrip(blanks + terminator)
    is_terminated = False
    while (bare := text.rstrip(blanks)).endswith(terminator):
        text, is_terminated = bare[:-1], True
    text = text.replace(terminator + b"\r\n", terminator).replace(terminator + b"\n", terminator)
    if any(terminator + bytes([byte]) in text for byte in blanks + terminator):
        text = re.sub(re.escape(terminator) + b"[" + re.escape(blanks + terminator) + b"]+", lambda _: terminator, text)
    has_line_ends = b"\n" in text or b"\r" in text
    text = _marked(text, terminator) if has_line_ends else text.replace(terminator, b"\n")
    if has_release:
        kept = {b"\n": LINE_FEED, b"\r": RETURN}.get(terminator, terminator)
        text = text.replace(RELEASED["terminator"], syntax.release + kept)
        text = text.replace(RELEASED["release"], syntax.release * 2)
    return Sent(text, is_terminated)


def as_json(lines: bytes, syntax: Syntax, *, shows_delimiters: bool = False) -> bytes:
    """Return for each line its elements: an array of elements, the tag first, each an array of components, or of such arrays
    where it repeats. An ISA shows its delimiters as values.
    """
    released = dict[bytes, bytes]()
    if syntax.release and syntax.release in lines:
        for part, mark in RELEASED.items():
            if delimiter := getattr(syntax, part):
                kept = {b"\n": LINE_FEED, b"\r": RETURN}.get(delimiter, delimiter)
                lines = lines.replace(syntax.release + kept, mark)
                released[mark] = _escaped(kept)
        # Before any other sign a release character says nothing.
        lines = lines.replace(syntax.release, b"")
    parts = {syntax.element: ELEMENT}
    if not shows_delimiters:
        parts |= {syntax.component: COMPONENT, syntax.repetition: REPETITION}
    used = {delimiter: mark for delimiter, mark in parts.items() if delimiter}
    lines = lines.translate(bytes.maketrans(b"".join(used), b"".join(used.values())))
    if REPETITION in lines:
        lines = REPEATED_ELEMENT.sub(REPEATED_BEGIN + rb"\g<0>" + REPEATED_END, lines)
    lines = _escaped(lines)
    for mark, text in released.items():
        lines = lines.replace(mark, text)
    lines = lines.replace(ELEMENT, b'"],["').replace(COMPONENT, b'","').replace(b"\n", b'"]]\n[["')
    if REPETITION in lines:
        lines = lines.replace(REPETITION, b'"],["')
        lines = lines.replace(b'["' + REPEATED_BEGIN, b'[["').replace(REPEATED_END + b'"]', b'"]]')
    return b'[["' + lines + b'"]]'


def _marked(text: bytes, terminator: bytes) -> bytes:
    """Let only terminators be line ends."""
    text = text.replace(terminator, ELEMENT)
    return text.replace(b"\n", LINE_FEED).replace(b"\r", RETURN).replace(ELEMENT, b"\n")


def _escaped(text: bytes) -> bytes:
    """Return text as it stands within quotes in JSON."""
    for sign, escaped in ((b"\\", b"\\\\"), (b'"', b'\\"'), (LINE_FEED, b"\\n"), (RETURN, b"\\r"), (b"\t", b"\\t")):
        if sign in text:
            text = text.replace(sign, escaped)
    # Some partners use control characters as delimiters, which the ISA shows and which may be released.
    for byte in range(0x11, 0x20):
        text = text.replace(bytes([byte]), b"\\u%04x" % byte)
    return text
