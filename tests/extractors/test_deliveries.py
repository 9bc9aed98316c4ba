"""Deliveries: which files are landed, for which entity and in which order, and what becomes of those that vanish."""

from pathlib import Path
from typing import Any

import pytest
from shop import COLUMNS, MakeShop

import extractors.landing as landing
from extractors.deliveries import unmatched_files
from warehouse.errors import WeftError

HEADER = "id,name,price\n"
ITEMS = HEADER + "1,Bolt,1.10\n2,Nut,2.20\n3,Washer,3.30\n"


def test_deliveries_land_in_the_order_of_the_days_in_their_names(make_shop: MakeShop) -> None:
    shop = make_shop()
    names = [
        "item_2024-03-01.csv",
        "item_20240229.csv",
        "item-2024.02.28.csv",
        "item_2023_12_31.csv",
        "item_b_20240229.csv",
    ]
    for name in names:
        shop.deliver(name, HEADER + f"{name},x,1\n")
    expected = [names[3], names[2], names[1], names[4], names[0]]
    assert shop.pending() == expected
    assert [result.file for result in shop.land()] == expected
    days = [str(day) for (day,) in shop.ask("SELECT exported_on FROM ops.load ORDER BY load_id")]
    assert days == ["2023-12-31", "2024-02-28", "2024-02-29", "2024-02-29", "2024-03-01"]


def test_a_number_that_is_no_day_does_not_order_deliveries(make_shop: MakeShop) -> None:
    shop = make_shop()
    for name in ("item_20241301.csv", "item_2023-02-30.csv", "item_120240101.csv"):
        shop.deliver(name, HEADER + f"{name},x,1\n")
    shop.land()
    [(days,)] = shop.ask("SELECT count(*) FROM ops.load WHERE exported_on >= current_date - 1")
    assert days == 3


def test_a_file_belongs_to_the_pattern_with_the_longest_beginning(make_shop: MakeShop) -> None:
    entity = {"key": ["id"], "columns": COLUMNS}
    patterns = {"any": "*.csv", "product": "product*", "category": "product_category*", "model": "product_m?del*"}
    shop = make_shop({name: {**entity, "file": file} for name, file in patterns.items()})
    files = ["product.csv", "product_1.csv", "PRODUCT_CATEGORY.csv", "product_model.csv", "order.csv", "notes.txt"]
    for name in files:
        shop.deliver(name, HEADER + f"{name},x,1\n")
    assert {name: shop.pending(name) for name in patterns} == {
        "any": ["order.csv"],
        "product": ["product.csv", "product_1.csv"],
        "category": ["PRODUCT_CATEGORY.csv"],
        "model": ["product_model.csv"],
    }
    assert unmatched_files(shop.settings, "shop") == ["notes.txt"]


def test_an_unfinished_upload_is_left_alone_until_it_is_finished(make_shop: MakeShop) -> None:
    shop = make_shop()
    names = ["items.csv.part", "items.csv.tmp", "items.csv.FILEPART", ".items.csv", ".item"]
    paths = [shop.deliver(name, HEADER + "1,Bo") for name in names]
    assert shop.pending() == []
    assert shop.land() == []
    shop.deliver("items.csv", ITEMS)
    assert [result.status for result in shop.land()] == ["landed"]
    assert all(path.exists() for path in paths)


def test_deliveries_stay_as_they_are(make_shop: MakeShop) -> None:
    shop = make_shop()
    path = shop.deliver("items.csv", ITEMS)
    shop.land()
    assert path.read_text(encoding="utf-8") == ITEMS
    assert [file.name for file in shop.inbox.rglob("*")] == ["items.csv"]
    assert list(shop.settings.temp_dir.glob("landing-*")) == []


def test_a_file_that_is_taken_away_while_we_look_is_no_delivery(
    make_shop: MakeShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = make_shop()
    shop.deliver("items_1.csv", ITEMS)
    shop.deliver("items_2.csv", ITEMS + "4,Pin,4\n")
    found = landing.find_deliveries

    def find_and_take_away(*arguments: Any) -> Any:
        deliveries = found(*arguments)
        (shop.inbox / "items_1.csv").unlink(missing_ok=True)
        return deliveries

    monkeypatch.setattr(landing, "find_deliveries", find_and_take_away)
    assert shop.pending() == ["items_2.csv"]
    shop.deliver("items_1.csv", ITEMS)
    assert [result.file for result in shop.land()] == ["items_2.csv"]
    assert shop.loads() == [("items_2.csv", "landed")]


def test_a_file_that_is_taken_away_while_we_read_it_is_a_failed_load(
    make_shop: MakeShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = make_shop()
    shop.deliver("items_1.csv", ITEMS)
    shop.deliver("items_2.csv", ITEMS + "4,Pin,4\n")
    scan = landing.scan_csv

    def take_away_and_scan(entity: Any, path: Path, *arguments: Any) -> Any:
        if path.name == "items_1.csv":
            path.unlink()
        return scan(entity, path, *arguments)

    monkeypatch.setattr(landing, "scan_csv", take_away_and_scan)
    assert [(result.file, result.status) for result in shop.land()] == [
        ("items_1.csv", "failed"),
        ("items_2.csv", "landed"),
    ]


def test_a_missing_inbox_is_named(make_shop: MakeShop) -> None:
    shop = make_shop()
    shop.inbox.rmdir()
    with pytest.raises(WeftError, match=r"inbox of shop does not exist: .*shop.*Make the folder"):
        shop.land()


def test_unknown_systems_and_entities_are_named_with_those_that_are_known(make_shop: MakeShop) -> None:
    shop = make_shop()
    with pytest.raises(WeftError, match="no entity 'itme'; it has item"):
        shop.land("itme")
    with pytest.raises(WeftError, match=r"no system 'shpo' in weft\.toml; it names shop"):
        landing.land_entity(shop.settings, "shpo", "item", "run")
