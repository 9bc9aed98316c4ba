"""The staging models as text: every canonical column, mapped where the sample has it and empty where it has not.

Comes in: a drafted entity and the canonical contract of the dbt project. Goes out: SQL, and the contract's YAML. Called by `draft`.
"""

import re
from pathlib import Path

from extractors.drafting.pack_text import DraftEntity

CANONICAL = Path("macros", "canonical", "canonical_columns.sql")
KEYS = {
    "sales_orders": "order", "purchase_orders": "purchase_order", "products": "product", "customers": "customer",
    "suppliers": "supplier", "carriers": "carrier", "shipments": "shipment",
}  # fmt: skip
LINES = {"sales_order_lines": "order", "purchase_order_lines": "purchase_order"}


def canonical_columns(dbt_project: Path) -> dict[str, list[tuple[str, str]]]:
    """Read the canonical contract: entity → (column, type), the columns of origin at the end."""
    text = (dbt_project / CANONICAL).read_text(encoding="utf-8")
    before, after = text.split("set origin", 1)
    origin = re.findall(r"\('(\w+)', '([^']+)'\)", after)
    entities = re.findall(r"'(\w+)': \[(.*?)\n        \]", before, flags=re.S)
    return {name: re.findall(r"\('(\w+)', '([^']+)'\)", columns) + origin for name, columns in entities}


def model_sql(system: str, canonical: str, entity: DraftEntity, columns: list[tuple[str, str]]) -> str:
    """Return the model that maps an entity's rows onto a canonical entity."""
    mapped = _Mapping(system, entity).of(canonical)
    own = [(name, kind) for name, kind in columns if name not in ORIGIN]
    selected = [f"    {mapped.get(name) or f'cast(null as {kind})'} as {name}," for name, kind in own]
    remarks = [f"-- {meaning.reason}." for meaning in entity.meanings.values()]
    if canonical in LINES:
        opening, source, source_id = _lines_opening(system, canonical, entity)
    else:
        opening, source, source_id = _newest_opening(system, canonical, entity)
    # Every canonical column is here; those without a value are cast(null …).
    return "\n".join(
        [
            f"-- Drafted: one row per {canonical.replace('_', ' ').removesuffix('s')}. Columns that the export does not have are empty.",
            *remarks,
            *opening,
            "select",
            *selected,
            f"    {{{{ origin_columns('{system}', {source_id}) }}}}",
            f"from {source}",
            "",
        ]
    )


def model_yml(system: str, canonical: str, columns: list[tuple[str, str]]) -> str:
    """Return the contract of a staging model."""
    lines = [
        "version: 2", "", "models:", f"  - name: stg_{system}__{canonical}",
        f"    description: One row per {canonical.replace('_', ' ').removesuffix('s')}. Mapped from {system}.",
        "    config:", "      contract:", "        enforced: true", "    columns:",
    ]  # fmt: skip
    for name, kind in columns:
        lines += [
            f"      - name: {name}",
            f"        data_type: {kind}",
            f"        description: \"{{{{ doc('{name}') }}}}\"",
        ]
    return "\n".join(lines) + "\n"


def sources_yml(system: str, entities: list[DraftEntity]) -> str:
    """Return the sources that the models read."""
    lines = [
        "version: 2", "", "sources:", f"  - name: {system}", f"    description: {system}, as landed.", "    database: lake",
        "    schema: raw", "    tables:",
    ]  # fmt: skip
    for entity in entities:
        lines += [
            f"      - name: {entity.name}",
            f"        identifier: {system}__{entity.name}",
            f"        description: Rows of {entity.sample.path.name}.",
        ]
    return "\n".join(lines) + "\n"


ORIGIN = {
    "source_system", "source_instance", "source_id", "company_id", "source_updated_at", "is_deleted", "load_id", "source_file",
    "source_row",
}  # fmt: skip


class _Mapping:
    """SQL of the canonical columns that a sample has."""

    def __init__(self, system: str, entity: DraftEntity) -> None:
        self.system, self.entity = system, entity

    def of(self, canonical: str) -> dict[str, str | None]:
        return {
            "sales_order_lines": self._sales_order_lines,
            "sales_orders": self._sales_orders,
            "purchase_order_lines": self._purchase_order_lines,
            "purchase_orders": self._purchase_orders,
            "products": self._products,
            "customers": self._customers,
            "suppliers": self._suppliers,
            "carriers": self._carriers,
            "shipments": self._shipments,
        }[canonical]()

    def text(self, concept: str) -> str | None:
        return self._call("pack_text", concept)

    def _call(self, macro: str, concept: str, *options: str) -> str | None:
        column = self.entity.column(concept)
        if column is None:
            return None
        words = ", ".join([f"'{self.system}'", f"'{self.entity.name}'", f"'{column}'", *options])
        return f"{{{{ {macro}({words}) }}}}"

    def number(self, concept: str, scale: int = 4, precision: int = 18) -> str | None:
        return self._call("pack_decimal", concept, str(scale), str(precision))

    def day(self, concept: str) -> str | None:
        return self._call("pack_date", concept)

    def key(self, kind: str, concept: str, *more: str) -> str | None:
        column = self.entity.column(concept)
        if column is None:
            return None
        ids = ", ".join(f'"{one}"' for one in (column, *more))
        return f"{{{{ entity_key('{kind}', '{self.system}', [{ids}]) }}}}"

    def product_key(self) -> str | None:
        return self.key("product", "product") or self.key("product", "product_name")

    def first_day(self) -> str:
        days = [
            day for concept in ("ordered_on", "promised_on", "delivered_on", "shipped_on") if (day := self.day(concept))
        ]
        return f"coalesce({', '.join(days)})" if len(days) > 1 else days[0] if days else "cast(null as date)"

    def currency(self) -> str:
        # An export that names no currency is taken to be in the company's own.
        return self.text("currency") or "'{{ var(\"reporting_currency\") }}'"

    def country(self) -> str | None:
        column = self.text("country")
        return None if column is None else f"{{{{ country_code_of({column.strip('{} ')}) }}}}"

    def _sales_order_lines(self) -> dict[str, str | None]:
        amount = f"cast({self.number('quantity')} * {self.number('unit_price')} as decimal(24, 8))"
        line = self.key("order_line", "order", "cast(position as varchar)") if not self.entity.has_key else None
        return {
            "order_line_key": line or self._row_key("order_line"),
            "order_key": self.key("order", "order"),
            "order_id": self.text("order"),
            "line_number": "cast(position as integer)",
            "product_key": self.product_key(),
            "quantity": self.number("quantity"),
            "unit_price": self.number("unit_price"),
            "discount_rate": "cast(0 as decimal(9, 6))",
            "gross_amount": amount,
            "discount_amount": "cast(0 as decimal(24, 8))",
            "net_amount": amount,
            "currency_code": self.currency(),
        }

    def _row_key(self, kind: str) -> str:
        ids = ", ".join(f"'{column}'" for column in self.entity.key)
        return f"{{{{ entity_key('{kind}', '{self.system}', [{ids}]) }}}}"

    def _sales_orders(self) -> dict[str, str | None]:
        return {
            "order_key": self.key("order", "order"),
            "order_id": self.text("order"),
            "customer_key": self.key("customer", "customer"),
            "ordered_on": self.first_day(),
            "ordered_at": self._call("pack_timestamp", "ordered_on"),
            "due_on": self.day("promised_on"),
            "shipped_on": self.day("shipped_on"),
            "status_raw": self.text("status"),
            "currency_code": self.currency(),
            "tax_amount": "cast(0 as decimal(24, 8))",
            "freight_amount": f"cast(coalesce({self.number('freight_amount', 8, 24)}, 0) as decimal(24, 8))"
            if "freight_amount" in self.entity.meanings and not self.entity.column("quantity")
            else "cast(0 as decimal(24, 8))",
            "ship_to_country_code": self.country(),
        }

    def _purchase_order_lines(self) -> dict[str, str | None]:
        quantity = self.number("quantity")
        product = f"{quantity} * {self.number('unit_price')}" if self.entity.column("unit_price") else "null"
        amount = self.number("line_amount", 8, 24) or product
        price = f"cast({amount} / nullif({quantity}, 0) as decimal(18, 4))"
        return {
            "purchase_order_line_key": self._row_key("purchase_order_line")
            if self.entity.has_key
            else self.key("purchase_order_line", "purchase_order", "cast(position as varchar)"),
            "purchase_order_key": self.key("purchase_order", "purchase_order"),
            "purchase_order_id": self.text("purchase_order"),
            "line_number": "cast(position as integer)",
            "product_key": self.product_key(),
            "due_on": self.day("promised_on"),
            "ordered_quantity": quantity,
            "unit_price": price,
            "net_amount": f"cast({amount} as decimal(24, 8))",
            "received_quantity": f"case when {self.day('delivered_on')} is not null then {quantity} end"
            if self.day("delivered_on")
            else None,
            "currency_code": self.currency(),
        }

    def _purchase_orders(self) -> dict[str, str | None]:
        done = self.day("delivered_on")
        return {
            "purchase_order_key": self.key("purchase_order", "purchase_order"),
            "purchase_order_id": self.text("purchase_order"),
            "supplier_key": self.key("supplier", "supplier"),
            "carrier_key": self.key("carrier", "carrier"),
            "ordered_on": self.first_day(),
            "shipped_on": self.day("shipped_on"),
            "status_raw": self.text("status"),
            "status": f"case when {done} is null then 'approved' else 'complete' end" if done else "'approved'",
            "currency_code": self.currency(),
        }

    def _products(self) -> dict[str, str | None]:
        name = self.text("product_name") or self.text("product")
        return {
            "product_key": self.product_key(),
            "product_id": self.text("product") or self.text("product_name"),
            "sku": self.text("product"),
            "product_name": name,
            "category_name": self.text("category"),
            "subcategory_name": self.text("subcategory"),
            "color": self.text("color"),
            "size": self.text("size"),
        }

    def _customers(self) -> dict[str, str | None]:
        return {
            "customer_key": self.key("customer", "customer"),
            "customer_id": self.text("customer"),
            "valid_from": "cast('1900-01-01' as date)",
            "full_name": self.text("customer_name"),
            "email": self.text("email"),
            "phone": self.text("phone"),
            "country_code": self.country(),
            "is_active": "true",
        }

    def _suppliers(self) -> dict[str, str | None]:
        return {
            "supplier_key": self.key("supplier", "supplier"),
            "supplier_id": self.text("supplier"),
            "supplier_name": self.text("supplier"),
            "is_active": "true",
        }

    def _carriers(self) -> dict[str, str | None]:
        return {
            "carrier_key": self.key("carrier", "carrier"),
            "carrier_id": self.text("carrier"),
            "carrier_name": self.text("carrier"),
        }

    def _shipments(self) -> dict[str, str | None]:
        left = self.day("shipped_on") or self.day("delivered_on") or self.day("promised_on")
        return {
            "shipment_key": self.key("shipment", "shipment"),
            "shipment_id": self.text("shipment"),
            "direction": "'inbound'",
            "purchase_order_key": self.key("purchase_order", "purchase_order"),
            "supplier_key": self.key("supplier", "supplier"),
            "carrier_key": self.key("carrier", "carrier"),
            "shipped_on": left,
            "promised_on": self.day("promised_on"),
            "delivered_on": self.day("delivered_on"),
            "status_raw": self.text("status"),
            "status": f"case when {self.day('delivered_on')} is null then 'in_transit' else 'delivered' end"
            if self.day("delivered_on")
            else "'in_transit'",
            "currency_code": self.currency(),
            "destination_country_code": self.country(),
        }


def _lines_opening(system: str, canonical: str, entity: DraftEntity) -> tuple[list[str], str, str]:
    document = entity.column(LINES[canonical])
    opening = [
        "with exported as (", "", f"    select * from {{{{ raw_rows('{system}', '{entity.name}') }}}}", "", "),", "",
        "lines as (", "", "    select", "        *",
        f"        , row_number() over (partition by {document} order by _load_id, _row) as position",
        "    from exported", "", ")", "",
    ]  # fmt: skip
    ids = " || '-' || ".join(entity.key) if entity.has_key else f"{document} || '-' || position"
    return opening, "lines", f'"{ids}"'


def _newest_opening(system: str, canonical: str, entity: DraftEntity) -> tuple[list[str], str, str]:
    concept = KEYS[canonical]
    column = entity.column(concept) or entity.column("product_name")
    identified = f"{{{{ pack_text('{system}', '{entity.name}', '{column}') }}}}"
    opening = [
        "with exported as (", "", f"    select * from {{{{ raw_rows('{system}', '{entity.name}') }}}}", "", "),", "",
        f"-- Several rows may name one {canonical.replace('_', ' ').removesuffix('s')}; the first of the newest delivery speaks for it.",
        "firsts as (", "", "    select *", "    from exported", f"    where {identified} is not null",
        f"    qualify row_number() over (partition by {column} order by _load_id desc, _row) = 1", "", ")", "",
    ]  # fmt: skip
    return opening, "firsts", f'"{column}"'
