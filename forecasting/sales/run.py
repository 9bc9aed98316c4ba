"""Makes the sales forecast of a run.

Comes in: settings and the run's id. Goes out: the forecast tables of `marts` in the live lake, what is kept in `planning`, and a summary
for the run's log. Called by orchestration in a process of its own, after the marts are built and before they are audited.
"""

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from forecasting.overrides.apply import apply_overrides, products_meant
from forecasting.overrides.checks import Known
from forecasting.overrides.ledger import Planned, take_files
from forecasting.overrides.value_added import judged, value_added
from forecasting.sales import rows, tables
from forecasting.sales.calendar import read_days
from forecasting.sales.daily import day_shares
from forecasting.sales.engine import Answer, ask_engine
from forecasting.sales.features import engine_input
from forecasting.sales.history import WEEK, DemandHistory, has_table, read_history
from forecasting.sales.kept import Kept, keep, read_kept, remember_input, tracking
from forecasting.sales.levels import with_attributes
from forecasting.sales.replays import replay_levels
from forecasting.sales.returns import expected_returns
from forecasting.sales.shares import spread
from warehouse.lake import connect_lake
from warehouse.settings import Settings

LIBRARIES = ("statsforecast", "lightgbm")
RULES = 2
SOURCES = Path(__file__).resolve().parent.parent
SCORED_LEVEL = "category_market"


@dataclass(frozen=True)
class ForecastSummary:
    """What was forecast and how well: `wape` is the error over replayed weeks per category and market, `benchmark_wape` that of seasonal
    naive; None when nothing could be replayed. `models` counts series per model. With `is_unchanged` the tables are as they were."""

    made_on: date | None = None
    series: int = 0
    forecast_rows: int = 0
    backtest_rows: int = 0
    models: dict[str, int] = field(default_factory=dict)
    wape: float | None = None
    benchmark_wape: float | None = None
    overrides: int = 0
    tables: dict[str, int] = field(default_factory=dict)
    rejected: list[str] = field(default_factory=list)
    is_unchanged: bool = False
    seconds: float = 0.0


@dataclass(frozen=True)
class _Known:
    history: DemandHistory
    days: pl.DataFrame
    planned: Planned
    ledger: pl.DataFrame
    kept: Kept


def make_sales_forecast(settings: Settings, run_id: str) -> ForecastSummary:
    """Forecast every level, and replace the tables by the result; nothing is done when all it is made from is as it was.

    Switched off in the settings, or without any sales, the tables are there and empty, so that their readers work alike.
    """
    started = time.monotonic()
    known = _read(settings) if settings.forecast.enabled else None
    if known is None:
        with connect_lake(settings) as con:
            _write(con, {table.name: pl.DataFrame() for table in tables.TABLES}, run_id)
            if has_table(con, "planning", "forecast_input"):
                con.execute("DELETE FROM lake.planning.forecast_input")
        return ForecastSummary(seconds=round(time.monotonic() - started, 3))
    input_hash = _input_hash(settings, known)
    rejected = [one.text for one in known.planned.rejected]
    if known.kept.input_hash == input_hash and known.kept.summary is not None:
        return replace(
            _summary_of(known.kept.summary),
            rejected=rejected,
            is_unchanged=True,
            seconds=round(time.monotonic() - started, 3),
        )
    # The lake is not held open while models are fitted.
    made, effects, summary = _forecast(settings, known)
    with connect_lake(settings) as con:
        _write(con, made, run_id, then=lambda: _keep(con, settings, known, made, effects, input_hash, run_id, summary))
    return replace(summary, rejected=rejected, seconds=round(time.monotonic() - started, 3))


def _read(settings: Settings) -> _Known | None:
    with connect_lake(settings) as con:
        history = read_history(con)
        if history is None:
            return None
        demand = history.demand
        markets, channels = demand["market_code"].unique().to_list(), demand["channel_code"].unique().to_list()
        known = Known.of(history.products, markets, channels, history.last_week + WEEK)
        planned = take_files(con, settings.overrides_dir, known)
        ledger = con.execute("SELECT * FROM lake.planning.forecast_override ORDER BY override_id").pl()
        days = read_days(con) if has_table(con, "marts", "dim_date") else _no_days()
        kept = read_kept(con)
        if not all(has_table(con, "marts", table.name) for table in tables.TABLES):
            kept = replace(kept, input_hash=None)
        return _Known(history, days, planned, ledger, kept)


def _forecast(settings: Settings, known: _Known) -> tuple[dict[str, pl.DataFrame], pl.DataFrame, ForecastSummary]:
    chosen, history = settings.forecast, known.history
    horizon = chosen.horizon_weeks
    given = engine_input(history, known.days, known.planned.promotions, horizon=horizon, most_series=chosen.most_series)
    answer = ask_engine(given, horizon=horizon, threads=settings.run.threads)
    replays = replay_levels(history, answer, chosen.levels)
    base = answer.forecast.filter(pl.col("level") == answer.grain)
    base = base.join(answer.series.rename({"unique_id": "node_key"}), on="node_key")
    parent = base.select(*given.hierarchy, "week_start_on", "mean")
    cells = spread(history, parent, products_meant(known.planned.overrides, history.products))
    overridden = apply_overrides(cells, known.planned.overrides)
    forecast = rows.forecast_rows(history, answer, overridden.cells, replays.dispersion, _levels(settings), horizon)
    replayed = rows.replay_rows(history, answer, overridden.cells, chosen.levels)
    errors = _node_errors(replayed)
    units = forecast.select("level", "node_key", "unit_code").unique()
    returns = _returns(history, forecast, units)
    shares = day_shares(history, known.days, chosen.near_days) if chosen.near_days else pl.DataFrame()
    daily = (
        rows.daily_rows(history, overridden.cells, shares, replays.dispersion, chosen.near_days)
        if chosen.near_days
        else pl.DataFrame()
    )
    stored = forecast.filter(pl.col("level").is_in(chosen.levels))
    stored = pl.concat([frame for frame in (stored, returns, replayed) if not frame.is_empty()], how="diagonal")
    if not errors.is_empty():
        stored = stored.join(errors, on=["level", "node_key", "measure"], how="left")
    effects = overridden.effects.with_columns(pl.lit(history.made_on).alias("made_on"))
    earlier = known.kept.effects.filter(pl.col("made_on") != history.made_on)
    demand = with_attributes(history.demand, history.products)
    said = judged(pl.concat([earlier, effects.select(earlier.columns)]), known.ledger, demand, history.last_week)
    accuracy = _accuracy(history, answer, replays.accuracy, chosen.levels)
    made = {
        tables.FORECAST.name: _keyed(stored),
        tables.DAILY.name: daily,
        tables.ACCURACY.name: accuracy,
        tables.OVERRIDES.name: said,
        tables.VALUE_ADDED.name: value_added(said),
        tables.TRACKING.name: tracking(known.kept.history, history),
    }
    summary = ForecastSummary(
        made_on=history.made_on,
        series=answer.series.height,
        forecast_rows=stored.height - replayed.height,
        backtest_rows=replayed.height,
        models=_models(answer),
        wape=_wape(accuracy, "is_champion"),
        benchmark_wape=_wape(accuracy, "is_benchmark"),
        overrides=known.planned.overrides.height,
        tables={name: frame.height for name, frame in made.items()},
    )
    return made, effects, summary


def _levels(settings: Settings) -> list[str]:
    """The levels that are stored, and those that returns and the kept forecasts need besides."""
    needed = ("total", "market", "channel", "category", "category_market", "style", "sku")
    return list(dict.fromkeys([*settings.forecast.levels, *needed]))


def _returns(history: DemandHistory, forecast: pl.DataFrame, units: pl.DataFrame) -> pl.DataFrame:
    sales = forecast.filter(pl.col("level") == "category_market")
    expected = expected_returns(
        history,
        sales.select("category_name", "market_code", "week_start_on", pl.col("forecast").alias("mean"), "q10", "q90"),
    )
    return rows.return_rows(history, expected, units) if not expected.is_empty() else pl.DataFrame()


def _accuracy(history: DemandHistory, answer: Answer, shared: pl.DataFrame, levels: Sequence[str]) -> pl.DataFrame:
    frames = [
        frame for frame in (answer.accuracy.filter(pl.col("level").is_in(levels)), shared) if not frame.is_empty()
    ]
    if not frames:
        return pl.DataFrame()
    found = pl.concat(frames, how="diagonal_relaxed")
    naive = found.filter("is_benchmark").select("level", "segment", "horizon", pl.col("wape").alias("naive_wape"))
    found = found.join(naive, on=["level", "segment", "horizon"], how="left")
    loses = (pl.col("wape") > pl.col("naive_wape")).fill_null(False)
    return found.with_columns(loses.alias("loses_to_benchmark"), pl.lit(history.made_on).alias("made_on")).drop(
        "naive_wape"
    )


def _node_errors(replayed: pl.DataFrame) -> pl.DataFrame:
    if replayed.is_empty():
        return replayed
    sold = pl.col("actual").abs().sum()
    return replayed.group_by("level", "node_key", "measure").agg(
        pl.when(sold > 0).then((pl.col(name) - pl.col("actual")).abs().sum() / sold).alias(wape)
        for name, wape in (("forecast", "wape_backtest"), ("benchmark", "benchmark_wape"))
    )


def _keyed(stored: pl.DataFrame) -> pl.DataFrame:
    made_by = ", ".join([*(f"{name} {version(name)}" for name in LIBRARIES), f"rules {RULES}"])
    week = pl.col("week_start_on")
    parts = ["measure", "level", "node_key", "week_start_on", "is_backtest", "made_on"]
    text = pl.concat_str([pl.col(name).cast(pl.String) for name in parts], separator="|")
    return stored.with_columns(
        text.alias("forecast_key"),
        week.dt.iso_year().alias("iso_year"),
        week.dt.week().alias("iso_week"),
        pl.lit(made_by).alias("model_version"),
        pl.max_horizontal(pl.col("benchmark"), 0.0).alias("benchmark"),
    )


def _models(answer: Answer) -> dict[str, int]:
    grain = answer.forecast.filter(pl.col("level") == answer.grain)
    counted = grain.unique("node_key").group_by("model").len().sort("model")
    return dict(counted.iter_rows())


def _wape(accuracy: pl.DataFrame, flag: str) -> float | None:
    if accuracy.is_empty():
        return None
    found = accuracy.filter(
        pl.col(flag), pl.col("level") == SCORED_LEVEL, pl.col("segment") == "all", pl.col("horizon") == "all"
    )["wape"]
    return None if found.is_empty() or found[0] is None else float(found[0])


def _write(
    con: duckdb.DuckDBPyConnection, made: dict[str, pl.DataFrame], run_id: str, then: Callable[[], None] | None = None
) -> None:
    typed = {}
    for table in tables.TABLES:
        frame = made[table.name]
        named = (
            frame.with_columns(pl.lit(run_id).alias("run_id"))
            if "run_id" in table.columns and not frame.is_empty()
            else frame
        )
        typed[table.name] = table.typed(named)
    con.execute("BEGIN")
    try:
        for table in tables.TABLES:
            table.replace(con, typed[table.name])
        if then is not None:
            then()
        con.execute("COMMIT")
    except Exception:
        con.execute("ROLLBACK")
        raise


def _keep(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    known: _Known,
    made: dict[str, pl.DataFrame],
    effects: pl.DataFrame,
    input_hash: str,
    run_id: str,
    summary: ForecastSummary,
) -> None:
    forecast = made[tables.FORECAST.name].filter(~pl.col("is_backtest"), pl.col("measure") == rows.QUANTITY)
    keep(con, known.history.made_on, forecast, effects, settings.forecast.history_weeks)
    text = json.dumps(asdict(summary) | {"made_on": str(summary.made_on)}, sort_keys=True)
    remember_input(con, input_hash, run_id, text)


def _summary_of(text: str) -> ForecastSummary:
    fields = json.loads(text)
    return ForecastSummary(**(fields | {"made_on": date.fromisoformat(fields["made_on"])}))


def _input_hash(settings: Settings, known: _Known) -> str:
    digest = hashlib.sha256(known.history.fingerprint().encode())
    digest.update(known.days.hash_rows(seed=1).to_numpy().tobytes())
    for frame in (
        known.planned.overrides.drop("recorded_at"),
        known.planned.promotions,
        known.ledger.select("override_id", "superseded_by"),
    ):
        digest.update(frame.write_csv().encode())
    digest.update(settings.forecast.model_dump_json(exclude={"overrides", "enabled"}).encode())
    digest.update(
        " ".join(version(name) for name in (*LIBRARIES, "polars", "hierarchicalforecast", "holidays")).encode()
    )
    for path in sorted(SOURCES.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _no_days() -> pl.DataFrame:
    events: dict[str, Any] = dict.fromkeys(("ramadan_days", "eid_days", "black_friday_days", "singles_days"), pl.Int32)
    return pl.DataFrame(schema={"date_on": pl.Date, "week_start_on": pl.Date} | events)
