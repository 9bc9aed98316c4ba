"""The door: a draft of a pack and its staging models, written into the project, never over anything.

Comes in: a name and sample files. Goes out: files in `extractors/packs/` and `dbt_project/models/staging/<name>/`, and what was
found. Called by `weft new-source`.
"""

import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

import duckdb

from extractors.drafting.columns import describe_columns, find_key
from extractors.drafting.concepts import likely_entities, understand
from extractors.drafting.pack_text import DraftEntity, pack_text
from extractors.drafting.sample import read_sample
from extractors.drafting.staging_text import LINES, canonical_columns, model_sql, model_yml, sources_yml
from extractors.pack import PACKS_DIR
from warehouse.errors import WeftError

DBT_PROJECT = PACKS_DIR.parent.parent / "dbt_project"


@dataclass(frozen=True)
class Draft:
    """What was drafted: the entities as understood, which of them feeds which canonical entity, and the files."""

    entities: list[DraftEntity]
    provides: dict[str, DraftEntity]
    files: list[Path]


def draft_source(name: str, samples: list[Path]) -> Draft:
    """Draft the pack `name` from sample exports.

    Raises:
        WeftError: the name is no name for a system or is taken, a file cannot be read, or two files are of one entity.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,40}", name) or "__" in name:
        raise WeftError(f"{name!r} is no name for a system: use small letters, digits and single underscores.")
    pack, staging = PACKS_DIR / f"{name}.yml", DBT_PROJECT / "models" / "staging" / name
    for taken in (pack, staging):
        if taken.exists():
            raise WeftError(f"{taken} exists already; choose another name, or delete it.")
    with duckdb.connect() as con, tempfile.TemporaryDirectory() as folder:
        entities = [_understood(con, path, Path(folder) / str(number)) for number, path in enumerate(samples)]
    doubled = {one.name for one in entities if [other.name for other in entities].count(one.name) > 1}
    if doubled:
        raise WeftError(f"Several files are of one entity, {', '.join(sorted(doubled))}; give one of each.")
    provides: dict[str, DraftEntity] = {}
    for entity in entities:
        for canonical in entity.canonical:
            provides.setdefault(canonical, entity)
    contract = canonical_columns(DBT_PROJECT)
    texts = {pack: pack_text(name, entities, provides), staging / f"_{name}__sources.yml": sources_yml(name, entities)}
    for canonical, entity in provides.items():
        model = staging / f"stg_{name}__{canonical}"
        texts[model.with_suffix(".sql")] = model_sql(name, canonical, entity, contract[canonical])
        texts[model.with_suffix(".yml")] = model_yml(name, canonical, contract[canonical])
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Draft(entities, provides, list(texts))


def _understood(con: duckdb.DuckDBPyConnection, path: Path, workspace: Path) -> DraftEntity:
    sample = read_sample(con, path, workspace)
    columns = describe_columns(con, sample)
    meanings = understand(columns)
    canonical = likely_entities(meanings)
    # A small sample may hold more articles than orders; what its lines belong to is the order all the same.
    document = meanings.get(LINES.get(canonical[0], "")) if canonical else None
    key, reason = find_key(con, sample, columns, document.column.name if document else None)
    has_key = not reason.startswith("nothing")
    return DraftEntity(sample, columns, key, reason, has_key, meanings, canonical)
