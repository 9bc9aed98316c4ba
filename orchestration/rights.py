"""The rights of a person, as commands: what is printed, what is asked, and the run in the middle of an erasure.

Comes in: settings and whom it is about. Goes out: text and exit codes. Called by the `weft` command.
"""

from pathlib import Path

import typer
from rich.console import Console

from customers.rights.audit import record, who
from customers.rights.erasure import Plan, Report, as_text, erase, folder_of, pending_path, plan
from warehouse.errors import WeftError
from warehouse.lock import writer_lock
from warehouse.settings import Settings


def erase_customer(
    settings: Settings, person: str | None, *, by: str | None, is_dry_run: bool, is_sure: bool, console: Console
) -> int:
    """Erase a person after asking, or say what would go. Returns the exit code: 0 proven, 1 not."""
    with writer_lock(settings, "weft erase-customer"):
        if is_dry_run:
            if person is None:
                raise WeftError(
                    "Say who is to be erased: a person key, a customer key or number, or an e-mail address."
                )
            _print_plan(plan(settings, person), console)
            return 0
        if person is not None and not pending_path(settings).exists():
            found = plan(settings, person)
            _print_plan(found, console)
            if not is_sure and not typer.confirm("Erase all of this for good?"):
                console.print("Nothing was erased.")
                return 1
        reports = erase(settings, person, lambda: _rebuild(settings, console), who(by))
    for report in reports:
        _print_report(settings, report, console)
    return 0 if all(report.is_proven for report in reports) else 1


def export_customer(settings: Settings, person: str, out: Path | None, *, by: str | None, console: Console) -> None:
    """Write what is known of a person into a ZIP."""
    from customers.rights.access_request import write_access_request

    with writer_lock(settings, "weft export-customer"):
        path, tables = write_access_request(settings, person, out)
    record(settings, "access request answered", who(by), tables=tables)
    console.print(
        f"{path}: {tables} tables. It can be read by you only; keep it so until you hand it over.", markup=False
    )


def _rebuild(settings: Settings, console: Console) -> int:
    from orchestration.progress import Progress
    from orchestration.run import run_locked

    summary = run_locked(settings, Progress(console), force=True, lands=False)
    if summary.outcome != "published" or summary.publication_id is None:
        reasons = "\n".join(f"  {reason}" for reason in summary.reasons)
        raise WeftError(
            "Her values are overwritten, but the marts made from it were not published, so old publications are still there:\n"
            f"{reasons}\nCorrect this and call weft erase-customer again; it goes on where it stopped."
        )
    return summary.publication_id


def _print_plan(found: Plan, console: Console) -> None:
    records = ", ".join(f"{len(numbers)} {kind}" for kind, numbers in found.person.numbers.items() if numbers)
    console.print(f"Her records: {records or 'none of her own'}", markup=False)
    console.print("Values are overwritten in:" if found.rows else "Nothing is to be overwritten.")
    for table, rows in sorted(found.rows.items()):
        console.print(f"  {table}: {rows:,} rows", markup=False)
    console.print("Staging and marts are made anew; every earlier publication and snapshot is dropped.")
    _print_inbox(found.inbox_files, console)


def _print_inbox(files: list[str], console: Console) -> None:
    if files:
        console.print("These exports of the source systems still hold her. They are not Weft's; see to them yourself:")
        for path in files:
            console.print(f"  {path}", markup=False)


def _print_report(settings: Settings, report: Report, console: Console) -> None:
    console.print(as_text(report), markup=False)
    console.print(f"Report: {folder_of(settings) / f'{report.erasure_id}.json'}", markup=False)
    if not report.is_proven:
        console.print("The erasure is NOT proven: see what was found, or differs, above.", markup=False)
