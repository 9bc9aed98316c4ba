"""Makes any text delivery plain: unpacked, UTF-8, one record per line or properly quoted.

Comes in: a file as delivered (plain, .gz, .zip; any encoding; odd row ends). Goes out: a path that DuckDB reads directly, which
is the delivered file itself when nothing had to be done. Works on blocks of bytes, never on rows. Called by the file sources.
"""

import codecs
import gzip
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from extractors.pack import Entity
from extractors.refusal import DeliveryRefused

BLOCK = 8 << 20
# Stands between fields of a file that was rewritten; the ASCII unit separator does not occur in exports.
UNIT_SEPARATOR = "\x1f"


@dataclass(frozen=True)
class PlainText:
    """A readable text file. `delimiter` and `quote` are those of this file, not always of the delivery."""

    path: Path
    delimiter: str
    quote: str
    ends_with_row_end: bool


def make_plain(entity: Entity, path: Path, name: str, workspace: Path) -> PlainText:
    """Return the delivery as plain UTF-8 text, rewritten into `workspace` when it is packed, encoded or terminated otherwise.

    Raises:
        DeliveryRefused: the file is empty, ends early, or has bytes that are not of its declared encoding.
    """
    if path.stat().st_size == 0:
        raise DeliveryRefused(f"{name} is empty (0 bytes). Nothing was landed from it; ask for the file again.")
    blocks = _decoded(_blocks(path, name), entity, name)
    if entity.records == "counted":
        blocks = _quote_counted_records(blocks, entity, name)
        return _write(blocks, workspace / "plain.csv", UNIT_SEPARATOR, '"')
    if entity.row_end is not None:
        blocks = _quote_terminated_records(blocks, entity, name)
        return _write(blocks, workspace / "plain.csv", UNIT_SEPARATOR, '"')
    if _is_packed(path) or not _is_utf8(entity.encoding):
        return _write(blocks, workspace / "plain.csv", entity.delimiter, entity.quote)
    last = b""
    for block in blocks:
        last = block[-1:]
    return PlainText(path, entity.delimiter, entity.quote, last in (b"\n", b"\r"))


def unpack(path: Path, name: str, workspace: Path) -> Path:
    """Return the delivery unpacked from .gz or .zip, for formats that are not text; other files as they are.

    Raises:
        DeliveryRefused: the file is empty or its archive is broken.
    """
    if path.stat().st_size == 0:
        raise DeliveryRefused(f"{name} is empty (0 bytes). Nothing was landed from it; ask for the file again.")
    if not _is_packed(path):
        return path
    target = workspace / path.with_suffix("").name
    with open(target, "wb") as file:
        for block in _blocks(path, name):
            file.write(block)
    return target


def _is_packed(path: Path) -> bool:
    return path.suffix.lower() in (".gz", ".zip")


def _is_utf8(encoding: str) -> bool:
    return codecs.lookup(encoding).name in ("utf-8", "ascii", "utf-8-sig")


def _blocks(path: Path, name: str) -> Iterator[bytes]:
    try:
        with _open(path, name) as file:
            while block := file.read(BLOCK):
                yield block
    except (EOFError, zlib.error, zipfile.BadZipFile, gzip.BadGzipFile) as error:
        raise DeliveryRefused(
            f"{name} is cut off or damaged: its archive cannot be unpacked to the end ({error}). "
            "Nothing was landed from it; ask for the file again."
        ) from error


def _open(path: Path, name: str) -> IO[bytes]:
    suffix = path.suffix.lower()
    if suffix == ".gz":
        return gzip.GzipFile(path, "rb")
    if suffix == ".zip":
        archive = zipfile.ZipFile(path)
        members = [member for member in archive.namelist() if not member.endswith("/")]
        if len(members) != 1:
            raise DeliveryRefused(f"{name} holds {len(members)} files; an archive must hold exactly one.")
        return archive.open(members[0])
    return open(path, "rb")


def _decoded(blocks: Iterator[bytes], entity: Entity, name: str) -> Iterator[bytes]:
    """Pass the bytes on as UTF-8 without a byte order mark; refuse what is not of the declared encoding."""
    utf8 = _is_utf8(entity.encoding)
    encoding = "utf-8" if utf8 else entity.encoding
    decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
    lines_before = 0
    pending = b""
    is_first = True
    for block in blocks:
        if is_first and utf8:
            _refuse_other_unicode(block, name, entity.encoding)
            block = block.removeprefix(codecs.BOM_UTF8)
        is_first = False
        try:
            text = decoder.decode(block)
        except UnicodeDecodeError as error:
            raise _wrong_encoding(name, entity.encoding, error, lines_before) from error
        lines_before += text.count("\n")
        # Bytes of a character that was split between two blocks come with the next one.
        yield block if utf8 else text.encode("utf-8")
        pending = decoder.getstate()[0]
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise DeliveryRefused(
            f"{name} is cut off: it ends in the middle of a character ({pending.hex(' ')} at the end of line "
            f"{lines_before + 1}). Nothing was landed from it; ask for the file again."
        ) from error


def _refuse_other_unicode(block: bytes, name: str, declared: str) -> None:
    is_utf16 = block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\x00" in block[:4096]
    if is_utf16:
        raise DeliveryRefused(
            f"{name}, line 1: the pack declares the encoding {declared}, but the file begins with {block[:4].hex(' ')}, "
            "which is UTF-16. Nothing was landed from it; export it as declared, or declare encoding: utf-16."
        )


def _wrong_encoding(name: str, declared: str, error: UnicodeDecodeError, lines_before: int) -> DeliveryRefused:
    data = bytes(error.object)
    line = lines_before + data.count(b"\n", 0, error.start) + 1
    start = data.rfind(b"\n", 0, error.start) + 1
    end = data.find(b"\n", error.start)
    excerpt = data[max(start, error.start - 20) : min(end if end >= 0 else len(data), error.start + 20)]
    return DeliveryRefused(
        f"{name}, line {line}: the pack declares the encoding {declared}, but the bytes {data[error.start : error.end].hex(' ')} "
        f"are not {declared}. Read as Windows-1252 they stand in “{excerpt.decode('cp1252', errors='replace').strip()}”. "
        "Nothing was landed from it; export it as declared, or correct the pack's encoding."
    )


def _quote_terminated_records(blocks: Iterator[bytes], entity: Entity, name: str) -> Iterator[bytes]:
    """Turn `a+|b&|` and a newline into a quoted record; pieces end at a newline, so that no token straddles two."""
    delimiter = entity.delimiter.encode()
    row_end = (entity.row_end or "").encode()
    separator = f'"{UNIT_SEPARATOR}"'.encode()
    carried = b""
    for block in blocks:
        data = (carried + block).replace(row_end + b"\r\n", row_end + b"\n")
        end = data.rfind(row_end + b"\n")
        end = 0 if end < 0 else end + len(row_end) + 1
        carried = data[end:]
        if end:
            records = data[:end].replace(b'"', b'""').replace(delimiter, separator).replace(row_end + b"\n", b'"\n"')
            # Each record's newline opens the next record's quote: the first is missing, the last is one too many.
            yield b'"' + records[:-1]
    if carried.strip():
        fields = carried.count(delimiter) + 1
        raise DeliveryRefused(
            f"{name} is cut off: its last record has {fields} of {len(entity.columns)} fields and does not end with "
            f"{entity.row_end}. It begins “{carried[:60].decode('utf-8', errors='replace')}”. Nothing was landed from it; "
            "ask for the file again."
        )


def _quote_counted_records(blocks: Iterator[bytes], entity: Entity, name: str) -> Iterator[bytes]:
    """Quote records that end at the newline after their last field, whatever newlines stand in the fields before."""
    delimiter = re.escape(entity.delimiter.encode())
    fields = len(entity.columns)
    record = rb"(?:[^%b]*%b){%d}[^%b\n]*" % (delimiter, delimiter, fields - 1, delimiter)
    whole_records = re.compile(rb"(?:" + record + rb"\n)*")
    one_record = re.compile(rb"(" + record + rb")\n")
    separator = f'"{UNIT_SEPARATOR}"'.encode()
    carried = b""
    for block in blocks:
        data = carried + block.replace(b"\r\n", b"\n")
        match = whole_records.match(data)
        end = match.end() if match else 0
        carried = data[end:]
        quoted = one_record.sub(rb'"\1"\n', data[:end].replace(b'"', b'""'))
        yield quoted.replace(entity.delimiter.encode(), separator)
    if carried.strip():
        found = carried.count(entity.delimiter.encode()) + 1
        if found == fields:
            yield (
                b'"' + carried.rstrip(b"\n").replace(b'"', b'""').replace(entity.delimiter.encode(), separator) + b'"\n'
            )
            return
        raise DeliveryRefused(
            f"{name} is cut off: its last record has {found} of {fields} fields. It begins "
            f"“{carried[:60].decode('utf-8', errors='replace')}”. Nothing was landed from it; ask for the file again."
        )


def _write(blocks: Iterator[bytes], target: Path, delimiter: str, quote: str) -> PlainText:
    last = b""
    with open(target, "wb") as file:
        for block in blocks:
            if block:
                file.write(block)
                last = block[-1:]
    return PlainText(target, delimiter, quote, last in (b"\n", b"\r"))
