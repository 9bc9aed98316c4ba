"""How dbt's nodes appear in Dagster's graph.

Comes in: nodes of the dbt manifest. Goes out: asset keys, groups and dependencies that read like the way of the data: a
dbt source is the landed asset, a group is a layer or a domain. Called by the transform assets.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtProject

PUBLISHED_EVERY = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=36), warn_window=timedelta(hours=26))

# Which record is whose, as the resolution step leaves it.
PERSON_LINK = dg.AssetKey(["identity", "person_link"])


def landed_key(system: str, entity: str) -> dg.AssetKey:
    """The key of the asset that lands one entity of one system."""
    return dg.AssetKey([system, entity])


class LayerTranslator(DagsterDbtTranslator):
    """Names assets `layer/model`, maps sources on landed assets, and puts the gate of the floor below before models."""

    def __init__(self, landed_gates: Mapping[str, dg.AssetKey], after_staging: dg.AssetKey) -> None:
        """`landed_gates` is the gate of each system, `after_staging` the one before intermediate models and marts."""
        super().__init__()
        self._landed_gates = landed_gates
        self._after_staging = after_staging

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        if dbt_resource_props["resource_type"] == "source":
            # The ledger's quarantine is what the gate after staging writes.
            if dbt_resource_props["source_name"] == "ops":
                return self._after_staging
            if dbt_resource_props["source_name"] == "identity":
                return PERSON_LINK
            return landed_key(dbt_resource_props["source_name"], dbt_resource_props["name"])
        return dg.AssetKey([_layer(dbt_resource_props), dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        layer = _layer(dbt_resource_props)
        if layer == "marts":
            return f"marts_{dbt_resource_props['fqn'][2]}"
        return layer

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None) -> dg.AssetSpec:
        spec = super().get_asset_spec(manifest, unique_id, project)
        if unique_id.startswith("source"):
            return spec
        node = self.get_resource_props(manifest, unique_id)
        layer = _layer(node)
        gate = self._landed_gates.get(node["fqn"][2]) if layer == "staging" else None
        if layer in ("intermediate", "marts"):
            gate = self._after_staging
        waits_already = any(dependency.asset_key == gate for dependency in spec.deps)
        return spec.replace_attributes(
            deps=[*spec.deps, dg.AssetDep(gate)] if gate and not waits_already else spec.deps,
            freshness_policy=PUBLISHED_EVERY if layer == "marts" else None,
        )


def _layer(node: Mapping[str, Any]) -> str:
    if node["resource_type"] == "seed":
        return "seeds"
    return str(node["fqn"][1])
