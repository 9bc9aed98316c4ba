"""A company with one system only: its exports landed and its staging built, without marts and gates.

Comes in: a folder, a system, exports. Goes out: the deployment and what dbt said. Used by the tests of packs that need exports of their
own; the finished run that all packs share must not be changed.
"""

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import duckdb
from weft_command import run_weft

from extractors.landing import LoadResult, land_system
from warehouse.lake import connect_lake
from warehouse.settings import Settings, load_settings

FIXTURES = Path(__file__).parent / "fixtures"
COMPANY = """\
[company]
id = "alone"
name = "Alone"
reporting_currency = "EUR"

[run]
threads = 1

[systems.{system}]
pack = "{system}"
inbox = "inbox"
"""


def exports_of(system: str) -> list[Path]:
    """Return the fixtures of a system, oldest delivery first."""
    return sorted((FIXTURES / system).glob("*.csv"), key=lambda path: path.stem[-10:])


def exported(system: str, entity: str, key: str = "id") -> list[dict[str, str]]:
    """Return the rows that the fixtures leave of an entity: the newest of each key."""
    newest: dict[str, dict[str, str]] = {}
    for path in exports_of(system):
        if path.stem[:-11] == entity:
            newest |= {row[key]: row for row in read_csv(path)}
    return list(newest.values())


def read_csv(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_csv(path: Path, rows: list[dict[str, str]]) -> None:
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def company_of(root: Path, system: str, exports: list[Path]) -> Settings:
    """Write a deployment of one system with these exports in its inbox."""
    (root / "inbox").mkdir(parents=True)
    for path in exports:
        shutil.copy(path, root / "inbox" / path.name.removeprefix("sf_"))
    (root / "weft.toml").write_text(COMPANY.format(system=system), encoding="utf-8")
    return load_settings(root / "weft.toml")


def stage(settings: Settings, system: str) -> tuple[list[LoadResult], CompletedProcess[str]]:
    """Land the exports, and build seeds, staging and its data tests."""
    landed = land_system(settings, system, "test")
    built = run_weft(
        settings, "dbt", "build", "--exclude-resource-type", "unit_test",
        "--select", "resource_type:seed", f"fqn:weft.staging.{system}",
    )  # fmt: skip
    return landed, built


def staged(settings: Settings, query: str) -> list[dict[str, Any]]:
    """Answer a query on the live lake, which nobody writes any more."""
    with connect_lake(settings) as con:
        con.execute("USE lake.staging")
        found = con.execute(query)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def lake_files_with(settings: Settings, words: str) -> Iterator[str]:
    """Name the files of a deployment that hold the words: in the rows of Parquet, and in the bytes of any other file."""
    with duckdb.connect() as con:
        for path in sorted(path for path in settings.state_dir.rglob("*") if path.is_file()):
            name = str(path.relative_to(settings.state_dir))
            if path.suffix == ".parquet":
                found = con.execute(
                    "SELECT count(*) FROM read_parquet(?) AS r WHERE contains(CAST(r AS VARCHAR), ?)",
                    [str(path), words],
                ).fetchone()
                if found and found[0]:
                    yield name
            elif words.encode() in path.read_bytes():
                yield name


def real_exports(system: str) -> list[Path]:
    """Return the exports in the system's true columns that may lie beside the repository, in `shared/data`; none elsewhere."""
    folders = (parent / "shared" / "data" / "fivetran" / system for parent in Path(__file__).resolve().parents)
    found = next((folder for folder in folders if folder.is_dir()), None)
    variants = ("_snowflake", "_postgres")
    return [] if found is None else sorted(p for p in found.glob("*.csv") if not p.stem.endswith(variants))
