"""Shopify: what the shop's exports say, counted here with csv and Decimal, is what staging and marts say.

The fixtures are an invented shop (`fixtures/shopify`). The last tests read Fivetran's own test files, which are column fixtures and no
company: they are landed and staged, not published.
"""

import csv
import json
import os
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from weft_command import ask, run_weft

from extractors.pack import load_pack
from warehouse.lake import connect_lake, connect_publication
from warehouse.settings import Settings, load_settings

FIXTURES = Path(__file__).parent / "fixtures" / "shopify"
# A folder with real exports that do not ship; Fivetran's test files are in fivetran/shopify of it.
DATA = os.environ.get("WEFT_TEST_DATA")

COLUMNS = """\
[company]
id = "columns"
name = "Columns"

[run]
threads = 1

[systems.shopify]
pack = "shopify"
inbox = "inbox/shopify"
"""

Row = dict[str, str]


def deliveries(pattern: str) -> list[list[Row]]:
    """The rows of each file of a table, oldest delivery first."""
    files = []
    for path in sorted(FIXTURES.glob(pattern)):
        with open(path, encoding="utf-8-sig", newline="") as file:
            files.append(list(csv.DictReader(file)))
    assert files, pattern
    return files


def current(pattern: str, *key: str) -> list[Row]:
    """The newest row of each key."""
    rows = {tuple(row[name] for name in key): row for file in deliveries(pattern) for row in file}
    return list(rows.values())


def is_true(row: Row, column: str) -> bool:
    return row[column].strip().upper() == "TRUE"


def customers_money(set_column: str) -> Decimal:
    return Decimal(json.loads(set_column)["presentment_money"]["amount"])


ORDERS = {row["id"]: row for row in current("orders_*.csv", "id")}
REAL = {number: row for number, row in ORDERS.items() if not is_true(row, "test")}
LIVE = {number: row for number, row in REAL.items() if not is_true(row, "_fivetran_deleted")}
CURRENCY = {number: json.loads(row["total_price_set"])["presentment_money"]["currency_code"] for number, row in ORDERS.items()}  # fmt: skip
LINES = current("order_lines_*.csv", "id")
ORDER_OF_LINE = {row["id"]: row["order_id"] for row in LINES}


def sums(pairs: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    """Add up amounts by name, leaving out names whose amounts come to nothing."""
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for name, amount in pairs:
        totals[name] += amount
    return {name: total for name, total in totals.items() if total}


def asked(settings: Settings, query: str) -> dict[str, Decimal]:
    """Answer a query of a name and an amount."""
    pairs = [tuple(row.values()) for row in ask(settings, query)]
    return {name: Decimal(amount) for name, amount in pairs if Decimal(amount)}


def net_of_lines() -> dict[str, Decimal]:
    """What each line comes to without VAT: price times quantity less its discounts, less its tax where prices include it."""
    net = {line["id"]: customers_money(line["price_set"]) * Decimal(line["quantity"]) for line in LINES}
    for share in current("discount_allocations_*.csv", "order_line_id", "index"):
        net[share["order_line_id"]] -= Decimal(share["amount_set_presentment_money_amount"])
    for tax in current("tax_lines_*.csv", "order_line_id", "index"):
        if is_true(ORDERS[ORDER_OF_LINE[tax["order_line_id"]]], "taxes_included"):
            net[tax["order_line_id"]] -= customers_money(tax["price_set"])
    return net


def as_text(answer: duckdb.DuckDBPyConnection) -> list[Row]:
    """The rows of an answer, every value as text."""
    names = [column[0] for column in answer.description or []]
    return [
        dict(zip(names, ("" if value is None else str(value) for value in row), strict=True))
        for row in answer.fetchall()
    ]


def staged(settings: Settings, query: str) -> list[Row]:
    """Answer a query of the publication, its staging tables included."""
    with connect_publication(settings) as con:
        return as_text(con.execute(query))


def unpublished(settings: Settings, query: str) -> list[Row]:
    """Answer a query of the lake as the last run left it."""
    with connect_lake(settings) as con:
        return as_text(con.execute(query))


def test_every_order_that_was_meant_is_staged_once_and_test_orders_are_not(packs_published: Settings) -> None:
    rows = staged(packs_published, "SELECT source_id, is_deleted FROM lake.staging.stg_shopify__sales_orders")
    assert sorted(row["source_id"] for row in rows) == sorted(REAL)
    assert {row["source_id"] for row in rows if row["is_deleted"] == "True"} == set(REAL) - set(LIVE)


@pytest.mark.parametrize(
    "entity",
    ["sales_order_lines", "order_taxes", "payments", "refunds", "return_lines", "shipments", "shipment_lines", "shipment_events"],
)  # fmt: skip
def test_nothing_hangs_on_a_test_order(packs_published: Settings, entity: str) -> None:
    parent, key = ("shipments", "shipment_key") if entity.startswith("shipment_") else ("sales_orders", "order_key")
    rows = staged(
        packs_published,
        f"SELECT count(*) AS found, count(*) FILTER (WHERE NOT coalesce({key} IN "
        f"(SELECT {key} FROM lake.staging.stg_shopify__{parent}), false)) AS stray FROM lake.staging.stg_shopify__{entity}",
    )
    assert int(rows[0]["found"]) > 0
    assert rows[0]["stray"] == "0"


def test_net_revenue_is_what_the_lines_say_per_currency(packs_published: Settings) -> None:
    net = net_of_lines()
    said = sums((CURRENCY[line["order_id"]], net[line["id"]]) for line in LINES if line["order_id"] in LIVE)
    assert set(said) == {"EUR", "GBP", "USD", "AED", "SAR"}
    query = "SELECT currency_code, sum(net_amount) FROM fct_order_line WHERE source_system = 'shopify' GROUP BY 1"
    assert asked(packs_published, query) == said


def test_gross_less_discount_is_net_on_every_line(packs_published: Settings) -> None:
    net = net_of_lines()
    rows = staged(
        packs_published,
        "SELECT source_id, gross_amount - discount_amount AS difference, net_amount, discount_rate "
        "FROM lake.staging.stg_shopify__sales_order_lines",
    )
    assert {row["source_id"]: Decimal(row["difference"]) for row in rows} == {
        line["id"]: net[line["id"]] for line in LINES if line["order_id"] in REAL
    }
    assert all(Decimal(row["difference"]) == Decimal(row["net_amount"]) for row in rows)
    assert all(0 <= Decimal(row["discount_rate"]) <= 1 for row in rows)


def test_lines_tax_and_freight_make_up_what_the_customer_paid(packs_published: Settings) -> None:
    query = (
        "SELECT order_id, sum(net_amount) + any_value(tax_amount) + any_value(freight_amount) AS total FROM "
        "lake.staging.stg_shopify__sales_orders JOIN (SELECT order_key, net_amount FROM lake.staging.stg_shopify__sales_order_lines) "
        "USING (order_key) GROUP BY order_id"
    )
    said = {row["name"].lstrip("#"): customers_money(row["total_price_set"]) for row in REAL.values()}
    assert {row["order_id"]: Decimal(row["total"]) for row in staged(packs_published, query)} == said


def test_taxes_add_up_to_those_of_the_orders(packs_published: Settings) -> None:
    said = sums((row["name"].lstrip("#"), customers_money(row["total_tax_set"])) for row in REAL.values())
    query = (
        "SELECT o.order_id, sum(t.tax_amount) AS tax FROM lake.staging.stg_shopify__order_taxes AS t "
        "JOIN lake.staging.stg_shopify__sales_orders AS o USING (order_key) GROUP BY 1"
    )
    assert {
        row["order_id"]: Decimal(row["tax"]) for row in staged(packs_published, query) if Decimal(row["tax"])
    } == said


def test_the_shops_own_money_stays_beside_the_customers(packs_published: Settings) -> None:
    query = "SELECT shopify_order_id, shop_currency_code, shop_total_amount FROM lake.staging.base_shopify__orders"
    rows = staged(packs_published, query)
    assert {row["shop_currency_code"] for row in rows} == {"EUR"}
    assert {row["shopify_order_id"]: Decimal(row["shop_total_amount"]) for row in rows} == {
        number: Decimal(row["total_price"]) for number, row in ORDERS.items()
    }


def test_payments_keep_their_kind_status_and_currency(packs_published: Settings) -> None:
    words = {"success": "succeeded", "pending": "pending", "failure": "failed"}
    said = sums(
        (f"{row['kind']} {words[row['status']]} {row['currency']}", Decimal(row["amount"]))
        for row in current("transactions_*.csv", "id")
        if row["order_id"] in REAL and not is_true(row, "test")
    )
    query = (
        "SELECT payment_type || ' ' || status || ' ' || currency_code AS name, sum(amount) AS amount "
        "FROM lake.staging.stg_shopify__payments GROUP BY 1"
    )
    assert {row["name"]: Decimal(row["amount"]) for row in staged(packs_published, query)} == said
    assert {"sale failed USD", "sale pending SAR", "refund succeeded GBP", "void succeeded EUR"} <= set(said)


def test_a_refund_is_the_money_that_went_back(packs_published: Settings) -> None:
    said = sums(
        (row["refund_id"], Decimal(row["amount"]))
        for row in current("transactions_*.csv", "id")
        if row["kind"] == "refund" and row["status"] == "success" and row["order_id"] in REAL
    )
    query = "SELECT refund_id, total_amount FROM lake.staging.stg_shopify__refunds"
    assert {row["refund_id"]: Decimal(row["total_amount"]) for row in staged(packs_published, query)} == said


def test_returns_are_refunded_lines_of_orders_that_were_not_cancelled(packs_published: Settings) -> None:
    order_of_refund = {row["id"]: row["order_id"] for row in current("refunds_*.csv", "id")}
    said = {}
    for row in current("order_line_refunds_*.csv", "id"):
        order = ORDERS[order_of_refund[row["refund_id"]]]
        if order["id"] in REAL and not order["cancelled_at"]:
            tax = customers_money(row["total_tax_set"])
            net = customers_money(row["subtotal_set"]) - (tax if is_true(order, "taxes_included") else 0)
            said[row["id"]] = (Decimal(row["quantity"]), net, tax, row["restock_type"] != "no_restock")
    rows = staged(packs_published, "SELECT * FROM lake.staging.stg_shopify__return_lines")
    assert {
        row["source_id"]: (
            Decimal(row["quantity"]), Decimal(row["net_amount"]), Decimal(row["tax_amount"]), row["is_restocked"] == "True",
        )
        for row in rows
    } == said  # fmt: skip
    assert {False, True} == {restocked for *_, restocked in said.values()}
    assert {row["reason"] for row in rows} == {"size", "quality", "changed_mind", "unknown_stated", ""}


def test_parcels_and_their_lines_are_the_fulfilments(packs_published: Settings) -> None:
    parcels = [row for row in current("fulfillments_*.csv", "id") if row["order_id"] in REAL]
    query = "SELECT shipment_id, status FROM lake.staging.stg_shopify__shipments"
    statuses = {row["shipment_id"]: row["status"] for row in staged(packs_published, query)}
    assert set(statuses) == {row["tracking_number"] or row["id"] for row in parcels}
    assert set(statuses.values()) == {"in_transit", "delivered", "exception", "cancelled"}
    listed = current("fulfillment_order_lines_*.csv", "fulfillment_id", "order_line_id")
    shipped = sums((row["order_line_id"], Decimal(row["quantity"])) for row in listed if row["order_id"] in REAL)
    query = (
        "SELECT l.source_id, sum(s.quantity) AS quantity FROM lake.staging.stg_shopify__shipment_lines AS s "
        "JOIN lake.staging.stg_shopify__sales_order_lines AS l USING (order_line_key) GROUP BY 1"
    )
    assert {row["source_id"]: Decimal(row["quantity"]) for row in staged(packs_published, query)} == shipped


def test_guests_are_customers_of_their_own_and_cash_buyers_are_unknown(packs_published: Settings) -> None:
    mails = {row["email"] for row in LIVE.values() if not row["customer_id"] and row["email"]}
    query = "SELECT email FROM lake.staging.stg_shopify__customers WHERE customer_id LIKE 'guest-%'"
    assert sorted(row["email"] for row in staged(packs_published, query)) == sorted(mails)
    nobody = [row for row in LIVE.values() if not row["customer_id"] and not row["email"]]
    unknown = ask(
        packs_published,
        "SELECT count(DISTINCT order_key) AS orders FROM fct_order_line WHERE source_system = 'shopify' "
        "AND customer_key = '00000000000000000000000000000000'",
    )
    assert int(unknown[0]["orders"]) == len(nobody) == 1


def test_stock_is_kept_for_every_day_of_an_export(packs_published: Settings) -> None:
    item_of = {
        row["id"]: (row["inventory_item_id"], row["location_id"]) for row in current("inventory_levels_*.csv", "id")
    }
    said: dict[tuple[str, str, str], Decimal] = {}
    for day in ("2026-10-20", "2026-10-21"):
        on_hand: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(dict)
        for row in current(f"inventory_quantities_{day}.csv", "inventory_level_id", "name"):
            on_hand[item_of[row["inventory_level_id"]]][row["name"]] = Decimal(row["quantity"])
        for place, named in on_hand.items():
            said[*place, day] = named.get("on_hand", named["available"] + named["committed"])
        for row in current(f"inventory_levels_{day}.csv", "id"):
            if row["available"]:
                said[row["inventory_item_id"], row["location_id"], day] = Decimal(row["available"])
    query = "SELECT source_id, quantity_on_hand FROM lake.staging.stg_shopify__stock_levels"
    assert {row["source_id"]: Decimal(row["quantity_on_hand"]) for row in staged(packs_published, query)} == {
        f"{item}-{place}@{day}": quantity for (item, place, day), quantity in said.items()
    }


def test_a_price_that_changed_begins_on_the_day_of_its_export(packs_published: Settings) -> None:
    query = (
        "SELECT valid_from, valid_to, amount FROM lake.staging.stg_shopify__product_prices AS p "
        "JOIN lake.staging.stg_shopify__products USING (product_key) "
        "WHERE sku = 'SK3003-NVY-M' AND price_type = 'list' ORDER BY 1"
    )
    assert [tuple(row.values()) for row in staged(packs_published, query)] == [
        ("2026-07-01", "2026-10-21", "79.0000"),
        ("2026-10-21", "", "85.0000"),
    ]


def test_products_carry_style_colour_size_and_customs_data(packs_published: Settings) -> None:
    query = (
        "SELECT sku, style_id, color, size, hs_code, origin_country_code FROM lake.staging.stg_shopify__products "
        "LEFT JOIN (SELECT product_key, hs_code, origin_country_code FROM lake.staging.stg_shopify__product_customs) USING (product_key) "
        "ORDER BY sku"
    )
    rows = {row["sku"]: tuple(row.values())[1:] for row in staged(packs_published, query)}
    assert rows["DR1001-RED-S"] == ("DR1001", "Red", "S", "620444", "TR")
    assert rows["BL2002-WHT-38"] == ("BL2002", "Weiß", "38", "620630", "PT")
    assert rows["SK3003-NVY-L"] == ("SK3003", "Marine", "L", "62045300", "MA")
    assert rows["shopify-variant-41008"] == ("7004", "", "", "", "")


def test_keys_are_those_that_the_companys_systems_share(packs_published: Settings) -> None:
    shared = {
        "stg_shopify__sales_orders": ("order_key", "order_number|order|' || order_id"),
        "stg_shopify__products": ("product_key", "sku|product|' || sku"),
        "stg_shopify__warehouses": ("warehouse_key", "warehouse_code|warehouse|' || warehouse_id"),
        "stg_shopify__carriers": ("carrier_key", "carrier_code|carrier|' || carrier_id"),
    }
    for model, (key, text) in shared.items():
        rows = staged(
            packs_published,
            f"SELECT count(*) AS n, count(*) FILTER ({key} = md5('{text})) AS same FROM lake.staging.{model}",
        )
        assert rows[0]["n"] == rows[0]["same"] != "0", model
    codes = staged(packs_published, "SELECT warehouse_id FROM lake.staging.stg_shopify__warehouses ORDER BY 1")
    assert [row["warehouse_id"] for row in codes] == ["WH-DXB", "WH-RTM"]


def test_consent_is_what_customers_and_guests_decided(packs_published: Settings) -> None:
    rows = staged(packs_published, "SELECT source_id, is_granted FROM lake.staging.stg_shopify__consents")
    decided = {row["source_id"]: row["is_granted"] for row in rows}
    assert decided["5001-email"] == "True"
    assert [decided[f"{number}-email"] for number in ("5002", "5003", "5005")] == ["False"] * 3
    assert decided["5005-sms"] == "True"
    assert Counter(name.startswith("guest-") for name in decided)[True] == 3


def test_control_totals_tie_out(packs_published: Settings) -> None:
    rows = staged(
        packs_published,
        "SELECT measure, raw_value, mart_value, difference FROM lake.ops.control_total "
        "WHERE system = 'shopify' AND entity = 'sales_order_lines' AND business_date IS NULL",
    )
    assert {row["measure"] for row in rows} == {"rows", "quantity", "net_amount"}
    assert all(Decimal(row["difference"]) == 0 and Decimal(row["mart_value"]) > 0 for row in rows)


@pytest.fixture(scope="module")
def column_fixtures(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, dict[str, int], str]:
    """Fivetran's test files after a run, their rows by table, and what the run said. Their orders do not join, so nothing is published."""
    folder = Path(DATA or "nowhere") / "fivetran" / "shopify"
    files = sorted(path for path in folder.glob("shopify_*_data.csv") if "_gql_" not in path.name)
    if not files:
        pytest.skip("Fivetran's test files are not here; WEFT_TEST_DATA names the folder that has them")
    root = tmp_path_factory.mktemp("shopify_columns")
    inbox = root / "inbox" / "shopify"
    inbox.mkdir(parents=True)
    counts = {}
    for path in files:
        shutil.copy(path, inbox)
        with open(path, encoding="utf-8-sig", newline="") as file:
            counts[path.name.removeprefix("shopify_").removesuffix("_data.csv")] = sum(1 for _ in csv.DictReader(file))
    # A parcel that fared as no vocabulary knows.
    events = inbox / "fulfillment_events_2030-01-01.csv"
    with open(events, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [
                ["id", "fulfillment_id", "status", "happened_at"],
                ["1", "2", "eaten by a whale", "2022-09-13 08:07:57.000"],
            ]
        )
    counts["fulfillment_event"] += 1
    (root / "weft.toml").write_text(COLUMNS, encoding="utf-8")
    settings = load_settings(root / "weft.toml")
    run_weft(settings, "run")
    built = run_weft(
        settings, "dbt", "build", "--select", "fqn:weft.staging.shopify", "--exclude-resource-type", "unit_test"
    )
    return settings, counts, built.stdout


def test_every_row_of_the_real_columns_is_landed(column_fixtures: tuple[Settings, dict[str, int], str]) -> None:
    settings, counts, _ = column_fixtures
    assert set(counts) <= set(load_pack("shopify").entities)
    landed = unpublished(
        settings, "SELECT entity, sum(rows_landed) AS n FROM lake.ops.load WHERE system = 'shopify' GROUP BY 1"
    )
    assert {row["entity"]: int(row["n"]) for row in landed} == counts


def test_staging_of_the_real_columns_is_built(column_fixtures: tuple[Settings, dict[str, int], str]) -> None:
    settings, counts, said = column_fixtures
    assert "Database Error" not in said
    assert "Runtime Error" not in said
    for entity in load_pack("shopify").provides:
        unpublished(settings, f"SELECT count(*) FROM lake.staging.stg_shopify__{entity}")
    query = "SELECT source_id, order_id, status FROM lake.staging.stg_shopify__sales_orders"
    orders = unpublished(settings, query)
    assert len(orders) == counts["order"]
    assert ("2669516488801", "5066", "shipped") in {tuple(row.values()) for row in orders}


def test_an_unknown_status_is_reported_by_name_and_not_mapped(
    column_fixtures: tuple[Settings, dict[str, int], str],
) -> None:
    settings, _, said = column_fixtures
    rows = unpublished(settings, "SELECT status_raw, status FROM lake.staging.stg_shopify__shipment_events")
    assert {row["status_raw"] for row in rows if not row["status"]} == {"eaten by a whale"}
    assert "stg_shopify__shipment_events__status_is_known" in said
    assert "Got 1 result, configured to fail" in said
