"""How well people are resolved, valued and advised, and how long a million records take.

Comes in: a scratch folder, a folder of real data sets (or none), and how large the simulated company and the large table are. Goes out:
lines of text. Called by `make bench-customer`.

The simulated company is run whole, and what its marts say is compared with the truth beside its exports. Real sets are read where they are
found: `febrl/dataset1.csv` and `dataset3.csv`, and `online_retail/*.parquet` (lines of a real shop).
"""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from customers.identity.alone import Quality, measure, read_records, resolve_alone
from simulation.simulate import simulate
from warehouse.lake import connect_publication
from warehouse.settings import Settings, load_settings

ROOT = Path(__file__).resolve().parent.parent
FASHION = ROOT / "examples" / "fashion" / "weft.toml"
SHIPPED = ROOT / "tests" / "customers" / "fixtures"
WEFT = Path(sys.executable).with_name("weft")
LARGE = """
import sys, time, psutil
from benchmarks.customer_records import invented_records
from customers.identity.alone import measure, resolve_alone
records, truth = invented_records(int(sys.argv[1]))
started = time.monotonic()
resolved = resolve_alone(records, memory_limit=sys.argv[2])
seconds = time.monotonic() - started
quality = measure(resolved, truth)
peak = max(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
# A progress bar of DuckDB may stand on the line before.
print()
print(records.height, f"{seconds:.1f}", f"{peak / 2**20:.2f}", f"{quality.precision:.4f}", f"{quality.recall:.4f}")
"""


def measure_customers(scratch: Path, data: Path | None, scale: float, records: int) -> Iterator[str]:
    """Yield one line per figure, as each becomes known."""
    yield from _febrl(data)
    yield from _simulated(scratch, scale)
    yield from _online_retail(data)
    yield from _large(records)


def _febrl(data: Path | None) -> Iterator[str]:
    folder = data / "febrl" if data and (data / "febrl").is_dir() else SHIPPED / "febrl"
    for path in sorted(folder.glob("dataset*.csv")):
        records = read_records(path)
        truth = records.select("record_key", person=pl.col("record_key").str.extract(r"rec-(\d+)-"))
        yield _resolved(f"febrl {path.stem}", records.height, measure(resolve_alone(records), truth))


def _simulated(scratch: Path, scale: float) -> Iterator[str]:
    scratch.mkdir(parents=True)
    shutil.copy(FASHION, scratch)
    settings = load_settings(scratch / FASHION.name)
    simulate(scratch / "inbox", scale, 1, dirt=0.0)
    started = time.monotonic()
    subprocess.run([str(WEFT), "run", "--config", str(settings.config_path)], check=True, stdout=subprocess.DEVNULL)
    yield f"simulated company at scale {scale:g}: run in {time.monotonic() - started:.0f} s"
    resolved, truth = people_of_simulation(settings)
    yield _resolved("simulated company", truth.height, measure(resolved, truth))
    with connect_publication(settings) as con:
        yield from _checks(con.execute("SELECT * FROM lake.marts.mart_lifetime_value_check").pl(), "simulated company")
        yield from _advice(con.execute("SELECT * FROM lake.marts.mart_recommendation_check").pl(), "simulated company")


def people_of_simulation(settings: Settings) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return (record_key, person_key) as published, and (record_key, person) as the simulator knows it."""
    known = pl.read_parquet(settings.root / "inbox" / "truth" / "identities.parquet")
    with connect_publication(settings) as con:
        resolved = con.execute("SELECT record_key, person_key FROM lake.identity.person_link").pl()
        records = con.execute(
            "SELECT customer_key AS record_key, source_system AS system, customer_id AS source_id FROM lake.marts.dim_customer "
            "WHERE is_current UNION ALL SELECT lead_key, source_system, lead_id FROM lake.marts.fct_lead"
        ).pl()
        guests = con.execute(
            "SELECT DISTINCT customer_key AS record_key, order_id AS source_id FROM lake.marts.mart_order WHERE source_system = 'shopify'"
        ).pl()
    accounts = records.join(known.filter(pl.col("entity") != "guest_order"), on=["system", "source_id"])
    buyers = guests.join(known.filter(pl.col("entity") == "guest_order"), on="source_id")
    return resolved, pl.concat([accounts.select("record_key", "person"), buyers.select("record_key", "person")]).unique(
        "record_key"
    )


def _online_retail(data: Path | None) -> Iterator[str]:
    from customers.lifetime_value import evaluate as evaluate_values
    from customers.recommendations import evaluate as evaluate_advice

    files = sorted((data / "online_retail").glob("*.parquet")) if data else []
    if not files:
        yield "online_retail: not there; name the folder of real sets with --data"
        return
    lines = pl.concat([pl.read_parquet(file) for file in files], how="vertical_relaxed")
    bought = lines.rename({name: name.lower().replace(" ", "") for name in lines.columns}).rename(
        {"price": "unitprice"}, strict=False
    )
    bought = bought.with_columns(
        pl.col("customerid").cast(pl.Float64, strict=False).cast(pl.Int64).cast(pl.String),
        pl.col("invoicedate").cast(pl.String).str.to_datetime(time_unit="ms", strict=False),
        pl.col("quantity").cast(pl.Float64),
        pl.col("unitprice").cast(pl.Float64),
    ).filter(pl.col("customerid").is_not_null() & (pl.col("quantity") > 0) & (pl.col("unitprice") > 0))
    orders = bought.group_by(person_key="customerid", ordered_on=pl.col("invoicedate").dt.date()).agg(
        net_amount=(pl.col("quantity") * pl.col("unitprice")).sum()
    )
    yield from _values(evaluate_values(orders), "online_retail")
    interactions = bought.select(
        person_key="customerid",
        product_key=pl.col("stockcode").cast(pl.String).str.to_uppercase(),
        at="invoicedate",
        weight=pl.lit(1.0),
    )
    products = interactions.select("product_key").unique().sort("product_key")
    yield from _advice(evaluate_advice(interactions, products), "online_retail")


def _large(records: int) -> Iterator[str]:
    finished = subprocess.run(
        [sys.executable, "-c", LARGE, str(records), "6GB"], check=True, capture_output=True, text=True, cwd=ROOT
    )
    count, seconds, gigabytes, precision, recall = finished.stdout.splitlines()[-1].split()
    yield (
        f"{int(count):,} invented records resolved in {float(seconds):.0f} s ({int(count) / float(seconds):,.0f} a second), at most "
        f"{gigabytes} GiB; precision {precision}, recall {recall}"
    )


def _resolved(name: str, records: int, quality: Quality) -> str:
    return (
        f"{name}: {records:,} records, {quality.true_pairs:,} true pairs: precision {quality.precision:.4f}, recall {quality.recall:.4f}, "
        f"F1 {quality.f1:.4f}"
    )


def _checks(checked: pl.DataFrame, name: str) -> Iterator[str]:
    yield from _values(checked.rename(lambda column: column.removesuffix("_reporting")), name)


def _values(checked: pl.DataFrame, name: str) -> Iterator[str]:
    for row in checked.filter(pl.col("decile") == 0).iter_rows(named=True):
        yield (
            f"{name}: lifetime value by {row['model_name']}, {row['person_count']:,} people, {row['horizon_days']} days kept back: "
            f"{float(row['expected_orders']):,.0f} orders foretold, {float(row['actual_orders']):,.0f} came "
            f"({float(row['orders_bias']):+.1%}); value {float(row['value_bias']):+.1%}; error of orders per person "
            f"{float(row['orders_mean_absolute_error']):.3f}, rank correlation {float(row['orders_rank_correlation'] or 0):.3f}"
        )


def _advice(checked: pl.DataFrame, name: str) -> Iterator[str]:
    for row in checked.sort("ndcg", descending=True).iter_rows(named=True):
        yield (
            f"{name}: recommendations by {row['model']}{' (champion)' if row['is_champion'] else ''}: hit rate@{row['k']} "
            f"{row['hit_rate']:.4f}, NDCG@{row['k']} {row['ndcg']:.4f}, {row['person_count']:,} people"
        )
