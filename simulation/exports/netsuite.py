"""Exports of the ERP, in the layout of Fivetran's NetSuite connector (SuiteAnalytics): master data, purchase orders, invoices, credit memos.

Comes in: the world as of a day. Goes out: tables; invoices and credit memos copy the shop's orders and refunds and carry their numbers.
Receipts are booked in the warehouse system; the ERP keeps how much of an order line has come. Called by `simulate`.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import polars as pl

from simulation.company import CURRENCIES, FIRST_DAY, HORIZON, MARKETS, SUPPLIERS, WAREHOUSES
from simulation.exports.tables import CHANGED, Dirt, Table
from simulation.exports.view import View, money
from simulation.world.catalogue import CATEGORIES
from simulation.world.world import World

SYSTEM = "netsuite"
OPENED = datetime.combine(FIRST_DAY, datetime.min.time())
CURRENCY_IDS = {code: number + 1 for number, code in enumerate(CURRENCIES)}
# One company per currency; each books in its own.
SUBSIDIARIES = (
    (1, "Weft Fashion BV", "NL", "EUR"),
    (2, "Weft Fashion UK Ltd", "GB", "GBP"),
    (3, "Weft Fashion Inc", "US", "USD"),
    (4, "Weft Fashion FZE", "AE", "AED"),
    (5, "Weft Fashion Trading LLC", "SA", "SAR"),
)
SUBSIDIARY_OF = {currency: number for number, _, _, currency in SUBSIDIARIES}
SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$", "AED": "AED", "SAR": "SAR"}
LOCATION_IDS = {w.code: number + 11 for number, w in enumerate(WAREHOUSES)}
VENDOR_IDS = {s.number: 3_001 + number for number, s in enumerate(SUPPLIERS)}
CUSTOMER_IDS = {m.code: 4_001 + number for number, m in enumerate(MARKETS)}
CLASS_IDS = {c.name: 21 + number for number, c in enumerate(CATEGORIES)}
ACCOUNTS = (
    (101, "1100", "Accounts Receivable", "AcctRec"),
    (102, "1200", "Inventory", "OthCurrAsset"),
    (103, "2000", "Accounts Payable", "AcctPay"),
    (104, "2200", "VAT Payable", "OthCurrLiab"),
    (105, "4000", "Sales", "Income"),
    (106, "4100", "Shipping Income", "Income"),
    (107, "2100", "Purchase Orders", "NonPosting"),
)
RECEIVABLE, INVENTORY, PAYABLE, TAX, SALES, FREIGHT, ORDERED = (account[0] for account in ACCOUNTS)
SHIP_ITEM = 90_001
TAX_ITEM = 90_002
FIRST_ITEM = 100_001
PURCHASE_ORDERS, BILLS, INVOICES, CREDITS = 1_000_000, 3_000_000, 100_000_000, 500_000_000


def tables(world: World, view: View) -> Iterator[Table]:
    """All tables."""
    yield from _masters(view)
    yield from _partners(world, view)
    yield from _items(world, view)
    documents = [*_purchases(world, view), *_sales(world, view)]
    yield Table(SYSTEM, "transaction", _stack([header for header, _ in documents]), Dirt(key="id", date="trandate"))
    lines = _stack([lines for _, lines in documents])
    yield Table(
        SYSTEM,
        "transaction_line",
        lines.drop("account"),
        Dirt(key="id", parent="transaction", number="foreignamount"),
    )
    yield Table(
        SYSTEM,
        "transaction_accounting_line",
        lines.select(
            pl.lit(1).alias("accountingbook"),
            "transaction",
            pl.col("id").alias("transactionline"),
            "account",
            pl.col("netamount").alias("amount"),
            pl.when(~pl.col("netamount").str.starts_with("-")).then("netamount").alias("debit"),
            pl.when(pl.col("netamount").str.starts_with("-")).then(pl.col("netamount").str.strip_prefix("-")).alias("credit"),
            pl.lit("1").alias("exchangerate"),
            "netamount",
            pl.when(pl.col("account") == ORDERED).then(pl.lit("F")).otherwise(pl.lit("T")).alias("posting"),
            CHANGED,
        ),
        layout="tran_acct_line",
    )


def _stack(frames: list[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat(frames, how="diagonal_relaxed")


def _opened(frame: pl.DataFrame) -> pl.DataFrame:
    """Master data that was there from the beginning."""
    return frame.with_columns(lastmodifieddate=pl.lit(OPENED)).with_columns(pl.lit(OPENED).alias(CHANGED))


def period_of(column: pl.Expr) -> pl.Expr:
    """The number of the accounting period of a date."""
    return (column.dt.year().cast(pl.Int64) - FIRST_DAY.year) * 12 + column.dt.month().cast(pl.Int64) + 300


def _masters(view: View) -> Iterator[Table]:
    yield Table(
        SYSTEM,
        "currency",
        _opened(
            pl.DataFrame(
                {
                    "id": list(CURRENCY_IDS.values()), "symbol": list(CURRENCY_IDS), "name": list(CURRENCY_IDS),
                    "displaysymbol": [SYMBOLS[code] for code in CURRENCY_IDS], "currencyprecision": [2] * len(CURRENCY_IDS),
                    "isbasecurrency": ["T" if code == "EUR" else "F" for code in CURRENCY_IDS], "isinactive": ["F"] * len(CURRENCY_IDS),
                }
            )
        ),
    )  # fmt: skip
    yield Table(
        SYSTEM,
        "subsidiary",
        _opened(
            pl.DataFrame(
                {
                    "id": [row[0] for row in SUBSIDIARIES], "name": [row[1] for row in SUBSIDIARIES],
                    "legalname": [row[1] for row in SUBSIDIARIES], "fullname": [row[1] for row in SUBSIDIARIES],
                    "country": [row[2] for row in SUBSIDIARIES], "currency": [CURRENCY_IDS[row[3]] for row in SUBSIDIARIES],
                    "parent": [None, *[1] * 4], "iselimination": ["F"] * 5, "isinactive": ["F"] * 5,
                }
            )
        ),
    )  # fmt: skip
    yield Table(
        SYSTEM,
        "location",
        _opened(
            pl.DataFrame(
                {
                    "id": list(LOCATION_IDS.values()), "externalid": list(LOCATION_IDS), "name": [w.name for w in WAREHOUSES],
                    "fullname": [w.name for w in WAREHOUSES], "mainaddress": [number + 500 for number in LOCATION_IDS.values()],
                    "isinactive": ["F"] * 3, "makeinventoryavailable": ["T"] * 3, "subsidiary": [1, 3, 4],
                }
            )
        ),
    )  # fmt: skip
    yield Table(
        SYSTEM,
        "location_main_address",
        _opened(
            pl.DataFrame(
                {
                    "nkey": [number + 500 for number in LOCATION_IDS.values()], "addressee": [w.name for w in WAREHOUSES],
                    "city": [w.city for w in WAREHOUSES], "country": [w.country for w in WAREHOUSES],
                }
            )
        ),
    )  # fmt: skip
    yield Table(
        SYSTEM,
        "account",
        _opened(
            pl.DataFrame(
                {
                    "id": [row[0] for row in ACCOUNTS], "acctnumber": [row[1] for row in ACCOUNTS], "fullname": [row[2] for row in ACCOUNTS],
                    "accountsearchdisplayname": [f"{row[1]} {row[2]}" for row in ACCOUNTS], "accttype": [row[3] for row in ACCOUNTS],
                    "isinactive": ["F"] * len(ACCOUNTS),
                }
            )
        ),
    )  # fmt: skip
    yield Table(
        SYSTEM,
        "classification",
        _opened(
            pl.DataFrame(
                {"id": list(CLASS_IDS.values()), "name": list(CLASS_IDS), "fullname": list(CLASS_IDS), "isinactive": ["F"] * len(CLASS_IDS)}
            )
        ),
    )
    months: list[date] = []
    month = date(FIRST_DAY.year, 1, 1)
    while month <= HORIZON:
        months.append(month)
        month = (month + timedelta(days=32)).replace(day=1)
    ends = [(first + timedelta(days=32)).replace(day=1) - timedelta(days=1) for first in months]
    periods = pl.DataFrame({"startdate": months, "enddate": ends, "periodname": [f"{first:%b %Y}" for first in months]})
    yield Table(
        SYSTEM,
        "accounting_period",
        _opened(
            periods.with_columns(
                pl.col("startdate", "enddate").cast(pl.Datetime("ms")), id=period_of(pl.col("startdate")), isquarter=pl.lit("F"),
                isyear=pl.lit("F"), isadjust=pl.lit("F"), isposting=pl.lit("T"), isinactive=pl.lit("F"),
            )
        ),
    )  # fmt: skip


def _partners(world: World, view: View) -> Iterator[Table]:
    yield Table(
        SYSTEM,
        "vendor",
        _opened(
            pl.DataFrame(
                {
                    "id": list(VENDOR_IDS.values()), "entityid": list(VENDOR_IDS), "companyname": [s.name for s in SUPPLIERS],
                    "legalname": [s.name for s in SUPPLIERS], "altname": [s.name for s in SUPPLIERS],
                    "accountnumber": [f"ACC-{s.number}" for s in SUPPLIERS], "currency": [CURRENCY_IDS[s.currency] for s in SUPPLIERS],
                    "email": [f"orders@{s.number.lower()}.example.com" for s in SUPPLIERS], "isinactive": ["F"] * len(SUPPLIERS),
                    "isperson": ["F"] * len(SUPPLIERS), "custentity_vendor_lead_time": [str(s.lead_days) for s in SUPPLIERS],
                    "datecreated": [OPENED] * len(SUPPLIERS), "defaultbillingaddress": [number + 700 for number in VENDOR_IDS.values()],
                }
            )
        ),
    )  # fmt: skip
    # What the shop sells in a country is booked on one collective customer.
    yield Table(
        SYSTEM,
        "customer",
        _opened(
            pl.DataFrame(
                {
                    "id": list(CUSTOMER_IDS.values()), "entityid": [f"WEB-{m.code}" for m in MARKETS],
                    "companyname": [f"Web customers {m.name}" for m in MARKETS], "altname": [f"Web customers {m.name}" for m in MARKETS],
                    "currency": [CURRENCY_IDS[m.currency] for m in MARKETS], "isperson": ["F"] * len(MARKETS),
                    "isinactive": ["F"] * len(MARKETS), "searchstage": ["Customer"] * len(MARKETS), "datecreated": [OPENED] * len(MARKETS),
                    "defaultbillingaddress": [number + 700 for number in CUSTOMER_IDS.values()],
                }
            )
        ),
    )  # fmt: skip
    yield Table(
        SYSTEM,
        "entity_address",
        _opened(
            pl.DataFrame(
                {
                    "nkey": [number + 700 for number in (*VENDOR_IDS.values(), *CUSTOMER_IDS.values())],
                    "addressee": [*(s.name for s in SUPPLIERS), *(f"Web customers {m.name}" for m in MARKETS)],
                    "city": [*(s.city for s in SUPPLIERS), *(None for _ in MARKETS)],
                    "country": [*(s.country for s in SUPPLIERS), *(m.code for m in MARKETS)],
                }
            )
        ),
    )  # fmt: skip


def _items(world: World, view: View) -> Iterator[Table]:
    opened = pl.lit(OPENED).cast(pl.Datetime("ms"))
    known = world.products.with_columns(
        lastmodifieddate=pl.max_horizontal(pl.col("launched_on").cast(pl.Datetime("ms")) - pl.duration(days=70), opened)
    )
    kind = pl.when("is_made").then(pl.lit("Assembly")).otherwise(pl.lit("InvtPart"))
    parents = known.unique("style", keep="first", maintain_order=True).select(
        (pl.col("style") + 50_001).alias("id"), pl.col("style_number").alias("fullname"), pl.col("style_number").alias("itemid"),
        kind.alias("itemtype"), pl.col("style_name").alias("displayname"), pl.col("style_name").alias("description"),
        pl.lit("PARENT").alias("matrixtype"), pl.col("category").replace_strict(CLASS_IDS).alias("class"), "lastmodifieddate",
    )  # fmt: skip
    children = known.select(
        (pl.col("sku_number") + FIRST_ITEM).alias("id"), pl.format("{} : {}", "style_number", "sku").alias("fullname"),
        pl.col("sku").alias("itemid"), kind.alias("itemtype"), pl.format("{} {} {}", "style_name", "colour", "size").alias("displayname"),
        pl.format("{} {} {}", "style_name", "colour", "size").alias("description"), pl.lit("CHILD").alias("matrixtype"),
        pl.col("category").replace_strict(CLASS_IDS).alias("class"), (pl.col("style") + 50_001).alias("parent"),
        pl.col("colour").alias("custitem_color"), pl.col("size").alias("custitem_size"), pl.col("grams").alias("weight"),
        pl.lit("g").alias("weightunit"), money("cost_minor").alias("averagecost"), "lastmodifieddate",
    )  # fmt: skip
    others = pl.DataFrame(
        {"id": [SHIP_ITEM, TAX_ITEM], "fullname": ["Shipping", "VAT"], "itemid": ["Shipping", "VAT"], "itemtype": ["ShipItem", "TaxItem"]}
    ).with_columns(lastmodifieddate=opened)
    items = pl.concat([parents, children, others], how="diagonal_relaxed").with_columns(
        subsidiary=pl.lit(1), incomeaccount=pl.lit(SALES), assetaccount=pl.lit(INVENTORY), isinactive=pl.lit("F")
    )
    yield Table(SYSTEM, "item", items.with_columns(pl.col("lastmodifieddate").alias(CHANGED)))


def _header(frame: pl.DataFrame, kind: str, view: View) -> pl.DataFrame:
    return frame.with_columns(
        type=pl.lit(kind), isreversal=pl.lit("F"), lastmodifieddate=pl.col(CHANGED), postingperiod=period_of(pl.col("trandate")),
        transactionnumber=pl.col("tranid"),
    )  # fmt: skip


def _purchases(world: World, view: View) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    suppliers = pl.DataFrame(
        {
            "maker": range(len(SUPPLIERS)), "vendor": list(VENDOR_IDS.values()),
            "currency": [CURRENCY_IDS[s.currency] for s in SUPPLIERS], "in_dollars": [s.currency == "USD" for s in SUPPLIERS],
        }
    )  # fmt: skip
    arrived = world.receipts.with_columns(received_at=pl.col("received_on").cast(pl.Datetime("ms")) + pl.duration(hours=6))
    last = arrived.group_by("po").agg(pl.col("received_at").max().alias("last_planned_at"))
    now = view.known(arrived, "received_at")
    by_order = now.group_by("po").agg(pl.col("received_at").max().alias("last_received_at"))
    by_line = now.group_by("po", "line").agg(
        pl.col("received").sum().alias("came"), pl.col("rejected").sum(), pl.col("received_at").max().alias("line_received_at")
    )
    orders = (
        world.purchase_orders.with_columns(ordered_at=pl.col("ordered_on").cast(pl.Datetime("ms")) + pl.duration(hours=10))
        .join(suppliers, on="maker", how="left", maintain_order="left")
        .join(last, on="po", how="left", maintain_order="left")
        .join(by_order, on="po", how="left", maintain_order="left")
        .with_columns(
            approved_at=pl.col("ordered_at") + pl.duration(hours=26),
            closed_at=pl.when("is_cancelled").then(pl.col("ordered_at") + pl.duration(days=5)),
            billed_at=pl.col("last_planned_at") + pl.duration(days=3),
        )
    )
    orders = view.known(orders, "ordered_at").with_columns(
        view.last("ordered_at", "approved_at", "closed_at", "last_received_at", "billed_at").alias(CHANGED)
    )
    status = (
        pl.when(view.has("closed_at")).then(pl.lit("H")).when(view.has("billed_at")).then(pl.lit("G"))
        .when(view.has("last_planned_at")).then(pl.lit("F")).when(pl.col("last_received_at").is_not_null()).then(pl.lit("D"))
        .when(view.has("approved_at")).then(pl.lit("B")).otherwise(pl.lit("A"))
    )  # fmt: skip
    header = orders.select(
        (pl.col("po") + PURCHASE_ORDERS).alias("id"), pl.format("PO-{}", "po").alias("tranid"),
        pl.col("ordered_on").cast(pl.Datetime("ms")).alias("trandate"), status.alias("status"), pl.col("ordered_at").alias("createddate"),
        pl.col("promised_on").cast(pl.Datetime("ms")).alias("duedate"), view.seen("billed_at").alias("closedate"), "currency",
        pl.col("vendor").alias("entity"), pl.lit("F").alias("posting"), CHANGED,
    )  # fmt: skip
    # Dollar prices are agreed once: eleven for ten, so that no rate of a day is needed to check them.
    unit = pl.when("in_dollars").then((pl.col("cost") * 11 + 5) // 10).otherwise("cost")
    lines = (
        world.purchase_lines.drop("warehouse").join(
            orders.select("po", "vendor", "in_dollars", "promised_on", "ordered_at", "closed_at", "approved_at", "billed_at", "warehouse_code"),
            on="po", maintain_order="left",
        )
        .join(by_line, on=["po", "line"], how="left", maintain_order="left")
        .with_columns(unit=unit, came=pl.col("came").fill_null(0))
        .with_columns(amount=pl.col("unit") * pl.col("quantity"))
        .with_columns(view.last("ordered_at", "closed_at", "line_received_at", "billed_at").alias(CHANGED))
    )  # fmt: skip
    main = lines.group_by("po", maintain_order=True).agg(pl.col("amount").sum(), pl.col(CHANGED).max(), pl.col("vendor").first())
    yield (
        _header(header, "PurchOrd", view),
        _stack([_main_lines(main, PURCHASE_ORDERS, -1, ORDERED), _goods_of_orders(lines, view)]),
    )
    yield _bills(orders, lines, view)


def _main_lines(main: pl.DataFrame, offset: int, sign: int, account: int) -> pl.DataFrame:
    """Line 0 of each purchase document: its total."""
    return main.select(
        pl.lit(0, pl.Int64).alias("id"), (pl.col("po") + offset).alias("transaction"), pl.lit(0, pl.Int64).alias("linesequencenumber"),
        pl.lit("T").alias("mainline"), pl.lit("F").alias("taxline"), pl.lit("F").alias("iscogs"),
        money(pl.col("amount") * sign).alias("foreignamount"), money(pl.col("amount") * sign).alias("netamount"),
        pl.lit(account).alias("account"), pl.col("vendor").alias("entity"), pl.lit(1).alias("subsidiary"), CHANGED,
    )  # fmt: skip


def _goods_of_orders(lines: pl.DataFrame, view: View) -> pl.DataFrame:
    return lines.select(
        pl.col("line").alias("id"), (pl.col("po") + PURCHASE_ORDERS).alias("transaction"), pl.col("line").alias("linesequencenumber"),
        pl.lit("F").alias("mainline"), pl.lit("F").alias("taxline"), pl.lit("F").alias("iscogs"),
        (pl.col("sku_number") + FIRST_ITEM).alias("item"), pl.lit("InvtPart").alias("itemtype"), "quantity", money("unit").alias("rate"),
        money("amount").alias("foreignamount"), money("amount").alias("netamount"), pl.lit(ORDERED).alias("account"),
        pl.col("came").alias("quantityshiprecv"), pl.col("rejected").alias("quantityrejected"),
        pl.when(view.has("billed_at")).then("came").otherwise(0).alias("quantitybilled"),
        pl.col("promised_on").cast(pl.Datetime("ms")).alias("expectedreceiptdate"),
        pl.when(view.has("closed_at")).then(pl.lit("T")).otherwise(pl.lit("F")).alias("isclosed"), pl.col("vendor").alias("entity"),
        pl.col("warehouse_code").replace_strict(LOCATION_IDS, return_dtype=pl.Int64).alias("location"), pl.lit(1).alias("subsidiary"),
        pl.col(CHANGED).alias("linelastmodifieddate"), CHANGED,
    )  # fmt: skip


def _bills(orders: pl.DataFrame, lines: pl.DataFrame, view: View) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A vendor bills what has come, three days after the last receipt, and is paid thirty days later."""
    billed = view.known(orders.filter(pl.col("billed_at").is_not_null()), "billed_at")
    billed = billed.with_columns(paid_at=pl.col("billed_at") + pl.duration(days=30)).with_columns(
        view.last("billed_at", "paid_at").alias(CHANGED)
    )
    header = billed.select(
        (pl.col("po") + BILLS).alias("id"), pl.format("BILL-{}", "po").alias("tranid"),
        pl.col("billed_at").dt.truncate("1d").alias("trandate"),
        pl.when(view.has("paid_at")).then(pl.lit("B")).otherwise(pl.lit("A")).alias("status"), pl.col("billed_at").alias("createddate"),
        pl.col("paid_at").dt.truncate("1d").alias("duedate"), view.seen("paid_at").alias("closedate"), "currency",
        pl.col("vendor").alias("entity"), pl.lit("T").alias("posting"), CHANGED,
    )  # fmt: skip
    goods = (
        lines.drop(CHANGED)
        .join(billed.select("po", "paid_at"), on="po", maintain_order="left")
        .filter(pl.col("came") > 0)
        .with_columns(amount=pl.col("unit") * pl.col("came"))
        .with_columns(pl.col("billed_at").alias(CHANGED))
    )
    main = goods.group_by("po", maintain_order=True).agg(pl.col("amount").sum(), pl.col(CHANGED).max(), pl.col("vendor").first())
    body = goods.select(
        pl.col("line").alias("id"), (pl.col("po") + BILLS).alias("transaction"), pl.col("line").alias("linesequencenumber"),
        pl.lit("F").alias("mainline"), pl.lit("F").alias("taxline"), pl.lit("F").alias("iscogs"),
        (pl.col("sku_number") + FIRST_ITEM).alias("item"), pl.lit("InvtPart").alias("itemtype"), pl.col("came").alias("quantity"),
        money("unit").alias("rate"), money("amount").alias("foreignamount"), money("amount").alias("netamount"),
        pl.lit(INVENTORY).alias("account"), (pl.col("po") + PURCHASE_ORDERS).alias("createdfrom"), pl.col("vendor").alias("entity"),
        pl.lit(1).alias("subsidiary"), pl.col(CHANGED).alias("linelastmodifieddate"), CHANGED,
    )  # fmt: skip
    return _header(header, "VendBill", view), _stack([_main_lines(main, BILLS, -1, PAYABLE), body])


def _sales(world: World, view: View) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    orders = world.orders.select(
        "order_number", "market", "currency", "warehouse", "total", "tax", "shipping_net", "gateway",
        pl.col("first_shipped_at").alias("booked_at"), "delivered_at",
    )  # fmt: skip
    shipped = view.known(orders.filter(pl.col("booked_at").is_not_null()), "booked_at")
    lines = world.lines.select("order_number", "line_number", "sku_number", "quantity", "unit_price", "net")
    yield _documents(
        shipped.with_columns(paid_at=pl.when(pl.col("gateway") == "cash_on_delivery").then("delivered_at").otherwise("booked_at")),
        lines, "CustInvc", INVOICES, "INV", view,
    )  # fmt: skip
    refunds = view.known(world.refunds.filter(pl.col("kind") != "cancel"), "created_at")
    credits = refunds.join(orders.drop("total", "tax", "shipping_net", "currency", "booked_at"), on="order_number", maintain_order="left")
    credits = credits.with_columns(
        booked_at=pl.col("created_at"),
        paid_at=pl.col("created_at"),
        shipping_net=pl.col("total") - pl.col("refund_net") - pl.col("tax"),
    )
    places = world.lines.select("line_id", "line_number", "unit_price")
    credit_lines = world.refund_lines.join(places, on="line_id", how="left", maintain_order="left").select(
        "order_number", "line_number", "sku_number", "quantity", "unit_price", "net"
    )
    yield _documents(credits, credit_lines, "CustCred", CREDITS, "CM", view)


def _documents(
    documents: pl.DataFrame, lines: pl.DataFrame, kind: str, offset: int, prefix: str, view: View
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Headers and lines of invoices, or of credit memos, which have the opposite signs."""
    sign = 1 if kind == "CustInvc" else -1
    documents = documents.with_columns(
        view.last("booked_at", "paid_at").alias(CHANGED),
        id=pl.col("order_number") + offset,
        subsidiary=pl.col("currency").replace_strict(SUBSIDIARY_OF, return_dtype=pl.Int64),
        entity=pl.col("market").replace_strict(CUSTOMER_IDS, return_dtype=pl.Int64),
        location=pl.col("warehouse").replace_strict(LOCATION_IDS, return_dtype=pl.Int64),
    )
    header = documents.select(
        "id", pl.format(prefix + "{}", "order_number").alias("tranid"), pl.col("booked_at").dt.truncate("1d").alias("trandate"),
        pl.when(view.has("paid_at")).then(pl.lit("B")).otherwise(pl.lit("A")).alias("status"), pl.col("booked_at").alias("createddate"),
        pl.col("booked_at").dt.truncate("1d").alias("duedate"), view.seen("paid_at").alias("closedate"),
        pl.col("currency").replace_strict(CURRENCY_IDS, return_dtype=pl.Int64).alias("currency"), "entity", pl.lit("T").alias("posting"),
        pl.format("Web order {}", "order_number").alias("memo"), pl.format("shopify-{}", "order_number").alias("externalid"),
        pl.col("order_number").cast(pl.String).alias("otherrefnum"), pl.lit("Shopify").alias("source"), CHANGED,
    )  # fmt: skip
    head = documents.select("id", "subsidiary", "entity", "location", "total", "tax", "shipping_net", pl.col("booked_at").alias(CHANGED))
    goods = lines.join(
        documents.select("order_number", pl.col("id").alias("transaction"), "subsidiary", "entity", "location", pl.col("booked_at").alias(CHANGED)),
        on="order_number", maintain_order="left",
    ).select(
        pl.col("line_number").alias("id"), "transaction", pl.col("line_number").alias("linesequencenumber"), pl.lit("F").alias("mainline"),
        pl.lit("F").alias("taxline"), (pl.col("sku_number") + FIRST_ITEM).alias("item"), pl.lit("InvtPart").alias("itemtype"),
        (pl.col("quantity") * -sign).alias("quantity"), money("unit_price").alias("rate"), (pl.col("net") * -sign).alias("amount"),
        pl.lit(SALES).alias("account"), "subsidiary", "entity", "location", CHANGED,
    )  # fmt: skip
    parts = [goods]
    for number, column, item, item_type, account, place in (
        (0, "total", None, None, RECEIVABLE, sign), (901, "shipping_net", SHIP_ITEM, "ShipItem", FREIGHT, -sign),
        (902, "tax", TAX_ITEM, "TaxItem", TAX, -sign),
    ):  # fmt: skip
        some = head if number == 0 else head.filter(pl.col(column) != 0)
        parts.append(
            some.select(
                pl.lit(number, pl.Int64).alias("id"), pl.col("id").alias("transaction"), pl.lit(number, pl.Int64).alias("linesequencenumber"),
                pl.lit("T" if number == 0 else "F").alias("mainline"), pl.lit("T" if number == 902 else "F").alias("taxline"),
                pl.lit(item, pl.Int64).alias("item"), pl.lit(item_type, pl.String).alias("itemtype"),
                (pl.col(column) * place).alias("amount"), pl.lit(account).alias("account"), "subsidiary", "entity", "location", CHANGED,
            )
        )  # fmt: skip
    body = _stack(parts).sort("transaction", "linesequencenumber").with_columns(
        iscogs=pl.lit("F"), foreignamount=money("amount"), netamount=money("amount"), linelastmodifieddate=pl.col(CHANGED)
    )  # fmt: skip
    return _header(header, kind, view), body.drop("amount")
