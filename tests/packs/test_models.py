"""The mappings of all packs keep the promises that the rest of the project keeps."""

import json
from typing import Any

from weft_command import run_weft

from warehouse.settings import Settings


def staging_models(settings: Settings) -> dict[str, dict[str, Any]]:
    manifest = json.loads((settings.dbt_target_dir / "manifest.json").read_text(encoding="utf-8"))
    nodes = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    return {node["name"]: node for node in nodes if "staging" in node["fqn"]}


def test_the_logic_of_the_mappings_holds_on_rows_made_for_it(packs_published: Settings) -> None:
    tested = run_weft(packs_published, "dbt", "test", "--resource-type", "unit_test")
    assert tested.returncode == 0, tested.stdout
    assert "ERROR=0" in tested.stdout
    assert "PASS=0" not in tested.stdout


def test_every_mapping_has_an_enforced_contract_in_which_each_column_is_described(packs_published: Settings) -> None:
    models = staging_models(packs_published)
    mappings = {name: model for name, model in models.items() if name.startswith("stg_")}
    assert len(mappings) > 90
    assert [name for name, model in mappings.items() if not model["config"]["contract"]["enforced"]] == []
    silent = [name for name, model in models.items() if not model["description"]]
    silent += [
        f"{name}.{column}"
        for name, model in mappings.items()
        for column, described in model["columns"].items()
        if not described["description"]
    ]
    assert silent == []
