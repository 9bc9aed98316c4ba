"""Whoever deletes a pack's file, models and seeds has a warehouse without that system; nothing else names what is gone."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from forks import REPOSITORY, Fork, fork_repository
from weft_command import run_weft

from extractors.pack import load_pack
from orchestration.scaffold import SYSTEMS
from warehouse.settings import load_settings

PACKS = sorted(path.stem for path in (REPOSITORY / "extractors" / "packs").glob("*.yml"))
LOAD = """
from pathlib import Path
from orchestration.definitions import build_definitions
from warehouse.settings import load_settings
graph = build_definitions(load_settings(Path({config!r}))).resolve_asset_graph()
print(*sorted("/".join(key.path) for key in graph.get_all_asset_keys()), sep="\\n")
"""


def company_of(root: Path, packs: list[str]) -> Path:
    """Write the settings of a company that uses all of these packs."""
    lines = ['[company]\nid = "left"\nname = "Left"\n']
    for pack in packs:
        lines.append(f'[systems.{pack}]\npack = "{pack}"\ninbox = "inbox/{pack}"')
        lines += [f'options.{option} = "ours"' for option in load_pack(pack).options]
    config = root / "weft.toml"
    config.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return config


@pytest.fixture
def fork(tmp_path: Path) -> Fork:
    return fork_repository(tmp_path / "fork")


def folder_of(node: dict[str, Any]) -> str:
    """The pack whose folder a node of dbt lies in; empty for what all systems share."""
    found = re.match(r"(?:models/staging|seeds)/(\w+)/", node["original_file_path"])
    return found.group(1) if found and found.group(1) in PACKS else ""


def test_nothing_outside_of_a_packs_folders_reads_what_is_in_them(tmp_path: Path) -> None:
    settings = load_settings(company_of(tmp_path, PACKS))
    # Without the variables that name the systems in use, no canonical model reads any of them.
    parsed = run_weft(settings, "dbt", "parse", "--vars", "{}")
    assert parsed.returncode == 0, parsed.stdout
    manifest = json.loads((settings.dbt_target_dir / "manifest.json").read_bytes())
    nodes = {**manifest["nodes"], **manifest["sources"], **manifest["unit_tests"], **manifest["exposures"]}
    reading = [
        (node["original_file_path"], read)
        for node in nodes.values()
        for read in node.get("depends_on", {}).get("nodes", [])
        if folder_of(nodes[read]) not in ("", folder_of(node))
    ]
    assert reading == []
    assert {folder_of(node) for node in nodes.values()} == {"", *PACKS}


@pytest.mark.parametrize("pack", ["aw_erp", "reference"])
def test_the_other_systems_stay_as_they_are(fork: Fork, pack: str, tmp_path: Path) -> None:
    fork.delete(pack)
    config = company_of(tmp_path, fork.packs)
    loaded = fork.python(LOAD.format(config=str(config)))
    assert loaded.returncode == 0, loaded.stderr
    assets = loaded.stdout.splitlines()
    assert "marts/fct_order_line" in assets
    assert not [asset for asset in assets if re.search(rf"(^|/|_){pack}__", asset)]
    for other in fork.packs:
        assert any(re.search(rf"(^|/){other}__|stg_{other}__", asset) for asset in assets), other


@pytest.mark.parametrize("pack", [*SYSTEMS, "shopify"])
def test_the_command_needs_none_of_them(fork: Fork, pack: str, tmp_path: Path) -> None:
    fork.delete(pack)
    helped = fork.weft("--help")
    assert helped.returncode == 0, helped.stderr
    started = fork.weft("init", str(tmp_path / "company"))
    assert started.returncode == 0, started.stderr
    config = str(tmp_path / "company" / "weft.toml")
    asked = fork.weft("status", "--config", config)
    assert "Nothing has run here yet" in asked.stderr


def test_a_system_whose_pack_is_gone_is_named_with_the_packs_that_there_are(fork: Fork, tmp_path: Path) -> None:
    config = company_of(tmp_path, ["wms"])
    fork.delete("wms")
    finished = fork.weft("run", "--config", str(config))
    assert finished.returncode == 1
    assert "There is no pack 'wms'" in finished.stderr
    assert "shopify" in finished.stderr
