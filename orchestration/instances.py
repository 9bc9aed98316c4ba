"""Systems that do not bear their pack's name, such as two shops of one kind: the pack's models once more, under each one's name.

Comes in: settings, and the staging folders of packs, whose models are named after the pack and read the system of that name.
Goes out: `instances/staging/<system>/` in a deployment's dbt project, written only where it has changed. Called by `dbt`.
"""

import os
import re
import shutil
import tempfile
from pathlib import Path

import yaml

from warehouse.errors import WeftError
from warehouse.settings import Settings

# Below the project's second model path, so that dbt sees the models as weft.staging.<system>.
INSTANCES = Path("instances", "staging")
JINJA = re.compile(r"{{.*?}}|{%.*?%}", flags=re.S)
# Macros that take the system first, and the one that takes it second.
TAKE_SYSTEM = r"(?P<call>\b(?:source|raw_rows|fivetran_rows|date_shift|origin_columns|pack_\w+|edi_\w+)\(\s*)"
TAKE_ENTITY_AND_SYSTEM = r"(?P<call>\bentity_key\(\s*(?:'\w+'|\"\w+\"),\s*)"


def write_instances(settings: Settings, project: Path, staging: Path) -> None:
    """Give `project` the staging models of each system that bears another name than its pack, made from those in `staging`.

    Raises:
        WeftError: a system bears the name of another pack, whose models it would take the place of.
    """
    renamed = {name: system.pack for name, system in settings.systems.items() if name != system.pack}
    for system, pack in renamed.items():
        if (staging / system).is_dir():
            raise WeftError(
                f"{settings.config_path}: [systems.{system}] is read by the pack {pack}, but {system} is the name of models of their own "
                f"in {staging / system}. Give the system another name."
            )
        texts = {
            Path(named_after(system, pack, str(path.relative_to(staging / pack)))): _text_for(system, pack, path)
            for path in sorted((staging / pack).rglob("*"))
            if path.suffix in (".sql", ".yml")
        }
        _write(project / INSTANCES / system, texts)
    for folder in (project / INSTANCES).glob("*"):
        if folder.name not in renamed:
            shutil.rmtree(folder, ignore_errors=True)


def named_after(system: str, pack: str, text: str) -> str:
    """Return a text with the names of the pack's models as those of the system: stg_shopify__orders is stg_shop_eu__orders."""
    return re.sub(rf"(?<![a-z0-9])(stg|base)_{pack}__", rf"\1_{system}__", text)


def sql_for(system: str, pack: str, sql: str) -> str:
    """Return a model of the pack as one that reads the system, and says so in keys and columns of origin."""

    def within_jinja(found: re.Match[str]) -> str:
        text = found.group()
        for taking in (TAKE_SYSTEM, TAKE_ENTITY_AND_SYSTEM):
            text = re.sub(rf"{taking}(?P<quote>['\"]){pack}(?P=quote)", rf"\g<call>\g<quote>{system}\g<quote>", text)
        return text

    return JINJA.sub(within_jinja, named_after(system, pack, sql))


def _text_for(system: str, pack: str, path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    return sql_for(system, pack, text) if path.suffix == ".sql" else _yml_for(system, pack, text)


def _yml_for(system: str, pack: str, text: str) -> str:
    described = yaml.safe_load(sql_for(system, pack, text))
    # They are of the pack's logic, on rows of a system that bears its name.
    described.pop("unit_tests", None)
    for source in described.get("sources", []):
        if source["name"] == pack:
            source["name"] = system
            for table in source["tables"]:
                table["identifier"] = f"{system}__{table['name']}"
    return yaml.safe_dump(described, sort_keys=False, allow_unicode=True, width=140)


def _write(folder: Path, texts: dict[Path, str]) -> None:
    for relative, text in texts.items():
        path = folder / relative
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        # Moved in place: the Dagster UI and a headless run may both be preparing the project.
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, suffix=".new", delete=False) as new:
            new.write(text)
        os.replace(new.name, path)
    for path in folder.rglob("*"):
        if path.suffix in (".sql", ".yml") and path.relative_to(folder) not in texts:
            path.unlink(missing_ok=True)
