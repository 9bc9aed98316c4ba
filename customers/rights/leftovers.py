"""Files beside the lake that may hold a value of a person: logs, data docs, dbt's and Dagster's own files, exports.

Comes in: the files that the scan found. Goes out: files without her, or gone; a sentence on each. Called by erasure, after the
lake was rebuilt. Files of the inbox are the sources', and left alone.
"""

import csv
import io
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from customers.rights.scan import Needles, holds
from extractors.redaction import ERASED
from warehouse.settings import Settings

SQLITE = b"SQLite format 3\0"


def clean(settings: Settings, path: Path, needles: Needles) -> str:
    """Take her out of one file, and say how."""
    if (
        path.is_relative_to(settings.data_path)
        or path.is_relative_to(settings.publications_dir)
        or path == settings.catalog_path
    ):
        return "left: the lake's own"
    if path.is_relative_to(settings.temp_dir):
        return _remove(path)
    if path.is_relative_to(settings.data_docs_dir):
        # A page of samples is made again with the next check of its delivery.
        return _remove(path)
    with open(path, "rb") as handle:
        content = handle.read()
    if content.startswith(SQLITE):
        return _clean_database(path, needles)
    if path.suffix.lower() == ".csv":
        return _clean_csv(path, content, needles)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return _remove(path)
    if "\0" in text:
        return _remove(path)
    pattern = needles.pattern()
    lines = [pattern.sub(ERASED, line) if needles.are_in(line.lower()) else line for line in text.split("\n")]
    _replace(path, "\n".join(lines).encode("utf-8"))
    return "rewritten" if not holds(path, needles) else _remove(path)


def _clean_csv(path: Path, content: bytes, needles: Needles) -> str:
    text = content.decode("utf-8-sig", "replace")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    kept = [row for row in rows if not needles.are_in("\x1f".join(row).lower())]
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n" if "\r\n" in text else "\n").writerows(kept)
    mark = b"\xef\xbb\xbf" if content.startswith(b"\xef\xbb\xbf") else b""
    _replace(path, mark + out.getvalue().encode("utf-8"))
    return f"{len(rows) - len(kept)} rows left out"


def _clean_database(path: Path, needles: Needles) -> str:
    pattern = needles.pattern()

    def erase(value: Any) -> Any:
        if isinstance(value, bytes):
            text = value.decode("utf-8", "ignore")
            return pattern.sub(ERASED, text).encode() if needles.are_in(text.lower()) else value
        return pattern.sub(ERASED, value) if isinstance(value, str) and needles.are_in(value.lower()) else value

    with closing(sqlite3.connect(path, timeout=30)) as database:
        database.create_function("erase", 1, erase, deterministic=True)
        database.execute("PRAGMA secure_delete = ON")
        with database:
            tables = database.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            ).fetchall()
            for (table,) in tables:
                for _, column, *_ in database.execute(f'PRAGMA table_info("{table}")').fetchall():
                    database.execute(
                        f'UPDATE "{table}" SET "{column}" = erase("{column}") WHERE "{column}" IS NOT erase("{column}")'
                    )
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.execute("VACUUM")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return "rewritten"


def _replace(path: Path, content: bytes) -> None:
    partial = path.with_name(f"{path.name}.partial")
    partial.write_bytes(content)
    shutil.copymode(path, partial)
    os.replace(partial, path)


def _remove(path: Path) -> str:
    path.unlink(missing_ok=True)
    return "deleted"
