"""Stock: its value, how long it lasts, and what is running out or standing still.

Comes in: a snapshot, chosen categories and warehouses. Goes out: frames. Called by the pages Overview and Inventory.
"""

from datetime import date

import pandas as pd

from dashboards.filters import Filters
from dashboards.publication import Parameter, Snapshot

CATEGORY = {"category": "coalesce(category_name, 'unknown')"}
# A slow mover lasts longer than this, or is not sold at all although it is meant to be.
SLOW_WEEKS = 26


def value_on(snapshot: Snapshot, filters: Filters, day: date) -> float | None:
    """Return the value of the stock at the end of a day; after the last count, the last count's."""
    where, parameters = filters.where({"category": "coalesce(p.category_name, 'unknown')"})
    found = snapshot.ask(
        f"""
        SELECT round(sum(i.stock_amount_reporting), 2)::DOUBLE AS value
        FROM marts.fct_inventory_daily AS i JOIN marts.dim_product AS p USING (product_version_key)
        WHERE i.inventory_on = (SELECT max(inventory_on) FROM marts.fct_inventory_daily WHERE inventory_on <= $day) {where}
        """,
        parameters | {"day": day},
    )["value"].iloc[0]
    return None if pd.isna(found) else float(found)


def totals(snapshot: Snapshot, filters: Filters | None = None) -> pd.Series:
    """Return the stock's value, units, cover, and how many products are below their thresholds."""
    where, parameters = filters.where(CATEGORY) if filters else ("", {})
    return snapshot.ask(
        f"""
        WITH stock AS (SELECT * FROM marts.mart_inventory WHERE true {where}),
        products AS (
            SELECT product_key, any_value(product_quantity_on_hand) AS on_hand, any_value(unit_cost) AS unit_cost,
                any_value(average_weekly_quantity) AS weekly, any_value(stock_value) AS stock_value,
                bool_or(is_below_safety_stock) AS below_safety, bool_or(is_below_reorder_point) AS below_reorder
            FROM (SELECT *, sum(stock_amount_reporting) OVER (PARTITION BY product_key) AS stock_value FROM stock)
            GROUP BY product_key
        )
        SELECT
            (SELECT max(inventory_on) FROM stock) AS inventory_on,
            (SELECT round(sum(stock_amount_reporting), 2)::DOUBLE FROM stock) AS value,
            (SELECT sum(quantity_on_hand)::DOUBLE FROM stock) AS units,
            count(*) AS products,
            count(*) FILTER (unit_cost IS NULL) AS products_without_cost,
            (sum(stock_value) FILTER (weekly > 0) / nullif(sum(weekly * unit_cost), 0))::DOUBLE AS weeks_of_cover,
            count(*) FILTER (below_safety) AS below_safety_stock,
            count(*) FILTER (below_reorder) AS below_reorder_point
        FROM products
        """,
        parameters,
    ).iloc[0]


def value_by(snapshot: Snapshot, filters: Filters, column: str) -> pd.DataFrame:
    """Return stock value and units per warehouse or category, largest value first."""
    names = {"warehouse": "warehouse_name", "category": "coalesce(category_name, 'unknown')"}
    where, parameters = filters.where(CATEGORY)
    return snapshot.ask(
        f"""
        SELECT {names[column]} AS name, round(sum(stock_amount_reporting), 2)::DOUBLE AS value,
            sum(quantity_on_hand)::DOUBLE AS units, count(DISTINCT product_key) AS products,
            sum(stock_amount_reporting) / nullif(sum(sum(stock_amount_reporting)) OVER (), 0) AS value_share
        FROM marts.mart_inventory WHERE true {where} GROUP BY 1 ORDER BY value DESC NULLS LAST, name
        """,
        parameters,
    )


def below_threshold(snapshot: Snapshot, filters: Filters) -> pd.DataFrame:
    """Return products under their safety stock or reorder point, those that have the least of it first."""
    threshold = "greatest(safety_stock_quantity, reorder_point_quantity)"
    condition = "is_below_safety_stock OR is_below_reorder_point"
    return _products(snapshot, filters, condition, f"on_hand / nullif({threshold}, 0), {threshold} DESC, product_name")


def slow_movers(snapshot: Snapshot, filters: Filters) -> pd.DataFrame:
    """Return products in stock that are for sale and last long, or do not sell at all; most money first."""
    condition = f"on_hand > 0 AND is_sold IS NOT FALSE AND coalesce(weeks_of_cover, 1e9) > {SLOW_WEEKS}"
    return _products(snapshot, filters, condition, "stock_value DESC NULLS LAST, product_name")


def _products(snapshot: Snapshot, filters: Filters, condition: str, order: str) -> pd.DataFrame:
    where, parameters = filters.where(CATEGORY)
    bound: dict[str, Parameter] = dict(parameters)
    return snapshot.ask(
        f"""
        WITH products AS (
            SELECT product_key, any_value(sku) AS sku, any_value(product_name) AS product_name,
                any_value(coalesce(category_name, 'unknown')) AS category_name, any_value(is_sold) AS is_sold,
                any_value(product_quantity_on_hand)::DOUBLE AS on_hand,
                any_value(safety_stock_quantity)::DOUBLE AS safety_stock_quantity,
                any_value(reorder_point_quantity)::DOUBLE AS reorder_point_quantity,
                any_value(on_order_quantity)::DOUBLE AS on_order_quantity,
                any_value(average_weekly_quantity)::DOUBLE AS average_weekly_quantity,
                any_value(weeks_of_cover)::DOUBLE AS weeks_of_cover,
                round(sum(stock_amount_reporting), 2)::DOUBLE AS stock_value,
                max(last_counted_on) AS last_counted_on,
                bool_or(is_below_safety_stock) AS is_below_safety_stock,
                bool_or(is_below_reorder_point) AS is_below_reorder_point
            FROM marts.mart_inventory WHERE true {where} GROUP BY product_key
        )
        SELECT * FROM products WHERE {condition} ORDER BY {order}
        """,
        bound,
    )
