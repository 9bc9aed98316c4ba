"""Rules about orders, their lines, and what leaves for customers."""

from data_quality.rules.row_rule import RowRule, has_parent, known_currency, not_negative, present, sane_date

SALES_RULES = [
    present("sales_orders", "order_key", "the order number"),
    present("sales_orders", "ordered_on", "the order date"),
    sane_date("sales_orders", "ordered_on", "the order date"),
    present("sales_orders", "tax_amount", "the tax"),
    present("sales_orders", "freight_amount", "the freight"),
    known_currency("sales_orders"),
    RowRule(
        "sales_orders",
        "shipped_not_before_ordered",
        "shipped_on",
        "checked.shipped_on < checked.ordered_on",
        "the order was shipped before it was placed",
        "warn",
    ),
    present("sales_order_lines", "order_line_key", "the line's number"),
    has_parent("sales_order_lines", "order_key", "sales_orders", "order_key", "the order of the line"),
    present("sales_order_lines", "product_key", "the product"),
    present("sales_order_lines", "quantity", "the quantity"),
    RowRule("sales_order_lines", "quantity_not_zero", "quantity", "checked.quantity = 0", "the quantity is zero"),
    present("sales_order_lines", "unit_price", "the unit price"),
    not_negative("sales_order_lines", "unit_price", "the unit price"),
    present("sales_order_lines", "discount_rate", "the discount"),
    RowRule(
        "sales_order_lines",
        "discount_rate_in_range",
        "discount_rate",
        "checked.discount_rate NOT BETWEEN 0 AND 1",
        "the discount is not between 0 and 1",
    ),
    known_currency("sales_order_lines"),
    RowRule(
        "sales_order_lines",
        "product_known",
        "product_key",
        "NOT EXISTS (SELECT 1 FROM {products} AS product WHERE product.product_key = checked.product_key)",
        "the product was not delivered; the line counts under the unknown product",
        "warn",
    ),
    present("shipments", "shipment_key", "the shipment's number"),
    RowRule(
        "shipments",
        "shipped_on_present",
        "shipped_on",
        # A system that takes delivery knows the day of arrival, not of departure; what waits has neither.
        "checked.shipped_on IS NULL AND checked.delivered_on IS NULL "
        "AND coalesce(checked.status, '') NOT IN ('pending', 'cancelled')",
        "the shipping date is missing or cannot be read",
    ),
    sane_date("shipments", "shipped_on", "the shipping date"),
    RowRule(
        "shipments",
        "direction_known",
        "direction",
        "checked.direction IS NULL OR checked.direction NOT IN ('inbound', 'outbound')",
        "the direction is neither inbound nor outbound",
    ),
    present("web_sessions", "session_on", "the day of the sessions"),
    sane_date("web_sessions", "session_on", "the day of the sessions"),
]
