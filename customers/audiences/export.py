"""Writes the files of audiences, and what was written.

Comes in: settings and a publication. Goes out: in exports/audiences/, the files of each audience and its manifest; a line in the log
of exports. Called by the exports step of a run and by `weft audiences`.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from customers.audiences.formats import Sheet, international, salesforce, salesforce_ids, shopify
from customers.audiences.selection import REASONS, has_table, select
from customers.audiences.suppressions import Suppressions, read_suppressions
from customers.rights.audit import who
from distribution.csv_file import write_csv
from warehouse.errors import WeftError
from warehouse.lake import connect_publication
from warehouse.settings import Audience, Settings
from warehouse.whole_file import append_line, write_whole

FOLDER = "audiences"
LOG = "audience_exports.jsonl"


@dataclass(frozen=True)
class AudienceFiles:
    """One audience as it stands: how many were aimed at, how many may be contacted, and why others may not."""

    name: str
    audience: Audience
    aimed_at: int
    people: int
    left_out: dict[str, int]
    paths: list[Path]


def export_audiences(settings: Settings, publication_id: int) -> list[AudienceFiles]:
    """Write all audiences of weft.toml from a publication.

    Raises:
        WeftError: the suppressions cannot be read, or an audience asks for what the publication does not have.
    """
    named = settings.audiences.named
    # An audience that is no longer wanted must not leave its people behind.
    for path in (settings.exports_dir / FOLDER).glob("*.*"):
        if path.name.partition(".")[0] not in named:
            path.unlink()
    return [export_audience(settings, name, publication_id) for name in named]


def export_audience(settings: Settings, name: str, publication_id: int) -> AudienceFiles:
    """Write one audience; each file whole or not at all, the manifest last, with the hashes of the others."""
    found, sheets = _choose(settings, name, publication_id)
    folder = settings.exports_dir / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    manifest_path = folder / f"{name}.manifest.json"
    # Whoever finds files without a manifest knows that they are not finished.
    manifest_path.unlink(missing_ok=True)
    _remove_others(folder, name, sheets)
    written = {}
    for sheet in sheets:
        path = folder / f"{name}.{sheet.ending}"
        written[path.name] = {
            "rows": len(sheet.rows),
            "sha256": write_csv(path, sheet.columns, sheet.rows, is_private=True),
        }
    manifest = {
        "audience": name,
        "definition": found.audience.model_dump(mode="json", exclude_none=True),
        "publication": publication_id,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "aimed_at": found.aimed_at,
        "people": found.people,
        "left_out": found.left_out,
        "files": written,
    }
    write_whole(manifest_path, (json.dumps(manifest, indent=2, ensure_ascii=False) + "\n").encode(), is_private=True)
    _log(settings, manifest)
    paths = [*(folder / file for file in written), manifest_path]
    return AudienceFiles(name, found.audience, found.aimed_at, found.people, found.left_out, paths)


def count_audiences(settings: Settings, publication_id: int) -> list[AudienceFiles]:
    """Say how large each audience would be, and write nothing."""
    return [_choose(settings, name, publication_id)[0] for name in settings.audiences.named]


def _choose(settings: Settings, name: str, publication_id: int) -> tuple[AudienceFiles, list[Sheet]]:
    named = settings.audiences.named
    if name not in named:
        known = ", ".join(named) or "none"
        raise WeftError(f"There is no audience {name!r} in {settings.config_path}; there is: {known}.")
    audience = named[name]
    suppressions = _suppressions(settings)
    with connect_publication(settings, publication_id) as con:
        for mart, wanted in (
            ("dim_person", True),
            ("mart_customer", True),
            ("mart_customer_segment", audience.segments),
        ):
            if wanted and not has_table(con, mart):
                raise WeftError(
                    f"Publication {publication_id} has no {mart}, so the audience {name!r} cannot be chosen."
                )
        if audience.segments:
            _require_segments(con, name, audience.segments)
        chosen = select(con, audience, suppressions)
        if audience.channel == "sms":
            chosen = _only_dialable(chosen)
        people = chosen.filter(pl.col("left_out").is_null())
        if audience.format == "salesforce":
            systems = [system for system, one in settings.systems.items() if one.pack == "salesforce"]
            people = people.join(_country_names(con), on="country_code", how="left", maintain_order="left")
            sheets = salesforce(name, audience, people, salesforce_ids(con, systems))
        else:
            sheets = shopify(name, audience, people)
    counts = dict(chosen.filter(pl.col("left_out").is_not_null()).group_by("left_out").len().iter_rows())
    left_out = {reason: counts[reason] for reason in REASONS if reason in counts}
    return AudienceFiles(name, audience, chosen.height, people.height, left_out, []), sheets


def _suppressions(settings: Settings) -> Suppressions:
    path = settings.audiences.suppressions
    return read_suppressions(None if path is None else settings.root / path)


def _require_segments(con: Any, name: str, segments: list[str]) -> None:
    known = [
        row[0]
        for row in con.execute("SELECT DISTINCT segment FROM lake.marts.mart_customer_segment ORDER BY 1").fetchall()
    ]
    unknown = [segment for segment in segments if segment not in known]
    if unknown:
        raise WeftError(
            f"[audiences.{name}] names the segment {', '.join(map(repr, unknown))}, which nobody is in; "
            f"there is: {', '.join(map(str, known)) or 'none'}."
        )


def _only_dialable(chosen: pl.DataFrame) -> pl.DataFrame:
    """A number that cannot be dialled from abroad is no address, and a number is written to once."""
    numbers = [international(*one) for one in chosen.select("phone", "country_code").iter_rows()]
    may_be = pl.col("left_out").is_null()
    return (
        chosen.with_columns(number=pl.Series(numbers, dtype=pl.String))
        .with_columns(
            left_out=pl.when(may_be & pl.col("number").is_null())
            .then(pl.lit("no_address"))
            .otherwise(pl.col("left_out"))
        )
        .with_columns(
            left_out=pl.when(
                pl.col("left_out").is_null()
                & (pl.col("left_out").is_null().cast(pl.Int32).cum_sum().over("number") > 1)
            )
            .then(pl.lit("same_address_as_another"))
            .otherwise(pl.col("left_out"))
        )
        .drop("number")
    )


def _country_names(con: Any) -> pl.DataFrame:
    found: pl.DataFrame = con.execute(
        "SELECT country_code, min(country_name) AS country_name FROM lake.marts.dim_geography "
        "WHERE country_code IS NOT NULL GROUP BY country_code"
    ).pl()
    return found


def _remove_others(folder: Path, name: str, sheets: list[Sheet]) -> None:
    """An audience that changed its format must not leave the people of yesterday behind."""
    wanted = {f"{name}.{sheet.ending}" for sheet in sheets}
    for path in folder.glob(f"{name}.*.csv"):
        if path.name not in wanted:
            path.unlink()


def _log(settings: Settings, manifest: dict[str, Any]) -> None:
    """Who exported what, and how many, but nobody of them; the line is only ever added to."""
    line = {
        "at": manifest["made_at"],
        "who": who(),
        "audience": manifest["audience"],
        "channel": manifest["definition"]["channel"],
        "format": manifest["definition"]["format"],
        "publication": manifest["publication"],
        "people": manifest["people"],
        "files": manifest["files"],
    }
    append_line(settings.logs_dir / LOG, json.dumps(line))
