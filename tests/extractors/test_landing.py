"""Landing: each delivery once, whole or not at all, in order, and with an entry in the ledger that adds up."""

import pytest
from shop import COLUMNS, MakeShop, Shop, gzipped

from extractors.changes import Changes

HEADER = "id,name,price\n"
ITEMS = HEADER + "1,Bolt,1.10\n2,Nut,2.20\n3,Washer,3.30\n"


def ledger_adds_up(shop: Shop) -> bool:
    """Every load read what it landed and what it rejected, and the tables hold just that."""
    return shop.ask("""
        SELECT count(*) FROM ops.load AS l WHERE rows_read <> rows_landed + rows_rejected
            OR rows_landed <> (SELECT count(*) FROM raw.shop__item AS r WHERE r._load_id = l.load_id)
            OR rows_rejected <> (SELECT count(*) FROM ops.rejected_row AS x WHERE x.load_id = l.load_id)
    """) == [(0,)]  # fmt: skip


def test_what_was_landed_is_not_landed_again_under_whatever_name(make_shop: MakeShop) -> None:
    shop = make_shop()
    shop.deliver("items.csv", ITEMS)
    assert shop.pending() == ["items.csv"]
    assert [result.status for result in shop.land()] == ["landed"]
    shop.deliver("item_again.csv", ITEMS)
    shop.deliver("deeper/items.csv", ITEMS)
    assert shop.pending() == []
    assert shop.land() == []
    assert len(shop.rows()) == 3
    assert shop.loads() == [("items.csv", "landed")]


def test_the_same_content_is_landed_for_each_entity(make_shop: MakeShop) -> None:
    entity = {"key": ["id"], "columns": COLUMNS}
    shop = make_shop({"item": {**entity, "file": "item*"}, "part": {**entity, "file": "part*"}})
    shop.deliver("items.csv", ITEMS)
    shop.deliver("parts.csv", ITEMS)
    assert [result.entity for result in shop.land_all()] == ["item", "part"]
    assert shop.rows("item") == shop.rows("part")


def test_a_raw_table_is_there_before_the_first_delivery(make_shop: MakeShop) -> None:
    shop = make_shop()
    assert shop.land() == []
    assert shop.columns() == ["id", "name", "price"]
    assert shop.rows() == []


def test_a_delivery_that_is_refused_after_it_was_read_leaves_no_trace_but_in_the_ledger(make_shop: MakeShop) -> None:
    shop = make_shop()
    shop.deliver("items_1.csv", ITEMS)
    shop.land()
    # A new column, rejects and then a cut: none of it may stay.
    message = shop.refused("items_2.csv", "id,name,price,colour\n4,Pin,4,red\n5\n6,Ri")
    assert "is cut off" in message
    assert shop.columns() == ["id", "name", "price"]
    assert shop.rejected() == []
    assert len(shop.rows()) == 3
    assert shop.loads() == [("items_1.csv", "landed"), ("items_2.csv", "failed")]
    assert ledger_adds_up(shop)


def test_a_failed_delivery_is_tried_again_until_it_is_replaced(make_shop: MakeShop) -> None:
    shop = make_shop()
    shop.refused("items.csv", b"")
    assert shop.pending() == ["items.csv"]
    assert [result.status for result in shop.land()] == ["failed"]
    shop.deliver("items.csv", ITEMS)
    assert [result.status for result in shop.land()] == ["landed"]
    assert shop.pending() == []
    assert [status for _, status in shop.loads()] == ["failed", "failed", "landed"]


def test_a_missing_required_column_fails_that_entity_and_the_others_land(make_shop: MakeShop) -> None:
    entity = {"key": ["id"], "columns": COLUMNS}
    shop = make_shop({name: {**entity, "file": f"{name}*"} for name in ("item", "part", "tool")})
    for name in ("items.csv", "tools.csv"):
        shop.deliver(name, ITEMS)
    shop.deliver("parts.csv", ITEMS.replace("name", "title"))
    results = {result.entity: result for result in shop.land_all()}
    assert {name: result.status for name, result in results.items()} == {
        "item": "landed",
        "part": "failed",
        "tool": "landed",
    }
    message = results["part"].message or ""
    assert message.startswith("parts.csv, line 1: The required column name is missing")
    assert shop.rows("part") == []
    assert len(shop.rows("tool")) == 3


def test_rejected_rows_are_kept_with_their_load_file_line_text_and_reason(make_shop: MakeShop) -> None:
    shop = make_shop()
    shop.deliver("items.csv", HEADER + "1,a,1\n2,b\n3,c,3\n")
    [result] = shop.land(run_id="r7")
    [kept] = shop.ask("SELECT load_id, run_id, system, entity, file_name, line, raw_text, reason FROM ops.rejected_row")
    assert kept[:7] == (result.load_id, "r7", "shop", "item", "items.csv", 3, "2,b")
    assert "too few fields" in kept[7]


def test_the_ledger_adds_up_for_every_load(make_shop: MakeShop) -> None:
    shop = make_shop(maximum_rejected_ratio=0.9)
    shop.deliver("items_1.csv", ITEMS)
    shop.deliver("items_2.csv.gz", gzipped(HEADER + "1,a,1\n2\n3,c,3,x\n4,d,4\n"))
    shop.deliver("items_3.csv", b"")
    shop.deliver("items_4.csv", HEADER)
    shop.deliver("items_5.csv", HEADER + "9\n8,x\n7,c,3\n")
    results = shop.land()
    read = "SELECT rows_read, rows_landed, rows_rejected, status, bytes > 0 FROM ops.load ORDER BY load_id"
    assert shop.ask(read) == [
        (3, 3, 0, "landed", True),
        (4, 2, 2, "landed", True),
        (0, 0, 0, "failed", False),
        (0, 0, 0, "landed", True),
        (3, 1, 2, "landed", True),
    ]
    assert [(r.rows_read, r.rows_landed, r.rows_rejected, r.status, r.size_bytes > 0) for r in results] == shop.ask(
        read
    )
    assert [result.load_id for result in results] == [1, 2, 3, 4, 5]
    assert ledger_adds_up(shop)


# What changed


def test_a_first_delivery_is_compared_with_nothing(make_shop: MakeShop) -> None:
    shop = make_shop(mode="snapshot")
    shop.deliver("items.csv", ITEMS)
    [result] = shop.land()
    assert (result.changes, result.message) == (None, None)


@pytest.mark.parametrize(
    ("content", "changes"),
    [
        pytest.param(ITEMS.replace("2.20", "2.21"), Changes(0, 1, 0), id="one-line-changed"),
        pytest.param(ITEMS.replace("2,Nut,2.20\n", ""), Changes(0, 0, 1), id="smaller"),
        pytest.param(ITEMS + "4,Pin,4\n5,Rivet,5\n", Changes(2, 0, 0), id="larger"),
        pytest.param(HEADER + "3,Washer,3.30\n2,Nut,2.20\n1,Bolt,1.10\n", Changes(0, 0, 0), id="another-order"),
        pytest.param(ITEMS.replace("2.20", ""), Changes(0, 1, 0), id="no-value-any-more"),
        pytest.param(ITEMS.replace("\n", "\r\n"), Changes(0, 0, 0), id="other-line-ends"),
        pytest.param(ITEMS.replace("2,Nut", "9,Nut"), Changes(1, 0, 1), id="another-key"),
        pytest.param(ITEMS + "2,Nut,2.20\n", Changes(0, 1, 0), id="one-record-twice"),
    ],
)
def test_a_snapshot_says_what_it_changed(make_shop: MakeShop, content: str, changes: Changes) -> None:
    shop = make_shop(mode="snapshot")
    shop.deliver("items_1.csv", ITEMS)
    shop.land()
    shop.deliver("items_2.csv", content)
    [result] = shop.land()
    assert result.status == "landed"
    assert result.changes == changes
    assert str(changes) in (result.message or "")
    # Raw keeps both deliveries, as they were.
    assert len(shop.rows()) == 3 + result.rows_landed


def test_a_snapshot_is_compared_with_the_last_one_that_landed(make_shop: MakeShop) -> None:
    shop = make_shop(mode="snapshot")
    shop.deliver("items_1.csv", ITEMS)
    shop.land()
    shop.deliver("items_2.csv", "id,title\n1,Bolt\n")
    shop.deliver("items_3.csv", ITEMS + "4,Pin,4\n")
    [failed, landed] = shop.land()
    assert (failed.status, landed.status) == ("failed", "landed")
    assert landed.changes == Changes(1, 0, 0)


@pytest.mark.parametrize("mode", ["upsert", "events"])
def test_changes_and_events_add_to_what_is_there(make_shop: MakeShop, mode: str) -> None:
    shop = make_shop(mode=mode)
    shop.deliver("items_1.csv", ITEMS)
    shop.deliver("items_2.csv", HEADER + "2,Nut,2.50\n4,Pin,4\n")
    [_, second] = shop.land()
    assert (second.status, second.changes, second.message) == ("landed", None, None)
    assert shop.rows(columns="id, price")[3:] == [("2", "2.50"), ("4", "4")]
    assert len(shop.rows()) == 5


def test_new_columns_of_several_deliveries_add_up(make_shop: MakeShop) -> None:
    shop = make_shop()
    for number, column in enumerate(("colour", "size", "Colour")):
        shop.deliver(f"items_{number}.csv", f"id,name,{column}\n{number},a,x\n")
    assert [result.columns_added for result in shop.land()] == [["colour"], ["size"], []]
    assert shop.rows(columns="id, colour, size") == [("0", "x", None), ("1", None, "x"), ("2", "x", None)]
