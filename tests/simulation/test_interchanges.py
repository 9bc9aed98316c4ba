"""What two suppliers were sent and sent by EDI agrees with the books and the receipts, and a copy and a cut interchange are refused."""

from datetime import date, timedelta

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from simulated_deliveries import SCALE, truth
from weft_command import run_weft

from extractors.landing import land_system
from simulation.company import SUPPLIERS
from simulation.exports.edi import PARTNERS, interchanges
from simulation.exports.view import View
from simulation.simulate import simulate
from simulation.world.clock import Plan
from simulation.world.world import World, build
from warehouse.lake import connect_lake
from warehouse.settings import Settings, load_settings

LAST = date(2026, 10, 31)
COMPANY = """\
[company]
id = "edi"
name = "EDI"
reporting_currency = "EUR"

[run]
threads = 2

[systems.edi]
pack = "edi"
inbox = "inbox/edi"

[systems.edi.options]
own_ids = "WEFTFASHION, 8712345000011"
purchase_orders = "elsewhere"
"""


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The interchanges of a simulated company, with planted errors, landed and staged."""
    root = tmp_path_factory.mktemp("edi")
    simulate(root / "inbox", SCALE, 1, dirt=0.002)
    (root / "weft.toml").write_text(COMPANY, encoding="utf-8")
    settings = load_settings(root / "weft.toml")
    land_system(settings, "edi", "test")
    built = run_weft(
        settings, "dbt", "build", "--exclude-resource-type", "unit_test",
        "--select", "resource_type:seed", "fqn:weft.staging.edi",
    )  # fmt: skip
    assert built.returncode == 0, built.stdout
    return settings


@pytest.fixture(scope="module")
def company() -> World:
    return build(Plan(SCALE, 1, 0.002))


def asked(settings: Settings, query: str) -> pl.DataFrame:
    with connect_lake(settings) as con:
        con.execute("USE lake.staging")
        return con.execute(query).pl()


def bought(company: World) -> pl.DataFrame:
    """Orders of the two suppliers that were sent before the end."""
    makers = [number for number, supplier in enumerate(SUPPLIERS) if supplier.number in {p.supplier for p in PARTNERS}]
    orders = company.purchase_orders.filter(pl.col("maker").is_in(makers))
    return orders.filter(pl.col("ordered_on") + pl.duration(days=1, hours=12) < LAST + timedelta(days=1))


def test_both_standards_order_what_the_books_ordered(staged: Settings, company: World) -> None:
    found = asked(
        staged,
        "SELECT o.document_number AS po, l.line_number AS line, l.item_id AS sku, CAST(l.quantity AS BIGINT) AS quantity, "
        "CAST(l.unit_price * 100 AS BIGINT) AS price, o.requested_on AS promised_on, o.currency_code AS currency "
        "FROM base_edi__orders AS o JOIN base_edi__lines AS l USING (message_key) WHERE o.direction = 'sent'",
    )
    dollars = [number for number, supplier in enumerate(SUPPLIERS) if supplier.currency == "USD"]
    in_dollars = pl.col("maker").is_in(dollars)
    expected = (
        company.purchase_lines.join(bought(company), on="po")
        .join(company.products.select("sku_number", "sku"), on="sku_number")
        .select(
            pl.format("PO-{}", "po").alias("po"), "line", "sku", "quantity",
            pl.when(in_dollars).then((pl.col("cost") * 11 + 5) // 10).otherwise("cost").alias("price"), "promised_on",
            pl.when(in_dollars).then(pl.lit("USD")).otherwise(pl.lit("EUR")).alias("currency"),
        )
    )  # fmt: skip
    assert set(expected["currency"]) == {"USD", "EUR"}
    assert_frame_equal(found.sort("po", "line"), expected.sort("po", "line"), check_dtypes=False)
    assert asked(staged, "SELECT * FROM stg_edi__purchase_orders").is_empty(), "the books own the orders"


def test_confirmations_promise_a_day_and_what_will_come(staged: Settings, company: World) -> None:
    found = asked(
        staged,
        "SELECT m.order_number AS po, l.line_number AS line, CAST(l.confirmed_quantity AS BIGINT) AS quantity, l.confirmed_on "
        "FROM base_edi__messages AS m JOIN base_edi__lines AS l USING (message_key) WHERE m.message_type IN ('855', 'ORDRSP')",
    )
    came = company.receipts.group_by("po", "line").agg(pl.col("received").sum())
    known = bought(company).filter(pl.col("ordered_on") + pl.duration(days=2, hours=10) < LAST + timedelta(days=1))
    expected = (
        company.purchase_lines.join(known, on="po")
        .join(came, on=["po", "line"], how="left")
        .select(
            pl.format("PO-{}", "po").alias("po"),
            "line",
            pl.coalesce("received", "quantity").alias("quantity"),
            "promised_on",
        )
        .rename({"promised_on": "confirmed_on"})
    )
    assert_frame_equal(found.sort("po", "line"), expected.sort("po", "line"), check_dtypes=False)


def test_despatch_notices_are_inbound_shipments_of_what_arrives(staged: Settings, company: World) -> None:
    found = asked(
        staged,
        "SELECT s.tracking_number, md5('po_number|purchase_order_line|' || o.po || '|' || o.line) = l.purchase_order_line_key AS is_known, "
        "CAST(l.quantity AS BIGINT) AS quantity, s.shipped_on, s.promised_on, s.status, s.direction, s.source_system "
        "FROM stg_edi__shipments AS s JOIN stg_edi__shipment_lines AS l USING (shipment_key) "
        "JOIN (SELECT DISTINCT order_number AS po, order_line_number AS line FROM base_edi__lines WHERE order_number IS NOT NULL) AS o "
        "ON md5('po_number|purchase_order_line|' || o.po || '|' || o.line) = l.purchase_order_line_key",
    )
    sent = interchanges(company, View(LAST, is_increment=False)).filter(pl.col("kind") == "despatch")
    expected = (
        company.receipts.join(bought(company).select("po"), on="po")
        .with_columns(number=pl.col("received_on").rank("dense").over("po").cast(pl.Int64))
        .join(sent.select("po", "number"), on=["po", "number"])
        .select(
            pl.format("BOL-{}-{}", "po", "number").alias("tracking_number"),
            pl.col("received").alias("quantity"),
            "received_on",
        )
        .rename({"received_on": "promised_on"})
    )
    columns = ["tracking_number", "quantity", "promised_on"]
    assert found.height > 100
    assert_frame_equal(found.select(columns).sort(columns), expected.select(columns).sort(columns), check_dtypes=False)
    assert set(found["direction"]) == {"inbound"}
    assert set(found["status"]) == {"in_transit"}
    assert found.filter(pl.col("shipped_on") >= pl.col("promised_on")).is_empty()


def test_the_copy_and_the_cut_interchange_are_refused_and_nothing_else(staged: Settings, company: World) -> None:
    planted = truth(staged.config_path.parent / "inbox", "planted_errors").filter(pl.col("system") == "edi")
    assert set(planted["kind"]) == {"copied_interchange", "unreadable_interchange"}
    refused = asked(
        staged,
        "SELECT DISTINCT interchange_control_number AS control, split_part(_file, 'edi/', -1) AS file, defect_code "
        "FROM lake.raw.edi__segment WHERE defect_code <> ''",
    )
    assert set(refused["control"]) == set(planted["key"])
    accepted = asked(
        staged,
        "SELECT count(DISTINCT sender || interchange_control_number) AS n FROM lake.raw.edi__segment "
        "WHERE message_segment IS NOT NULL AND coalesce(defect_code, '') = ''",
    )
    assert accepted["n"][0] == interchanges(company, View(LAST, is_increment=False)).height


def test_days_of_interchanges_add_up_to_the_whole(company: World) -> None:
    begin = interchanges(company, View(LAST, is_increment=False))["sent_at"].median().date() - timedelta(days=20)
    whole = interchanges(company, View(begin + timedelta(days=40), is_increment=False))
    parts = [interchanges(company, View(begin, is_increment=False))]
    parts += [interchanges(company, View(begin + timedelta(days=n), is_increment=True)) for n in range(1, 41)]
    found = pl.concat(parts)
    assert found.height > parts[0].height
    assert_frame_equal(found.sort("supplier", "message_type", "sent_at", "control"), whole)
    assert whole.select("supplier", "side", "control").is_unique().all()
