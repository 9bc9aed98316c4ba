"""The Tryton pack on a database that Tryton makes now: what was entered there is what staging holds.

Runs with WEFT_SLOW=1 only, since it installs Tryton from the package index into an environment of its own. `tryton_company.py` enters a
small company there; the last tests change it in Tryton, and look at what the next extraction lands.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from staging_alone import stage, staged
from test_tryton import SETTINGS, landed

from extractors.landing import land_system
from warehouse.settings import Settings, load_settings

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        os.environ.get("WEFT_SLOW") != "1", reason="installs Tryton and makes a database: set WEFT_SLOW=1"
    ),
    pytest.mark.xdist_group("fresh_tryton"),
    pytest.mark.timeout(1800),
]

SCRIPT = Path(__file__).with_name("tryton_company.py")
VERSION = "8.2.*"
# What the pack reads; the modules that these need come along.
MODULES = [
    "account_invoice_stock", "carrier", "product_attribute", "production_work", "purchase", "sale", "sale_complaint",
    "sale_opportunity", "stock_lot", "stock_shipment_cost",
]  # fmt: skip


class Tryton:
    """A Tryton in a folder: its environment, its settings and its database."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.programs = root / "venv" / ("Scripts" if sys.platform == "win32" else "bin")
        self.settings = root / "trytond.conf"

    @property
    def database(self) -> Path:
        return self.root / "erp.sqlite"

    def run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        # The pack takes Tryton's times for UTC, and this project is no business of that environment.
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        environment |= {"TZ": "UTC", "TRYTONPASSFILE": str(self.root / "password")}
        return subprocess.run(
            [str(word) for word in command],
            cwd=self.root,
            env=environment,
            capture_output=True,
            text=True,
            timeout=1500,
        )

    def succeed(self, *command: str | Path) -> str:
        finished = self.run(*command)
        assert finished.returncode == 0, finished.stdout + finished.stderr
        return finished.stdout

    def install(self) -> None:
        self.succeed(sys.executable, "-m", "venv", self.root / "venv")
        modules = [f"trytond_{module}=={VERSION}" for module in MODULES]
        finished = self.run(
            self.programs / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "1",
            f"trytond=={VERSION}", f"proteus=={VERSION}", *modules,
        )  # fmt: skip
        if f"trytond=={VERSION} (from versions: none)" in finished.stderr:
            pytest.skip("pip finds no trytond: no package index can be reached")
        assert finished.returncode == 0, finished.stdout + finished.stderr

    def create(self) -> None:
        """Make the database, and activate the modules in it."""
        self.settings.write_text(f"[database]\nuri = sqlite://\npath = {self.root}\n", encoding="utf-8")
        (self.root / "password").write_text("fresh-and-empty", encoding="utf-8")
        self.database.touch()
        admin = (self.programs / "trytond-admin", "-c", self.settings, "-d", "erp")
        self.succeed(*admin, "--all", "--email", "admin@example.com")
        self.succeed(*admin, "-u", *MODULES, "--activate-dependencies")

    def enter(self, step: str) -> dict[str, Any]:
        """Run a step of the script, and return what it says it did."""
        return json.loads(self.succeed(self.programs / "python", SCRIPT, self.settings, step))


class Company(NamedTuple):
    """A deployment beside the database, and what was entered there."""

    settings: Settings
    entered: dict[str, Any]

    def staged(self, query: str) -> list[tuple]:
        return [tuple(row.values()) for row in staged(self.settings, query)]


def deployment(root: Path, database: Path) -> Settings:
    root.mkdir()
    shutil.copy(database, root / "erp.sqlite")
    (root / "weft.toml").write_text(SETTINGS, encoding="utf-8")
    return load_settings(root / "weft.toml")


@pytest.fixture(scope="module")
def erp(tmp_path_factory: pytest.TempPathFactory) -> tuple[Tryton, dict[str, Any]]:
    tryton = Tryton(tmp_path_factory.mktemp("tryton"))
    tryton.install()
    tryton.create()
    return tryton, tryton.enter("write")


@pytest.fixture(scope="module")
def fresh(erp: tuple[Tryton, dict[str, Any]]) -> Company:
    """The company as it was entered, landed and staged."""
    tryton, entered = erp
    settings = deployment(tryton.root / "fresh", tryton.database)
    loads, built = stage(settings, "tryton")
    assert {load.status for load in loads} == {"landed"}
    assert built.returncode == 0, built.stdout + built.stderr
    return Company(settings, entered)


def exact(value: Any) -> Decimal:
    return Decimal(str(value))


def lines_of(documents: Iterable[dict[str, Any]]) -> list[tuple]:
    """Return number, variant, quantity, price, amount and currency of each line, as staging should have them."""
    return sorted(
        (
            document["number"] or f"tryton-{document['id']}",
            sku,
            abs(exact(quantity)),
            exact(price),
            abs(exact(quantity) * exact(price)),
            document["currency"],
        )
        for document in documents
        for sku, quantity, price in document["lines"]
    )


# What was entered


def test_the_warehouse_its_carrier_and_the_rates(fresh: Company) -> None:
    assert fresh.staged("SELECT warehouse_id FROM stg_tryton__warehouses") == [("WH",)]
    assert fresh.staged("SELECT carrier_id, carrier_name FROM stg_tryton__carriers") == [("PARCELS", "Parcels")]
    rates = fresh.staged("SELECT from_currency_code, to_currency_code, rate_on, rate FROM stg_tryton__currency_rates")
    assert [(*pair, str(day), rate) for *pair, day, rate in rates] == [("EUR", "USD", "2026-01-02", Decimal("1.125"))]


def test_orders_are_the_sales_that_were_agreed(fresh: Company) -> None:
    statuses = {"sent": "shipped", "partly sent": "partly_shipped", "unsent": "confirmed", "cancelled": "cancelled"}
    orders = fresh.staged(
        "SELECT o.order_id, c.customer_id, o.status, o.currency_code, o.tax_amount, o.ordered_on IS NOT NULL, "
        "o.ship_to_country_code FROM stg_tryton__sales_orders AS o JOIN stg_tryton__customers AS c USING (customer_key)"
    )
    assert sorted(orders) == sorted(
        (
            sale["number"], sale["party"], statuses[role], sale["currency"], exact(sale["tax"]), True,
            fresh.entered["customers"][sale["party"]],
        )
        for role, sale in fresh.entered["sales"].items()
    )  # fmt: skip
    lines = fresh.staged(
        "SELECT l.order_id, p.sku, l.quantity, l.unit_price, l.net_amount, l.currency_code "
        "FROM stg_tryton__sales_order_lines AS l JOIN stg_tryton__products AS p USING (product_key)"
    )
    assert sorted(lines) == lines_of(fresh.entered["sales"].values())
    totals = dict(fresh.staged("SELECT order_id, sum(net_amount) FROM stg_tryton__sales_order_lines GROUP BY order_id"))
    assert totals == {sale["number"]: exact(sale["untaxed"]) for sale in fresh.entered["sales"].values()}


def test_what_came_back_is_a_return_of_its_line_a_ticket_and_a_refund(fresh: Company) -> None:
    returned, credit = fresh.entered["return"], fresh.entered["credit"]
    found = fresh.staged(
        "SELECT r.return_id, p.sku, r.quantity, l.unit_price, r.net_amount, r.currency_code, o.order_id, r.reason, "
        "r.is_restocked, f.refund_id FROM stg_tryton__return_lines AS r JOIN stg_tryton__products AS p USING (product_key) "
        "JOIN stg_tryton__sales_order_lines AS l USING (order_line_key) "
        "JOIN stg_tryton__sales_orders AS o ON o.order_key = r.order_key "
        "JOIN stg_tryton__refunds AS f ON f.refund_key = r.refund_key AND f.order_key = r.order_key"
    )
    [line] = lines_of([returned])
    assert found == [(*line, returned["of"], "size", True, credit["number"])]
    refunds = fresh.staged("SELECT goods_amount, total_amount, currency_code FROM stg_tryton__refunds")
    assert refunds == [(-exact(credit["untaxed"]), -exact(credit["total"]), returned["currency"])]
    tickets = fresh.staged(
        "SELECT t.ticket_id, o.order_id, t.status, t.cause, t.requester_email FROM stg_tryton__tickets AS t "
        "JOIN stg_tryton__sales_orders AS o USING (order_key)"
    )
    assert tickets == [(returned["complaint"], returned["of"], "solved", "wrong_size", "c-1@example.com")]


def test_purchases_and_what_was_received_of_them(fresh: Company) -> None:
    purchases = fresh.entered["purchases"]
    statuses = {"received": "complete", "partly received": "partly_received", "draft": "pending"}
    orders = fresh.staged(
        "SELECT o.purchase_order_id, s.supplier_id, o.status, o.currency_code, o.subtotal_amount "
        "FROM stg_tryton__purchase_orders AS o JOIN stg_tryton__suppliers AS s USING (supplier_key)"
    )
    assert sorted(orders) == sorted(
        (
            purchase["number"] or f"tryton-{purchase['id']}", purchase["party"], statuses[role], purchase["currency"],
            exact(purchase["untaxed"]),
        )
        for role, purchase in purchases.items()
    )  # fmt: skip
    lines = fresh.staged(
        "SELECT l.purchase_order_id, p.sku, l.ordered_quantity, l.unit_price, l.net_amount, l.currency_code "
        "FROM stg_tryton__purchase_order_lines AS l JOIN stg_tryton__products AS p USING (product_key)"
    )
    assert sorted(lines) == lines_of(purchases.values())
    receipts = fresh.staged(
        "SELECT p.sku, r.received_quantity, CAST(r.received_on AS VARCHAR), l.received_quantity AS of_line "
        "FROM stg_tryton__goods_receipts AS r "
        "JOIN stg_tryton__purchase_order_lines AS l USING (purchase_order_line_key) "
        "JOIN stg_tryton__products AS p ON p.product_key = r.product_key"
    )
    assert sorted(receipts) == sorted(
        (sku, exact(quantity), day, exact(quantity)) for sku, quantity, day in fresh.entered["receipts"]
    )


def test_stock_is_what_tryton_says_it_is(fresh: Company) -> None:
    expected = {(sku, "STO"): exact(quantity) for sku, quantity in fresh.entered["stock"].items()}
    movements = fresh.staged(
        "SELECT p.sku, m.bin_code, sum(m.quantity) FROM stg_tryton__stock_movements AS m "
        "JOIN stg_tryton__products AS p USING (product_key) GROUP BY ALL HAVING sum(m.quantity) <> 0"
    )
    assert {(sku, place): quantity for sku, place, quantity in movements} == expected
    levels = fresh.staged(
        "SELECT p.sku, l.bin_code, max_by(l.quantity_on_hand, l.counted_on) AS quantity FROM stg_tryton__stock_levels AS l "
        "JOIN stg_tryton__products AS p USING (product_key) GROUP BY ALL HAVING quantity <> 0"
    )
    assert {(sku, place): quantity for sku, place, quantity in levels} == expected


def test_shipments_leave_by_their_carrier_and_what_stays_behind_waits(fresh: Company) -> None:
    sent = fresh.staged(
        "SELECT s.shipment_id, c.carrier_id, s.freight_amount, s.currency_code FROM stg_tryton__shipments AS s "
        "JOIN stg_tryton__carriers AS c USING (carrier_key) WHERE s.direction = 'outbound' AND s.status = 'delivered'"
    )
    assert sorted(sent) == [
        (number, carrier, exact(cost), "EUR") for number, carrier, cost in fresh.entered["shipments"]
    ]
    waiting = fresh.staged(
        "SELECT o.order_id FROM stg_tryton__shipments AS s JOIN stg_tryton__sales_orders AS o USING (order_key) "
        "WHERE s.status = 'pending'"
    )
    assert sorted(waiting) == [(fresh.entered["sales"][role]["number"],) for role in ("partly sent", "unsent")]


def test_productions_and_the_work_that_went_into_them(fresh: Company) -> None:
    made, planned = fresh.entered["productions"]["done"], fresh.entered["productions"]["waiting"]
    orders = fresh.staged(
        "SELECT production_order_id, status, ordered_quantity, stocked_quantity, CAST(ended_on AS VARCHAR) "
        "FROM stg_tryton__production_orders ORDER BY production_order_id"
    )
    assert orders == [
        (made["number"], "done", exact(made["quantity"]), exact(made["quantity"]), made["on"]),
        (planned["number"], "planned", exact(planned["quantity"]), 0, None),
    ]
    work = fresh.staged(
        "SELECT o.actual_hours, o.actual_cost_amount, o.currency_code, w.work_centre_id FROM stg_tryton__production_operations AS o "
        "JOIN stg_tryton__work_centres AS w USING (work_centre_key) WHERE o.actual_hours > 0"
    )
    assert work == [(fresh.entered["work"]["hours"], exact(fresh.entered["work"]["cost"]), "EUR", "Sewing room")]
    components = fresh.staged(
        "SELECT a.sku, c.sku AS component, b.quantity_per_assembly FROM stg_tryton__bill_of_material_lines AS b "
        "JOIN stg_tryton__products AS a ON a.product_key = b.assembly_product_key "
        "JOIN stg_tryton__products AS c ON c.product_key = b.component_product_key"
    )
    assert components == [("TEE-BLK-M", "JERSEY", Decimal("1.5"))]


def test_opportunities_with_their_customers_and_amounts(fresh: Company) -> None:
    statuses = {"lead": "open", "opportunity": "open", "lost": "lost"}
    opportunities = fresh.staged(
        "SELECT o.opportunity_id, c.customer_id, o.status_raw, o.status, o.amount FROM stg_tryton__opportunities AS o "
        "JOIN stg_tryton__customers AS c USING (customer_key)"
    )
    assert sorted(opportunities) == sorted(
        (entered["number"], entered["party"], state, statuses[state], exact(entered["amount"]))
        for state, entered in fresh.entered["opportunities"].items()
    )


def test_products_parties_and_prices(fresh: Company) -> None:
    products = fresh.entered["products"]
    variants = fresh.staged("SELECT sku, color, size FROM stg_tryton__products WHERE sku <> 'FREIGHT'")
    attributes = {sku: product["attributes"] or {} for sku, product in products.items()}
    assert {sku: (color, size) for sku, color, size in variants} == {
        sku: (own.get("color"), own.get("size")) for sku, own in attributes.items()
    }
    prices = fresh.staged(
        "SELECT p.sku, r.price_type, r.amount, r.currency_code FROM stg_tryton__product_prices AS r "
        "JOIN stg_tryton__products AS p USING (product_key) WHERE p.sku <> 'FREIGHT'"
    )
    assert sorted(prices) == sorted(
        (sku, kind, exact(product[name]), "EUR")
        for sku, product in products.items()
        for kind, name in (("list", "list"), ("standard_cost", "cost"))
    )
    # Neither the company nor its employee nor its carrier buys anything.
    customers = fresh.staged("SELECT customer_id, country_code FROM stg_tryton__customers")
    assert dict(customers) == fresh.entered["customers"]
    suppliers = fresh.staged("SELECT supplier_id FROM stg_tryton__suppliers")
    assert {supplier for (supplier,) in suppliers} == set(fresh.entered["suppliers"])


# What was changed afterwards


class Change(NamedTuple):
    """The next landing, and what was done in Tryton before it."""

    company: Company
    loads: list


@pytest.fixture(scope="module")
def next_landing(erp: tuple[Tryton, dict[str, Any]]) -> Change:
    """A second deployment, which landed the company as it was entered and then as it was changed."""
    tryton, _ = erp
    settings = deployment(tryton.root / "next", tryton.database)
    land_system(settings, "tryton", "first")
    done = tryton.enter("change")
    shutil.copy(tryton.database, settings.root / "erp.sqlite")
    return Change(Company(settings, done), land_system(settings, "tryton", "second"))


def test_the_next_extraction_lands_only_what_was_changed_and_what_is_gone(next_landing: Change) -> None:
    (settings, done), loads = next_landing
    gone, changed = done["gone"], done["opportunity"]
    assert {load.entity: load.rows_landed for load in loads} == {
        "sale_opportunity": 1, "purchase_purchase": 1, "purchase_line": len(gone["lines"]),
    }  # fmt: skip
    [(identifier, amount, was_written, is_gone)] = landed(
        settings, "sale_opportunity", "id, amount, write_date IS NOT NULL", loads
    )
    assert (identifier, exact(amount), was_written, is_gone) == (
        str(changed["id"]), exact(changed["amount"]), True, False,
    )  # fmt: skip
    # The row that is gone is as it was last landed: nobody saw it cancelled.
    assert landed(settings, "purchase_purchase", "id, state", loads) == [(str(gone["purchase"]), "draft", True)]
    assert landed(settings, "purchase_line", "id", loads) == [(str(line), True) for line in gone["lines"]]
    assert land_system(settings, "tryton", "third") == []


def test_staging_shows_the_change_and_marks_what_is_gone(next_landing: Change) -> None:
    company, _ = next_landing
    _, built = stage(company.settings, "tryton")
    assert built.returncode == 0, built.stdout + built.stderr
    opportunity, gone = company.entered["opportunity"], company.entered["gone"]
    amounts = company.staged(
        f"SELECT amount, is_deleted FROM stg_tryton__opportunities WHERE source_id = '{opportunity['id']}'"
    )
    assert amounts == [(exact(opportunity["amount"]), False)]
    purchases = company.staged("SELECT source_id FROM stg_tryton__purchase_orders WHERE is_deleted")
    assert purchases == [(str(gone["purchase"]),)]
    lines = company.staged("SELECT source_id FROM stg_tryton__purchase_order_lines WHERE is_deleted")
    assert sorted(lines) == sorted((str(line),) for line in gone["lines"])
