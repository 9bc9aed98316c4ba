"""What columns mean, judged by the words of their names: the likely mapping onto canonical entities, with reasons.

Comes in: described columns. Goes out: the column of each concept, and the canonical entities that can be made of them. Called by
`draft`.
"""

from dataclasses import dataclass

from extractors.drafting.columns import DraftColumn
from extractors.drafting.names import words

# Sets of words of which a column's name must hold one whole set; earlier sets are better.
CONCEPTS: dict[str, tuple[str, ...]] = {
    "purchase_order": ("purchase order", "po number", "po no", "po so", "po"),
    "order": ("order number", "order no", "order id", "sales order", "invoice no", "invoice number", "invoice", "order"),
    "line": ("line number", "line no", "line id", "item number", "position"),
    "product": ("sku", "stock code", "stockcode", "product code", "product id", "product number", "item code", "item id", "article"),
    "product_name": ("product name", "item description", "item name", "description", "product title", "title"),
    "category": ("product group", "category", "department", "product type"),
    "subcategory": ("sub classification", "subcategory", "sub category"),
    "color": ("color", "colour"),
    "size": ("size",),
    "quantity": ("line item quantity", "order quantity", "quantity", "order qty", "qty"),
    "unit_price": ("unit price", "price", "pack price"),
    "line_amount": ("line item value", "line amount", "line total", "line value"),
    "ordered_on": ("order date", "invoice date", "invoicedate", "ordered", "po sent date", "po date", "purchase date"),
    "promised_on": ("scheduled delivery date", "promised", "due date", "requested delivery", "expected"),
    "shipped_on": ("ship date", "shipped", "dispatch"),
    "delivered_on": ("delivered date", "delivery date", "delivered", "received date"),
    "customer": ("customer id", "customerid", "customer number", "client id", "buyer id"),
    "customer_name": ("customer name", "full name", "client name"),
    "email": ("email", "e mail", "mail"),
    "phone": ("phone", "telephone", "mobile"),
    "country": ("country code", "country"),
    "supplier": ("vendor id", "supplier id", "vendor number", "supplier number", "vendor", "supplier"),
    "shipment": ("asn dn", "asn", "shipment number", "shipment id", "delivery note", "tracking number"),
    "carrier": ("carrier", "shipment mode", "ship method", "shipping method"),
    "freight_amount": ("freight cost", "freight", "shipping cost"),
    "insurance_amount": ("insurance",),
    "currency": ("currency code", "currency"),
    "status": ("status",),
}  # fmt: skip
DATES = {"ordered_on", "promised_on", "shipped_on", "delivered_on"}
NUMBERS = {"quantity", "unit_price", "line_amount", "freight_amount", "insurance_amount"}
# What an entity cannot be without; the first of those that fit decides what the file is.
SIGNATURES: dict[str, tuple[str, ...]] = {
    "purchase_order_lines": ("purchase_order", "supplier", "quantity"),
    "sales_order_lines": ("order", "quantity", "unit_price"),
    "sales_orders": ("order", "ordered_on"),
    "products": ("product", "product_name"),
    "customers": ("customer",),
    "suppliers": ("supplier",),
}
# What else the same rows tell of, once they are known to be those.
COMPANIONS: dict[str, dict[str, tuple[str, ...]]] = {
    "purchase_order_lines": {
        "purchase_orders": ("purchase_order",),
        "suppliers": ("supplier",),
        "products": ("product_name",),
        "carriers": ("carrier",),
        "shipments": ("shipment", "promised_on"),
    },
    "sales_order_lines": {
        "sales_orders": ("ordered_on",),
        "customers": ("customer",),
        "products": ("product",),
    },
}


@dataclass(frozen=True)
class Meaning:
    """Which column holds a concept, and which words say so."""

    concept: str
    column: DraftColumn
    said_by: str

    @property
    def reason(self) -> str:
        """Say it in a sentence."""
        return f"{self.column.name} is taken for the {self.concept.replace('_', ' ')}: its name says “{self.said_by}”"


def understand(columns: list[DraftColumn]) -> dict[str, Meaning]:
    """Return the column of each concept that some column's name names, and whose values fit."""
    found: dict[str, Meaning] = {}
    for concept, names in CONCEPTS.items():
        taken = {meaning.column.name for meaning in found.values()}
        best = min(
            (
                (rank, len(words(column.exported)), position)
                for rank, name in enumerate(names)
                for position, column in enumerate(columns)
                if set(name.split()) <= words(column.exported) and _fits(concept, column) and column.name not in taken
            ),
            default=None,
        )
        if best is not None:
            found[concept] = Meaning(concept, columns[best[2]], names[best[0]])
    return found


def _fits(concept: str, column: DraftColumn) -> bool:
    if concept in DATES:
        return column.type in ("date", "timestamp")
    if concept in NUMBERS:
        return column.type in ("integer", "decimal")
    return column.type in ("text", "integer")


def likely_entities(meanings: dict[str, Meaning]) -> list[str]:
    """Return the canonical entities that rows with these meanings can feed; the one that each row is comes first."""
    for entity, needed in SIGNATURES.items():
        if all(concept in meanings for concept in needed):
            companions = COMPANIONS.get(entity, {})
            return [entity, *(name for name, also in companions.items() if all(one in meanings for one in also))]
    return []
