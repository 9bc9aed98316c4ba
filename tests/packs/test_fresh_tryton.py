"""The Tryton pack on a Tryton that is installed and filled on the spot: what Tryton says it holds is what staging holds.

Takes minutes and a package registry, so it runs only when asked: WEFT_SLOW=1 pytest tests/packs/test_fresh_tryton.py
What is written, and told as the truth, is in tryton_company.py.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from staging_alone import stage, staged
from test_tryton import SETTINGS, landed
from weft_command import run_weft

from extractors.landing import land_system
from warehouse.settings import Settings, load_settings

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.environ.get("WEFT_SLOW") != "1", reason="takes minutes and a registry: set WEFT_SLOW=1"),
    pytest.mark.xdist_group("fresh_tryton"),
    pytest.mark.timeout(1800),
]

SCRIPT = Path(__file__).with_name("tryton_company.py")
PACKAGES = [
    "trytond", "proteus", "trytond_account_invoice_stock", "trytond_carrier", "trytond_product_attribute",
    "trytond_production_routing", "trytond_production_work", "trytond_purchase", "trytond_sale", "trytond_sale_complaint",
    "trytond_sale_opportunity", "trytond_stock_lot",
]  # fmt: skip
# Tryton's states of a document and of its shipments, in Weft's words.
SALES = {"sent": "shipped", "partially shipped": "partly_shipped", "waiting": "confirmed"}
PURCHASES = {"received": "complete", "partially shipped": "partly_received", "none": "pending"}
PRODUCTIONS = {"done": "done", "running": "in progress"}
OPPORTUNITIES = {"opportunity": "open", "lost": "lost", "cancelled": "lost"}


class Tryton:
    """A virtual environment with Tryton in it, and one database in a folder."""

    def __init__(self, environment: Path, folder: Path) -> None:
        self.environment = environment
        self.folder = folder

    def run(self, *command: str) -> str:
        done = subprocess.run(
            [str(self.environment / "bin" / command[0]), *command[1:]],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=1500,
            # What lies on this process's path belongs to Weft, and must not be found in place of Tryton's own.
            env={key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
            | {"TRYTONPASSFILE": str(self.folder / "password")},
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def configure(self) -> None:
        (self.folder / "trytond.conf").write_text(
            f"[database]\nuri = sqlite://\npath = {self.folder}\n", encoding="utf-8"
        )
        (self.folder / "password").write_text("a long password for nobody\n", encoding="utf-8")

    def create(self) -> None:
        self.configure()
        (self.folder / "erp.sqlite").touch()
        self.run("trytond-admin", "-c", "trytond.conf", "-d", "erp", "--all", "--email", "admin@example.com")

    def write(self, step: str) -> Any:
        """Let the script write its first or second part, and return what it says it wrote."""
        return json.loads(self.run("python", str(SCRIPT), step, "trytond.conf"))

    def copy(self, folder: Path) -> "Tryton":
        folder.mkdir()
        shutil.copy(self.folder / "erp.sqlite", folder)
        copied = Tryton(self.environment, folder)
        copied.configure()
        return copied

    def deployment(self) -> Settings:
        (self.folder / "weft.toml").write_text(SETTINGS, encoding="utf-8")
        return load_settings(self.folder / "weft.toml")


def install(environment: Path) -> None:
    """Make the environment, with the newest Tryton 8 that the registry holds; skip where no registry answers."""
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True, capture_output=True, timeout=300)
    pip = [str(environment / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]
    asked = subprocess.run(
        [*pip, "download", "--quiet", "--no-deps", "--dest", str(environment / "asked"), "proteus>=8,<9"],
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    if asked.returncode:
        pytest.skip(f"no package registry offers Tryton 8: {asked.stderr.strip().splitlines()[-1]}")
    # All parts of one series: 8.0 and 8.2 do not go together.
    [wheel] = (environment / "asked").iterdir()
    series = ".".join(wheel.name.removeprefix("proteus-").split(".")[:2])
    subprocess.run([*pip, "install", "--quiet", *(f"{name}~={series}.0" for name in PACKAGES)], check=True, timeout=900)


@pytest.fixture(scope="module")
def tryton(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Tryton, Any]]:
    """A Tryton after its first part was written, and the truth of that; nobody changes it."""
    environment = tmp_path_factory.mktemp("environment")
    install(environment)
    fresh = Tryton(environment, tmp_path_factory.mktemp("tryton"))
    fresh.create()
    yield fresh, fresh.write("first")
    shutil.rmtree(environment)


@pytest.fixture(scope="module")
def staging(tryton: tuple[Tryton, Any]) -> Settings:
    settings = tryton[0].deployment()
    loads, built = stage(settings, "tryton")
    assert {load.status for load in loads} == {"landed"}
    assert built.returncode == 0, built.stdout
    return settings


@pytest.fixture(scope="module")
def truth(tryton: tuple[Tryton, Any]) -> Any:
    return tryton[1]


def found(settings: Settings, query: str) -> list[tuple]:
    return sorted(tuple(row.values()) for row in staged(settings, query))


def lines_of(documents: list[dict[str, Any]], sign: int = 1) -> list[tuple]:
    return sorted(
        (document["number"], sku, sign * Decimal(quantity), Decimal(price), sign * Decimal(amount))
        for document in documents
        for sku, quantity, price, amount in document["lines"]
    )


def test_orders_are_the_sales_that_were_agreed(staging: Settings, truth: Any) -> None:
    agreed = [sale for sale in truth["orders"] if sale["state"] != "quotation"]
    assert len(agreed) == 3
    assert found(
        staging,
        "SELECT order_id, CAST(ordered_on AS VARCHAR), status, tax_amount, o.currency_code, full_name, ship_to_country_code "
        "FROM stg_tryton__sales_orders AS o JOIN stg_tryton__customers USING (customer_key)",
    ) == sorted(
        (
            sale["number"],
            sale["date"],
            SALES[sale["shipments"]],
            Decimal(sale["tax"]),
            sale["currency"],
            sale["customer"],
            "NL",
        )
        for sale in agreed
    )


def test_lines_and_their_sums_are_tryton_s(staging: Settings, truth: Any) -> None:
    agreed = [sale for sale in truth["orders"] if sale["state"] != "quotation"]
    assert found(
        staging,
        "SELECT order_id, sku, quantity, unit_price, net_amount FROM stg_tryton__sales_order_lines "
        "JOIN stg_tryton__products USING (product_key)",
    ) == lines_of(agreed)
    assert found(
        staging, "SELECT order_id, sum(net_amount) FROM stg_tryton__sales_order_lines GROUP BY order_id"
    ) == sorted((sale["number"], Decimal(sale["untaxed"])) for sale in agreed)


def test_purchases_are_all_there_with_what_arrived_of_them(staging: Settings, truth: Any) -> None:
    assert found(
        staging,
        "SELECT purchase_order_id, status, supplier_id, subtotal_amount FROM stg_tryton__purchase_orders "
        "JOIN stg_tryton__suppliers USING (supplier_key)",
    ) == sorted(
        (bought["number"], PURCHASES[bought["shipments"]], bought["supplier"], Decimal(bought["untaxed"]))
        for bought in truth["purchases"]
    )
    lines = "stg_tryton__purchase_order_lines JOIN stg_tryton__products USING (product_key)"
    assert found(
        staging, f"SELECT purchase_order_id, sku, ordered_quantity, unit_price, net_amount FROM {lines}"
    ) == lines_of(truth["purchases"])
    arrived = sorted(
        (bought["number"], sku, Decimal(quantity))
        for bought in truth["purchases"]
        for (sku, *_), quantity in zip(bought["lines"], bought["arrived"], strict=True)
    )
    assert found(staging, f"SELECT purchase_order_id, sku, received_quantity FROM {lines}") == arrived
    assert found(
        staging,
        "SELECT purchase_order_id, sku, sum(r.received_quantity) FROM stg_tryton__goods_receipts AS r "
        "JOIN stg_tryton__products USING (product_key) JOIN stg_tryton__purchase_orders USING (purchase_order_key) GROUP BY ALL",
    ) == [line for line in arrived if line[2]]


def test_stock_of_each_place_is_what_tryton_counts(staging: Settings, truth: Any) -> None:
    on_hand = sorted((sku, place, Decimal(quantity)) for sku, place, quantity in truth["stock"])
    assert on_hand
    levels = found(
        staging,
        "SELECT sku, bin_code, max_by(quantity_on_hand, counted_on) AS quantity FROM stg_tryton__stock_levels "
        "JOIN stg_tryton__products USING (product_key) GROUP BY ALL HAVING quantity <> 0",
    )
    assert levels == on_hand
    movements = found(
        staging,
        "SELECT sku, bin_code, sum(quantity) AS quantity FROM stg_tryton__stock_movements "
        "JOIN stg_tryton__products USING (product_key) GROUP BY ALL HAVING sum(quantity) <> 0",
    )
    assert movements == on_hand


def test_a_complaint_s_return_leads_to_the_line_that_was_sold(staging: Settings, truth: Any) -> None:
    returned = found(
        staging,
        "SELECT r.return_id, sku, r.quantity, l.unit_price, r.net_amount, l.order_id, r.reason, r.is_restocked "
        "FROM stg_tryton__return_lines AS r JOIN stg_tryton__products USING (product_key) "
        "JOIN stg_tryton__sales_order_lines AS l USING (order_line_key)",
    )
    [back] = truth["returns"]
    assert returned == [(*line, back["of"], "wrong_item", True) for line in lines_of([back], -1)]
    tickets = "SELECT ticket_id, order_id, t.status FROM stg_tryton__tickets AS t JOIN stg_tryton__sales_orders USING (order_key)"
    assert found(staging, tickets) == [(back["complaint"], back["of"], "solved")]


def test_productions_and_what_their_work_cost(staging: Settings, truth: Any) -> None:
    assert found(
        staging,
        "SELECT production_order_id, sku, status, ordered_quantity, stocked_quantity FROM stg_tryton__production_orders "
        "JOIN stg_tryton__products USING (product_key)",
    ) == sorted(
        (
            made["number"],
            made["product"],
            PRODUCTIONS[made["state"]],
            Decimal(made["quantity"]),
            Decimal(made["quantity"]) if made["state"] == "done" else 0,
        )
        for made in truth["productions"]
    )
    assert found(
        staging,
        "SELECT production_order_id, actual_cost_amount FROM stg_tryton__production_operations "
        "JOIN stg_tryton__production_orders USING (production_order_key)",
    ) == sorted((made["number"], Decimal(made["work_cost"])) for made in truth["productions"])


def test_opportunities_with_amount_and_probability(staging: Settings, truth: Any) -> None:
    assert found(
        staging, "SELECT opportunity_id, status, amount, probability_rate FROM stg_tryton__opportunities"
    ) == sorted(
        (chance["number"], OPPORTUNITIES[chance["state"]], Decimal(chance["amount"]), Decimal(chance["probability"]))
        for chance in truth["opportunities"]
    )


def test_the_next_landing_has_the_row_that_changed_and_a_tombstone(tryton: tuple[Tryton, Any], tmp_path: Path) -> None:
    later = tryton[0].copy(tmp_path / "later")
    settings = later.deployment()
    assert {load.status for load in land_system(settings, "tryton", "first")} == {"landed"}
    assert land_system(settings, "tryton", "nothing new") == []
    did = later.write("second")
    raised, gone = did["changed"], did["deleted"]
    loads = land_system(settings, "tryton", "second")
    assert {load.entity: load.rows_landed for load in loads} == {"sale_opportunity": 2}
    assert sorted(landed(settings, "sale_opportunity", "id, amount", loads)) == [
        (str(raised["id"]), raised["amount"], False),
        (str(gone["id"]), gone["amount"], True),
    ]
    built = run_weft(
        settings, "dbt", "build", "--exclude-resource-type", "unit_test", "--select", "+stg_tryton__opportunities"
    )
    assert built.returncode == 0, built.stdout
    assert found(
        settings,
        "SELECT CAST(source_id AS INTEGER), amount, is_deleted FROM stg_tryton__opportunities WHERE status_raw <> 'lost'",
    ) == [(raised["id"], Decimal(raised["amount"]), False), (gone["id"], Decimal(gone["amount"]), True)]
