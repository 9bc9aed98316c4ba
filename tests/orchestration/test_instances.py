"""Models of a pack become those of a system with another name, whole and without residue."""

import re
from pathlib import Path

import pytest
import yaml

from extractors.dbt_vars import dbt_vars
from extractors.pack import PACKS_DIR, load_pack
from orchestration.dbt import DBT_PROJECT
from orchestration.instances import INSTANCES, JINJA, named_after, sql_for, write_instances
from warehouse.errors import WeftError
from warehouse.settings import Settings, load_settings

STAGING = DBT_PROJECT / "models" / "staging"
PACKS = sorted(path.stem for path in PACKS_DIR.glob("*.yml") if (STAGING / path.stem).is_dir())


def company(root: Path, systems: str) -> Settings:
    root.mkdir(exist_ok=True)
    (root / "weft.toml").write_text(f'[company]\nid = "two"\nname = "Two"\n{systems}', encoding="utf-8")
    return load_settings(root / "weft.toml")


@pytest.mark.parametrize("pack", PACKS)
def test_no_model_goes_on_naming_its_pack_as_the_system(pack: str, tmp_path: Path) -> None:
    write_instances(company(tmp_path, f'[systems.other]\npack = "{pack}"\n'), tmp_path, STAGING)
    written = tmp_path / INSTANCES / "other"
    originals = {
        named_after("other", pack, str(path.relative_to(STAGING / pack))) for path in (STAGING / pack).rglob("*.*")
    }
    assert {str(path.relative_to(written)) for path in written.rglob("*.*")} == originals
    for path in written.rglob("*.*"):
        within = " ".join(JINJA.findall(path.read_text(encoding="utf-8")))
        assert not re.search(rf"['\"]{pack}['\"]|(stg|base)_{pack}__", within), path.name


@pytest.mark.parametrize("pack", PACKS)
def test_control_totals_count_the_raw_tables_of_the_system_whatever_its_name(pack: str) -> None:
    for declared in load_pack(pack).control_totals.values():
        for total in declared if isinstance(declared, list) else [declared]:
            assert f"{pack}__" not in " ".join([total.joins, total.date, *total.measures.values()])


def test_only_names_of_the_system_are_changed() -> None:
    sql = """
    select {{ entity_key('shop', 'shop', 'shop') }}, 'shop' as kind, {{ pack_text('shop', 'shop', 'shop') }}
    from {{ raw_rows('shop', 'shop') }}
    inner join {{ ref('stg_shop__shops') }} using (shop) inner join {{ ref('shop__kinds') }} using (kind)
    """
    assert (
        sql_for("north", "shop", sql)
        == """
    select {{ entity_key('shop', 'north', 'shop') }}, 'shop' as kind, {{ pack_text('north', 'shop', 'shop') }}
    from {{ raw_rows('north', 'shop') }}
    inner join {{ ref('stg_north__shops') }} using (shop) inner join {{ ref('shop__kinds') }} using (kind)
    """
    )


def test_sources_are_the_tables_of_the_system(tmp_path: Path) -> None:
    write_instances(company(tmp_path, '[systems.shop_eu]\npack = "shopify"\n'), tmp_path, STAGING)
    [path] = (tmp_path / INSTANCES).rglob("*sources.yml")
    [source] = yaml.safe_load(path.read_text(encoding="utf-8"))["sources"]
    assert source["name"] == "shop_eu"
    assert {table["identifier"] for table in source["tables"]} == {
        f"shop_eu__{table['name']}" for table in source["tables"]
    }


def test_a_system_that_is_taken_away_takes_its_models_along(tmp_path: Path) -> None:
    project = tmp_path / "project"
    write_instances(company(tmp_path, '[systems.a]\npack = "wms"\n[systems.b]\npack = "wms"\n'), project, STAGING)
    model = project / INSTANCES / "a" / "stg_a__warehouses.sql"
    before = (model.stat().st_ino, model.stat().st_mtime_ns)
    write_instances(company(tmp_path, '[systems.a]\npack = "wms"\n[systems.wms]\npack = "wms"\n'), project, STAGING)
    assert [folder.name for folder in (project / INSTANCES).iterdir()] == ["a"]
    assert (model.stat().st_ino, model.stat().st_mtime_ns) == before


def test_a_system_cannot_take_the_name_of_another_packs_models(tmp_path: Path) -> None:
    settings = company(tmp_path, '[systems.shopify]\npack = "wms"\n')
    with pytest.raises(WeftError, match=r"\[systems\.shopify\] is read by the pack wms"):
        write_instances(settings, tmp_path, STAGING)


def test_a_second_shop_can_count_its_orders_on_its_own(tmp_path: Path) -> None:
    settings = company(tmp_path, '[systems.us]\npack = "shopify"\nid_spaces = {order = "us"}\n')
    spaces = dbt_vars(settings)["weft_packs"]["us"]["id_spaces"]
    assert (spaces["order"], spaces["product"]) == ("us", "sku")
    misspelt = company(tmp_path / "misspelt", '[systems.us]\npack = "shopify"\nid_spaces = {orders = "us"}\n')
    with pytest.raises(WeftError, match="id_spaces for orders"):
        dbt_vars(misspelt)
