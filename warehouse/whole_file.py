"""Files that appear whole or not at all, and files of their owner's only.

Comes in: a path and its content. Goes out: the file on the disk. Called wherever a file is read by others while it is written, or holds
what not everybody may read.
"""

import os
from pathlib import Path

OWNER_ONLY = 0o600
BY_UMASK = 0o666


def write_whole(path: Path, content: bytes, *, is_private: bool = False) -> None:
    """Replace `path` by a file with this content; a private one can be read by its owner only, from its first byte on.

    The bytes go to a file beside it that takes its place when it is on the disk: readers find the old file or the new one,
    and a process killed in here leaves the old one.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY if is_private else BY_UMASK)
    with open(descriptor, "wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    os.replace(partial, path)
    sync(path.parent)


def append_line(path: Path, line: str) -> None:
    """Add a line to a private log, and wait until it is on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, OWNER_ONLY)
    with open(descriptor, "a", encoding="utf-8") as handle:
        handle.write(line + "\n")
        handle.flush()
        os.fsync(handle.fileno())


def sync(path: Path) -> None:
    """Wait until a file or folder is on the disk as it is."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
