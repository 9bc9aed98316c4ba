"""Master data: currencies, companies, places, accounts, periods, vendors, customers, items.

Comes in: the company and its catalogue. Goes out: tables. Called by `netsuite.tables`.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import polars as pl

from simulation.company import FIRST_DAY, HORIZON, MARKETS, SUPPLIERS, WAREHOUSES
from simulation.exports.netsuite.ids import (
    ACCOUNTS,
    CLASS_IDS,
    CURRENCY_IDS,
    CUSTOMER_IDS,
    FIRST_ITEM,
    INVENTORY,
    LOCATION_IDS,
    OPENED,
    SALES,
    SHIP_ITEM,
    SUBSIDIARIES,
    SYMBOLS,
    SYSTEM,
    TAX_ITEM,
    VENDOR_IDS,
    opened,
    period_of,
)
from simulation.exports.tables import CHANGED, Table
from simulation.exports.view import money
from simulation.world.world import World


def masters() -> Iterator[Table]:
    """What the books need before any document: currencies, companies, places, accounts, periods."""
    yield Table(
        SYSTEM,
        "currency",
        opened(
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
        opened(
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
        opened(
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
        opened(
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
        opened(
            pl.DataFrame(
                {
                    "id": [row[0] for row in ACCOUNTS],
                    "acctnumber": [row[1] for row in ACCOUNTS],
                    "fullname": [row[2] for row in ACCOUNTS],
                    "accountsearchdisplayname": [f"{row[1]} {row[2]}" for row in ACCOUNTS],
                    "accttype": [row[3] for row in ACCOUNTS],
                    "isinactive": ["F"] * len(ACCOUNTS),
                }
            )
        ),
    )
    yield Table(
        SYSTEM,
        "classification",
        opened(
            pl.DataFrame(
                {
                    "id": list(CLASS_IDS.values()),
                    "name": list(CLASS_IDS),
                    "fullname": list(CLASS_IDS),
                    "isinactive": ["F"] * len(CLASS_IDS),
                }
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
        opened(
            periods.with_columns(
                pl.col("startdate", "enddate").cast(pl.Datetime("ms")), id=period_of(pl.col("startdate")), isquarter=pl.lit("F"),
                isyear=pl.lit("F"), isadjust=pl.lit("F"), isposting=pl.lit("T"), isinactive=pl.lit("F"),
            )
        ),
    )  # fmt: skip


def partners() -> Iterator[Table]:
    """Vendors, and one collective customer a market."""
    yield Table(
        SYSTEM,
        "vendor",
        opened(
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
        opened(
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
        opened(
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


def items(world: World) -> Iterator[Table]:
    """Styles as parents, SKUs as their children, and what freight and tax are booked on."""
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
        {
            "id": [SHIP_ITEM, TAX_ITEM],
            "fullname": ["Shipping", "VAT"],
            "itemid": ["Shipping", "VAT"],
            "itemtype": ["ShipItem", "TaxItem"],
        }
    ).with_columns(lastmodifieddate=opened)
    items = pl.concat([parents, children, others], how="diagonal_relaxed").with_columns(
        subsidiary=pl.lit(1), incomeaccount=pl.lit(SALES), assetaccount=pl.lit(INVENTORY), isinactive=pl.lit("F")
    )
    yield Table(SYSTEM, "item", items.with_columns(pl.col("lastmodifieddate").alias(CHANGED)))
