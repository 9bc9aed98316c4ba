"""The Tryton pack on the database of a real Tryton: what sqlite3 counts there is what staging and marts hold.

The second part changes a copy of the database as Tryton would, and looks at what the next extraction lands.
"""

import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest
from weft_command import ask

from extractors.landing import LoadResult, land_entity, land_system
from warehouse.lake import connect_lake
from warehouse.settings import Settings, load_settings

DATABASE = Path(__file__).parent / "fixtures" / "tryton" / "erp.sqlite"
SETTINGS = '[company]\nid = "c"\nname = "C"\n\n[run]\nthreads = 1\n\n[systems.tryton]\npack = "tryton"\nconnection = "sqlite:erp.sqlite"\n'
ORDERED = "s.state NOT IN ('draft', 'quotation')"


def in_erp(query: str, path: Path = DATABASE) -> list[tuple]:
    """Ask the ERP's database itself; NUMERIC columns hold bytes."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as con:
        return [
            tuple(cell.decode() if isinstance(cell, bytes) else cell for cell in row)
            for row in con.execute(query).fetchall()
        ]


def one(settings: Settings, query: str) -> dict[str, str]:
    [row] = ask(settings, query)
    return row


def exact(quantity: float, price: str) -> Decimal:
    return Decimal(str(quantity)) * Decimal(price)


# What is sold


def test_orders_are_the_sales_that_were_agreed(packs_published: Settings) -> None:
    sold = in_erp(
        f"SELECT s.id, s.tax_amount_cache FROM sale_sale AS s WHERE {ORDERED} "
        "AND EXISTS (SELECT 1 FROM sale_line AS l WHERE l.sale = s.id AND l.quantity > 0)"
    )
    staged = one(packs_published, "SELECT count(*) AS n, sum(tax_amount) AS tax FROM staging.stg_tryton__sales_orders")
    assert (int(staged["n"]), len(sold)) == (219, 219)
    assert Decimal(staged["tax"]) == sum(Decimal(tax) for _, tax in sold)


def test_lines_that_were_sold_reach_the_marts_to_the_cent(packs_published: Settings) -> None:
    lines = in_erp(
        "SELECT l.quantity, l.unit_price, s.sale_date FROM sale_line AS l JOIN sale_sale AS s ON s.id = l.sale "
        f"WHERE {ORDERED} AND l.quantity > 0"
    )
    by_day: dict[str, Decimal] = {}
    for quantity, price, day in lines:
        by_day[day] = by_day.get(day, Decimal(0)) + exact(quantity, price)
    marts = ask(
        packs_published,
        "SELECT ordered_on, sum(net_amount) AS amount, count(*) AS n FROM marts.fct_order_line "
        "WHERE source_system = 'tryton' GROUP BY 1",
    )
    assert {row["ordered_on"]: Decimal(row["amount"]) for row in marts} == by_day
    assert sum(int(row["n"]) for row in marts) == len(lines) == 552


def test_no_line_of_an_order_is_negative(packs_published: Settings) -> None:
    staged = one(packs_published, "SELECT min(quantity) AS least FROM staging.stg_tryton__sales_order_lines")
    assert Decimal(staged["least"]) > 0


def test_what_customers_send_back_is_a_return_of_the_line_they_bought(packs_published: Settings) -> None:
    lines = in_erp("SELECT quantity, unit_price FROM sale_line WHERE quantity < 0")
    staged = one(
        packs_published,
        "SELECT count(*) AS n, sum(quantity) AS quantity, sum(net_amount) AS amount, count(order_key) AS with_order, "
        "count(order_line_key) AS with_line, min(returned_on) AS first_on FROM staging.stg_tryton__return_lines",
    )
    assert int(staged["n"]) == len(lines) == 67
    assert Decimal(staged["quantity"]) == -sum(Decimal(str(quantity)) for quantity, _ in lines)
    assert Decimal(staged["amount"]) == -sum(exact(*line) for line in lines)
    assert (staged["with_order"], staged["with_line"]) == ("67", "67")
    assert staged["first_on"] == "2026-11-24"
    found = one(
        packs_published,
        "SELECT count(*) AS n FROM staging.stg_tryton__return_lines AS r "
        "JOIN staging.stg_tryton__sales_order_lines AS l USING (order_line_key, product_key) "
        "JOIN staging.stg_tryton__sales_orders AS o ON o.order_key = r.order_key",
    )
    assert found["n"] == "67"


# What is bought


def test_purchases_and_their_lines_are_all_there(packs_published: Settings) -> None:
    lines = in_erp("SELECT quantity, unit_price FROM purchase_line")
    marts = one(
        packs_published,
        "SELECT count(*) AS n, count(DISTINCT purchase_order_key) AS orders, sum(net_amount) AS amount "
        "FROM marts.fct_purchase_order_line WHERE source_system = 'tryton'",
    )
    assert (int(marts["n"]), int(marts["orders"])) == (len(lines), 58)
    assert Decimal(marts["amount"]) == sum(exact(*line) for line in lines)
    states = Counter(row[0] for row in in_erp("SELECT shipment_state FROM purchase_purchase"))
    staged = ask(packs_published, "SELECT status, count(*) AS n FROM staging.stg_tryton__purchase_orders GROUP BY 1")
    assert {row["status"]: int(row["n"]) for row in staged} == {
        "complete": states["received"],
        "approved": states["waiting"],
    }


def test_goods_are_received_once_though_they_move_twice(packs_published: Settings) -> None:
    received = in_erp("SELECT quantity FROM stock_move WHERE origin LIKE 'purchase.line,%' AND state = 'done'")
    marts = one(
        packs_published,
        "SELECT count(*) AS n, sum(received_quantity) AS quantity FROM marts.fct_goods_receipt WHERE source_system = 'tryton'",
    )
    assert int(marts["n"]) == len(received) == 60
    assert Decimal(marts["quantity"]) == sum(Decimal(str(quantity)) for (quantity,) in received)
    lines = one(
        packs_published, "SELECT sum(received_quantity) AS quantity FROM staging.stg_tryton__purchase_order_lines"
    )
    assert lines["quantity"] == marts["quantity"]


# What is in stock


def stock_by_place(path: Path = DATABASE) -> dict[tuple[int, str], Decimal]:
    stock: dict[tuple[int, str], Decimal] = {}
    places = dict(in_erp("SELECT id, code FROM stock_location WHERE type = 'storage'", path))
    moves = "SELECT product, from_location, to_location, internal_quantity FROM stock_move WHERE state = 'done'"
    for product, source, target, quantity in in_erp(moves, path):
        for place, sign in ((source, -1), (target, 1)):
            if place in places:
                key = (product, places[place])
                stock[key] = stock.get(key, Decimal(0)) + sign * Decimal(str(quantity))
    return stock


def test_movements_add_up_to_the_stock_of_every_place(packs_published: Settings) -> None:
    movements = ask(
        packs_published,
        "SELECT p.product_id, m.bin_code, sum(m.quantity) AS quantity, count(*) AS n FROM staging.stg_tryton__stock_movements AS m "
        "JOIN staging.stg_tryton__products AS p USING (product_key) GROUP BY ALL",
    )
    found = {(int(row["product_id"]), row["bin_code"]): Decimal(row["quantity"]) for row in movements}
    assert found == stock_by_place()
    levels = ask(
        packs_published,
        "SELECT p.product_id, l.bin_code, max_by(l.quantity_on_hand, l.counted_on) AS quantity "
        "FROM staging.stg_tryton__stock_levels AS l JOIN staging.stg_tryton__products AS p USING (product_key) GROUP BY ALL",
    )
    assert {(int(row["product_id"]), row["bin_code"]): Decimal(row["quantity"]) for row in levels} == found


def test_an_outgoing_line_leaves_the_warehouse_once(packs_published: Settings) -> None:
    left = in_erp(
        "SELECT quantity FROM stock_move AS m JOIN stock_location AS l ON l.id = m.to_location "
        "WHERE m.state = 'done' AND l.type = 'customer'"
    )
    sold = one(
        packs_published,
        "SELECT count(*) AS n, sum(quantity) AS quantity FROM staging.stg_tryton__stock_movements WHERE movement_type = 'sale'",
    )
    assert int(sold["n"]) == len(left) == 466
    assert Decimal(sold["quantity"]) == -sum(Decimal(str(quantity)) for (quantity,) in left)
    for_sales = one(
        packs_published,
        "SELECT sum(quantity) AS quantity, count(*) AS n FROM staging.stg_tryton__stock_movements "
        "WHERE reference_type = 'sales_order'",
    )
    assert (for_sales["quantity"], int(for_sales["n"])) == (sold["quantity"], 3 * 466)


def test_movements_that_are_not_done_are_not_there(packs_published: Settings) -> None:
    done = {row[0] for row in in_erp("SELECT id FROM stock_move WHERE state = 'done'")}
    staged = ask(
        packs_published, "SELECT DISTINCT split_part(source_id, '-', 1) AS id FROM staging.stg_tryton__stock_movements"
    )
    assert {int(row["id"]) for row in staged} == done
    assert len(done) == 1208


def test_shipments_of_both_directions_and_what_is_in_them(packs_published: Settings) -> None:
    staged = ask(
        packs_published,
        "SELECT direction, status, count(*) AS n, count(order_key) AS orders, count(purchase_order_key) AS purchases "
        "FROM staging.stg_tryton__shipments GROUP BY 1, 2",
    )
    states = Counter(row[0] for row in in_erp("SELECT state FROM stock_shipment_out"))
    found = {
        (row["direction"], row["status"]): (int(row["n"]), int(row["orders"]), int(row["purchases"])) for row in staged
    }
    assert found == {
        ("outbound", "delivered"): (states["done"], states["done"], 0),
        ("outbound", "pending"): (states["waiting"], states["waiting"], 0),
        ("inbound", "delivered"): (44, 0, 44),
    }
    lines = one(
        packs_published,
        "SELECT count(order_line_key) AS sold, count(purchase_order_line_key) AS bought, count(shipment_key) AS shipped "
        "FROM staging.stg_tryton__shipment_lines",
    )
    assert lines == {"sold": "552", "bought": "60", "shipped": "612"}
    marts = one(packs_published, "SELECT count(*) AS n FROM marts.fct_shipment WHERE source_system = 'tryton'")
    assert marts["n"] == "263"


# The rest


def test_parties_are_customers_or_suppliers_by_what_they_do(packs_published: Settings) -> None:
    customers = one(
        packs_published,
        "SELECT count(*) AS n, count(email) AS mails, count(country_code) AS countries FROM staging.stg_tryton__customers",
    )
    assert customers == {"n": "120", "mails": "120", "countries": "120"}
    suppliers = one(
        packs_published, "SELECT count(*) AS n, count(DISTINCT supplier_key) AS keys FROM staging.stg_tryton__suppliers"
    )
    assert suppliers == {"n": "8", "keys": "8"}
    addresses = one(
        packs_published, "SELECT count(*) AS n FROM staging.stg_tryton__customer_addresses WHERE is_default"
    )
    assert addresses["n"] == "120"


def test_variants_belong_to_styles_and_have_prices(packs_published: Settings) -> None:
    variants = one(
        packs_published,
        "SELECT count(*) AS n, count(DISTINCT style_id) AS styles, count(size) AS sizes, count(color) AS colors "
        "FROM staging.stg_tryton__products",
    )
    assert variants == {"n": "66", "styles": "26", "sizes": "60", "colors": "60"}
    costs = in_erp("SELECT cost_price FROM product_cost_price")
    lists = in_erp(
        "SELECT l.list_price FROM product_list_price AS l JOIN product_product AS p ON p.template = l.template"
    )
    prices = ask(
        packs_published,
        "SELECT price_type, sum(amount) AS amount, count(*) AS n, min(currency_code) AS currency_code "
        "FROM staging.stg_tryton__product_prices GROUP BY 1",
    )
    found = {row["price_type"]: (int(row["n"]), Decimal(row["amount"]), row["currency_code"]) for row in prices}
    assert found == {
        "standard_cost": (66, sum(Decimal(price) for (price,) in costs), "USD"),
        "list": (66, sum(Decimal(price) for (price,) in lists), "USD"),
    }


def test_productions_with_what_they_made_and_of_what(packs_published: Settings) -> None:
    made = dict(in_erp("SELECT state, count(*) FROM production GROUP BY 1"))
    quantity = in_erp("SELECT quantity FROM stock_move WHERE production_output IS NOT NULL AND state = 'done'")
    marts = ask(
        packs_published,
        "SELECT status, count(*) AS n, sum(stocked_quantity) AS quantity FROM marts.fct_production_order "
        "WHERE source_system = 'tryton' GROUP BY 1",
    )
    found = {row["status"]: int(row["n"]) for row in marts}
    assert found == {"done": made["done"], "in progress": made["running"], "planned": made["waiting"]}
    assert sum(Decimal(row["quantity"]) for row in marts) == sum(Decimal(str(made_of)) for (made_of,) in quantity)
    components = one(
        packs_published,
        "SELECT count(*) AS n, sum(quantity_per_assembly) AS metres, count(DISTINCT assembly_product_key) AS made, "
        "count(component_product_key) AS known FROM staging.stg_tryton__bill_of_material_lines",
    )
    assert components == {"n": "60", "metres": "90.0000", "made": "60", "known": "60"}


def test_complaints_and_opportunities(packs_published: Settings) -> None:
    tickets = one(
        packs_published,
        "SELECT count(*) AS n, count(DISTINCT t.status) AS statuses, min(t.status) AS status, count(o.order_key) AS orders "
        "FROM staging.stg_tryton__tickets AS t LEFT JOIN staging.stg_tryton__sales_orders AS o USING (order_key)",
    )
    assert tickets == {"n": "33", "statuses": "1", "status": "solved", "orders": "33"}
    amounts = in_erp("SELECT amount FROM sale_opportunity")
    opportunities = one(
        packs_published,
        "SELECT count(*) AS n, sum(amount) AS amount, min(probability_rate) AS probability, count(DISTINCT c.customer_key) AS customers "
        "FROM staging.stg_tryton__opportunities AS o JOIN staging.stg_tryton__customers AS c USING (customer_key)",
    )
    assert int(opportunities["n"]) == len(amounts) == 52
    assert Decimal(opportunities["amount"]) == sum(Decimal(amount) for (amount,) in amounts)
    assert Decimal(opportunities["probability"]) == Decimal("0.5")


def test_the_rate_that_always_holds_is_no_quote(packs_published: Settings) -> None:
    assert one(packs_published, "SELECT count(*) AS n FROM staging.stg_tryton__currency_rates")["n"] == "0"


# The next extraction


@pytest.fixture
def live(tmp_path: Path) -> Settings:
    """A deployment that reads a copy of the database and has landed nothing yet."""
    shutil.copy(DATABASE, tmp_path / "erp.sqlite")
    (tmp_path / "weft.toml").write_text(SETTINGS, encoding="utf-8")
    return load_settings(tmp_path / "weft.toml")


def changed(settings: Settings, *statements: str) -> list[LoadResult]:
    with closing(sqlite3.connect(settings.root / "erp.sqlite")) as con, con:
        for statement in statements:
            con.execute(statement)
    return land_system(settings, "tryton", "second")


def landed(settings: Settings, entity: str, columns: str, loads: list[LoadResult]) -> list[tuple]:
    [load_id] = [load.load_id for load in loads if load.entity == entity]
    with connect_lake(settings) as con:
        return con.execute(
            f"SELECT {columns}, coalesce(_is_deleted, false) FROM raw.tryton__{entity} WHERE _load_id = ? ORDER BY _row",
            [load_id],
        ).fetchall()


def test_the_next_extraction_lands_exactly_what_was_changed_deleted_and_merged(live: Settings) -> None:
    [(line,)] = in_erp("SELECT min(id) FROM sale_line WHERE write_date IS NOT NULL")
    [(draft, before)] = in_erp("SELECT max(id), untaxed_amount_cache FROM sale_sale WHERE write_date IS NULL")
    [(opportunity, lost_state)] = in_erp("SELECT max(id), state FROM sale_opportunity")
    assert before is None
    assert {result.status for result in land_system(live, "tryton", "first")} == {"landed"}
    loads = changed(
        live,
        f"UPDATE sale_line SET unit_price = CAST('61.5000' AS BLOB), write_date = '2026-11-25 10:00:00.5' WHERE id = {line}",
        # The first change of a row that had none.
        f"UPDATE sale_sale SET state = 'cancelled', write_date = '2026-11-25 10:00:00' WHERE id = {draft}",
        f"DELETE FROM sale_opportunity WHERE id = {opportunity}",
        "UPDATE party_party SET replaced_by = 215, active = 0, write_date = '2026-11-25 10:00:00' WHERE id = 214",
        "INSERT INTO party_party (id, name, code, active, create_date) VALUES (9001, 'New', 'C-9001', 1, '2026-11-25 10:00:00')",
    )
    assert {load.entity: load.rows_landed for load in loads} == {
        "sale_line": 1, "sale_sale": 1, "sale_opportunity": 1, "party_party": 2,
    }  # fmt: skip
    assert landed(live, "sale_line", "id, unit_price", loads) == [(str(line), "61.5000", False)]
    assert landed(live, "sale_sale", "id, state", loads) == [(str(draft), "cancelled", False)]
    assert landed(live, "party_party", "id, name, replaced_by", loads) == [
        ("214", "Customer 000", "215", False), ("9001", "New", None, False),
    ]  # fmt: skip
    [(gone, state, is_deleted)] = landed(live, "sale_opportunity", "id, state", loads)
    assert (gone, state, is_deleted) == (str(opportunity), lost_state, True)
    assert changed(live) == []


def test_decimals_arrive_as_they_stand_in_the_database(live: Settings) -> None:
    land_entity(live, "tryton", "sale_line", "first")
    with connect_lake(live) as con:
        prices = con.execute("SELECT id, unit_price FROM raw.tryton__sale_line").fetchall()
    assert {int(id): price for id, price in prices} == dict(in_erp("SELECT id, unit_price FROM sale_line"))
