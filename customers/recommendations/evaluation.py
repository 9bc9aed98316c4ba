"""Which way to choose would have done best on the last four weeks.

Comes in: the long frames. Goes out: hit rate and NDCG of each candidate, and which of them is the champion. Called by dbt's Python
model of the measures and by the bench command.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import polars as pl

from customers.recommendations.candidates import CANDIDATES, Score
from customers.recommendations.learning import Floats, Ints, Learning, complete, learn

HELD_OUT_DAYS = 28
K = 10
BATCH = 4_000
# A personal candidate must be better than the best most-popular by more than luck explains: one-sided, one in twenty.
CERTAIN = 1.645
FEWEST_PEOPLE = 30

SCHEMA = {
    "model": pl.String,
    "is_personal": pl.Boolean,
    "is_champion": pl.Boolean,
    "split_on": pl.Date,
    "held_out_days": pl.Int32,
    "k": pl.Int32,
    "person_count": pl.Int64,
    "style_count": pl.Int64,
    "hit_rate": pl.Float64,
    "ndcg": pl.Float64,
    "ndcg_against_popular": pl.Float64,
    "verdict": pl.String,
}


def evaluate(
    interactions: pl.DataFrame,
    products: pl.DataFrame,
    people: pl.DataFrame | None = None,
    stock: pl.DataFrame | None = None,
    *,
    held_out_days: int = HELD_OUT_DAYS,
    k: int = K,
) -> pl.DataFrame:
    """Measure each candidate on purchases that it was not shown; no rows where there is nothing to measure.

    Learnt is until the split, `stock` is that of the evening of the split. Counted are people who had bought before and bought in the
    held-out days a style that was new to them and live at the split.
    """
    if not interactions.height:
        return pl.DataFrame(schema=SCHEMA)
    last: date = interactions.select(pl.col("at").cast(pl.Date).max()).item()
    split = last - timedelta(days=held_out_days)
    learning = learn(interactions, products, people, stock, split)
    later = interactions.filter((pl.col("at").cast(pl.Date) > split) & (pl.col("weight") > 0))
    wanted = _wanted(learning, later, products)
    asked = wanted["row"].unique().sort().to_numpy().astype(np.int64)
    if not len(asked):
        return pl.DataFrame(schema=SCHEMA)
    found = {c.name: _measure(learning, c.fit(learning), asked, wanted, k) for c in CANDIDATES}
    champion, verdict = _champion({name: measured[:, 1] for name, measured in found.items()})
    baseline = max(found[c.name][:, 1].mean() for c in CANDIDATES if not c.is_personal)
    return pl.DataFrame(
        [
            {
                "model": c.name,
                "is_personal": c.is_personal,
                "is_champion": c.name == champion,
                "split_on": split,
                "held_out_days": held_out_days,
                "k": k,
                "person_count": len(asked),
                "style_count": len(np.unique(np.concatenate(learning.live))),
                "hit_rate": float(found[c.name][:, 0].mean()),
                "ndcg": float(found[c.name][:, 1].mean()),
                "ndcg_against_popular": float(found[c.name][:, 1].mean() / baseline) if baseline else None,
                "verdict": verdict,
            }
            for c in CANDIDATES
        ],
        schema=SCHEMA,
    )


def champion_of(measures: pl.DataFrame) -> str:
    """The name of the champion; what sells now in her market where nothing could be measured."""
    chosen = measures.filter("is_champion")["model"].to_list()
    return chosen[0] if chosen else "popular_in_market"


def _champion(ndcg: dict[str, Floats]) -> tuple[str, str]:
    plain = [c.name for c in CANDIDATES if not c.is_personal]
    popular = max(plain, key=lambda name: ndcg[name].mean())
    best = max((c.name for c in CANDIDATES if c.is_personal), key=lambda name: ndcg[name].mean())
    gain = ndcg[best] - ndcg[popular]
    if len(gain) < FEWEST_PEOPLE:
        return popular, f"Only {len(gain)} people could be measured, so {popular} is used."
    if gain.mean() > CERTAIN * gain.std(ddof=1) / np.sqrt(len(gain)):
        return best, f"{best} is better than {popular} by more than luck explains."
    return popular, f"No personal choice beats {popular} by more than luck explains, so it is used."


def _wanted(learning: Learning, later: pl.DataFrame, products: pl.DataFrame) -> pl.DataFrame:
    """Which new styles, live at the split, each person with a history then bought: row and column of each."""
    rows = pl.DataFrame({"person_key": learning.people}).with_row_index("row")
    columns = pl.DataFrame({"style_key": learning.styles}).with_row_index("column")
    bought = (
        later.select("person_key", "product_key")
        .join(complete(products).select("product_key", "style_key"), on="product_key")
        .join(rows, on="person_key")
        .join(columns, on="style_key")
        .select(pl.col("row", "column").cast(pl.Int64))
        .unique()
        .sort("row", "column")
    )
    row, column = bought["row"].to_numpy(), bought["column"].to_numpy()
    is_live = np.zeros((len(learning.markets), len(learning.styles)), dtype=bool)
    for market, live in enumerate(learning.live):
        is_live[market, live] = True
    has_history = np.diff(learning.bought.indptr) > 0
    was_bought = np.asarray(learning.bought[row, column]).ravel() > 0 if len(row) else np.zeros(0, dtype=bool)
    return bought.filter(pl.Series(is_live[learning.market_of[row], column] & has_history[row] & ~was_bought))


def _measure(learning: Learning, score: Score, asked: Ints, wanted: pl.DataFrame, k: int) -> Floats:
    """Hit (0 or 1) and NDCG of each person asked."""
    result = np.zeros((len(asked), 2))
    gains = 1.0 / np.log2(np.arange(2, k + 2))
    place = {int(row): number for number, row in enumerate(asked)}
    wants: list[list[int]] = [[] for _ in range(len(asked))]
    for row, column in wanted.iter_rows():
        wants[place[row]].append(column)
    for chosen, top, _ in ranked(learning, score, asked, k):
        for person, styles in zip(chosen, top, strict=True):
            goal = wants[place[int(person)]]
            hits = np.isin(styles, goal) & (styles >= 0)
            result[place[int(person)]] = (
                hits.any(),
                (hits * gains[: len(hits)]).sum() / gains[: min(len(goal), k)].sum(),
            )
    return result


def ranked(learning: Learning, score: Score, people: Ints, k: int) -> Iterator[tuple[Ints, Ints, Floats]]:
    """The best `k` styles of each person that she has not bought, with their scores, in batches; -1 where there are no more."""
    for market, live in enumerate(learning.live):
        there = people[learning.market_of[people] == market]
        for begin in range(0, len(there), BATCH):
            some = there[begin : begin + BATCH]
            found = score(some, market)
            bought = np.asarray(learning.bought[some][:, live].todense()) > 0
            found = np.where(bought, -np.inf, found)
            # Equal scores keep the order of the styles' keys.
            order = np.argsort(-found, axis=1, kind="stable")[:, :k]
            scores = np.take_along_axis(found, order, axis=1)
            yield some, np.where(np.isneginf(scores), -1, live[order] if len(live) else -1).astype(np.int64), scores
