"""What must be true of each mart before anyone sees it.

Comes in: nothing. Goes out: `MARTS`, one contract a table. Called by the third gate.
"""

from dataclasses import dataclass, field

from data_quality.checks import Severity


@dataclass(frozen=True)
class MartContract:
    """Keys (the first is unique), references (column, dimension, key), rules (name, meaning, severity, violation)."""

    table: str
    keys: tuple[str, ...] = ()
    references: tuple[tuple[str, str, str], ...] = ()
    rules: tuple[tuple[str, str, Severity, str], ...] = field(default=())
    is_never_empty: bool = False


def _dimension(table: str, key: str) -> MartContract:
    return MartContract(table, (key,), is_never_empty=True)


CUSTOMER = ("customer_version_key", "dim_customer", "customer_version_key")
PRODUCT = ("product_version_key", "dim_product", "product_version_key")
SUPPLIER = ("supplier_key", "dim_supplier", "supplier_key")
CARRIER = ("carrier_key", "dim_carrier", "carrier_key")
WAREHOUSE = ("warehouse_key", "dim_warehouse", "warehouse_key")
WORK_CENTRE = ("work_centre_key", "dim_work_centre", "work_centre_key")
GEOGRAPHY = ("geography_key", "dim_geography", "geography_key")
DATE = ("date_key", "dim_date", "date_key")
CHANNEL = ("channel_key", "dim_channel", "channel_key")

MARTS = [
    _dimension("dim_date", "date_key"),
    _dimension("dim_customer", "customer_version_key"),
    _dimension("dim_product", "product_version_key"),
    _dimension("dim_supplier", "supplier_key"),
    _dimension("dim_warehouse", "warehouse_key"),
    _dimension("dim_carrier", "carrier_key"),
    _dimension("dim_channel", "channel_key"),
    _dimension("dim_geography", "geography_key"),
    _dimension("dim_currency", "currency_code"),
    _dimension("dim_work_centre", "work_centre_key"),
    MartContract(
        "fct_order_line",
        ("order_line_key", "order_key", "net_amount", "net_amount_reporting"),
        (CUSTOMER, PRODUCT, CHANNEL, GEOGRAPHY, DATE),
        (
            (
                "amounts_agree",
                "net = gross − discount",
                "critical",
                "abs(checked.gross_amount - checked.discount_amount - checked.net_amount) > 0.00000001",
            ),
            (
                "exchange_rate_positive",
                "every line has an exchange rate above zero",
                "critical",
                "checked.exchange_rate IS NULL OR checked.exchange_rate <= 0",
            ),
        ),
    ),
    MartContract(
        "fct_purchase_order_line",
        ("purchase_order_line_key", "net_amount", "net_amount_reporting"),
        (SUPPLIER, PRODUCT, CARRIER, DATE),
    ),
    MartContract(
        "fct_goods_receipt",
        ("goods_receipt_key",),
        (SUPPLIER, PRODUCT, DATE),
        (
            (
                "quantities_agree",
                "stocked = received − rejected",
                "warn",
                "checked.stocked_quantity <> checked.received_quantity - checked.rejected_quantity",
            ),
        ),
    ),
    MartContract("fct_inventory_daily", ("inventory_daily_key",), (PRODUCT, WAREHOUSE, DATE)),
    MartContract("fct_shipment", ("shipment_key",), (CARRIER, SUPPLIER, WAREHOUSE, GEOGRAPHY, DATE)),
    MartContract("fct_production_order", ("production_order_key",), (PRODUCT, DATE)),
    MartContract("fct_production_operation", ("production_operation_key",), (PRODUCT, WORK_CENTRE, DATE)),
    MartContract("mart_customer", ("customer_key",)),
    MartContract("mart_order", ("order_key",)),
    MartContract("mart_inventory"),
    MartContract("mart_shipment", ("shipment_key",)),
    MartContract("mart_procurement", ("purchase_order_line_key",)),
    MartContract("mart_supplier_scorecard", ("supplier_key",)),
    MartContract("mart_production"),
    MartContract("mart_sales_weekly"),
]
