"""Inventory: what lies where, for how long it lasts, what to order and what stands still.

Comes in: the snapshot. Goes out: figures, value by warehouse and category, two lists to act on. Called by `app.py`.
"""

import pandas as pd
import streamlit as st

from dashboards import charts, definitions, formats
from dashboards.cards import Card, cards
from dashboards.filters import Filters, list_bar
from dashboards.publication import Snapshot
from dashboards.queries import inventory
from dashboards.queries.coverage import categories_of, coverage
from dashboards.tables import Column, table
from dashboards.views.parts import nothing_here


def page(snapshot: Snapshot) -> None:
    """Draw the page."""
    st.title("Inventory")
    covered = coverage(snapshot, "inventory")
    if covered is None:
        nothing_here("stock", "stock levels")
        return
    filters = list_bar(covered.latest, categories_of(snapshot, "marts.mart_inventory"))
    now = inventory.totals(snapshot, filters)
    if not now["products"]:
        st.info("No stock in these categories.")
        return
    st.caption(f"Stock as of **{formats.day(now['inventory_on'])}**, the day of the last count in the data.")
    _figures(snapshot, now)
    _value(snapshot, filters)
    _below(snapshot, filters)
    _slow(snapshot, filters)


def _figures(snapshot: Snapshot, now: pd.Series) -> None:
    below = f"{formats.count(now['below_safety_stock'])} below safety stock"
    without_cost = int(now["products_without_cost"])
    cards(
        [
            Card("Stock value", formats.money_short(now["value"], snapshot.currency), definitions.STOCK_VALUE,
                 note=f"without {without_cost:,} products whose cost is not known" if without_cost else ""),
            Card("Units on hand", formats.count(now["units"]), "Quantity on hand over all warehouses.",
                 note=f"{formats.count(now['products'])} products"),
            Card("Cover", f"{formats.decimal(now['weeks_of_cover'])} weeks"
                 if not formats.is_missing(now["weeks_of_cover"]) else formats.MISSING, definitions.COVER_TOTAL),
            Card("Below reorder point", formats.count(now["below_reorder_point"]),
                 f"{definitions.BELOW_REORDER} {definitions.BELOW_SAFETY}", note=below),
        ],
        compared=False,
    )  # fmt: skip


def _value(snapshot: Snapshot, filters: Filters) -> None:
    st.subheader("Where the value lies", help=definitions.STOCK_VALUE)
    for column, (by, title) in zip(
        st.columns(2, gap="medium"), (("warehouse", "Warehouse"), ("category", "Category")), strict=True
    ):
        with column:
            frame = inventory.value_by(snapshot, filters, by)
            texts = [formats.money_short(value, "").strip() for value in frame["value"]]
            figure = charts.ranking(frame, "name", "value", unit=snapshot.currency, texts=texts)
            charts.show(figure, key=f"stock_{by}", alt=f"Stock value by {by}; the largest is {frame['name'].iloc[0]}")
            with st.expander(f"By {by} as a table"):
                columns = {
                    "name": Column(title, pinned=True),
                    "value": Column(f"Stock value ({snapshot.currency})", formats.money, definitions.STOCK_VALUE),
                    "value_share": Column("Share", formats.percent),
                    "units": Column("Units", formats.quantity),
                    "products": Column("Products", formats.count),
                }
                table(frame, columns, name=f"stock_by_{by}")


def _below(snapshot: Snapshot, filters: Filters) -> None:
    frame = inventory.below_threshold(snapshot, filters)
    st.subheader("Below safety stock or reorder point", help=f"{definitions.BELOW_SAFETY} {definitions.BELOW_REORDER}")
    if frame.empty:
        st.success("No product is below its safety stock or its reorder point.", icon=":material/check:")
        return
    st.caption(f"{len(frame):,} products")
    columns = _product_columns(snapshot)
    # What is short is read against its thresholds first.
    first = ("product_name", "sku", "on_hand", "safety_stock_quantity", "reorder_point_quantity", "on_order_quantity")
    table(frame, {name: columns[name] for name in first} | columns, name="below_threshold")


def _slow(snapshot: Snapshot, filters: Filters) -> None:
    frame = inventory.slow_movers(snapshot, filters)
    st.subheader("Slow movers", help=definitions.SLOW_MOVERS)
    if frame.empty:
        st.success(f"Every product for sale sells out within {inventory.SLOW_WEEKS} weeks.", icon=":material/check:")
        return
    tied = formats.money_short(frame["stock_value"].sum(), snapshot.currency)
    st.caption(f"{len(frame):,} products, {tied} of stock value")
    table(frame, _product_columns(snapshot), name="slow_movers")


def _product_columns(snapshot: Snapshot) -> dict[str, Column]:
    return {
        "product_name": Column("Product", pinned=True),
        "sku": Column("SKU"),
        "category_name": Column("Category"),
        "on_hand": Column("On hand", formats.quantity, "Over all warehouses."),
        "average_weekly_quantity": Column("Sold per week", formats.decimal, "Mean of the last 13 weeks in the data."),
        "weeks_of_cover": Column("Weeks of cover", formats.decimal, definitions.COVER),
        "stock_value": Column(f"Stock value ({snapshot.currency})", formats.money, definitions.STOCK_VALUE),
        "safety_stock_quantity": Column("Safety stock", formats.quantity, definitions.BELOW_SAFETY),
        "reorder_point_quantity": Column("Reorder point", formats.quantity, definitions.BELOW_REORDER),
        "on_order_quantity": Column("On order", formats.quantity, definitions.ON_ORDER),
        "is_below_safety_stock": Column("Below safety stock", formats.yes_no, definitions.BELOW_SAFETY),
        "is_below_reorder_point": Column("Below reorder point", formats.yes_no, definitions.BELOW_REORDER),
        "last_counted_on": Column("Last counted", formats.iso_day),
    }
