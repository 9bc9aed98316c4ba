"""A company may have two systems of one kind: each lands, is mapped and keeps its numbers under its own name."""

import shutil
from decimal import Decimal

import pytest
from staging_alone import FIXTURES, staged
from weft_command import run_weft

from extractors.landing import land_system
from warehouse.settings import Settings, load_settings

COMPANY = """\
[company]
id = "twins"
name = "Twins"

[run]
threads = 1

[systems.shop_eu]
pack = "shopify"
inbox = "inbox/shop_eu"

[systems.shop_us]
pack = "shopify"
inbox = "inbox/shop_us"
instance = "us"
id_spaces = {order = "shop_us", shipment = "shop_us"}
"""
SHOPS = ("shop_eu", "shop_us")


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Two shops with the same exports, the worst case for numbers that must be told apart; staged and united."""
    root = tmp_path_factory.mktemp("twins")
    for shop in SHOPS:
        shutil.copytree(FIXTURES / "shopify", root / "inbox" / shop)
    (root / "weft.toml").write_text(COMPANY, encoding="utf-8")
    settings = load_settings(root / "weft.toml")
    for shop in SHOPS:
        assert {result.status for result in land_system(settings, shop, "test")} == {"landed"}
    built = run_weft(
        settings, "dbt", "build", "--exclude-resource-type", "unit_test", "--indirect-selection", "cautious",
        "--select", "resource_type:seed", "fqn:weft.staging", "int_sales_order_lines__unioned", "int_customers__unioned",
    )  # fmt: skip
    assert built.returncode == 0, built.stdout
    return settings


@pytest.mark.parametrize(
    ("table", "key", "amount"),
    [
        ("intermediate.int_sales_order_lines__unioned", "order_line_key", "net_amount"),
        ("intermediate.int_customers__unioned", "customer_key", "0"),
    ],
)
def test_both_shops_are_counted_and_their_keys_differ(shops: Settings, table: str, key: str, amount: str) -> None:
    found = staged(
        shops,
        f"select source_system, source_instance, count(*) as counted, sum({amount}) as amount from lake.{table} group by all order by 1",
    )
    assert [(row["source_system"], row["source_instance"]) for row in found] == [("shop_eu", "main"), ("shop_us", "us")]
    assert found[0]["counted"] == found[1]["counted"] > 0
    assert found[0]["amount"] == found[1]["amount"] >= Decimal(0)
    shared = f"select {key} from lake.{table} group by 1 having count(distinct source_system) > 1"
    assert staged(shops, shared) == []


def test_orders_are_apart_but_articles_are_the_same(shops: Settings) -> None:
    """The second shop counts its orders on its own, as weft.toml says; SKUs are the company's."""
    for model, key, both in (("sales_orders", "order_key", 0), ("products", "product_key", None)):
        [found] = staged(
            shops,
            f"select count(*) as keys from stg_shop_eu__{model} as eu inner join stg_shop_us__{model} as us using ({key})",
        )
        [all_of_one] = staged(shops, f"select count(*) as keys from stg_shop_eu__{model}")
        assert found["keys"] == (all_of_one["keys"] if both is None else both)
        assert all_of_one["keys"] > 0
