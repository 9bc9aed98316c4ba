"""What a system offers: what its pack provides, unless weft.toml takes it from another system."""

from pathlib import Path

import pytest

from extractors.dbt_vars import dbt_vars, offered_entities
from orchestration.assets.quality import declared_controls
from warehouse.errors import WeftError
from warehouse.settings import Settings, load_settings


def two_systems(folder: Path, without: str = "") -> Settings:
    """Settings of two systems with the same pack, so that both could offer all that it provides."""
    systems = "".join(f'[systems.{name}]\npack = "aw_scm"\ninbox = "inbox"\n' for name in ("erp", "wms"))
    path = folder / "weft.toml"
    path.write_text(f'[company]\nid = "acme"\nname = "Acme"\n{systems}{without}', encoding="utf-8")
    return load_settings(path)


def test_every_system_offers_what_its_pack_provides(tmp_path: Path) -> None:
    canonical = dbt_vars(two_systems(tmp_path))["weft_canonical"]
    assert canonical["goods_receipts"] == ["stg_erp__goods_receipts", "stg_wms__goods_receipts"]


def test_a_system_goes_without_what_another_one_is_the_source_of(tmp_path: Path) -> None:
    settings = two_systems(tmp_path, 'without = ["goods_receipts", "shipments"]\n')
    canonical = dbt_vars(settings)["weft_canonical"]
    assert canonical["goods_receipts"] == ["stg_erp__goods_receipts"]
    assert canonical["shipments"] == ["stg_erp__shipments"]
    assert canonical["stock_levels"] == ["stg_erp__stock_levels", "stg_wms__stock_levels"]
    assert "goods_receipts" not in offered_entities(settings, "wms")


def test_what_is_not_offered_is_not_tied_out(tmp_path: Path) -> None:
    controls = declared_controls(two_systems(tmp_path, 'without = ["goods_receipts"]\n'))
    assert {(control.system, control.entity) for control in controls} == {
        ("erp", "purchase_order_lines"),
        ("erp", "goods_receipts"),
        ("wms", "purchase_order_lines"),
    }


def test_going_without_what_is_not_provided_is_told(tmp_path: Path) -> None:
    settings = two_systems(tmp_path, 'without = ["good_receipts"]\n')
    with pytest.raises(WeftError, match="good_receipts") as refused:
        dbt_vars(settings)
    assert "[systems.wms]" in str(refused.value)
    assert "goods_receipts" in str(refused.value)
