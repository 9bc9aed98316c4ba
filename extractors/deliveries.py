"""Deliveries: the files that lie in a system's inbox, and which entity each belongs to.

Comes in: an inbox and a pack. Goes out: deliveries in the order in which they are to be landed. Called by landing and by the
inbox sensor.
"""

import fnmatch
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from extractors.pack import Pack, load_pack
from warehouse.errors import WeftError
from warehouse.settings import Settings

UNFINISHED = (".part", ".partial", ".tmp", ".crdownload", ".filepart")
DATE_IN_NAME = re.compile(r"(?<!\d)(20\d\d|19\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)")


@dataclass(frozen=True)
class Delivery:
    """One file that arrived. `name` is its path inside the inbox; `exported_on` the day it speaks of."""

    path: Path
    name: str
    exported_on: date


def find_deliveries(settings: Settings, system: str) -> dict[str, list[Delivery]]:
    """Return the files of each entity of `system`, oldest export first.

    A file belongs to the entity whose pattern matches it; where several match, the one with the longest fixed beginning
    (`product_category*` before `product*`). Hidden files and unfinished uploads are left alone.

    Raises:
        WeftError: the inbox does not exist.
    """
    pack = load_pack(settings.systems[system].pack)
    found: dict[str, list[Delivery]] = {name: [] for name in pack.entities}
    for path in _files(settings, system):
        entity = _entity_of(pack, path.name)
        if entity is not None:
            with suppress(FileNotFoundError):  # taken away since we looked
                found[entity].append(_delivery(settings, system, path))
    return {entity: sorted(files, key=lambda d: (d.exported_on, d.name)) for entity, files in found.items()}


def unmatched_files(settings: Settings, system: str) -> list[str]:
    """Return the names of files in the inbox that no entity of the pack claims; they are not read."""
    pack = load_pack(settings.systems[system].pack)
    return [path.name for path in _files(settings, system) if _entity_of(pack, path.name) is None]


def _files(settings: Settings, system: str) -> list[Path]:
    inbox = settings.inbox(system)
    if inbox is None:
        return []
    if not inbox.is_dir():
        raise WeftError(
            f"The inbox of {system} does not exist: {inbox}. Make the folder, or correct systems.{system}.inbox."
        )
    return sorted(
        path
        for path in inbox.rglob("*")
        if path.is_file() and not path.name.startswith(".") and path.suffix.lower() not in UNFINISHED
    )


def _entity_of(pack: Pack, name: str) -> str | None:
    matching = [
        (len(re.split(r"[*?\[]", entity.file)[0]), entity_name)
        for entity_name, entity in pack.entities.items()
        if entity.file is not None
        and fnmatch.fnmatchcase(name.lower().removeprefix(entity.file_prefix.lower()), entity.file.lower())
    ]
    return max(matching)[1] if matching else None


def _delivery(settings: Settings, system: str, path: Path) -> Delivery:
    inbox = settings.inbox(system)
    assert inbox is not None
    return Delivery(path=path, name=str(path.relative_to(inbox)), exported_on=_exported_on(path))


def _exported_on(path: Path) -> date:
    in_name = DATE_IN_NAME.search(path.name)
    if in_name:
        year, month, day = map(int, in_name.groups())
        try:
            return date(year, month, day)
        except ValueError:
            pass
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).date()
