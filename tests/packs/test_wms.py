"""The warehouse: stock follows from signed movements, to the piece, and each way of writing a time or a lot is understood."""

import csv
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

from weft_command import ask

from warehouse.settings import Settings

FIXTURE = Path(__file__).parent / "fixtures" / "wms"


def exported(name: str) -> list[dict[str, str]]:
    with (FIXTURE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_stock_of_a_day_is_that_of_the_day_before_and_its_movements(packs_published: Settings) -> None:
    differing = ask(
        packs_published,
        """
        WITH changes AS (
            SELECT
                product_key, warehouse_key, bin_code, counted_on,
                quantity_on_hand - coalesce(lag(quantity_on_hand) OVER (
                    PARTITION BY product_key, warehouse_key, bin_code ORDER BY counted_on
                ), 0) AS change
            FROM staging.stg_wms__stock_levels
        ),
        moved AS (
            SELECT product_key, warehouse_key, bin_code, moved_on AS counted_on, sum(quantity) AS change
            FROM staging.stg_wms__stock_movements GROUP BY ALL
        )
        SELECT bin_code, counted_on, changes.change AS counted, moved.change AS moved
        FROM (SELECT * FROM changes WHERE counted_on > DATE '2026-09-01') AS changes
        FULL JOIN moved USING (product_key, warehouse_key, bin_code, counted_on)
        WHERE coalesce(changes.change, 0) <> coalesce(moved.change, 0)
        """,
    )
    assert differing == []


def test_the_lots_of_a_location_are_one_level(packs_published: Settings) -> None:
    expected: dict[str, Decimal] = defaultdict(Decimal)
    for day in ("2026-09-01", "2026-09-02", "2026-09-03"):
        for row in exported(f"stock_{day}.csv"):
            place = f"{row['warehouse_code']}-{row['location_code']}-{row['sku']}@{day}"
            expected[place] += Decimal(row["quantity_on_hand"])
    levels = ask(packs_published, "SELECT source_id, quantity_on_hand FROM staging.stg_wms__stock_levels")
    stocked = {row["source_id"]: Decimal(row["quantity_on_hand"]) for row in levels}
    assert expected["WH-RTM-A-01-1-DR1001-BLK-M@2026-09-01"] == 42
    assert {place: quantity for place, quantity in stocked.items() if quantity} == dict(expected)
    # Sold out on the second day, and so named no more.
    assert stocked["WH-RTM-A-01-2-DR1001-BLK-L@2026-09-02"] == 0


def test_the_stock_of_a_sold_out_article_is_not_carried_on(packs_published: Settings) -> None:
    [row] = ask(
        packs_published,
        """
        SELECT count(*) AS days FROM staging.stg_wms__stock_levels AS levels
        INNER JOIN intermediate.int_stock_levels__carried_forward AS carried USING (product_key, warehouse_key)
        WHERE levels.source_id = 'WH-RTM-A-01-2-DR1001-BLK-L@2026-09-02'
            AND carried.holds_from = DATE '2026-09-02' AND carried.quantity_on_hand = 0
        """,
    )
    assert row == {"days": "1"}


def test_each_kind_of_movement_has_its_sign_and_its_document(packs_published: Settings) -> None:
    rows = ask(
        packs_published,
        """
        SELECT movement_type, movement_type_raw, reference_type, count(*) AS movements, sum(quantity) AS quantity
        FROM staging.stg_wms__stock_movements GROUP BY ALL
        """,
    )
    found = {
        (row["movement_type_raw"], row["movement_type"], row["reference_type"]): (
            int(row["movements"]),
            int(Decimal(row["quantity"])),
        )
        for row in rows
    }
    picks = [int(row["quantity"]) for row in exported("picks_2026-09-03.csv")]
    assert found == {
        # Of five receipts one was rejected as a whole; one more was corrected from 48 to 47.
        ("RECEIPT", "receipt", "purchase_order"): (4, 47 + 20 + 40 + 10),
        # The empty pick moves nothing.
        ("PICK", "sale", "sales_order"): (len([quantity for quantity in picks if quantity]), -sum(picks)),
        ("PUTAWAY", "transfer_out", ""): (1, -47),
        ("PUTAWAY", "transfer_in", ""): (1, 47),
        ("REPLENISHMENT", "transfer_out", ""): (1, -20),
        ("REPLENISHMENT", "transfer_in", ""): (1, 20),
        ("TRANSFER", "transfer_out", ""): (1, -10),
        ("TRANSFER", "transfer_in", ""): (1, 10),
        ("RETURN", "return", "sales_order"): (1, 1),
        ("SCRAP", "adjustment", ""): (1, -2),
        ("PRODUCTION_RECEIPT", "production_in", "production_order"): (1, 95),
        # Of three counted lines one agreed, one was short of 1 and one had 2 too many.
        ("COUNT", "adjustment", "count"): (2, 1),
    }


def test_days_are_the_warehouses_own_and_times_are_utc(packs_published: Settings) -> None:
    rows = ask(
        packs_published,
        """
        SELECT source_id, moved_on, moved_at FROM staging.stg_wms__stock_movements
        WHERE source_id IN ('receipt-PO-20002-1-RC-5004', 'pick-PK-8', 'count-CC-0904-1', 'move-MV-3-out', 'move-MV-3-in')
        """,
    )
    assert {row["source_id"]: (row["moved_on"], row["moved_at"]) for row in rows} == {
        "receipt-PO-20002-1-RC-5004": ("2026-09-03", "2026-09-02 21:10:00"),
        "pick-PK-8": ("2026-09-03", "2026-09-04 01:45:00"),
        # A spreadsheet from Dubai, half past two at night.
        "count-CC-0904-1": ("2026-09-03", "2026-09-02 22:30:00"),
        "move-MV-3-out": ("2026-09-02", "2026-09-02 14:00:00"),
        "move-MV-3-in": ("2026-09-03", "2026-09-03 14:00:00"),
    }


def test_a_corrected_receipt_replaces_the_first_and_rejects_are_not_stocked(packs_published: Settings) -> None:
    rows = ask(
        packs_published,
        """
        SELECT source_id, received_on, received_quantity, rejected_quantity, stocked_quantity
        FROM staging.stg_wms__goods_receipts ORDER BY source_id
        """,
    )
    assert [tuple(row.values()) for row in rows] == [
        ("PO-20001-1-RC-5001", "2026-09-02", "50.0000", "3.0000", "47.0000"),
        ("PO-20001-1-RC-5002", "2026-09-02", "20.0000", "0.0000", "20.0000"),
        ("PO-20001-2-RC-5003", "2026-09-02", "30.0000", "30.0000", "0.0000"),
        ("PO-20002-1-RC-5004", "2026-09-03", "40.0000", "0.0000", "40.0000"),
        ("PO-20003-1-RC-5005", "2026-09-03", "12.0000", "2.0000", "10.0000"),
    ]


def test_receipts_that_another_system_offers_do_not_reach_the_marts_twice(packs_published: Settings) -> None:
    [row] = ask(
        packs_published,
        """
        SELECT
            (SELECT count(*) FROM fct_goods_receipt WHERE source_system = 'wms') AS receipts,
            (SELECT count(*) FROM dim_warehouse WHERE warehouse_id IN ('WH-RTM', 'WH-DXB', 'WH-EWR')) AS warehouses
        """,
    )
    assert row == {"receipts": "0", "warehouses": "3"}
