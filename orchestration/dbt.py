"""How Weft calls dbt: its environment, its vars, and the manifest that the asset graph is built from.

Comes in: settings. Goes out: an environment and arguments for the guarded `weft-dbt`, and a manifest that is parsed
again only when the project or the vars have changed. Called by the transform assets and by `weft dbt`.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from extractors.dbt_vars import dbt_vars
from extractors.pack import PACKS_DIR
from orchestration.inputs import INSTALLATION, hash_files
from orchestration.instances import write_instances
from warehouse.errors import WeftError
from warehouse.lock import CHILD_LOCK_VARIABLE, child_lock_path
from warehouse.settings import Settings

DBT_PROJECT = INSTALLATION / "dbt_project"
PROJECT_PARTS = ("dbt_project.yml", "macros", "models", "seeds", "tests")
WEFT_DBT = Path(sys.executable).with_name("weft-dbt")
PARSED_FILES = ("partial_parse.msgpack", "manifest.json")
READING_COMMANDS = {"parse", "ls", "list", "deps", "clean"}
COMMAND_GROUPS = {"docs", "source"}


def dbt_environment(settings: Settings, target: Path | None = None) -> dict[str, str]:
    """Return the environment in which dbt finds project, profile, lake and limits, and leaves artifacts in `target`."""
    target = target or settings.dbt_target_dir
    return {
        **os.environ,
        "WEFT_CATALOG": str(settings.catalog_path),
        "WEFT_DATA": f"{settings.data_path}/",
        "WEFT_MEMORY_LIMIT": settings.run.memory_limit,
        "WEFT_THREADS": str(settings.run.threads),
        "WEFT_TEMP": str(settings.temp_dir),
        CHILD_LOCK_VARIABLE: str(child_lock_path(settings)),
        "DBT_PROJECT_DIR": str(project_folder(settings)),
        "DBT_PROFILES_DIR": str(DBT_PROJECT),
        "DBT_TARGET_PATH": str(target),
        "DBT_LOG_PATH": str(target),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        # Looking for a newer dbt would need the network and a second.
        "DBT_VERSION_CHECK": "false",
        "DO_NOT_TRACK": "1",
        "PYTHONUNBUFFERED": "1",
    }


def project_folder(settings: Settings) -> Path:
    """Return the dbt project of this deployment: that of the installation, without the folders of systems that it has not.

    dbt reads a project as a whole, and every seed and model that it need not know costs time in every call.
    """
    folder = settings.dbt_target_dir / "project"
    folder.mkdir(parents=True, exist_ok=True)
    for part in PROJECT_PARTS:
        link = folder / part
        if not link.exists() or link.readlink() != DBT_PROJECT / part:
            # Made apart and moved in place: the Dagster UI and a headless run may both be preparing it.
            with tempfile.TemporaryDirectory(dir=folder) as scratch:
                (Path(scratch) / part).symlink_to(DBT_PROJECT / part)
                os.replace(Path(scratch) / part, link)
    write_instances(settings, folder, DBT_PROJECT / "models" / "staging")
    packs = {system.pack for system in settings.systems.values()}
    ignored = "".join(
        [f"/models/staging/{name}/\n" for name in _systems_of_packs() if name not in settings.systems]
        + [f"/seeds/{name}/\n" for name in _systems_of_packs() if name not in packs | set(settings.systems)]
    )
    ignore_file = folder / ".dbtignore"
    if not ignore_file.exists() or ignore_file.read_text(encoding="utf-8") != ignored:
        ignore_file.write_text(ignored, encoding="utf-8")
    return folder


def _systems_of_packs() -> list[str]:
    return sorted(
        {path.stem for path in PACKS_DIR.glob("*.yml")}
        | {path.name for path in (DBT_PROJECT / "models" / "staging").iterdir() if path.is_dir()}
    )


def vars_argument(settings: Settings) -> list[str]:
    """Return `--vars` with what dbt must know of the packs and the company; the same text for the same settings."""
    return ["--vars", json.dumps(dbt_vars(settings), sort_keys=True)]


def prepare_manifest(settings: Settings) -> Path:
    """Return the path of a manifest that fits project and vars, parsing them if they changed.

    Raises:
        WeftError: dbt cannot parse the project.
    """
    target = settings.dbt_target_dir
    manifest, key_file = target / "manifest.json", target / "manifest.key"
    arguments = vars_argument(settings)
    environment = dbt_environment(settings)
    lake = {name: environment[name] for name in ("WEFT_CATALOG", "WEFT_DATA")}
    key = hashlib.sha256(
        json.dumps([hash_files([DBT_PROJECT]), arguments, lake, version("dbt-core"), version("dbt-duckdb")]).encode()
    ).hexdigest()
    if manifest.exists() and key_file.exists() and key_file.read_text(encoding="utf-8") == key:
        return manifest
    target.mkdir(parents=True, exist_ok=True)
    # Parsed apart and moved in place: the Dagster UI and a headless run may both be preparing it.
    with tempfile.TemporaryDirectory(dir=target, prefix="parse-") as scratch:
        if (target / PARSED_FILES[0]).exists():
            shutil.copy(target / PARSED_FILES[0], scratch)
        finished = subprocess.run(
            [str(WEFT_DBT), "--quiet", "parse", *arguments],
            env=dbt_environment(settings, Path(scratch)),
            cwd=environment["DBT_PROJECT_DIR"],
            capture_output=True,
            text=True,
        )
        if finished.returncode != 0:
            raise WeftError(f"dbt cannot parse the project in {DBT_PROJECT}:\n{finished.stdout.strip()}")
        for name in PARSED_FILES:
            os.replace(Path(scratch) / name, target / name)
    key_file.write_text(key, encoding="utf-8")
    return manifest


def stage_target(settings: Settings, stage: str) -> Path:
    """Return the folder where dbt leaves the artifacts of one stage, ready for a start without parsing."""
    target = settings.dbt_target_dir / stage
    target.mkdir(parents=True, exist_ok=True)
    shutil.copy(settings.dbt_target_dir / PARSED_FILES[0], target)
    return target


def command_line(settings: Settings, words: list[str]) -> list[str]:
    """Return the guarded dbt with a person's arguments, with the vars unless they gave their own."""
    if words[0].startswith("-") or "--help" in words or "--vars" in words:
        return [str(WEFT_DBT), *words]
    command = 2 if words[0] in COMMAND_GROUPS else 1
    return [str(WEFT_DBT), *words[:command], *vars_argument(settings), *words[command:]]


def only_reads(words: list[str]) -> bool:
    """Say whether a dbt call leaves the lake alone, so that it may run beside a run."""
    return words[0].startswith("-") or "--help" in words or words[0] in READING_COMMANDS
