"""Unpacks deliveries: .gz, .zip with one file in it, or neither.

Comes in: a delivered file. Goes out: its content, in blocks or as a file. Called by `plain_text` and by the sources of binary
formats.
"""

import gzip
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from extractors.refusal import DeliveryRefused

BLOCK = 8 << 20
GZIP_MAGIC = b"\x1f\x8b"
# What macOS and Windows put beside the file that was meant.
CLUTTER = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


def is_packed(path: Path) -> bool:
    """Say whether the delivery is an archive, by its name or its first bytes; a workbook is not meant to be unpacked."""
    if path.suffix.lower() in (".gz", ".zip"):
        return True
    with open(path, "rb") as file:
        return file.read(2) == GZIP_MAGIC


def refuse_if_empty(path: Path, name: str) -> None:
    """Raise DeliveryRefused for a file of 0 bytes."""
    if path.stat().st_size == 0:
        raise DeliveryRefused(f"{name} is empty (0 bytes). Nothing was landed from it; ask for the file again.")


def blocks(path: Path, name: str) -> Iterator[bytes]:
    """Yield the unpacked content of a delivery.

    Raises:
        DeliveryRefused: the archive ends early, is damaged, encrypted, or does not hold exactly one file.
    """
    try:
        with _open(path, name) as file:
            while block := file.read(BLOCK):
                yield block
    except (EOFError, zlib.error, zipfile.BadZipFile, gzip.BadGzipFile) as error:
        raise DeliveryRefused(
            f"{name} is cut off or damaged: its archive cannot be unpacked to the end ({error}). "
            "Nothing was landed from it; ask for the file again."
        ) from error
    except (RuntimeError, NotImplementedError) as error:
        reason = "it is protected by a password" if "password" in str(error) else str(error)
        raise DeliveryRefused(f"{name} cannot be unpacked: {reason}. Nothing was landed from it.") from error


def unpack(path: Path, name: str, workspace: Path) -> Path:
    """Return a file with the unpacked content, for formats that are not text.

    Raises:
        DeliveryRefused: the file is empty, or its archive is broken.
    """
    refuse_if_empty(path, name)
    if not is_packed(path):
        return path
    target = workspace / "unpacked"
    with open(target, "wb") as file:
        for block in blocks(path, name):
            file.write(block)
    return target


def _open(path: Path, name: str) -> IO[bytes] | gzip.GzipFile:
    if path.suffix.lower() != ".zip":
        return gzip.open(path, "rb") if is_packed(path) else open(path, "rb")
    archive = zipfile.ZipFile(path)
    members = [
        member
        for member in archive.namelist()
        if not member.endswith("/") and not any(junk in member for junk in CLUTTER)
    ]
    if len(members) != 1:
        raise DeliveryRefused(
            f"{name} holds {len(members)} files; an archive must hold exactly one. Nothing was landed from it."
        )
    return archive.open(members[0])
