"""What the publication covers: the days of each subject, and the values that its filters offer.

Comes in: a snapshot. Goes out: first and latest day, and filter options. Called by every page before it asks more.
"""

from dataclasses import dataclass
from datetime import date

from dashboards.formats import is_missing
from dashboards.publication import Snapshot

# Table, its date, and which rows count.
SUBJECTS = {
    "sales": ("marts.fct_order_line", "ordered_on", "is_revenue"),
    "procurement": ("marts.fct_purchase_order_line", "ordered_on", "true"),
    "production": ("marts.fct_production_operation", "actual_start_on", "true"),
    "inventory": ("marts.fct_inventory_daily", "inventory_on", "true"),
}


@dataclass(frozen=True)
class Coverage:
    """The first and the latest day of a subject."""

    first: date
    latest: date


def coverage(snapshot: Snapshot, subject: str) -> Coverage | None:
    """Return the days of a subject, or None when the publication has nothing about it.

    A day after the publication is a slip of the pen in some order and would move every preset: it does not count.
    """
    table, day, counts = SUBJECTS[subject]
    if not snapshot.has_rows(table):
        return None
    found = snapshot.ask(
        f"SELECT min({day}) AS first, max({day}) AS latest FROM {table} WHERE {counts} AND {day} <= $published_on",
        {"published_on": snapshot.published_at.date()},
    ).iloc[0]
    if is_missing(found["latest"]):
        return None
    return Coverage(found["first"].date(), found["latest"].date())


def data_as_of(snapshot: Snapshot) -> date | None:
    """Return the latest business day in the publication: of sales, or of what there is."""
    for subject in SUBJECTS:
        covered = coverage(snapshot, subject)
        if covered is not None:
            return covered.latest
    return None


def sales_options(snapshot: Snapshot) -> dict[str, dict[str, str]]:
    """Return the markets, categories and channels that have sold anything."""
    values = snapshot.ask(
        """
        SELECT DISTINCT
            coalesce(country_code, 'unknown') AS market, coalesce(country_name, country_code, 'unknown') AS market_name,
            coalesce(category_name, 'unknown') AS category, channel_name AS channel
        FROM (SELECT DISTINCT geography_key, product_version_key, channel_key FROM marts.fct_order_line WHERE is_revenue)
        JOIN marts.dim_geography USING (geography_key)
        JOIN marts.dim_product USING (product_version_key)
        JOIN marts.dim_channel USING (channel_key)
        """
    )
    markets = values.drop_duplicates("market").sort_values("market_name")
    return {
        "market": dict(zip(markets["market"], markets["market_name"], strict=True)),
        "category": {name: name for name in sorted(values["category"].unique())},
        "channel": {name: name for name in sorted(values["channel"].unique())},
    }


def categories_of(snapshot: Snapshot, table: str) -> dict[str, dict[str, str]]:
    """Return the categories in a mart that names them."""
    found = snapshot.ask(f"SELECT DISTINCT coalesce(category_name, 'unknown') AS name FROM {table} ORDER BY 1")
    return {"category": {name: name for name in found["name"]}}
