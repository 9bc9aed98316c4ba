"""What the marts are made from, as one hash: if it is the same and nothing new has landed, a run has nothing to do.

Comes in: settings, and the files of this installation. Goes out: a fingerprint that is recorded with each publication.
Called by the headless run and by the asset that decides whether the rest of a run is needed.
"""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from forecasting.overrides.files import folder_fingerprint
from warehouse.settings import Settings

INSTALLATION = Path(__file__).resolve().parent.parent
CODE_FOLDERS = (
    "warehouse",
    "extractors",
    "dbt_project",
    "data_quality",
    "customers",
    "forecasting",
    "distribution",
    "orchestration",
)
CODE_SUFFIXES = {".py", ".sql", ".yml", ".yaml", ".csv", ".toml", ".json"}
# Sections of weft.toml that say where and when Weft runs, not what it makes.
OPERATIONAL_SECTIONS = {"lake", "run", "publication", "schedule", "dashboards", "ui", "audiences", "roles"}


def hash_files(folders: Iterable[Path]) -> str:
    """Hash names and contents of the code files below `folders`."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            relative = path.relative_to(folder.parent)
            # What dbt and editors leave behind is no code.
            if path.suffix not in CODE_SUFFIXES or {"target", "logs", "dbt_packages"} & set(relative.parts):
                continue
            digest.update(f"{relative.as_posix()}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def inputs_fingerprint(settings: Settings) -> str:
    """Hash the code, the packs, the overrides of planners and those settings that the marts depend on."""
    code = hash_files(INSTALLATION / folder for folder in CODE_FOLDERS)
    # What planners have dropped is an input like landed rows.
    overrides = folder_fingerprint(settings.overrides_dir)
    chosen = settings.model_dump(mode="json", exclude=OPERATIONAL_SECTIONS)
    return hashlib.sha256(f"{code}\0{overrides}\0{json.dumps(chosen, sort_keys=True)}".encode()).hexdigest()
