"""EDI of both sides becomes orders, shipments and stock, each once, and partners get their answers."""

import json
import re
from pathlib import Path

from weft_command import ask, run_weft

from extractors.text.interchanges import SegmentCutter
from warehouse.settings import Settings

PURCHASES = "select {} from staging.stg_edi__purchase_orders order by purchase_order_id"


def test_orders_that_we_sent_are_purchases_as_last_changed_and_answered(packs_published: Settings) -> None:
    found = ask(packs_published, PURCHASES.format("purchase_order_id, status_raw, status, total_amount, currency_code"))
    assert [tuple(row.values()) for row in found] == [
        ("PO-30001", "855 AC", "approved", "1665.00000000", "USD"),
        ("PO-30002", "855 all lines refused", "rejected", "1025.00000000", "USD"),
        ("PO-30003", "850 01", "cancelled", "40.00000000", "USD"),
        ("PO-30004", "ORDRSP 29", "approved", "4231.87500000", "EUR"),
    ]


def test_suppliers_are_known_by_our_number_whether_the_message_or_the_list_of_partners_says_it(
    packs_published: Settings,
) -> None:
    found = ask(
        packs_published,
        "select purchase_order_id, case supplier_key when md5('vendor_number|supplier|V-101') then 'V-101' "
        "when md5('vendor_number|supplier|V-102') then 'V-102' end as supplier "
        "from staging.stg_edi__purchase_orders order by 1",
    )
    assert [row["supplier"] for row in found] == ["V-101", "V-101", "V-101", "V-102"]


def test_a_decimal_comma_a_line_date_and_a_replaced_quantity_reach_the_mart(packs_published: Settings) -> None:
    found = ask(
        packs_published,
        "select purchase_order_id, line_number, ordered_quantity, due_on, net_amount, unit_code "
        "from fct_purchase_order_line where source_system = 'edi' order by 1, 2",
    )
    assert [tuple(row.values()) for row in found] == [
        ("PO-30001", "1", "100.0000", "2026-11-20", "925.00000000", "EA"),
        ("PO-30001", "2", "80.0000", "2026-11-27", "740.00000000", "EA"),
        ("PO-30002", "1", "50.0000", "2026-12-01", "1025.00000000", "EA"),
        ("PO-30003", "1", "10.0000", "", "40.00000000", "EA"),
        ("PO-30004", "1", "1000.5000", "2026-12-10", "3751.87500000", "MTR"),
        ("PO-30004", "2", "40.0000", "2026-12-10", "480.00000000", "EA"),
    ]


def test_a_confirmed_quantity_and_day_are_kept_beside_the_order(packs_published: Settings) -> None:
    found = ask(
        packs_published,
        "select line_number, response_code, confirmed_quantity, confirmed_on from staging.base_edi__lines "
        "where message_type = '855' and direction = 'received' and item_id like 'SKU-1001%' order by 1",
    )
    assert [tuple(row.values()) for row in found] == [
        ("1", "IA", "100.0000", "2026-11-21"),
        ("2", "IQ", "70.0000", "2026-11-30"),
    ]


def test_orders_that_partners_sent_are_sales_and_neither_tests_nor_refused_messages_count(
    packs_published: Settings,
) -> None:
    found = ask(
        packs_published,
        "select order_id, status, shipped_on, ship_to_country_code from staging.stg_edi__sales_orders order by 1",
    )
    assert [tuple(row.values()) for row in found] == [
        ("778899", "shipped", "2026-10-18", "US"),
        ("778900", "open", "", ""),
        ("778901", "open", "", ""),
        ("G-55", "open", "", "FR"),
    ]
    lines = ask(
        packs_published,
        "select sum(net_amount) as amount, count(*) as lines, min(channel_name) as channel from fct_order_line "
        "join dim_channel using (channel_key) where fct_order_line.source_system = 'edi' and currency_code = 'USD'",
    )
    assert lines == [{"amount": "861.90000000", "lines": "4", "channel": "Grand Department Store"}]


def test_announced_shipments_know_promise_tracking_number_and_the_order_line_of_each_article(
    packs_published: Settings,
) -> None:
    found = ask(
        packs_published,
        "select shipment_id, promised_on, status, tracking_number from staging.stg_edi__shipments order by 1",
    )
    assert [tuple(row.values()) for row in found] == [
        ("ASN-5001", "2026-11-19", "in_transit", "JD014600006281"),
        ("LS-4711", "2026-12-06", "in_transit", "CMR-5522"),
    ]
    lines = ask(
        packs_published,
        "select purchase_order_id, line_number, quantity from staging.stg_edi__shipment_lines as shipped "
        "join staging.stg_edi__purchase_order_lines using (purchase_order_line_key) order by 1, 2",
    )
    assert [tuple(row.values()) for row in lines] == [
        ("PO-30001", "1", "60.0000"),
        ("PO-30001", "2", "70.0000"),
        ("PO-30002", "1", "50.0000"),
        ("PO-30004", "1", "1000.5000"),
        ("PO-30004", "2", "38.0000"),
    ]


def test_stock_at_partners_lies_at_its_place_on_the_day_of_the_report(packs_published: Settings) -> None:
    found = ask(
        packs_published,
        "select warehouse_id, counted_on, sum(quantity_on_hand) as quantity from staging.stg_edi__stock_levels "
        "join staging.stg_edi__warehouses using (warehouse_key) group by all order by 1",
    )
    assert [tuple(row.values()) for row in found] == [
        ("DS-0012", "2026-11-01", "10.0000"),
        ("WH-GDL", "2026-11-01", "18.0000"),
    ]


def test_invoices_land_though_nothing_maps_them_yet(packs_published: Settings) -> None:
    found = ask(
        packs_published,
        "select message_type, count(distinct message_reference || _file) as messages from raw.edi__segment "
        "where message_type in ('810', 'INVOIC') and defect_code is null group by all order by 1",
    )
    assert [tuple(row.values()) for row in found] == [("810", "1"), ("INVOIC", "2")]


def read(path: Path) -> list[list[list[str]]]:
    parts = SegmentCutter(path.name).lines(iter([path.read_bytes()]))
    lines = b"".join(part.elements for part in parts).splitlines()
    return [json.loads(line.split(b"\x01")[2]) for line in lines]


def test_partners_are_told_what_was_read_and_what_was_not(packs_published: Settings) -> None:
    said = run_weft(packs_published, "acknowledge")
    assert said.returncode == 0, said.stderr
    files = sorted((packs_published.exports_dir / "edi" / "ack").glob("*.x12"))
    answers = {
        answer[0][8][0].strip() + " " + answer[3][2][0]: answer
        for answer in map(read, files)
        if answer[3][0] == ["AK1"]
    }
    # Copies of what we sent ourselves are not answered.
    assert {name.split()[0] for name in answers} == {"MILLONE", "DEPTSTORE"}
    whole = answers["DEPTSTORE 501"]
    assert [segment for segment in whole if segment[0][0].startswith("AK")] == [
        [["AK1"], ["PO"], ["501"]],
        [["AK9"], ["A"], ["2"], ["2"], ["2"]],
    ]
    part = answers["DEPTSTORE 503"]
    assert [segment for segment in part if segment[0][0].startswith("AK")] == [
        [["AK1"], ["PO"], ["503"]],
        [["AK2"], ["850"], ["0002"]],
        [["AK3"], ["SE"], ["5"], [""], ["8"]],
        [["AK5"], ["R"], ["4"]],
        [["AK2"], ["860"], ["0003"]],
        [["AK5"], ["R"], ["1"]],
        [["AK9"], ["P"], ["3"], ["3"], ["1"]],
    ]
    [control] = [
        segments
        for path in (packs_published.exports_dir / "edi" / "ack").glob("*.edifact")
        if (segments := read(path))[2][0] == ["UCI"] and segments[2][1] == ["G1"]
    ]
    assert control[0][3] == ["3012345000018", "14"]
    assert control[2] == [["UCI"], ["G1"], ["3012345000018", "14"], ["5790000000012", "14"], ["7"]]
    listed = (packs_published.exports_dir / "edi" / "ack" / "acknowledgements.csv").read_text(encoding="utf-8")
    assert re.search(
        r"503,850 0002,refused,5,message 0002 \(850\): SE counts 9 segments where there are 5",
        listed.replace("000000503", "503"),
    )
    # What was written may have been sent, so it is not written again.
    assert run_weft(packs_published, "acknowledge").stdout.startswith("Nothing to answer")
