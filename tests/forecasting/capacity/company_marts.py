"""The marts that a plan reads, of a company that makes one dress and buys another."""

from collections.abc import Sequence
from datetime import date, timedelta

from warehouse.lake import connect_lake
from warehouse.settings import Settings

MONDAY = date(2026, 1, 5)
SUNDAY = MONDAY - timedelta(days=1)

# Table: columns with types, and rows as SQL values. DR-1 is made, an hour each, and sold in Germany; DR-2 is bought, sold in the Emirates.
MARTS: dict[str, tuple[str, str]] = {
    "dim_product": (
        "product_version_key VARCHAR, product_key VARCHAR, product_id VARCHAR, sku VARCHAR, product_name VARCHAR, style_id VARCHAR, "
        "category_name VARCHAR, unit_code VARCHAR, is_made BOOLEAN, price_currency_code VARCHAR, list_price DECIMAL(18,4), "
        "standard_cost DECIMAL(18,4), safety_stock_quantity DECIMAL(18,4), manufacturing_days INTEGER, is_current BOOLEAN, "
        "valid_from DATE",
        "('v1', 'p1', '1', 'DR-1', 'Made', NULL, 'Made', 'EA', true, 'EUR', 60, 20, NULL, 5, true, DATE '2024-01-01'), "
        "('v2', 'p2', '2', 'DR-2', 'Bought', 'S2', 'Bought', 'EA', false, 'EUR', 40, 10, NULL, NULL, true, DATE '2024-01-01')",
    ),
    "dim_geography": ("geography_key VARCHAR, country_code VARCHAR", "('de', 'DE'), ('ae', 'AE')"),
    "fct_order_line": (
        "product_key VARCHAR, product_version_key VARCHAR, geography_key VARCHAR, ordered_on DATE, quantity DECIMAL(18,4), "
        "is_revenue BOOLEAN, net_amount_reporting DECIMAL(24,8), cost_amount_reporting DECIMAL(24,8)",
        "('p1', 'v1', 'de', DATE '2026-01-04', 10, true, 500, 200), ('p2', 'v2', 'ae', DATE '2025-12-20', 2, true, 80, 20)",
    ),
    "mart_open_order_line": (
        "product_key VARCHAR, geography_key VARCHAR, ordered_on DATE, due_on DATE, open_quantity DECIMAL(18,4)",
        "('p1', 'de', DATE '2026-01-02', NULL, 4)",
    ),
    "fct_inventory_daily": (
        "product_key VARCHAR, inventory_on DATE, quantity_on_hand DECIMAL(18,4)",
        "('p1', DATE '2026-01-03', 999), ('p1', DATE '2026-01-04', 9), ('p1', DATE '2026-01-04', 6)",
    ),
    "fct_purchase_order_line": (
        "product_key VARCHAR, supplier_key VARCHAR, due_on DATE, open_quantity DECIMAL(18,4), status VARCHAR, last_received_on DATE, "
        "received_quantity DECIMAL(18,4)",
        "('p2', 's1', DATE '2025-06-01', 500, 'approved', DATE '2025-12-01', 10), "
        "('p2', 's1', DATE '2026-01-05', 0, 'complete', DATE '2025-12-02', 30)",
    ),
    "fct_production_order": (
        "production_order_key VARCHAR, product_key VARCHAR, product_version_key VARCHAR, ordered_quantity DECIMAL(18,4), "
        "stocked_quantity DECIMAL(18,4), scrapped_quantity DECIMAL(18,4), started_on DATE, ended_on DATE, due_on DATE, status VARCHAR",
        "('o1', 'p1', 'v1', 8, 8, 0, DATE '2025-11-03', DATE '2025-11-08', DATE '2025-11-10', 'done')",
    ),
    "fct_production_operation": (
        "production_order_key VARCHAR, product_key VARCHAR, operation_sequence INTEGER, work_centre_key VARCHAR, scheduled_start_on DATE, "
        "actual_start_on DATE, actual_end_on DATE, actual_hours DECIMAL(18,4), is_completed BOOLEAN",
        "('o1', 'p1', 10, 'sew', DATE '2025-11-03', DATE '2025-11-03', DATE '2025-11-06', 8, true)",
    ),
    "dim_bill_of_material_line": (
        "assembly_product_key VARCHAR, component_product_key VARCHAR, quantity_per_assembly DECIMAL(18,4), valid_from DATE, valid_to DATE",
        "",
    ),
    "dim_routing_operation": (
        "product_key VARCHAR, operation_sequence INTEGER, work_centre_key VARCHAR, setup_minutes DECIMAL(18,4), "
        "standard_minutes DECIMAL(18,4), yield_rate DECIMAL(9,6), valid_from DATE, valid_to DATE",
        "('p1', 10, 'sew', 0, 60, 1, NULL, NULL)",
    ),
    "dim_work_centre": (
        "work_centre_key VARCHAR, work_centre_id VARCHAR, work_centre_name VARCHAR, cost_rate_per_hour DECIMAL(18,4), "
        "available_hours_per_week DECIMAL(18,4), currency_code VARCHAR, is_deleted BOOLEAN",
        "('sew', 'SEW', 'Sewing', 18, 40, 'EUR', false)",
    ),
    "dim_work_centre_shift": (
        "work_centre_key VARCHAR, day_of_week INTEGER, shift_hours DECIMAL(18,4), worker_count INTEGER, valid_from DATE, valid_to DATE",
        "",
    ),
    "dim_calendar_exception": ("work_centre_key VARCHAR, exception_on DATE, available_hours DECIMAL(18,4)", ""),
    "dim_holiday": ("country_code VARCHAR, holiday_on DATE", ""),
    "dim_supplier": ("supplier_key VARCHAR, supplier_id VARCHAR, supplier_name VARCHAR", "('s1', 'V-1', 'Vendor')"),
    "dim_supplier_offer": (
        "supplier_key VARCHAR, product_key VARCHAR, lead_time_days INTEGER, unit_price_reporting DECIMAL(24,8), "
        "minimum_order_quantity DECIMAL(18,4), maximum_order_quantity DECIMAL(18,4), preference BIGINT, last_ordered_on DATE, "
        "order_count BIGINT",
        "('s1', 'p2', 21, 5, 20, NULL, 1, DATE '2025-12-01', 3)",
    ),
}

# Each category holds one product, so that its forecast is that of the product; it is certain, to be computed by hand.
BY_CATEGORY = """
    CREATE OR REPLACE TABLE marts.fct_forecast AS
    SELECT
        'category_market' AS level, 'quantity' AS measure, category_name, market_code,
        DATE '2026-01-05' + week :: INTEGER * 7 AS week_start_on, quantity AS forecast, quantity AS q50, quantity - 1000000 AS q90,
        false AS is_backtest
    FROM (VALUES ('Made', 'DE', 10.0), ('Bought', 'AE', 2.0)) AS made (category_name, market_code, quantity)
    CROSS JOIN range(26) AS weeks (week)
"""
BY_SKU = """
    CREATE OR REPLACE TABLE marts.fct_forecast AS
    SELECT
        'sku' AS level, 'quantity' AS measure, product_key, market_code,
        DATE '2026-01-05' + week :: INTEGER * 7 AS week_start_on, quantity AS forecast,
        quantity AS q50, quantity + 3 AS q90, false AS is_backtest
    FROM (VALUES ('p1', 'DE', 10.0), ('p2', 'all', 2.0), ('new:Made', 'all', 5.0)) AS made (product_key, market_code, quantity)
    CROSS JOIN range(26) AS weeks (week)
"""


def fill_marts(settings: Settings, *, without: Sequence[str] = (), by_sku: bool = False) -> None:
    """Write the marts; those named in `without` are left empty."""
    with connect_lake(settings) as con:
        for table, (columns, rows) in MARTS.items():
            con.execute(f"CREATE OR REPLACE TABLE marts.{table} ({columns})")
            if rows and table not in without:
                con.execute(f"INSERT INTO marts.{table} VALUES {rows}")
        con.execute(BY_SKU if by_sku else BY_CATEGORY)
        if "fct_forecast" in without:
            con.execute("DELETE FROM marts.fct_forecast")
