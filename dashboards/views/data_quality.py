"""Data quality: why the figures can be trusted, or what is wrong with them.

Comes in: the snapshot. Goes out: the publication, loads, rejected and quarantined rows, totals, checks. Called by `app.py`.
"""

from datetime import datetime

import pandas as pd
import streamlit as st

from dashboards import definitions, formats
from dashboards.cards import Card, cards
from dashboards.filters import keep_in_url
from dashboards.publication import Snapshot, kept_publications
from dashboards.queries import quality
from dashboards.tables import Column, table


def page(snapshot: Snapshot) -> None:
    """Draw the page."""
    st.title("Data quality")
    keep_in_url()
    _publication(snapshot)
    _figures(snapshot)
    _freshness(snapshot)
    totals, checks, loads, rejected, quarantine, history = st.tabs(
        ["Control totals", "Checks", "Loads", "Rejected records", "Quarantine", "Publications and runs"]
    )
    with totals:
        _totals(snapshot)
    with checks:
        _checks(snapshot)
    with loads:
        _loads(snapshot)
    with rejected:
        _rejected(snapshot)
    with quarantine:
        _quarantine(snapshot)
    with history:
        _history(snapshot)


def _publication(snapshot: Snapshot) -> None:
    record = snapshot.record
    changed = ", ".join(f"`{name}`" for name in record.changed_marts) or "nothing"
    st.markdown(
        f"**Publication {record.publication_id}**, {formats.moment(snapshot.published_at)}, made by run `{record.run_id}`."
    )
    number = len(record.changed_marts)
    before = "since the publication before" if record.publication_id > 1 else "in this first publication"
    with st.expander(f"Marts that changed {before}: {number} of {len(record.marts)}"):
        st.markdown(changed)


def _figures(snapshot: Snapshot) -> None:
    found = quality.summary(snapshot)
    passed = f"{formats.count(found['checks'] - found['failed_checks'])} of {formats.count(found['checks'])}"
    tied = f"{formats.count(found['controls'] - found['open_controls'])} of {formats.count(found['controls'])}"
    cards(
        [
            Card("Checks passed", passed, definitions.CHECKS),
            Card("Control totals tied out", tied, definitions.CONTROLS),
            Card("Rows in quarantine", formats.count(found["quarantined"]), definitions.QUARANTINED),
            Card("Records rejected", formats.count(found["rows_rejected"]), definitions.REJECTED,
                 note=f"of {formats.count(found['rows_read'])} read"),
        ],
        compared=False,
    )  # fmt: skip


def _freshness(snapshot: Snapshot) -> None:
    st.subheader("Freshness", help="How old the newest delivery of each system is.")
    columns = {
        "system": Column("System", pinned=True),
        "newest_export": Column("Newest export", formats.iso_day, "Date in the file's name, or the file's own."),
        "last_landed_at": Column("Last landed (UTC)", formats.iso_moment, "When something new arrived last."),
        "entities": Column("Entities", formats.count),
        "rows_landed": Column("Rows landed", formats.count, definitions.ROWS_READ),
        "rows_rejected": Column("Rows rejected", formats.count, definitions.REJECTED),
        "failed_now": Column("Failed deliveries", formats.count, "That the run of this publication could not load."),
    }
    table(quality.freshness(snapshot), columns, name="freshness")


def _totals(snapshot: Snapshot) -> None:
    st.caption(definitions.CONTROLS)
    columns = {
        "system": Column("System"),
        "entity": Column("Entity"),
        "measure": Column("Measure"),
        "raw_value": Column("Raw", formats.total, "Counted from the raw tables, without the models."),
        "mart_value": Column("Marts", formats.total),
        "quarantined_value": Column("Quarantine", formats.total, definitions.QUARANTINED),
        "superseded_value": Column("Superseded", formats.total, "Rows that a later delivery replaced."),
        "difference": Column("Difference", formats.total, "Must be zero."),
        "days": Column("Days compared", formats.count),
        "days_off": Column("Days that differ", formats.count),
    }
    table(quality.control_totals(snapshot), columns, name="control_totals", highest=600)


def _checks(snapshot: Snapshot) -> None:
    frame = quality.checks(snapshot)
    failed = frame[~frame["success"]]
    if failed.empty:
        st.success(f"All {len(frame):,} checks passed.", icon=":material/check:")
    else:
        st.warning(f"{len(failed):,} of {len(frame):,} checks failed; they come first.", icon=":material/warning:")
    columns = {
        "success": Column("Passed", formats.yes_no),
        "severity": Column("Severity", help="Critical: nothing is published when it fails."),
        "gate": Column("Gate", help="Landed: raw rows. Standardised: canonical rows. Marts: what is published."),
        "subject": Column("Table"),
        "rule": Column("Rule"),
        "observed": Column("Observed"),
        "unexpected_rows": Column("Rows that break it", formats.count),
        "message": Column("Message"),
        "checked_at": Column("Checked (UTC)", formats.iso_moment),
    }
    table(frame, columns, name="checks")


def _loads(snapshot: Snapshot) -> None:
    st.caption(f"{definitions.ROWS_READ} Failed deliveries come first; the last good one stays in use.")
    columns = {
        "load_id": Column("Load", formats.count),
        "status": Column("Status"),
        "system": Column("System"),
        "entity": Column("Entity"),
        "file_name": Column("File"),
        "rows_read": Column("Read", formats.count),
        "rows_landed": Column("Landed", formats.count),
        "rows_rejected": Column("Rejected", formats.count, definitions.REJECTED),
        "adds_up": Column("Adds up", formats.yes_no, "Read = landed + rejected."),
        "exported_on": Column("Exported", formats.iso_day),
        "extracted_at": Column("Landed at (UTC)", formats.iso_moment),
        "message": Column("Message"),
        "bytes": Column("Bytes", formats.count),
        "seconds": Column("Seconds", formats.decimal),
    }
    table(quality.loads(snapshot), columns, name="loads")


def _rejected(snapshot: Snapshot) -> None:
    st.caption(definitions.REJECTED)
    frame = quality.rejected_rows(snapshot)
    if frame.empty:
        st.success("No record was rejected.", icon=":material/check:")
        return
    columns = {
        "system": Column("System"),
        "entity": Column("Entity"),
        "file_name": Column("File"),
        "line": Column("Line", formats.count),
        "reason": Column("Reason"),
        "column_name": Column("Column"),
        "value": Column("Value"),
        "raw_text": Column("As delivered"),
        "rejected_at": Column("When (UTC)", formats.iso_moment),
    }
    table(frame, columns, name="rejected_records")


def _quarantine(snapshot: Snapshot) -> None:
    st.caption(definitions.QUARANTINED)
    rules = quality.quarantine_by_rule(snapshot)
    if rules.empty:
        st.success("No row is in quarantine.", icon=":material/check:")
        return
    columns = {
        "system": Column("System"),
        "entity": Column("Entity"),
        "rule": Column("Rule"),
        "reason": Column("Reason"),
        "row_count": Column("Rows", formats.count),
    }
    table(rules, columns, name="quarantine_rules")
    names = list(dict.fromkeys(rules["rule"]))
    rule = st.selectbox("Rows of", [None, *names], format_func=lambda name: name or "All rules", key="rule", width=340)
    columns = {
        "source_id": Column("Row", pinned=True, help="The row's id in its system."),
        "system": Column("System"),
        "entity": Column("Entity"),
        "rule": Column("Rule"),
        "reason": Column("Reason"),
        "column_name": Column("Column"),
        "value": Column("Value"),
        "file_name": Column("File"),
        "line": Column("Line", formats.count),
        "record": Column("Record", help="The whole row, as JSON."),
    }
    table(quality.quarantine_rows(snapshot, rule), columns, name="quarantined_rows")


def _history(snapshot: Snapshot) -> None:
    st.caption("Publications that `weft rollback` can go back to.")
    records = pd.DataFrame(
        [
            {
                "publication_id": record.publication_id,
                "shown": record.publication_id == snapshot.publication_id,
                "published_at": datetime.fromisoformat(record.published_at).replace(tzinfo=None),
                "changed": len(record.changed_marts),
                "names": ", ".join(record.changed_marts),
                "run_id": record.run_id,
            }
            for record in kept_publications(snapshot)
        ]
    )
    columns = {
        "publication_id": Column("Publication", formats.count),
        "shown": Column("Shown here", formats.yes_no),
        "published_at": Column("Published (UTC)", formats.iso_moment),
        "changed": Column("Marts changed", formats.count),
        "names": Column("Which"),
        "run_id": Column("Run"),
    }
    table(records, columns, name="publications")
    st.caption("Runs up to this publication.")
    columns = {
        "run_id": Column("Run"),
        "status": Column("Status"),
        "started_at": Column("Started (UTC)", formats.iso_moment),
        "finished_at": Column("Finished (UTC)", formats.iso_moment),
        "code_version": Column("Code version"),
        "message": Column("Message"),
    }
    table(quality.runs(snapshot), columns, name="runs")
