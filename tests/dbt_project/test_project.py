"""The dbt project keeps its promises: logic tested on rows, contracts on marts, a description for every column."""

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from warehouse.lake import connect_lake, connect_publication
from warehouse.settings import Settings

Weft = Callable[..., CompletedProcess[str]]


@pytest.fixture
def manifest(aw_published: Settings) -> dict[str, Any]:
    """What dbt made of the project in the finished run."""
    [path] = Path(aw_published.state_dir).glob("dbt/dbt_marts/manifest.json")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def models(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]


def is_built(model: dict[str, Any]) -> bool:
    return bool(model["config"]["materialized"] == "table")


def test_the_logic_of_the_models_holds_on_rows_made_for_it(aw_published_copy: Settings, weft: Weft) -> None:
    tested = weft(aw_published_copy, "dbt", "test", "--resource-type", "unit_test")
    assert tested.returncode == 0, tested.stdout
    assert "ERROR=0" in tested.stdout
    assert "PASS=0" not in tested.stdout


def test_every_model_and_column_is_described(manifest: dict[str, Any], aw_published: Settings) -> None:
    silent = [model["name"] for model in models(manifest) if not model["description"]]
    with connect_lake(aw_published) as con:
        for model in filter(is_built, models(manifest)):
            described = {name for name, column in model["columns"].items() if column["description"]}
            columns = [row[0] for row in con.execute(f"DESCRIBE {model['schema']}.{model['alias']}").fetchall()]
            silent += [f"{model['name']}.{column}" for column in columns if column not in described]
    assert silent == []


def test_marts_have_enforced_contracts_that_name_every_column(manifest: dict[str, Any], aw_published: Settings) -> None:
    marts = {model["name"]: model for model in models(manifest) if "marts" in model["fqn"]}
    assert len(marts) >= 26
    assert [name for name, model in marts.items() if not model["config"]["contract"]["enforced"]] == []
    with connect_publication(aw_published) as con:
        for name, model in marts.items():
            columns = [row[0] for row in con.execute(f"DESCRIBE marts.{name}").fetchall()]
            assert columns == list(model["columns"]), name


def test_only_systems_in_use_take_part(manifest: dict[str, Any]) -> None:
    in_use = {"aw_erp", "aw_crm", "aw_scm", "ecb"}
    assert {model["fqn"][2] for model in models(manifest) if "staging" in model["fqn"]} == in_use
    seeds = {node["name"] for node in manifest["nodes"].values() if node["resource_type"] == "seed"}
    assert {seed.partition("__")[0] for seed in seeds if "__" in seed} <= in_use
    assert {"countries", "currencies", "calendar_events"} <= seeds


def test_every_mart_has_a_key_that_is_tested(manifest: dict[str, Any]) -> None:
    tested = {
        node["attached_node"].rpartition(".")[2]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
        and node.get("attached_node")
        and node["test_metadata"]["name"].startswith("unique")
    }
    marts = {model["name"] for model in models(manifest) if "marts" in model["fqn"]}
    assert marts - tested == set()


def test_dashboards_and_exports_are_exposures(manifest: dict[str, Any]) -> None:
    named = {exposure["name"]: exposure for exposure in manifest["exposures"].values()}
    kinds = {exposure["type"] for exposure in named.values()}
    assert "dashboard" in kinds
    assert "sales_forecast_csv" in named
    assert all(exposure["depends_on"]["nodes"] for exposure in named.values())
