"""How good forecasts are on periods that no selection saw, and how long ten thousand series take.

Comes in: a scratch folder, a folder of real data sets (or none), finished deployments (or none). Goes out: lines of text. Called by
`make bench-forecast`. `SECTIONS` is what is printed, in its order: other forecasts add theirs there.

For each set the last horizon is kept back, the public function sees the rest, and its champion is compared with seasonal naive and
with every method that it had tried alone.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.forecast_sets import DemandSet, adventureworks, real_sets, simulated
from benchmarks.new_products import launches
from forecasting.demand import DemandForecast, forecast_demand

ROOT = Path(__file__).resolve().parent.parent
PERIOD = {"D": "1d", "W": "1w", "M": "1mo"}
SEASON = {"D": 7, "W": 52, "M": 12}
SERIES = "series"
NOT_SINGLE = ("LightGBM", "Unreconciled")
SYNTHETIC = """
import sys, time
import numpy as np
from benchmarks.forecasts import invented_series
from forecasting.demand import forecast_demand
history = invented_series(int(sys.argv[1]))
started = time.monotonic()
made = forecast_demand(history, frequency="W", horizon=26, hierarchy=("category", "market"), threads=2)
seconds = time.monotonic() - started
peak = max(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(f"{seconds:.1f}", f"{peak / 2**20:.2f}", made.forecast["unique_id"].n_unique())
"""


@dataclass(frozen=True)
class Context:
    """What the sections are given."""

    scratch: Path
    data: Path | None
    deployments: dict[str, Path]
    scale: float
    series: int


def measure_forecasts(context: Context) -> Iterator[str]:
    """Yield one line per figure, as each becomes known."""
    for section in SECTIONS:
        yield from section(context)


def accuracy(context: Context) -> Iterator[str]:
    """Yield the comparison of each set."""
    sets = real_sets(context.data)
    for demand in sets:
        yield from compare(demand)
    yield from compare(adventureworks(context.scratch / "aw", context.deployments.get("adventureworks")))
    yield from compare(simulated(context.scratch / "fashion", context.deployments.get("fashion"), context.scale))
    if context.data is None:
        yield "M5 and Online Retail: not there; name the folder of real sets with --data"


def speed(context: Context) -> Iterator[str]:
    """Yield seconds and memory of many series, beside statsforecast's AutoETS alone."""
    command = [sys.executable, "-c", SYNTHETIC, str(context.series)]
    finished = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    seconds, gigabytes, nodes = finished.stdout.split()
    rate = context.series / float(seconds)
    ets = autoets_alone(min(context.series, 1000))
    yield (
        f"{context.series:,} weekly series of three years ({int(nodes):,} nodes), replays and reconciliation: {float(seconds):.0f} s, "
        f"{rate:,.0f} series a second, at most {gigabytes} GiB; AutoETS alone, fitted once: {ets:,.0f} series a second"
    )


def new_products(context: Context) -> Iterator[str]:
    """Yield how well launches would have been foretold, of the simulated company as the sections before left it."""
    made = context.scratch / "fashion" / "weft.toml"
    yield from launches(context.data, context.deployments.get("fashion") or (made if made.is_file() else None))


SECTIONS: tuple[Callable[[Context], Iterator[str]], ...] = (accuracy, new_products, speed)


def compare(demand: DemandSet) -> Iterator[str]:
    """Yield how the champion does on the periods kept back, level by level."""
    cut = demand.history["ds"].unique().sort()[-demand.horizon - 1]
    known = demand.history.filter(pl.col("ds") <= cut)
    # What is launched afterwards is forecast by analogues, not from a history: it is scored with new products.
    coming = demand.history.filter(pl.col("ds") > cut).join(
        known.select("unique_id").unique(), on="unique_id", how="semi"
    )
    started = time.monotonic()
    made = forecast_demand(
        known,
        frequency=demand.frequency,
        horizon=demand.horizon,
        hierarchy=demand.hierarchy,
        future=coming.select("unique_id", "ds", *demand.known) if demand.known else None,
        with_challengers=True,
    )
    yield (
        f"{demand.name}: {known['unique_id'].n_unique():,} series, {made.nodes.height:,} nodes, {demand.horizon} periods kept back, "
        f"{time.monotonic() - started:.0f} s; sums are off by at most {additivity_error(made, demand):.1e}"
    )
    measured = score(made, demand, known, coming)
    for level in made.nodes["level"].unique(maintain_order=True):
        rows = {row["model"]: row for row in measured.filter(pl.col("level") == level).iter_rows(named=True)}
        champion, naive = rows.pop("champion"), rows["SeasonalNaive"]
        single = [
            row for row in rows.values() if row["model"] not in NOT_SINGLE and row["nodes"] >= champion["nodes"] / 5
        ]
        single = [row for row in single if min(row["wape"], row["rmsse"]) > 0]
        by_wape, by_rmsse = (
            min(single, key=lambda row: row[name] / row[f"champion_{name}"]) for name in ("wape", "rmsse")
        )
        yield (
            f"  {level} ({champion['nodes']:,}): WAPE {champion['wape']:.3f} = {champion['wape'] / naive['wape']:.2f} of seasonal naive, "
            f"{by_wape['champion_wape'] / by_wape['wape']:.3f} of {by_wape['model']}; RMSSE {champion['rmsse']:.3f} = "
            f"{champion['rmsse'] / naive['rmsse']:.2f} of seasonal naive, {by_rmsse['champion_rmsse'] / by_rmsse['rmsse']:.3f} of "
            f"{by_rmsse['model']}; 80 % intervals hold {champion['coverage']:.1%}; bias {champion['bias']:+.1%}"
        )
        if level == made.nodes["level"].unique(maintain_order=True)[-1]:
            yield "  " + "; ".join(f"{row['model']} {row['wape']:.3f}/{row['rmsse']:.3f}" for row in single)


def score(made: DemandForecast, demand: DemandSet, known: pl.DataFrame, coming: pl.DataFrame) -> pl.DataFrame:
    """Return WAPE, RMSSE, bias and coverage by level and method, over nodes that had begun."""
    said = made.forecast.select(
        "level", "unique_id", "ds", pl.lit("champion").alias("model"), pl.col("mean").alias("yhat"), "q10", "q90"
    )
    others = made.challengers.select("level", "unique_id", "ds", "model", "yhat")
    both = pl.concat([said, others], how="diagonal")
    truth = _by_node(made, coming).select("unique_id", "ds", "y")
    both = both.join(truth, on=["unique_id", "ds"], how="left").with_columns(pl.col("y").fill_null(0.0))
    both = both.join(_scale(_by_node(made, known), SEASON[demand.frequency], known["ds"].max()), on="unique_id")
    miss = pl.col("yhat") - pl.col("y")
    by_node = both.group_by("level", "model", "unique_id").agg(
        absolute=miss.abs().sum(),
        total=pl.col("y").sum(),
        off=miss.sum(),
        squared=(miss**2).mean(),
        scale=pl.col("scale").first(),
        inside=((pl.col("y") >= pl.col("q10") - 1e-9) & (pl.col("y") <= pl.col("q90") + 1e-9)).mean(),
    )
    ratio = (pl.col("squared") / pl.col("scale")).sqrt().filter(pl.col("scale") > 0)
    measures = {"wape": pl.col("absolute").sum() / pl.col("total").sum(), "rmsse": ratio.mean()}
    measured = by_node.group_by("level", "model").agg(
        nodes=pl.len(), **measures, bias=pl.col("off").sum() / pl.col("total").sum(), coverage=pl.col("inside").mean()
    )
    # A method that was not tried on all nodes is compared with the champion on those on which it was.
    champion = by_node.filter(pl.col("model") == "champion").drop("model", "inside")
    same = champion.join(by_node.select("level", "model", "unique_id"), on=["level", "unique_id"])
    beside = same.group_by("level", "model").agg(**{f"champion_{name}": measure for name, measure in measures.items()})
    return measured.join(beside, on=["level", "model"])


def additivity_error(made: DemandForecast, demand: DemandSet) -> float:
    """Return the largest difference between a node and the sum of its series, looked up by their attributes."""
    bottom = made.forecast.filter(pl.col("level") == SERIES)
    columns = [name for name in made.nodes.columns if name not in ("level", "node", "unique_id")]
    bottom = bottom.join(made.nodes.filter(pl.col("level") == SERIES).select("unique_id", *columns), on="unique_id")
    worst = 0.0
    for level in made.nodes["level"].unique(maintain_order=True):
        if level == SERIES:
            continue
        key = [] if level == "total" else level.split("/")
        sums = bottom.group_by(*key, "ds").agg(pl.col("mean").sum().alias("added"))
        node = pl.concat_str(key, separator="/") if key else pl.lit("total")
        joined = made.forecast.filter(pl.col("level") == level).join(
            sums.with_columns(node.alias("node")), on=["node", "ds"]
        )
        worst = max(worst, float((joined["mean"] - joined["added"]).abs().max()))  # type: ignore[arg-type]
    return worst


def _by_node(made: DemandForecast, rows: pl.DataFrame) -> pl.DataFrame:
    """Return y of every node: sums of the series' rows."""
    parts = []
    for level in made.nodes["level"].unique(maintain_order=True):
        if level == SERIES:
            parts.append(rows.select("unique_id", "ds", pl.col("y").cast(pl.Float64)))
            continue
        key = [] if level == "total" else level.split("/")
        node = pl.concat_str(key, separator="/") if key else pl.lit("total")
        sums = rows.group_by((pl.lit(level + ":") + node).alias("unique_id"), "ds").agg(
            pl.col("y").sum().cast(pl.Float64)
        )
        parts.append(sums)
    return pl.concat(parts)


def _scale(rows: pl.DataFrame, season: int, last: object) -> pl.DataFrame:
    """Return the mean squared step of each node's history, a season apart where it has two."""
    dates = pl.DataFrame({"ds": rows["ds"].unique().sort()})
    first = rows.group_by("unique_id").agg(pl.col("ds").min().alias("first"))
    grid = first.join(dates, how="cross").filter(pl.col("ds") >= pl.col("first")).select("unique_id", "ds")
    grid = (
        grid.join(rows, on=["unique_id", "ds"], how="left")
        .with_columns(pl.col("y").fill_null(0.0))
        .sort("unique_id", "ds")
    )
    step, apart = pl.col("y").diff(), pl.col("y").diff(season)
    return grid.group_by("unique_id").agg(
        scale=pl.when(pl.len() >= 2 * season).then((apart**2).mean()).otherwise((step**2).mean())
    )


def invented_series(count: int, periods: int = 156, seed: int = 0) -> pl.DataFrame:
    """Return weekly series with seasons, trends, launches, ends and many zeros."""
    rng = np.random.default_rng(seed)
    weeks = np.arange(periods)
    level = rng.lognormal(1.0, 1.2, count)[:, None]
    season = 1 + rng.uniform(0, 0.6, (count, 1)) * np.sin(2 * np.pi * (weeks / 52 + rng.integers(0, 4, (count, 1)) / 4))
    trend = 1 + rng.normal(0, 0.3, (count, 1)) * (weeks / periods - 0.5)
    mean = np.maximum(level * season * trend, 0.01)
    y = rng.negative_binomial(3, 3 / (3 + mean)).astype(float)
    start = np.where(rng.random(count) < 0.3, rng.integers(0, 120, count), 0)
    row, week = np.nonzero(weeks[None, :] >= start[:, None])
    first = np.datetime64("2023-10-30")
    return pl.DataFrame(
        {
            "unique_id": [f"s{number:05d}" for number in range(count)],
            "category": [f"c{number % 20:02d}" for number in range(count)],
            "market": [f"m{number // 20 % 10}" for number in range(count)],
        }
    )[row].with_columns(pl.Series("ds", first + 7 * week).cast(pl.Date), pl.Series("y", y[row, week]))


def autoets_alone(count: int) -> float:
    """Return how many series a second statsforecast fits with AutoETS alone, on two processes."""
    from statsforecast import StatsForecast
    from statsforecast.models import AutoETS

    history = invented_series(count).select("unique_id", "ds", "y")
    engine = StatsForecast(models=[AutoETS(model="ZZN")], freq="1w", n_jobs=2)
    started = time.monotonic()
    engine.forecast(df=history, h=26)
    return count / (time.monotonic() - started)
