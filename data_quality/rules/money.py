"""Rules about payments, refunds, returns and what is charged on the way of the goods."""

from data_quality.rules.row_rule import (
    RowRule,
    is_one_of,
    known_currency,
    not_negative,
    parent_delivered,
    parent_known,
    present,
    sane_date,
)

PAYMENT_TYPES = ("authorization", "capture", "sale", "refund", "void", "customer_payment")
INVOICE_TYPES = ("sales_invoice", "sales_credit_note", "purchase_invoice", "purchase_credit_note")
CHARGE_TYPES = ("goods", "freight", "insurance", "duty", "vat", "brokerage", "handling", "other")

MONEY_RULES = [
    present("payments", "payment_key", "the payment's number"),
    parent_delivered("payments", "order_key", "sales_orders", "order_key", "the order that was paid"),
    present("payments", "paid_on", "the day of the payment"),
    sane_date("payments", "paid_on", "the day of the payment"),
    present("payments", "amount", "the amount"),
    known_currency("payments"),
    present("payments", "status", "the status (or its meaning: see the pack's vocabulary)"),
    is_one_of("payments", "payment_type", PAYMENT_TYPES, "the kind of payment"),
    RowRule(
        "payments",
        "amount_sign_plausible",
        "amount",
        "checked.amount < 0 AND checked.payment_type IN ('authorization', 'capture', 'sale')",
        "money that came in has an amount below zero",
        "warn",
    ),
    parent_known("payments", "order_key", "sales_orders", "order_key", "the order that was paid"),
    present("refunds", "refund_key", "the refund's number"),
    parent_delivered("refunds", "order_key", "sales_orders", "order_key", "the order that is refunded"),
    present("refunds", "refunded_on", "the day of the refund"),
    sane_date("refunds", "refunded_on", "the day of the refund"),
    present("refunds", "total_amount", "the amount"),
    not_negative("refunds", "total_amount", "the amount"),
    known_currency("refunds"),
    RowRule(
        "refunds",
        "parts_agree",
        "total_amount",
        "checked.total_amount <> coalesce(checked.goods_amount, 0) + coalesce(checked.tax_amount, 0) "
        "+ coalesce(checked.freight_amount, 0) + coalesce(checked.adjustment_amount, 0)",
        "the parts of the refund do not add up to it",
        "warn",
    ),
    parent_known("refunds", "order_key", "sales_orders", "order_key", "the order that is refunded"),
    present("return_lines", "return_line_key", "the line's number"),
    present("return_lines", "returned_on", "the day of the return"),
    sane_date("return_lines", "returned_on", "the day of the return"),
    present("return_lines", "quantity", "the quantity"),
    RowRule("return_lines", "quantity_positive", "quantity", "checked.quantity <= 0", "the quantity is not above zero"),
    RowRule(
        "return_lines",
        "currency_code_usable",
        "currency_code",
        "checked.net_amount IS NOT NULL "
        "AND (checked.currency_code IS NULL OR NOT regexp_full_match(checked.currency_code, '[A-Z]{{3}}'))",
        "the currency of the amount is not an ISO 4217 code",
    ),
    parent_known("return_lines", "order_line_key", "sales_order_lines", "order_line_key", "the line that came back"),
    parent_known("return_lines", "refund_key", "refunds", "refund_key", "the refund of the return"),
    RowRule(
        "return_lines",
        "returned_not_more_than_sold",
        "quantity",
        "EXISTS (SELECT 1 FROM {sales_order_lines} AS sold "
        "WHERE sold.order_line_key = checked.order_line_key AND sold.quantity < checked.quantity)",
        "more came back than was sold",
        "warn",
    ),
    present("invoices", "invoice_key", "the invoice's number"),
    present("invoices", "invoiced_on", "the day of the invoice"),
    sane_date("invoices", "invoiced_on", "the day of the invoice"),
    present("invoices", "total_amount", "the amount"),
    RowRule(
        "invoices",
        "amount_sign_plausible",
        "total_amount",
        "CASE WHEN checked.invoice_type LIKE '%credit_note' THEN checked.total_amount > 0 ELSE checked.total_amount < 0 END",
        "an invoice has an amount below zero, or a credit note one above",
        "warn",
    ),
    known_currency("invoices"),
    present("invoices", "status", "the status (or its meaning: see the pack's vocabulary)"),
    is_one_of("invoices", "invoice_type", INVOICE_TYPES, "the kind of invoice"),
    RowRule(
        "invoices",
        "parts_agree",
        "total_amount",
        "checked.total_amount <> checked.net_amount + checked.tax_amount",
        "the parts of the invoice do not add up to it",
        "warn",
    ),
    parent_known("invoices", "order_key", "sales_orders", "order_key", "the order that is invoiced"),
    parent_known(
        "invoices", "purchase_order_key", "purchase_orders", "purchase_order_key", "the order that is invoiced"
    ),
    present("landed_cost_charges", "landed_cost_charge_key", "the charge's number"),
    present("landed_cost_charges", "amount", "the amount"),
    known_currency("landed_cost_charges"),
    sane_date("landed_cost_charges", "charged_on", "the day of the charge"),
    is_one_of("landed_cost_charges", "charge_type", CHARGE_TYPES, "the kind of charge"),
    RowRule(
        "landed_cost_charges",
        "names_what_it_is_for",
        "purchase_order_key",
        "checked.purchase_order_key IS NULL AND checked.purchase_order_line_key IS NULL "
        "AND checked.shipment_key IS NULL",
        "the charge names neither an order nor a shipment; it counts under no line",
        "warn",
    ),
]
