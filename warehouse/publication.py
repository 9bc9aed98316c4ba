"""Publications: frozen copies of the catalog that everyone but the run reads.

Comes in: an audited lake. Goes out: `publications/<id>.sqlite` beside its record, and the pointer `current`, switched
atomically. Parquet files are never changed in place, so a copy costs milliseconds whatever the size of the data.
"""

import json
import os
import sqlite3
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from warehouse.errors import WeftError
from warehouse.fingerprint import MartFingerprint, fingerprint_marts
from warehouse.settings import Settings
from warehouse.whole_file import sync, write_whole


@dataclass(frozen=True)
class Publication:
    """The record of one publication.

    `inputs` identifies what the marts were made from (code, settings, newest load); a run with the same inputs need not
    work again. `marts` holds rows and content hash of each mart; `changed_marts` those that differ from the last one's.
    """

    publication_id: int
    snapshot_id: int
    run_id: str
    published_at: str
    inputs: str
    last_load_id: int
    marts: dict[str, MartFingerprint]
    changed_marts: list[str]
    audit: dict[str, Any] = field(default_factory=dict)


def publish(settings: Settings, *, run_id: str, inputs: str, audit: dict[str, Any]) -> Publication:
    """Freeze the lake as it stands and make it the current publication.

    Call it only under the writer's lock and after the audit passed. A process killed in here leaves the old publication
    current.
    """
    from warehouse.lake import connect_lake

    settings.publications_dir.mkdir(parents=True, exist_ok=True)
    with connect_lake(settings) as con:
        snapshot_id = _scalar(con, "SELECT max(snapshot_id) FROM ducklake_snapshots('lake')")
        last_load_id = _scalar(con, "SELECT coalesce(max(load_id), 0) FROM ops.load")
        marts = fingerprint_marts(con)
    earlier = list_publications(settings)
    before = earlier[-1].marts if earlier else {}
    publication = Publication(
        publication_id=_next_id(settings),
        snapshot_id=snapshot_id,
        run_id=run_id,
        published_at=datetime.now(UTC).isoformat(timespec="seconds"),
        inputs=inputs,
        last_load_id=last_load_id,
        marts=marts,
        changed_marts=sorted(name for name in marts.keys() | before.keys() if marts.get(name) != before.get(name)),
        audit=audit,
    )
    _freeze_catalog(settings.catalog_path, publication_catalog(settings, publication.publication_id))
    _write_record(settings, publication)
    _point_at(settings, publication.publication_id)
    _forget_old(settings)
    return publication


def rollback(settings: Settings, publication_id: int | None = None) -> Publication:
    """Point `current` at another kept publication: the named one, or the one before the current.

    Raises:
        WeftError: there is no such publication.
    """
    kept = {publication.publication_id: publication for publication in list_publications(settings)}
    current = current_publication_id(settings)
    if publication_id is None:
        earlier = [number for number in kept if current is not None and number < current]
        if not earlier:
            raise WeftError(
                "There is no earlier publication to go back to. `weft publications` lists those that are kept."
            )
        publication_id = max(earlier)
    if publication_id not in kept:
        raise WeftError(f"Publication {publication_id} is not kept. `weft publications` lists those that are.")
    _point_at(settings, publication_id)
    return kept[publication_id]


def forget_others(settings: Settings, publication_id: int) -> int:
    """Drop every publication but the named one, which must be current; return how many were dropped.

    After an erasure `weft rollback` must not bring anything back. The caller holds the writer's lock.
    """
    others = [one for one in list_publications(settings) if one.publication_id != publication_id]
    for path in [*settings.publications_dir.glob("[0-9]*.json"), *settings.publications_dir.glob("[0-9]*.sqlite*")]:
        if path.name.split(".")[0] != f"{publication_id:06d}":
            path.unlink(missing_ok=True)
    for path in settings.publications_dir.glob("*.partial"):
        path.unlink(missing_ok=True)
    return len(others)


def freeze_again(settings: Settings, publication_id: int) -> None:
    """Replace a publication's catalog by the live one, which must say the same and remember less."""
    from warehouse.lake import connect_lake

    with connect_lake(settings) as con:
        snapshot_id = _scalar(con, "SELECT max(snapshot_id) FROM ducklake_snapshots('lake')")
    _freeze_catalog(settings.catalog_path, publication_catalog(settings, publication_id))
    _write_record(settings, replace(read_publication(settings, publication_id), snapshot_id=snapshot_id))


def list_publications(settings: Settings) -> list[Publication]:
    """Return the kept publications, oldest first."""
    records = sorted(settings.publications_dir.glob("[0-9]*.json"))
    return [_read_record(path) for path in records if path.with_suffix(".sqlite").exists()]


def read_publication(settings: Settings, publication_id: int) -> Publication:
    """Return the record of one publication.

    Raises:
        WeftError: it is not kept.
    """
    path = _record_path(settings, publication_id)
    if not path.is_file():
        raise WeftError(f"Publication {publication_id} is not kept. `weft publications` lists those that are.")
    return _read_record(path)


def current_publication_id(settings: Settings) -> int | None:
    """Return the number that `current` points at, or None when nothing is published."""
    try:
        return int((settings.publications_dir / "current").read_text(encoding="ascii"))
    except FileNotFoundError:
        return None


def publication_catalog(settings: Settings, publication_id: int) -> Path:
    """The frozen catalog's path."""
    return settings.publications_dir / f"{publication_id:06d}.sqlite"


def _record_path(settings: Settings, publication_id: int) -> Path:
    return publication_catalog(settings, publication_id).with_suffix(".json")


def _read_record(path: Path) -> Publication:
    fields = json.loads(path.read_text(encoding="utf-8"))
    fields["marts"] = {name: MartFingerprint(**mart) for name, mart in fields["marts"].items()}
    return Publication(**fields)


def _next_id(settings: Settings) -> int:
    # A frozen file without a record is left by a killed publication: its number is used again, nobody could read it.
    records = sorted(settings.publications_dir.glob("[0-9]*.json"))
    return int(records[-1].stem) + 1 if records else 1


def _freeze_catalog(live: Path, frozen: Path) -> None:
    partial = frozen.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    with (
        closing(sqlite3.connect(f"file:{live}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(partial)) as target,
    ):
        source.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")
    sync(partial)
    os.replace(partial, frozen)
    sync(frozen.parent)


def _write_record(settings: Settings, publication: Publication) -> None:
    text = json.dumps(asdict(publication), indent=2, sort_keys=True)
    write_whole(_record_path(settings, publication.publication_id), text.encode())


def _point_at(settings: Settings, publication_id: int) -> None:
    write_whole(settings.publications_dir / "current", str(publication_id).encode())


def _forget_old(settings: Settings) -> None:
    current = current_publication_id(settings)
    kept = list_publications(settings)
    for publication in kept[: -settings.publication.keep]:
        if publication.publication_id != current:
            publication_catalog(settings, publication.publication_id).unlink(missing_ok=True)
            _record_path(settings, publication.publication_id).unlink(missing_ok=True)


def _scalar(con: duckdb.DuckDBPyConnection, query: str) -> int:
    row = con.execute(query).fetchone()
    assert row is not None
    return int(row[0])
