"""The graph reads like the way of the data: landed entity, gate, staging, gate, marts, gate, publication, exports."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.assets.graph.asset_graph import AssetGraph

from orchestration.assets.quality import check_name
from orchestration.definitions import JOB_NAME, build_definitions
from orchestration.instance import WRITER_POOL
from orchestration.scaffold import create_deployment
from warehouse.settings import Settings, load_settings


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    directory = tmp_path_factory.mktemp("graph") / "company"
    create_deployment(directory)
    return load_settings(directory)


@pytest.fixture(scope="module")
def definitions(settings: Settings) -> dg.Definitions:
    return build_definitions(settings)


@pytest.fixture(scope="module")
def graph(definitions: dg.Definitions) -> AssetGraph:
    return definitions.resolve_asset_graph()


def key(path: str) -> dg.AssetKey:
    return dg.AssetKey(path.split("/"))


def ancestors(graph: AssetGraph, of: str) -> set[str]:
    return {one.to_user_string() for one in graph.get_ancestor_asset_keys(key(of))}


def parents(graph: AssetGraph, of: str) -> set[str]:
    return {one.to_user_string() for one in graph.get(key(of)).parent_keys}


def test_a_landed_entity_leads_to_mart_publication_and_exports(graph: AssetGraph) -> None:
    assert "aw_erp/sales_order_detail" in parents(graph, "staging/stg_aw_erp__sales_order_lines")
    assert "aw_erp/sales_order_detail" in ancestors(graph, "marts/fct_order_line")
    assert {"marts/fct_order_line", "marts/fct_forecast"} <= parents(graph, "quality/marts")
    assert parents(graph, "publication") == {"quality/marts"}
    assert parents(graph, "exports/planner_files") == {"publication"}


def test_each_floor_waits_for_the_gate_below(graph: AssetGraph) -> None:
    assert "inputs" in parents(graph, "quality/landed_aw_erp")
    assert "quality/landed_aw_erp" in parents(graph, "staging/stg_aw_erp__sales_orders")
    assert "quality/landed_aw_crm" not in parents(graph, "staging/stg_aw_erp__sales_orders")
    assert "quality/standardised" in parents(graph, "intermediate/int_sales_orders__unioned")
    assert "staging/stg_aw_erp__sales_orders" in parents(graph, "quality/standardised")


def test_groups_are_the_floors_and_domains(graph: AssetGraph, settings: Settings) -> None:
    groups = Counter(graph.get(one).group_name for one in graph.executable_asset_keys)
    expected = {f"extract_{system}" for system in settings.systems} | {"staging", "intermediate", "marts_core"}
    expected |= {f"marts_{domain}" for domain in ("customer", "order", "inventory", "shipment", "procurement")}
    expected |= {"marts_production", "quality", "publication", "forecast", "exports"}
    assert expected <= set(groups)
    assert "default" not in groups
    assert groups["extract_aw_erp"] == 15


def test_nothing_is_left_outside_the_graph(graph: AssetGraph) -> None:
    assert not graph.external_asset_keys


def test_dbt_tests_and_gates_are_checks(graph: AssetGraph) -> None:
    names = {f"{one.asset_key.to_user_string()}:{one.name}" for one in graph.asset_check_keys}
    assert "aw_erp/product:delivery" in names
    assert "quality/landed_aw_erp:aw_erp_product" in names
    assert "quality/marts:fct_order_line" in names
    assert any(name.startswith("marts/fct_order_line:") for name in names)
    gates = [one for one in graph.asset_check_keys if one.asset_key.path[0] == "quality"]
    assert all(graph.get(one).blocking for one in gates)
    assert not graph.get(dg.AssetCheckKey(key("aw_erp/product"), "delivery")).blocking


def test_check_names_of_subjects_are_identifiers() -> None:
    assert check_name("aw_erp.product #12") == "aw_erp_product"
    assert check_name("control aw_erp.sales_order_lines") == "control_aw_erp_sales_order_lines"


def test_every_step_that_writes_asks_for_the_writer(definitions: dg.Definitions) -> None:
    for node in definitions.resolve_job_def(JOB_NAME).nodes:
        if node.name in ("exports", "inputs"):
            continue
        assert node.definition.pool == WRITER_POOL, node.name  # type: ignore[attr-defined]
        assert "writer" in node.definition.required_resource_keys, node.name  # type: ignore[attr-defined]


def test_landed_and_published_assets_have_freshness_policies(graph: AssetGraph) -> None:
    for path in ("aw_erp/product", "marts/fct_order_line", "marts/fct_forecast", "publication"):
        assert graph.get(key(path)).freshness_policy is not None, path


def test_manifest_is_parsed_once_per_project_and_settings(settings: Settings, definitions: dg.Definitions) -> None:
    manifest = settings.dbt_target_dir / "manifest.json"
    before = manifest.stat().st_mtime_ns
    build_definitions(settings)
    assert manifest.stat().st_mtime_ns == before


def test_dagster_loads_the_module_by_the_settings_of_the_environment(settings: Settings, tmp_path: Path) -> None:
    dagster = Path(sys.executable).with_name("dagster")
    finished = subprocess.run(
        [str(dagster), "definitions", "validate", "-m", "orchestration.definitions"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "WEFT_CONFIG": str(settings.config_path), "DAGSTER_HOME": str(tmp_path)},
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
