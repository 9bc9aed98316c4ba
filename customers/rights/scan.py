"""Looks for values of a person in files: rows of Parquet, bytes of everything else, packed files unpacked.

Comes in: folders and a person. Goes out: the files that hold her e-mail, a phone number in any spelling found, or her full name
with her street. First names, cities and record numbers are not looked for: they are other people's too, or stay. Called by erasure.
"""

import gzip
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import duckdb

from customers.rights.lake_rows import mentions, needles_of_phones
from customers.rights.person import Person
from warehouse.identifiers import quote_identifier, quote_literal

CHUNK = 16 * 1024 * 1024
OVERLAP = 1024
TEXTLESS = ("DECIMAL(", "DOUBLE", "FLOAT", "BOOLEAN", "DATE", "TIME", "TINYINT", "SMALLINT", "INTEGER")


@dataclass(frozen=True)
class Scanned:
    """How many files were looked into, and those that hold a value of hers."""

    files: int
    found: list[Path]


@dataclass(frozen=True)
class Needles:
    """What is looked for, in lower case: one of `alone`, or one of `names` beside one of `streets`."""

    alone: frozenset[str]
    names: frozenset[str]
    streets: frozenset[str]

    @classmethod
    def of(cls, person: Person) -> "Needles":
        return cls(
            _spelled(person.emails | needles_of_phones(person)), _spelled(person.names), _spelled(person.streets)
        )

    def are_in(self, text: str) -> bool:
        """Whether a text in lower case holds them."""
        if any(needle in text for needle in self.alone):
            return True
        return any(name in text for name in self.names) and any(street in text for street in self.streets)

    def pattern(self) -> re.Pattern[str]:
        """A pattern of each of them."""
        every = sorted(self.alone | self.names | self.streets, key=len, reverse=True)
        return re.compile("|".join(map(re.escape, every)) or r"(?!)", re.IGNORECASE)


def _spelled(values: Iterable[str]) -> frozenset[str]:
    lowered = {value.lower() for value in values if value}
    return frozenset(lowered | {json.dumps(value)[1:-1].lower() for value in lowered})


def scan(folders: Iterable[Path], person: Person, leave_out: Iterable[Path] = ()) -> Scanned:
    """Look into every file below the folders."""
    needles, left_out = Needles.of(person), set(leave_out)
    files, found = 0, []
    with duckdb.connect() as con:
        con.execute("SET threads = 2; SET memory_limit = '1GB'")
        for path in sorted({path for folder in folders for path in folder.rglob("*") if path.is_file()} - left_out):
            # Links lead to the installation, which holds no data.
            if path.is_symlink():
                continue
            try:
                is_hit = _parquet_holds(con, path, person) if path.suffix == ".parquet" else holds(path, needles)
            except FileNotFoundError:  # taken away while we looked
                continue
            files += 1
            if is_hit:
                found.append(path)
    return Scanned(files, found)


def _parquet_holds(con: duckdb.DuckDBPyConnection, path: Path, person: Person) -> bool:
    source = f"read_parquet({quote_literal(path)})"
    try:
        columns = con.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
        # Mail addresses, phones and names stand as text in every layer; making text of amounts and days is most of the work.
        texts = [quote_identifier(name) for name, kind, *_ in columns if not kind.startswith(TEXTLESS)]
        if not texts:
            return False
        condition = mentions(person, f"concat_ws(chr(31), {', '.join(texts)})")
        return con.execute(f"SELECT 1 FROM {source} WHERE {condition} LIMIT 1").fetchone() is not None
    except duckdb.Error:
        return holds(path, Needles.of(person))


def holds(path: Path, needles: Needles) -> bool:
    """Say whether a file, or what is packed in it, holds one of the needles."""
    with open(path, "rb") as handle:
        start = handle.read(4)
        handle.seek(0)
        if start.startswith(b"PK\x03\x04"):
            return _zip_holds(path, needles)
        if start.startswith(b"\x1f\x8b"):
            try:
                with gzip.open(handle) as unpacked:
                    return _stream_holds(unpacked, needles)  # type: ignore[arg-type]
            except (OSError, EOFError, zlib.error):
                return False
        return _stream_holds(handle, needles)


def _zip_holds(path: Path, needles: Needles) -> bool:
    try:
        with zipfile.ZipFile(path) as packed:
            for name in packed.namelist():
                with packed.open(name) as member:
                    if _stream_holds(member, needles):
                        return True
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError):
        return False
    return False


def _stream_holds(stream: IO[bytes], needles: Needles) -> bool:
    before = ""
    is_name = is_street = False
    for chunk in _chunks(stream):
        is_text = "\0" not in chunk
        text = before + chunk
        if any(needle in text for needle in needles.alone):
            return True
        if is_text:
            if any(needles.are_in(line) for line in text.split("\n")):
                return True
        else:
            is_name |= any(name in text for name in needles.names)
            is_street |= any(street in text for street in needles.streets)
        before = text[-OVERLAP:]
    return is_name and is_street


def _chunks(stream: IO[bytes]) -> Iterator[str]:
    while block := stream.read(CHUNK):
        yield block.decode("utf-8", "ignore").lower()
