"""The erasure of a person: from raw rows to the last old snapshot, with a report that proves it.

Comes in: whom it is about. Goes out: a lake, publications and files without her values, and totals as before. Called by
`weft erase-customer` under the writer's lock. Until it is done a file of the owner's only keeps what is looked for, so that an
erasure that was killed is finished by the next call.
"""

import json
import os
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from customers.rights.audit import record
from customers.rights.history import forget_history
from customers.rights.lake_rows import forget_identity, redact_ledger, redact_raw
from customers.rights.leftovers import clean
from customers.rights.person import Person, find_person
from customers.rights.scan import Needles, scan
from customers.rights.totals import Totals, differences, mart_totals
from extractors.suppression import offer_tokens, salt_of, suppress
from warehouse.errors import WeftError
from warehouse.lake import connect_lake
from warehouse.publication import list_publications
from warehouse.settings import Settings
from warehouse.whole_file import write_whole

Rebuild = Callable[[], int]
ERASED_ROWS = (
    "erasure_id VARCHAR NOT NULL, table_name VARCHAR NOT NULL, row_count BIGINT NOT NULL, erased_at TIMESTAMP NOT NULL"
)


@dataclass(frozen=True)
class Plan:
    """What an erasure would change: rows by table, and files by folder; nothing of it is done yet."""

    person: Person
    rows: dict[str, int]
    inbox_files: list[str]


@dataclass(frozen=True)
class Report:
    """What an erasure did, and the proof. No value of hers is in it."""

    erasure_id: str
    by: str
    started_at: str
    finished_at: str
    seconds: float
    person_key: str | None
    records: dict[str, int]
    rows: dict[str, int]
    publications_dropped: int
    files_cleaned: dict[str, str]
    files_scanned: int
    files_found: list[str]
    inbox_files: list[str]
    totals: dict[str, dict[str, Any]]
    totals_differ: dict[str, list[str]] = field(default_factory=dict)

    @property
    def is_proven(self) -> bool:
        """Whether nothing was found any more and all totals are as before."""
        return not self.files_found and not self.totals_differ


def folder_of(settings: Settings) -> Path:
    """Where reports, the audit log and the salt are."""
    return settings.state_dir / "erasures"


def pending_path(settings: Settings) -> Path:
    """The file of an erasure under way."""
    return folder_of(settings) / "pending.json"


def plan(settings: Settings, asked_for: str) -> Plan:
    """Find out what would go, and change nothing.

    Raises:
        WeftError: nobody, or more than one, is meant.
    """
    with connect_lake(settings) as con:
        person = find_person(con, settings, asked_for)
        forgotten = person.forgotten(salt_of(settings))
        offer_tokens(con, forgotten)
        rows = (
            redact_raw(con, settings, forgotten, is_trial=True)
            | redact_ledger(con, person, is_trial=True)
            | forget_identity(con, person, is_trial=True)
        )
    return Plan(person, rows, _inbox_files(settings, person))


def erase(settings: Settings, asked_for: str | None, rebuild: Rebuild, by: str) -> list[Report]:
    """Finish an erasure that was killed, if there is one, then erase the person asked for.

    `rebuild` makes staging and marts anew from what is landed, without landing anything, and returns the publication.

    Raises:
        WeftError: nobody is meant, there are deliveries that are not published yet, or the rebuilt lake was not published.
    """
    reports = []
    if pending_path(settings).exists():
        pending = json.loads(pending_path(settings).read_text(encoding="utf-8"))
        reports.append(_finish(settings, pending, rebuild))
        if asked_for is None or pending["person"]["asked_for"] == asked_for.strip():
            return reports
    if asked_for is None:
        raise WeftError("No erasure is under way. Say who is to be erased.")
    _require_published(settings)
    with connect_lake(settings) as con:
        person = find_person(con, settings, asked_for)
        before = mart_totals(con)
    pending = {
        "erasure_id": f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{uuid.uuid4().hex[:8]}",
        "by": by,
        "started_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "person": person.to_json(),
        "before": before,
    }
    _write_private(pending_path(settings), json.dumps(pending, ensure_ascii=False))
    return [*reports, _finish(settings, pending, rebuild)]


def _finish(settings: Settings, pending: dict[str, Any], rebuild: Rebuild) -> Report:
    """Do, or do again, everything after the decision; each step leaves the same whether it is done once or twice."""
    started = time.monotonic()
    erasure_id, by = pending["erasure_id"], pending["by"]
    person, before = Person.from_json(pending["person"]), pending["before"]
    rows = _overwrite(settings, erasure_id, person)
    publication_id = rebuild()
    dropped = forget_history(settings, publication_id)
    needles = Needles.of(person)
    folders = (settings.state_dir, settings.exports_dir)
    left_out = (pending_path(settings), settings.lock_path)
    cleaned = {_shown(settings, path): clean(settings, path, needles) for path in scan(folders, person, left_out).found}
    scanned = scan(folders, person, left_out)
    with connect_lake(settings) as con:
        after = mart_totals(con)
    report = Report(
        erasure_id=erasure_id, by=by, started_at=pending["started_at"],
        finished_at=datetime.now(UTC).isoformat(timespec="seconds"), seconds=round(time.monotonic() - started, 1),
        person_key=person.person_key, records={kind: len(numbers) for kind, numbers in person.numbers.items() if numbers},
        rows=rows, publications_dropped=dropped, files_cleaned=cleaned, files_scanned=scanned.files,
        files_found=[_shown(settings, path) for path in scanned.found], inbox_files=_inbox_files(settings, person),
        totals=_summed(before, after), totals_differ=differences(before, after),
    )  # fmt: skip
    _write_private(
        folder_of(settings) / f"{erasure_id}.json",
        json.dumps(report.__dict__ | {"is_proven": report.is_proven}, indent=2),
    )
    _write_private(folder_of(settings) / f"{erasure_id}.txt", as_text(report))
    record(settings, "erased", by, erasure_id=erasure_id, rows=sum(rows.values()), is_proven=report.is_proven)
    _shred(pending_path(settings))
    return report


def _overwrite(settings: Settings, erasure_id: str, person: Person) -> dict[str, int]:
    """Overwrite her values in the tables and suppress her, in one transaction; what an earlier call did is counted as well."""
    forgotten = person.forgotten(salt_of(settings))
    with connect_lake(settings) as con:
        offer_tokens(con, forgotten)
        con.execute("BEGIN")
        con.execute(f"CREATE TABLE IF NOT EXISTS lake.ops.erased_rows ({ERASED_ROWS})")
        suppress(con, erasure_id, forgotten, person.tokens())
        changed = redact_raw(con, settings, forgotten) | redact_ledger(con, person) | forget_identity(con, person)
        now = datetime.now(UTC).replace(tzinfo=None)
        for table, count in changed.items():
            con.execute("INSERT INTO lake.ops.erased_rows VALUES (?, ?, ?, ?)", [erasure_id, table, count, now])
        con.execute("COMMIT")
        return dict(
            con.execute(
                "SELECT table_name, max(row_count) FROM lake.ops.erased_rows WHERE erasure_id = ? GROUP BY 1 ORDER BY 1",
                [erasure_id],
            ).fetchall()
        )


def _require_published(settings: Settings) -> None:
    with connect_lake(settings) as con:
        row = con.execute("SELECT coalesce(max(load_id), 0) FROM ops.load WHERE status = 'landed'").fetchone()
    newest = row[0] if row else 0
    published = list_publications(settings)
    if not published or published[-1].last_load_id < newest:
        raise WeftError(
            "Some deliveries have landed but are not published, so totals cannot be compared. Call weft run, then erase."
        )


def _inbox_files(settings: Settings, person: Person) -> list[str]:
    inboxes = {folder for folder in map(settings.inbox, settings.systems) if folder is not None and folder.is_dir()}
    return [_shown(settings, path) for path in scan(inboxes, person).found]


def _shown(settings: Settings, path: Path) -> str:
    return str(path.relative_to(settings.root)) if path.is_relative_to(settings.root) else str(path)


def _summed(before: Totals, after: Totals) -> dict[str, dict[str, Any]]:
    from decimal import Decimal

    def total(figures: dict[str, str]) -> str:
        return str(sum((Decimal(value) for value in figures.values()), Decimal(0)))

    return {
        measure: {"days": len(days), "before": total(days), "after": total(after.get(measure, {}))}
        for measure, days in before.items()
    }


def as_text(report: Report) -> str:
    """Return the report for people."""
    lines = [
        f"Erasure {report.erasure_id}, by {report.by}, {report.started_at} to {report.finished_at}",
        "",
        "Her records: " + (", ".join(f"{count} {kind}" for kind, count in report.records.items()) or "none of her own"),
        "",
        "Overwritten:",
        *(f"  {table}: {count} rows" for table, count in report.rows.items()),
        "Made anew: staging, intermediate, marts, the publication; earlier publications dropped: "
        f"{report.publications_dropped}; older snapshots: all",
        *(f"  {path}: {what}" for path, what in report.files_cleaned.items()),
        "",
        f"Looked for afterwards in {report.files_scanned} files: e-mail, phone in every spelling known, name with street.",
        *([f"  STILL FOUND in {path}" for path in report.files_found] or ["  Found nowhere."]),
        "",
        "Totals of the marts, compared for each day:",
        *(
            f"  {measure}: {one['before']} before, {one['after']} after, on {one['days']} days"
            + (f"; DIFFERENT on {len(report.totals_differ[measure])}" if measure in report.totals_differ else "")
            for measure, one in report.totals.items()
        ),
        "",
        "Not Weft's: the exports of the source systems. Erase her there too, and delete or keep apart the files that still hold her:",
        *([f"  {path}" for path in report.inbox_files] or ["  none"]),
        "Backups and copies of this folder, and blocks of the disk that were freed, are not Weft's either.",
    ]
    return "\n".join(lines) + "\n"


def _write_private(path: Path, text: str) -> None:
    write_whole(path, text.encode("utf-8"), is_private=True)


def _shred(path: Path) -> None:
    size = path.stat().st_size
    with open(path, "r+b") as handle:
        handle.write(b"\0" * size)
        handle.flush()
        os.fsync(handle.fileno())
    path.unlink()
