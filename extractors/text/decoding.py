"""Turns text of any encoding into UTF-8, and refuses bytes that are not of the encoding which the pack declares.

Comes in: blocks of bytes. Goes out: the same text as blocks of UTF-8 without a byte order mark. Called by `plain_text`.
"""

import codecs
from collections.abc import Iterator

from extractors.refusal import DeliveryRefused

EXCERPT = 20
# The longer mark first: that of UTF-32 begins with that of UTF-16.
BYTE_ORDER_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
OTHER_FORMATS = {b"PAR1": "a Parquet file", b"PK\x03\x04": "a zip archive or an Excel workbook", b"%PDF": "a PDF"}


def is_utf8(encoding: str) -> bool:
    """Say whether text of this encoding needs no conversion."""
    return codecs.lookup(encoding).name in ("utf-8", "ascii", "utf-8-sig")


def decoded(blocks: Iterator[bytes], encoding: str, name: str) -> Iterator[bytes]:
    """Pass blocks on as UTF-8.

    Raises:
        DeliveryRefused: the bytes are not of that encoding, or end within a character; the message names line and bytes.
    """
    needs_conversion = not is_utf8(encoding)
    decoder = codecs.getincrementaldecoder(encoding if needs_conversion else "utf-8")(errors="strict")
    lines_before = 0
    pending = b""
    is_first = True
    for block in blocks:
        if is_first:
            _refuse_other_kinds(block, encoding, name)
            if not needs_conversion:
                block = block.removeprefix(codecs.BOM_UTF8)
        try:
            text = decoder.decode(block)
        except UnicodeDecodeError as error:
            raise _wrong_encoding(name, encoding, error, lines_before) from error
        except UnicodeError as error:
            raise DeliveryRefused(
                f"{name}, line 1: the pack declares the encoding {encoding}, but the file does not begin with its byte order mark. "
                f"Nothing was landed from it; export it as declared, or declare encoding: {encoding}-le or {encoding}-be."
            ) from error
        if is_first:
            text = text.removeprefix("\ufeff")
            is_first = False
        lines_before += text.count("\n")
        # Bytes of a character that two blocks share come with the second one, in both cases.
        yield text.encode("utf-8") if needs_conversion else block
        pending = decoder.getstate()[0]
    try:
        rest = decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise DeliveryRefused(
            f"{name} is cut off: it ends in the middle of a character ({pending.hex(' ')} at the end of line "
            f"{lines_before + 1}). Nothing was landed from it; ask for the file again."
        ) from error
    if needs_conversion and rest:
        yield rest.encode("utf-8")


def _refuse_other_kinds(block: bytes, declared: str, name: str) -> None:
    for magic, kind in OTHER_FORMATS.items():
        if block.startswith(magic):
            raise DeliveryRefused(f"{name} is not text but {kind}. Nothing was landed from it; export it as declared.")
    family = codecs.lookup(declared).name.replace("-sig", "").replace("ascii", "utf-8")
    found = next((encoding for mark, encoding in BYTE_ORDER_MARKS.items() if block.startswith(mark)), None)
    if found is None and not family.startswith(("utf-16", "utf-32")):
        start = block[:4096]
        # Latin text in UTF-16 has a NUL in every other byte; a stray NUL in a text file is data.
        found = "utf-16" if start.count(b"\x00") * 3 > len(start) else None
    if found is not None and not family.startswith(found):
        raise DeliveryRefused(
            f"{name}, line 1: the pack declares the encoding {declared}, but the file begins with {block[:4].hex(' ')}, "
            f"which is {found.upper()}. Nothing was landed from it; export it as declared, or declare encoding: {found}."
        )


def _wrong_encoding(name: str, declared: str, error: UnicodeDecodeError, lines_before: int) -> DeliveryRefused:
    data = bytes(error.object)
    line = lines_before + data.count(b"\n", 0, error.start) + 1
    start = data.rfind(b"\n", 0, error.start) + 1
    end = data.find(b"\n", error.start)
    excerpt = data[max(start, error.start - EXCERPT) : min(end if end >= 0 else len(data), error.start + EXCERPT)]
    return DeliveryRefused(
        f"{name}, line {line}: the pack declares the encoding {declared}, but the bytes "
        f"{data[error.start : error.end].hex(' ')} are not {declared}. Read as Windows-1252 (cp1252), which they probably are, "
        f"they stand in “{excerpt.decode('cp1252', errors='replace').strip()}”. "
        "Nothing was landed from it; export it as declared, or correct the pack's encoding."
    )
