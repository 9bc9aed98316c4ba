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


def _converted(violation: str) -> tuple[str, str, Severity, str]:
    return ("money_converted", "every amount has an exchange rate", "warn", violation)


CUSTOMER = ("customer_version_key", "dim_customer", "customer_version_key")
PERSON = ("person_key", "dim_person", "person_key")
PRODUCT = ("product_version_key", "dim_product", "product_version_key")
SUPPLIER = ("supplier_key", "dim_supplier", "supplier_key")
CARRIER = ("carrier_key", "dim_carrier", "carrier_key")
WAREHOUSE = ("warehouse_key", "dim_warehouse", "warehouse_key")
WORK_CENTRE = ("work_centre_key", "dim_work_centre", "work_centre_key")
GEOGRAPHY = ("geography_key", "dim_geography", "geography_key")
DATE = ("date_key", "dim_date", "date_key")
CHANNEL = ("channel_key", "dim_channel", "channel_key")
CAMPAIGN = ("campaign_key", "dim_campaign", "campaign_key")

# A level that is not stored has no sum to compare.
_ADDS_UP = """
    checked.level = 'total' AND NOT checked.is_backtest AND EXISTS (
        SELECT 1 FROM lake.marts.fct_forecast AS parts
        WHERE NOT parts.is_backtest AND parts.measure = checked.measure AND parts.week_start_on = checked.week_start_on
        GROUP BY parts.level HAVING sum(parts.forecast) <> checked.forecast
    )
"""

MARTS = [
    _dimension("dim_date", "date_key"),
    _dimension("dim_customer", "customer_version_key"),
    _dimension("dim_person", "person_key"),
    _dimension("dim_product", "product_version_key"),
    _dimension("dim_supplier", "supplier_key"),
    _dimension("dim_warehouse", "warehouse_key"),
    _dimension("dim_carrier", "carrier_key"),
    _dimension("dim_channel", "channel_key"),
    _dimension("dim_geography", "geography_key"),
    _dimension("dim_currency", "currency_code"),
    _dimension("dim_work_centre", "work_centre_key"),
    _dimension("dim_campaign", "campaign_key"),
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
    MartContract("dim_routing_operation", ("routing_operation_key",), (WORK_CENTRE,)),
    MartContract("dim_work_centre_shift", ("work_centre_shift_key",), (WORK_CENTRE,)),
    MartContract("dim_supplier_offer", ("supplier_offer_key",), (SUPPLIER,)),
    MartContract("mart_open_order_line", ("order_line_key",), (GEOGRAPHY,)),
    MartContract(
        "fct_capacity",
        ("capacity_key",),
        (WORK_CENTRE,),
        (
            (
                "hours_respected",
                "no centre works longer than it can",
                "critical",
                "checked.planned_regular_hours > checked.regular_hours + 0.001 "
                "OR checked.planned_overtime_hours > checked.overtime_hours + 0.001",
            ),
            (
                "chance_is_a_share",
                "chances lie between 0 and 1",
                "critical",
                "checked.chance_of_overload NOT BETWEEN 0 AND 1",
            ),
        ),
    ),
    MartContract("fct_production_proposal", ("production_proposal_key",)),
    MartContract("fct_purchase_proposal", ("purchase_proposal_key",)),
    MartContract("fct_plan_shortfall", ("plan_shortfall_key",)),
    MartContract("mart_capacity_load_check", ("capacity_load_check_key",), (WORK_CENTRE,)),
    MartContract("fct_production_operation", ("production_operation_key",), (PRODUCT, WORK_CENTRE, DATE)),
    MartContract(
        "fct_payment",
        ("payment_key", "moved_amount"),
        (CUSTOMER, DATE),
        (
            (
                "only_success_moves_money",
                "payments that did not succeed move nothing",
                "critical",
                "checked.status <> 'succeeded' AND checked.moved_amount <> 0",
            ),
            _converted("checked.moved_amount <> 0 AND checked.moved_amount_reporting IS NULL"),
        ),
    ),
    MartContract(
        "fct_refund",
        ("refund_key", "total_amount"),
        (CUSTOMER, DATE),
        (_converted("checked.total_amount <> 0 AND checked.total_amount_reporting IS NULL"),),
    ),
    MartContract("fct_return_line", ("return_line_key", "quantity"), (CUSTOMER, PRODUCT, WAREHOUSE, GEOGRAPHY, DATE)),
    MartContract("fct_stock_movement", ("stock_movement_key", "quantity_change"), (PRODUCT, WAREHOUSE, DATE)),
    MartContract(
        "fct_shipment_event",
        ("shipment_event_key", "event_number"),
        (CARRIER, GEOGRAPHY, DATE),
        (
            (
                "time_runs_forward",
                "no event lies before the one before it",
                "critical",
                "checked.hours_since_previous < 0 OR checked.hours_to_next < 0",
            ),
        ),
    ),
    MartContract(
        "fct_landed_cost",
        ("purchase_order_line_key",),
        (SUPPLIER, PRODUCT, DATE),
        (
            _converted("checked.landed_amount_reporting IS NULL AND checked.goods_amount IS NOT NULL"),
            (
                "charges_lead_to_lines",
                "every charge belongs to an order line",
                "warn",
                "checked.source_system = 'unknown'",
            ),
        ),
    ),
    MartContract("fct_ticket", ("ticket_key",), (CUSTOMER, GEOGRAPHY, DATE)),
    MartContract("fct_campaign_touch", ("campaign_touch_key",), (CAMPAIGN, CUSTOMER, DATE)),
    MartContract("fct_lead", ("lead_key",), (CUSTOMER, DATE)),
    MartContract("fct_opportunity", ("opportunity_key",), (CAMPAIGN, CUSTOMER, DATE)),
    MartContract("mart_customer", ("customer_key",)),
    MartContract("mart_customer_360", ("person_key",), (PERSON,)),
    MartContract("mart_customer_segment", ("person_key",), (PERSON,)),
    MartContract("mart_customer_lifetime_value", ("person_key",), (PERSON,)),
    MartContract("mart_customer_consent", (), (PERSON,)),
    MartContract("mart_customer_size_profile", (), (PERSON,)),
    MartContract("fct_recommendation", (), (PERSON,)),
    MartContract("fct_person_event", ("person_event_key",), (PERSON, DATE)),
    MartContract("mart_order", ("order_key",)),
    MartContract("mart_inventory"),
    MartContract("mart_shipment", ("shipment_key",)),
    MartContract("mart_procurement", ("purchase_order_line_key",)),
    MartContract("mart_supplier_scorecard", ("supplier_key",)),
    MartContract("mart_production"),
    MartContract("mart_sales_weekly"),
    MartContract("mart_delivery", ("shipment_key",)),
    MartContract("mart_service", ("ticket_key",)),
    MartContract("mart_returns"),
    MartContract(
        "mart_stock_reconciliation",
        ("stock_reconciliation_key",),
        rules=(
            (
                "parts_agree",
                "counted change = explained + adjusted + unexplained",
                "critical",
                "checked.is_covered AND checked.counted_change "
                "<> checked.explained_quantity + checked.adjusted_quantity + checked.unexplained_quantity",
            ),
        ),
    ),
    MartContract("mart_payment_reconciliation", ("payment_reconciliation_key",)),
    MartContract(
        "fct_forecast",
        ("forecast_key", "level", "node_key", "week_start_on"),
        rules=(
            (
                "quantiles_ordered",
                "0 ≤ q025 ≤ q10 ≤ q25 ≤ q50 ≤ q75 ≤ q90 ≤ q975",
                "critical",
                "NOT (0 <= checked.q025 AND checked.q025 <= checked.q10 AND checked.q10 <= checked.q25 AND checked.q25 <= checked.q50 "
                "AND checked.q50 <= checked.q75 AND checked.q75 <= checked.q90 AND checked.q90 <= checked.q975)",
            ),
            (
                "overrides_agree",
                "forecast = base + override, and never negative",
                "critical",
                "checked.forecast <> checked.base_forecast + checked.override_quantity OR checked.forecast < 0",
            ),
            ("levels_add_up", "each level adds up to the total", "critical", _ADDS_UP),
        ),
    ),
    MartContract("fct_forecast_daily"),
    MartContract("mart_forecast_accuracy"),
    MartContract("fct_forecast_override"),
    MartContract("mart_forecast_value_added"),
    MartContract("mart_forecast_tracking"),
]
