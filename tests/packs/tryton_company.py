"""A small company written into an empty Tryton, by Tryton's own client library. Run by the Python that has Tryton installed.

    python tryton_company.py (first|second) trytond.conf

`first` activates the modules that the pack reads, and sells, buys, makes and takes back. `second` changes one record and deletes
another for good. Each prints as JSON what it wrote: amounts and quantities as texts, states in Tryton's words.
"""

import json
import sys
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from proteus import Model, Wizard
from proteus.config import set_trytond
from trytond.modules.account.tests.tools import create_chart, create_fiscalyear, create_tax, get_accounts
from trytond.modules.account_invoice.tests.tools import create_payment_term, set_fiscalyear_invoice_sequences
from trytond.modules.company.tests.tools import create_company

# What these depend on is activated with them. Modules that only add a column that the pack can do without (web shops, packages,
# costs of shipments) are left out on purpose: a Tryton without them must be readable.
MODULES = [
    "account_invoice_stock", "carrier", "product_attribute", "production_routing", "production_work", "purchase", "sale",
    "sale_complaint", "sale_opportunity", "stock_lot",
]  # fmt: skip
TODAY = date.today()


def new(model: str, **values: Any) -> Any:
    """Return a saved record."""
    record = Model.get(model)(**values)
    record.save()
    return record


def one(model: str, *clause: tuple) -> Any:
    [record] = Model.get(model).find(list(clause))
    return record


def activate() -> None:
    modules = Model.get("ir.module").find([("name", "in", MODULES)])
    assert {module.name for module in modules} == set(MODULES)
    Model.get("ir.module").click(modules, "activate")
    Wizard("ir.module.activate_upgrade").execute("upgrade")


class Company:
    """The records that documents are made of."""

    def __init__(self) -> None:
        euro = new("currency.currency", name="Euro", code="EUR", symbol="€", numeric_code="978")
        euro.rates.new(date=date(TODAY.year - 1, 1, 1), rate=Decimal(1))
        euro.save()
        create_company(party=new("party.party", name="Fresh Fashion"), currency=euro)
        create_chart()
        set_fiscalyear_invoice_sequences(create_fiscalyear()).click("create_period")
        self.accounts = get_accounts()
        self.term = create_payment_term()
        self.term.save()
        self.tax = create_tax(Decimal("0.21"))
        self.tax.save()
        self.goods = self.category()
        self.unit = one("product.uom", ("name", "=", "Unit"))
        self.places = {code: one("stock.location", ("code", "=", code)) for code in ("STO", "IN", "OUT", "WH")}
        self.netherlands = new("country.country", name="Netherlands", code="NL")
        self.mill = self.party("The Mill", "V-901")
        self.seller = new("company.employee", party=new("party.party", name="A Seller"))
        self.shoppers = [self.party("Shopper One", "C-901"), self.party("Shopper Two", "C-902")]
        colours = new("product.attribute.set", name="Variant")
        for name in ("color", "size"):
            colours.attributes.append(Model.get("product.attribute")(name=name, string=name.title(), type_="char"))
        colours.save()
        self.black, self.white = self.style(
            "Tee", "FR-1", "24.90", ["BLK-S", "WHT-M"], attribute_set=colours, salable=True, producible=True
        )
        for variant, color, size in ((self.black, "Black", "S"), (self.white, "White", "M")):
            variant.attributes = {"color": color, "size": size}
            variant.save()
        [self.cloth] = self.style("Jersey", "FR-9", "4.00", ["M"])
        self.recipe = self.bill_of_materials()

    def category(self) -> Any:
        category = Model.get("product.category")(
            name="Goods",
            accounting=True,
            account_expense=self.accounts["expense"],
            account_revenue=self.accounts["revenue"],
        )
        category.customer_taxes.append(self.tax)
        category.save()
        return category

    def party(self, name: str, code: str) -> Any:
        party = Model.get("party.party")(name=name, code=code)
        [address] = party.addresses
        address.street_unstructured, address.postal_code, address.city = "Example street 1", "1000 AA", "Amsterdam"
        address.country = self.netherlands
        party.contact_mechanisms.new(type="email", value=f"{code.lower()}@example.com")
        party.save()
        return party

    def style(self, name: str, code: str, price: str, suffixes: list[str], **more: Any) -> list[Any]:
        template = Model.get("product.template")(
            name=name,
            code=code,
            type="goods",
            default_uom=self.unit,
            list_price=Decimal(price),
            account_category=self.goods,
            purchasable=True,
            **more,
        )
        for _ in suffixes[1:]:
            template.products.new()
        for variant, suffix in zip(template.products, suffixes, strict=True):
            variant.suffix_code, variant.cost_price = f"-{suffix}", Decimal("7.5")
        template.save()
        return sorted(template.products, key=lambda variant: variant.code)

    def bill_of_materials(self) -> Any:
        bill = Model.get("production.bom")(name="Black tee")
        bill.inputs.new(product=self.cloth, quantity=2)
        bill.outputs.new(product=self.black, quantity=1)
        bill.save()
        sewing = new("production.work.center.category", name="Sewing")
        self.room = new("production.work.center", name="Sewing room", warehouse=self.places["WH"])
        new(
            "production.work.center",
            name="Machine 1",
            parent=self.room,
            category=sewing,
            cost_price=Decimal(3),
            cost_method="cycle",
            warehouse=self.places["WH"],
        )
        operation = new("production.routing.operation", name="Sew", work_center_category=sewing)
        self.routing = Model.get("production.routing")(name="Tee")
        self.routing.boms.append(bill)
        self.routing.steps.new(operation=operation)
        self.routing.save()
        self.black.boms.new(bom=bill, routing=self.routing)
        self.black.save()
        return bill

    # Documents

    def document(self, model: str, party: Any, lines: list[tuple[Any, int, str]], **values: Any) -> Any:
        found = Model.get(model)(party=party, payment_term=self.term, invoice_method="fulfillment", **values)
        for product, quantity, price in lines:
            line = found.lines.new()
            line.product, line.quantity, line.unit_price = product, quantity, Decimal(price)
        found.save()
        return found

    def purchase(self, lines: list[tuple[Any, int, str]], arrived: list[int] | None = None) -> Any:
        """Buy; `arrived` is how much of each line came in so far, none for a purchase that is not agreed yet."""
        purchase = self.document("purchase.purchase", self.mill, lines)
        purchase.click("quote")
        if arrived is None:
            return purchase
        agree(purchase)
        delivery = Model.get("stock.shipment.in")(supplier=self.mill)
        for move in sorted(purchase.moves, key=lambda move: move.id):
            delivery.incoming_moves.append(Model.get("stock.move")(id=move.id))
        for move, quantity in zip(delivery.incoming_moves, arrived, strict=True):
            move.quantity = quantity
        delivery.save()
        delivery.click("receive")
        delivery.click("do")
        purchase.reload()
        return purchase

    def sale(self, shopper: Any, lines: list[tuple[Any, int, str]]) -> Any:
        sale = self.document("sale.sale", shopper, lines, shipping_date=TODAY + timedelta(days=2))
        sale.click("quote")
        return sale

    def production(self, quantity: int) -> Any:
        production = Model.get("production")(
            product=self.black, bom=self.recipe, routing=self.routing, work_center=self.room, quantity=quantity
        )
        production.click("wait")
        return production


def agree(document: Any) -> None:
    """Confirm; where nothing processes in the background, Tryton goes on at once."""
    document.click("confirm")
    if document.state == "confirmed":
        document.click("process")
    assert document.state == "processing", document.state


def ship(sale: Any, quantities: dict[str, int]) -> None:
    """Send the one open shipment; a product that is named leaves in this quantity, the others in full."""
    shipment = next(shipment for shipment in sale.shipments if shipment.state == "waiting")
    for move in shipment.inventory_moves:
        move.quantity = quantities.get(move.product.code, move.quantity)
    shipment.save()
    for step in ("assign_try", "pick", "pack", "do"):
        shipment.click(step)
    assert shipment.state == "done", shipment.state
    sale.reload()


def complain_and_return(company: Company, sale: Any, quantity: int, price: str) -> tuple[Any, Any]:
    """A part of the first line comes back, by a complaint."""
    kind = new("sale.complaint.type", name="Wrong Item", origin=one("ir.model", ("name", "=", "sale.sale")))
    complaint = Model.get("sale.complaint")(customer=sale.party, type=kind, origin=sale)
    action = complaint.actions.new(action="sale_return")
    action.sale_lines.new(line=sale.lines[0], quantity=quantity, unit_price=Decimal(price))
    complaint.save()
    complaint.click("wait")
    complaint.click("approve")
    complaint.reload()
    [action] = complaint.actions
    back = action.result
    back.payment_term, back.invoice_method = company.term, "fulfillment"
    back.click("quote")
    agree(back)
    [arrival] = back.shipment_returns
    arrival.click("receive")
    arrival.click("do")
    back.reload()
    return complaint, back


def opportunity(company: Company, description: str, amount: str, probability: float) -> Any:
    [address] = company.shoppers[0].addresses
    return new(
        "sale.opportunity", party=company.shoppers[0], address=address, payment_term=company.term, employee=company.seller,
        description=description, amount=Decimal(amount), conversion_probability=probability,
    )  # fmt: skip


# The truth, as Tryton has it after all is written


def lines_of(document: Any) -> list[list[str]]:
    return [[line.product.code, str(line.quantity), str(line.unit_price), str(line.amount)] for line in document.lines]


def sold(sale: Any) -> dict[str, Any]:
    return {
        "number": sale.number,
        "date": str(sale.sale_date),
        "state": sale.state,
        "shipments": sale.shipment_state,
        "customer": sale.party.name,
        "currency": sale.currency.code,
        "tax": str(sale.tax_amount),
        "untaxed": str(sale.untaxed_amount),
        "lines": lines_of(sale),
    }


def bought(purchase: Any, arrived: list[int] | None) -> dict[str, Any]:
    return {
        "number": purchase.number,
        "state": purchase.state,
        "shipments": purchase.shipment_state,
        "supplier": purchase.party.code,
        "untaxed": str(purchase.untaxed_amount),
        "lines": lines_of(purchase),
        "arrived": [str(quantity) for quantity in arrived or [0] * len(purchase.lines)],
    }


def stock(config: Any, company: Company) -> list[list[str]]:
    """What Tryton itself says lies in each place, zero left out."""
    levels = []
    for code in ("IN", "OUT", "STO"):
        with config.set_context(locations=[company.places[code].id], stock_date_end=TODAY, with_childs=False):
            for product in Model.get("product.product").find([], order=[("id", "ASC")]):
                if product.quantity:
                    levels.append([product.code, code, str(product.quantity)])
    return levels


def first(config: Any) -> dict[str, Any]:
    activate()
    company = Company()
    black, white, cloth = company.black, company.white, company.cloth
    shopper, other = company.shoppers
    purchases = [
        (company.purchase([(cloth, 100, "3.2500"), (white, 40, "9.9900")], [100, 40]), [100, 40]),
        (company.purchase([(white, 29, "10.1050")], [12]), [12]),
        (company.purchase([(cloth, 7, "3.0000")]), None),
    ]
    made, running = company.production(15), company.production(4)
    for step in ("assign_try", "run", "do"):
        if step == "do":
            for work in made.works:
                cycle = work.cycles.new()
                work.save()
                [cycle] = work.cycles
                cycle.click("run")
                cycle.click("do")
        made.click(step)
    running.click("assign_try")
    running.click("run")

    sales = [
        company.sale(shopper, [(black, 3, "24.90"), (white, 1, "19.9450"), (white, 1, "19.9550")]),
        company.sale(other, [(white, 10, "18.3333")]),
        company.sale(other, [(black, 2, "24.90")]),
        company.sale(shopper, [(white, 1, "24.90")]),
    ]
    sent, part, waiting, _quotation = sales
    for sale in (sent, part, waiting):
        agree(sale)
    ship(sent, {})
    ship(part, {white.code: 4})
    complaint, back = complain_and_return(company, sent, 2, "24.90")

    chances = [
        opportunity(company, "Uniforms", "1234.50", 0.25),
        opportunity(company, "Team shirts", "800.00", 0.5),
        opportunity(company, "Gone tomorrow", "99.99", 0.1),
    ]
    chances[0].click("opportunity")
    chances[1].click("opportunity")
    chances[1].lost_reason = "Price"
    chances[1].click("lost")
    chances[2].click("cancel")
    for record in [*sales, *chances, made, running, complaint, back]:
        record.reload()
    return {
        "today": str(TODAY),
        "orders": [sold(sale) for sale in sales],
        "purchases": [bought(purchase, arrived) for purchase, arrived in purchases],
        "stock": stock(config, company),
        "returns": [{**sold(back), "complaint": complaint.number, "of": sent.number, "state": complaint.state}],
        "productions": [
            {
                "number": production.number,
                "state": production.state,
                "product": production.product.code,
                "quantity": str(production.quantity),
                "work_cost": str(sum(work.cost for work in production.works)),
            }
            for production in (made, running)
        ],
        "opportunities": [
            {
                "number": chance.number,
                "state": chance.state,
                "amount": str(chance.amount),
                "probability": str(chance.conversion_probability),
            }
            for chance in chances
        ],
    }


def second(config: Any) -> dict[str, Any]:
    """Raise one chance, and delete the one that was given up."""
    raised = one("sale.opportunity", ("state", "=", "opportunity"))
    gone = one("sale.opportunity", ("state", "=", "cancelled"))
    raised.amount = Decimal("1500.25")
    raised.save()
    truth = {
        "changed": {"id": raised.id, "amount": str(raised.amount)},
        "deleted": {"id": gone.id, "amount": str(gone.amount)},
    }
    gone.delete()
    return truth


if __name__ == "__main__":
    step, settings = sys.argv[1:]
    config = set_trytond("sqlite:///erp", config_file=settings)
    print(json.dumps({"first": first, "second": second}[step](config)))
