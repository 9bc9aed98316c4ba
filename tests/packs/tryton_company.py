"""Writes a small company into a Tryton database, as its users would, and prints as JSON what it wrote.

Comes in: the settings file of Tryton, and the step. `write` needs a database with its modules that nobody used yet; `change` goes on
after it. Goes out: one JSON object per step, with the figures as they were entered and as Tryton itself adds them up. Run by the Python
of test_fresh_tryton.py's environment, which has Tryton; nothing here can be imported by the tests.
"""

import datetime as dt
import json
import sys
from decimal import Decimal
from functools import partial
from typing import Any

from proteus import Model, Wizard
from proteus import config as proteus_config
from trytond import config as trytond_config

ALWAYS = dt.date.min


def new(model: str, **values: Any) -> Any:
    """Save a record of a model, and return it."""
    record = Model.get(model)(**values)
    record.save()
    return record


def first(model: str, *conditions: tuple) -> Any:
    """Return the record that meets the conditions; one there must be."""
    return Model.get(model).find(list(conditions), limit=1)[0]


def click(record: Any, *buttons: str) -> Any:
    for button in buttons:
        record.click(button)
    return record


# What a company needs before it can do anything


def create_company(config: Any) -> Any:
    euro = new("currency.currency", name="Euro", code="EUR", symbol="€", rounding=Decimal("0.01"))
    dollar = new("currency.currency", name="US dollar", code="USD", symbol="$", rounding=Decimal("0.01"))
    new("currency.currency.rate", currency=euro, date=ALWAYS, rate=Decimal(1))
    new("currency.currency.rate", currency=dollar, date=ALWAYS, rate=Decimal("1.0625"))
    new("currency.currency.rate", currency=dollar, date=dt.date(2026, 1, 2), rate=Decimal("1.125"))
    wizard = Wizard("company.company.config")
    wizard.execute("company")
    wizard.form.party = new("party.party", name="Fresh Fashion")
    wizard.form.currency = euro
    wizard.execute("add")
    users = Model.get("res.user")
    config._context = users.get_preferences(True, {})
    company = first("company.company")
    user = users(config.user)
    user.employees.append(new("company.employee", party=new("party.party", name="Erin Employee"), company=company))
    user.employee = user.employees[0]
    user.save()
    config._context = users.get_preferences(True, {})
    return company


def keep_books(company: Any) -> Any:
    """Set up accounts and a fiscal year, and return the category that books products."""
    wizard = Wizard("account.create_chart")
    wizard.execute("account")
    wizard.form.account_template = first("account.account.template", ("parent", "=", None))
    wizard.form.company = company
    wizard.execute("create_account")
    account = partial(first, "account.account", ("company", "=", company.id), ("closed", "!=", True))
    receivable, payable = account(("type.receivable", "=", True)), account(("type.payable", "=", True))
    revenue, expense = account(("type.revenue", "=", True)), account(("type.expense", "=", True))
    wizard.form.account_receivable, wizard.form.account_payable = receivable, payable
    wizard.form.category_account_revenue, wizard.form.category_account_expense = revenue, expense
    wizard.execute("create_properties")
    open_year(company)
    of_taxes = account(("type.statement", "=", "balance"), ("type.name", "like", "%current tax%"))
    tax = new(
        "account.tax", name="VAT 20%", description="VAT 20%", type="percentage", rate=Decimal("0.2"), company=company,
        invoice_account=of_taxes, credit_note_account=of_taxes,
    )  # fmt: skip
    category = Model.get("product.category")(name="Taxed", accounting=True)
    category.account_revenue, category.account_expense = revenue, expense
    category.customer_taxes.append(tax)
    category.save()
    return category


def open_year(company: Any) -> None:
    # Two years, so that a run on New Year's Eve books where it began.
    today = dt.date.today()
    year = Model.get("account.fiscalyear")(name="Books", company=company)
    year.start_date, year.end_date = dt.date(today.year, 1, 1), dt.date(today.year + 1, 12, 31)
    sequence = partial(new, "ir.sequence.strict", company=company)
    year.move_sequence = sequence(name="Moves", sequence_type=first("ir.sequence.type", ("name", "=", "Account Move")))
    invoices = sequence(name="Invoices", sequence_type=first("ir.sequence.type", ("name", "=", "Invoice")))
    [numbers] = year.invoice_sequences
    for kind in ("out_invoice", "in_invoice", "out_credit_note", "in_credit_note"):
        setattr(numbers, f"{kind}_sequence", invoices)
    year.save()
    click(year, "create_period")


# Whom it deals with, and in what


def party(name: str, code: str, country: Any, city: str) -> Any:
    record = Model.get("party.party")(name=name, code=code)
    [address] = record.addresses
    address.city, address.country = city, country
    record.contact_mechanisms.new(type="email", value=f"{code.lower()}@example.com")
    record.save()
    return record


def create_styles(category: Any) -> dict[str, Any]:
    """Return the variants by their code: a shirt in two sizes, and its fabric."""
    colour = new("product.attribute", name="color", string="Color", type_="char")
    size = new("product.attribute", name="size", string="Size", type_="char")
    attributes = Model.get("product.attribute.set")(name="Clothes")
    attributes.attributes.extend([colour, size])
    attributes.save()
    shirt = Model.get("product.template")(
        name="Fresh tee", code="TEE", type="goods", default_uom=first("product.uom", ("name", "=", "Unit")),
        list_price=Decimal("19.9000"), salable=True, purchasable=True, producible=True, account_category=category,
        attribute_set=attributes,
    )  # fmt: skip
    [small] = shirt.products
    medium = shirt.products.new()
    for variant, letter, cost in ((small, "S", "7.2500"), (medium, "M", "7.5000")):
        variant.suffix_code = f"-BLK-{letter}"
        variant.attributes = {"color": "Black", "size": letter}
        variant.cost_price = Decimal(cost)
    shirt.save()
    fabric = Model.get("product.template")(
        name="Jersey", code="JERSEY", type="goods", default_uom=first("product.uom", ("name", "=", "Meter")),
        list_price=Decimal("6.0000"), purchasable=True, account_category=category,
    )  # fmt: skip
    fabric.products[0].cost_price = Decimal("3.1000")
    fabric.save()
    return {variant.code: variant for template in (shirt, fabric) for variant in template.products}


# Documents, with their lines as (variant, quantity, price)


def document(model: str, of: Any, lines: list[tuple], **values: Any) -> Any:
    record = Model.get(model)(party=of, **values)
    for variant, quantity, price in lines:
        line = record.lines.new()
        line.product, line.quantity, line.unit_price = variant, quantity, Decimal(price)
    record.save()
    return record


def agreed(record: Any) -> Any:
    return click(record, "quote", "confirm")


def receive(purchase: Any, quantities: dict[str, float]) -> Any:
    """Bring what came of a purchase into stock; the next delivery brings the rest."""
    delivery = Model.get("stock.shipment.in")(supplier=purchase.party)
    for move in purchase.moves:
        delivery.incoming_moves.append(Model.get("stock.move")(move.id))
        delivery.incoming_moves[-1].quantity = quantities[move.product.code]
    delivery.save()
    click(delivery, "receive", "do")
    purchase.reload()
    return delivery


def ship(sale: Any, quantities: dict[str, float], carrier: Any, cost: str) -> Any:
    """Hand what is there of a sale to the carrier; what stays behind gets a shipment of its own."""
    [shipment] = [shipment for shipment in sale.shipments if shipment.state == "waiting"]
    for move in shipment.inventory_moves:
        move.quantity = quantities[move.product.code]
    shipment.carrier = carrier
    shipment.save()
    click(shipment, "assign_try", "pick", "pack")
    shipment.cost_edit, shipment.cost_used, shipment.cost_currency_used = True, Decimal(cost), sale.company.currency
    click(shipment, "do")
    sale.reload()
    return shipment


def complain(sale: Any, line: Any, quantity: float) -> Any:
    """Complain of a line that was sold, and have it taken back: goods and money."""
    kind = new("sale.complaint.type", name="Size", origin=first("ir.model", ("name", "=", "sale.line")))
    complaint = Model.get("sale.complaint")(customer=sale.party, type=kind, origin=Model.get("sale.line")(line.id))
    complaint.description = "Too small"
    action = complaint.actions.new(action="sale_return")
    action.quantity = quantity
    complaint.save()
    click(complaint, "wait", "approve")
    complaint.reload()
    return complaint


def take_back(sent_back: Any) -> Any:
    agreed(sent_back)
    [shipment] = sent_back.shipment_returns
    click(shipment, "receive", "do")
    [credit] = sent_back.invoices
    click(credit, "post")
    sent_back.reload()
    return credit


def call_off(sales: list[Any]) -> Any:
    """Cancel a draft, a quotation and an order, and return the order: Tryton makes it a draft again first."""
    # With a worker, confirmed sales wait for it, and can still be taken back; there is none, so they stay.
    trytond_config.set("queue", "worker", "True")
    settings = Model.get("sale.configuration")(1)
    settings.sale_process_after = dt.timedelta(hours=1)
    settings.save()
    draft, quotation, order = sales
    click(draft, "cancel")
    click(quotation, "quote", "cancel")
    return click(agreed(order), "draft", "cancel")


def produce(product: Any, fabric: Any) -> tuple[Any, Any]:
    """Make ten shirts of fifteen metres, in two hours of sewing; another order waits for its components."""
    bill = Model.get("production.bom")(name="Tee")
    bill.inputs.new(product=fabric, quantity=1.5)
    bill.outputs.new(product=product, quantity=1)
    bill.save()
    sewing = new("production.work.center.category", name="Sewing")
    centre = Model.get("production.work.center")(name="Sewing room", category=sewing)
    centre.cost_price, centre.cost_method = Decimal("25"), "hour"
    centre.save()
    routing = Model.get("production.routing")(name="Tee")
    routing.boms.append(bill)
    routing.steps.new(operation=new("production.routing.operation", name="Sew", work_center_category=sewing))
    routing.save()
    product.boms.new(bom=bill, routing=routing)
    product.save()

    def order(quantity: float) -> Any:
        record = Model.get("production")(product=product, bom=bill, routing=routing, work_center=centre)
        record.quantity = quantity
        return click(record, "wait")

    done, waiting = order(10), order(400)
    click(done, "assign_try", "run")
    [work] = done.works
    click(work, "start")
    [cycle] = work.active_cycles
    cycle.duration = dt.timedelta(hours=2)
    cycle.save()
    click(work, "stop")
    done.reload()
    return click(done, "do"), waiting


def count_stock(product: Any, quantity: float, place: Any) -> None:
    inventory = Model.get("stock.inventory")(location=place)
    inventory.lines.new(product=product, quantity=quantity)
    click(inventory, "confirm")


# What there is to tell


def told(record: Any) -> dict[str, Any]:
    """Return what a sale or a purchase came to, by Tryton's own reckoning."""
    record.reload()
    return {
        "number": record.number,
        "party": record.party.code,
        "currency": record.currency.code,
        "untaxed": record.untaxed_amount,
        "tax": record.tax_amount,
        "lines": [[line.product.code, line.quantity, line.unit_price] for line in record.lines],
    }


def stock_of(products: dict[str, Any], place: Any) -> dict[str, Any]:
    """Ask Tryton what lies in a place."""
    context = {"locations": [place.id], "stock_date_end": dt.date.today(), "with_childs": False}
    with proteus_config.get_config().set_context(context):
        return {code: Model.get("product.product")(product.id).quantity for code, product in products.items()}


def opportunity(of: Any, description: str, amount: str, *buttons: str) -> dict[str, Any]:
    record = Model.get("sale.opportunity")(description=description, party=of, amount=Decimal(amount))
    record.address = of.addresses[0]
    record.save()
    click(record, *buttons)
    record.reload()
    return {"number": record.number, "amount": record.amount, "party": of.code}


def write(config: Any) -> dict[str, Any]:
    category = keep_books(create_company(config))
    germany = new("country.country", name="Germany", code="DE")
    france = new("country.country", name="France", code="FR")
    emma, louis = party("Emma Example", "C-1", germany, "Hamburg"), party("Louis Example", "C-2", france, "Lyon")
    maker, weaver = party("Shirts Ltd", "V-101", france, "Lille"), party("Jersey Ltd", "V-102", germany, "Krefeld")
    products = create_styles(category)
    small, medium, fabric = (products[code] for code in ("TEE-BLK-S", "TEE-BLK-M", "JERSEY"))
    freight = Model.get("product.template")(name="Freight", code="FREIGHT", type="service", list_price=Decimal(5))
    freight.default_uom, freight.account_category, freight.salable = small.default_uom, category, True
    freight.save()
    carrier = new("carrier", party=party("Parcels", "PARCELS", germany, "Bremen"), carrier_product=freight.products[0])
    storage = first("stock.location", ("code", "=", "STO"))
    dollar = first("currency.currency", ("code", "=", "USD"))

    whole = agreed(document("purchase.purchase", maker, [(small, 20, "7.2500"), (medium, 5, "7.5000")]))
    part = agreed(document("purchase.purchase", weaver, [(fabric, 100, "3.1000")], currency=dollar))
    draft = document("purchase.purchase", weaver, [(fabric, 30, "3.0500")])
    deliveries = [receive(whole, {"TEE-BLK-S": 20, "TEE-BLK-M": 5}), receive(part, {"JERSEY": 60.5})]
    made, planned = produce(medium, fabric)

    sent = agreed(document("sale.sale", emma, [(small, 6, "19.9000"), (medium, 3, "18.5000")]))
    partly = agreed(document("sale.sale", louis, [(small, 9, "21.0500")], currency=dollar))
    unsent = agreed(document("sale.sale", emma, [(medium, 2, "19.9000")]))
    click(document("sale.sale", louis, [(medium, 1, "19.9000")]), "quote")
    document("sale.sale", louis, [(small, 1, "19.9000")])
    shipments = [
        ship(sent, {"TEE-BLK-S": 6, "TEE-BLK-M": 3}, carrier, "4.50"),
        ship(partly, {"TEE-BLK-S": 4}, carrier, "11.25"),
    ]
    [invoice] = sent.invoices
    click(invoice, "post")
    complaint = complain(sent, sent.lines[0], 2)
    sent_back = complaint.actions[0].result
    credit = take_back(sent_back)
    count_stock(small, 11, storage)
    cancelled = call_off([document("sale.sale", louis, [(small, 2, "19.9000")]) for _ in range(3)])
    return {
        "customers": {customer.code: customer.addresses[0].country.code for customer in (emma, louis)},
        "suppliers": {supplier.code: supplier.addresses[0].country.code for supplier in (maker, weaver)},
        "products": {
            code: {"attributes": product.attributes, "list": product.template.list_price, "cost": product.cost_price}
            for code, product in products.items()
        },
        "sales": {
            "sent": told(sent),
            "partly sent": told(partly),
            "unsent": told(unsent),
            "cancelled": told(cancelled),
        },
        "shipments": [[shipment.number, shipment.carrier.party.code, shipment.cost] for shipment in shipments],
        "return": told(sent_back) | {"of": sent.number, "complaint": complaint.number},
        "credit": {"number": credit.number, "untaxed": credit.untaxed_amount, "total": credit.total_amount},
        "purchases": {"received": told(whole), "partly received": told(part), "draft": told(draft) | {"id": draft.id}},
        "receipts": [
            [move.product.code, move.quantity, delivery.effective_date]
            for delivery in deliveries
            for move in delivery.incoming_moves
        ],
        "productions": {
            "done": {"number": made.number, "quantity": made.quantity, "on": made.effective_date},
            "waiting": {"number": planned.number, "quantity": planned.quantity},
        },
        "work": {"hours": 2, "cost": made.works[0].cost},
        "opportunities": {
            "lead": opportunity(emma, "A kiosk", "250.00"),
            "opportunity": opportunity(louis, "A chain of shops", "1500.00", "opportunity"),
            "lost": opportunity(louis, "A stall", "80.00", "lost"),
        },
        "stock": stock_of(products, storage),
    }


def change(config: Any) -> dict[str, Any]:
    """Correct one opportunity, and delete the purchase that was never agreed."""
    config._context = Model.get("res.user").get_preferences(True, {})
    record = first("sale.opportunity", ("state", "=", "opportunity"))
    record.amount = Decimal("1750.00")
    record.save()
    draft = first("purchase.purchase", ("state", "=", "draft"))
    gone = {"purchase": draft.id, "lines": [line.id for line in draft.lines]}
    click(draft, "cancel")
    draft.delete()
    return {"opportunity": {"id": record.id, "amount": record.amount}, "gone": gone}


if __name__ == "__main__":
    settings_file, step = sys.argv[1:]
    done = {"write": write, "change": change}[step](proteus_config.set_trytond("erp", config_file=settings_file))
    print(json.dumps(done, default=str))
