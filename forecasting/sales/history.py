"""What was asked for: weekly demand per product, market and channel, with prices and stock, from the marts.

Comes in: a connection to the live lake after the marts are built. Goes out: `DemandHistory`, which ends with the last week that is
over. Called by `forecasting.sales.run`.

Demand are order lines that count as revenue (cancelled and rejected ones do not), in the week in which they were ordered. Returns do not
lessen it: they are forecast by themselves.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import polars as pl

WEEK = timedelta(days=7)
UNKNOWN = "unknown"
DAYS_OF_PROFILE = 728

DEMAND = """
    SELECT
        lines.product_key,
        coalesce(places.country_code, 'unknown') AS market_code,
        coalesce(channels.channel_id, 'unknown') AS channel_code,
        date_trunc('week', lines.ordered_on) :: DATE AS week_start_on,
        sum(lines.quantity) :: DOUBLE AS quantity,
        sum(greatest(lines.gross_amount, 0)) :: DOUBLE AS gross_amount,
        sum(greatest(lines.discount_amount, 0)) :: DOUBLE AS discount_amount
    FROM lake.marts.fct_order_line AS lines
    LEFT JOIN lake.marts.dim_geography AS places USING (geography_key)
    LEFT JOIN lake.marts.dim_channel AS channels USING (channel_key)
    WHERE lines.is_revenue AND lines.ordered_on <= ?
    GROUP BY ALL
    ORDER BY ALL
"""

# A product is called by its newest version. What has no style is its own style, what has no colour has one that is called 'none'.
PRODUCTS = """
    WITH newest AS (
        SELECT * FROM lake.marts.dim_product
        QUALIFY row_number() OVER (PARTITION BY product_key ORDER BY is_current DESC, valid_from DESC) = 1
    ),
    units AS (
        SELECT product_key, CASE WHEN count(DISTINCT unit_code) > 1 THEN 'mixed' ELSE min(unit_code) END AS unit_code
        FROM lake.marts.fct_order_line GROUP BY product_key
    )
    SELECT
        product_key,
        coalesce(newest.sku, newest.product_id, product_key) AS sku,
        coalesce(newest.style_id, newest.sku, newest.product_id, product_key) AS style_id,
        coalesce(newest.color, 'none') AS color,
        coalesce(newest.category_name, 'unknown') AS category_name,
        coalesce(units.unit_code, newest.unit_code, 'unknown') AS unit_code
    FROM newest LEFT JOIN units USING (product_key)
    ORDER BY product_key
"""

DAYS = """
    SELECT coalesce(places.country_code, 'unknown') AS market_code, lines.ordered_on, sum(lines.quantity) :: DOUBLE AS quantity
    FROM lake.marts.fct_order_line AS lines
    LEFT JOIN lake.marts.dim_geography AS places USING (geography_key)
    WHERE lines.is_revenue AND lines.ordered_on BETWEEN ? AND ?
    GROUP BY ALL ORDER BY ALL
"""

RETURNS = """
    SELECT
        lines.product_key,
        coalesce(places.country_code, 'unknown') AS market_code,
        greatest(date_diff('week', lines.ordered_on, lines.returned_on), 0) AS lag_weeks,
        date_trunc('week', lines.ordered_on) :: DATE AS ordered_week_on,
        date_trunc('week', lines.returned_on) :: DATE AS week_start_on,
        sum(lines.quantity) :: DOUBLE AS quantity
    FROM lake.marts.fct_return_line AS lines
    LEFT JOIN lake.marts.dim_geography AS places USING (geography_key)
    WHERE lines.ordered_on IS NOT NULL AND lines.returned_on <= ?
    GROUP BY ALL ORDER BY ALL
"""

AVAILABILITY = """
    SELECT product_key, week_start_on, stocked_share :: DOUBLE AS stocked_share
    FROM lake.intermediate.int_stock_availability__weekly
    WHERE week_start_on <= ?
    ORDER BY ALL
"""

DEMAND_COLUMNS = {
    "product_key": pl.String,
    "market_code": pl.String,
    "channel_code": pl.String,
    "week_start_on": pl.Date,
    "quantity": pl.Float64,
    "gross_amount": pl.Float64,
    "discount_amount": pl.Float64,
}


@dataclass(frozen=True)
class DemandHistory:
    """All that the forecast knows of the past, up to and including the week that begins on `last_week`.

    `demand`: one row per product, market, channel and week with orders. `products`: attributes of every product. `stock`: the share of a
    week in which a product was there, for products whose stock is known. `days`: demand per market and day of the last two years.
    `returns`: what came back, by the week of its order and its own.
    """

    demand: pl.DataFrame
    products: pl.DataFrame
    stock: pl.DataFrame
    days: pl.DataFrame
    returns: pl.DataFrame
    last_week: date

    @property
    def made_on(self) -> date:
        """The Sunday of the last week that is known."""
        return self.last_week + timedelta(days=6)

    def until(self, last_week: date) -> "DemandHistory":
        """What would have been known after an earlier week."""
        return DemandHistory(
            demand=self.demand.filter(pl.col("week_start_on") <= last_week),
            products=self.products,
            stock=self.stock.filter(pl.col("week_start_on") <= last_week),
            days=self.days.filter(pl.col("ordered_on") < last_week + WEEK),
            returns=self.returns.filter(pl.col("week_start_on") <= last_week),
            last_week=last_week,
        )

    def fingerprint(self) -> str:
        """A hash that changes when anything here does."""
        digest = hashlib.sha256(self.last_week.isoformat().encode())
        for frame in (self.demand, self.products, self.stock, self.days, self.returns):
            ordered = frame.sort(frame.columns)
            digest.update(f"{ordered.height} {ordered.columns}".encode())
            digest.update(ordered.hash_rows(seed=1).to_numpy().tobytes())
        return digest.hexdigest()


def read_history(con: duckdb.DuckDBPyConnection) -> DemandHistory | None:
    """Return the history; None when no week with orders is over."""
    row = con.execute("SELECT max(ordered_on) FROM lake.marts.fct_order_line").fetchone()
    if row is None or row[0] is None:
        return None
    last_week = last_full_week(row[0])
    last_day = last_week + timedelta(days=6)
    demand = con.execute(DEMAND, [last_day]).pl().cast(DEMAND_COLUMNS)  # type: ignore[arg-type]
    if demand.is_empty():
        return None
    demanded = demand.select("product_key").unique()
    return DemandHistory(
        demand=demand,
        products=con.execute(PRODUCTS).pl(),
        stock=_stock(con, last_week).join(demanded, on="product_key", how="semi"),
        days=con.execute(DAYS, [last_day - timedelta(days=DAYS_OF_PROFILE - 1), last_day]).pl(),
        returns=_returns(con, last_day),
        last_week=last_week,
    )


def last_full_week(latest_order: date) -> date:
    """Return the Monday of the last ISO week that the data cover to its Sunday."""
    monday = latest_order - timedelta(days=latest_order.weekday())
    return monday if latest_order.weekday() == 6 else monday - WEEK


def has_table(con: duckdb.DuckDBPyConnection, schema: str, table: str) -> bool:
    """Say whether the live lake holds a table."""
    # The information schema would list every table of the lake; asking for the table itself is quicker.
    try:
        con.execute(f"SELECT 1 FROM lake.{schema}.{table} LIMIT 0")
    except duckdb.CatalogException:
        return False
    return True


def _stock(con: duckdb.DuckDBPyConnection, last_week: date) -> pl.DataFrame:
    if has_table(con, "intermediate", "int_stock_availability__weekly"):
        return con.execute(AVAILABILITY, [last_week]).pl()
    return pl.DataFrame(schema={"product_key": pl.String, "week_start_on": pl.Date, "stocked_share": pl.Float64})


def _returns(con: duckdb.DuckDBPyConnection, last_day: date) -> pl.DataFrame:
    if has_table(con, "marts", "fct_return_line"):
        return con.execute(RETURNS, [last_day]).pl()
    days = {"ordered_week_on": pl.Date, "week_start_on": pl.Date, "quantity": pl.Float64}
    return pl.DataFrame(schema={"product_key": pl.String, "market_code": pl.String, "lag_weeks": pl.Int64, **days})
