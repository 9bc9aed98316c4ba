"""Real and simulated demand as long tables, each with a part kept back that no selection sees.

Comes in: a folder of real data sets, a scratch folder. Goes out: `DemandSet`s. Called by `benchmarks.forecasts`. A set that is not
there is left out.
"""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from simulation.simulate import simulate
from warehouse.lake import connect_publication
from warehouse.settings import Settings, load_settings

ROOT = Path(__file__).resolve().parent.parent
WEFT = Path(sys.executable).with_name("weft")
FREQUENT_MARKETS = 8
FREQUENT_GROUPS = 12


@dataclass(frozen=True)
class DemandSet:
    """`history` in full; the last `horizon` periods are kept back by the benchmark. `known` are features of the future too."""

    name: str
    history: pl.DataFrame
    frequency: str
    horizon: int
    hierarchy: tuple[str | tuple[str, ...], ...] = ()
    known: tuple[str, ...] = field(default=())


def real_sets(data: Path | None) -> Iterator[DemandSet]:
    """Yield what the folder of real sets holds."""
    if data is None:
        return
    m5 = data / "m5_small" / "m5_sales_exog_small.csv"
    if m5.is_file():
        yield _m5(m5)
    for path in sorted((data / "online_retail").glob("*.parquet"))[:1]:
        yield _online_retail(path)


def adventureworks(scratch: Path, published: Path | None) -> DemandSet:
    """Return AdventureWorks by product and market, of a finished deployment or of one made for it."""
    settings = _deployment(scratch, ROOT / "examples" / "adventureworks", published)
    sold = _sold(settings, "products.subcategory_name AS subcategory, products.sku")
    return DemandSet(
        "AdventureWorks", _weekly(sold, ["sku", "market"]), "W", 13, (("category", "subcategory", "sku"), "market")
    )


def simulated(scratch: Path, published: Path | None, scale: float) -> DemandSet:
    """Return the simulated company by style and market, of a finished deployment or of one made for it."""
    settings = _deployment(scratch, ROOT / "examples" / "fashion", published, scale)
    sold = _sold(settings, "products.style_id AS style")
    return DemandSet("simulation", _weekly(sold, ["style", "market"]), "W", 13, (("category", "style"), "market"))


def _m5(path: Path) -> DemandSet:
    table = pl.read_csv(path, try_parse_dates=True).rename({"sell_price": "price"})
    features = tuple(name for name in table.columns if name not in ("unique_id", "ds", "y"))
    return DemandSet("M5 (small)", table, "D", 28, (), features)


def _online_retail(path: Path) -> DemandSet:
    """Product groups are the first two digits of the stock code; the largest keep their name, the others are one group."""
    lines = pl.read_parquet(path).filter(pl.col("StockCode").cast(pl.String).str.contains(r"^\d{5}"))
    lines = lines.with_columns(
        pl.col("StockCode").cast(pl.String).str.slice(0, 2).alias("product_group"),
        pl.col("InvoiceDate").cast(pl.String).str.slice(0, 10).str.to_date().alias("day"),
        pl.col("Country").cast(pl.String).alias("market"),
        pl.col("Quantity").cast(pl.Float64).alias("quantity"),
    ).filter(~pl.col("Invoice").cast(pl.String).str.starts_with("C") & (pl.col("quantity") > 0))
    lines = lines.with_columns(
        _frequent(lines, "product_group", FREQUENT_GROUPS), _frequent(lines, "market", FREQUENT_MARKETS)
    ).with_columns(pl.col("product_group").alias("category"))
    return DemandSet("Online Retail", _weekly(lines, ["category", "market"]), "W", 8, ("category", "market"))


def _frequent(lines: pl.DataFrame, column: str, most: int) -> pl.Expr:
    largest = lines.group_by(column).len().sort("len", column, descending=[True, False])[column].head(most)
    return (
        pl.when(pl.col(column).is_in(largest.to_list())).then(pl.col(column)).otherwise(pl.lit("other")).alias(column)
    )


def _weekly(lines: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """Return weekly quantities; first and last weeks that are not whole are left out."""
    lines = lines.with_columns(pl.col("day").dt.truncate("1w").alias("ds"))
    first: date = lines["day"].min()  # type: ignore[assignment]
    last: date = lines["day"].max()  # type: ignore[assignment]
    whole_from = first if first.weekday() == 0 else first + timedelta(days=7 - first.weekday())
    whole_until = last - timedelta(days=6)
    static = [name for name in ("category", "subcategory", "style", "sku", "market") if name in lines.columns]
    return (
        lines.filter((pl.col("ds") >= whole_from) & (pl.col("ds") <= whole_until))
        .with_columns(pl.concat_str(key, separator=" | ").alias("unique_id"))
        .group_by("unique_id", "ds")
        .agg(pl.col("quantity").sum().alias("y"), *[pl.col(name).first() for name in static])
        .sort("unique_id", "ds")
    )


def _sold(settings: Settings, columns: str) -> pl.DataFrame:
    query = f"""
        SELECT coalesce(products.category_name, 'unknown') AS category, {columns},
               coalesce(places.country_code, 'unknown') AS market, lines.ordered_on AS day, lines.quantity :: DOUBLE AS quantity
        FROM lake.marts.fct_order_line AS lines
        LEFT JOIN lake.marts.dim_product AS products USING (product_version_key)
        LEFT JOIN lake.marts.dim_geography AS places USING (geography_key)
    """
    with connect_publication(settings) as con:
        sold: pl.DataFrame = con.execute(query).pl()
    return sold.with_columns(pl.col(pl.String).fill_null("unknown"))


def _deployment(scratch: Path, example: Path, published: Path | None, scale: float | None = None) -> Settings:
    if published is not None:
        return load_settings(published)
    scratch.mkdir(parents=True)
    if scale is None:
        shutil.copytree(example, scratch, ignore=shutil.ignore_patterns(".weft", "exports"), dirs_exist_ok=True)
    else:
        shutil.copy(example / "weft.toml", scratch)
        simulate(scratch / "inbox", scale, 1, dirt=0.0)
    settings = load_settings(scratch / "weft.toml")
    subprocess.run([str(WEFT), "run", "--config", str(settings.config_path)], check=True, stdout=subprocess.DEVNULL)
    return settings
