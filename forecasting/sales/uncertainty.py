"""How far a quantity may lie from its forecast: quantiles of counts that scatter more than chance alone.

Comes in: expected quantities, and how much more than chance past forecasts were off. Goes out: quantiles. Called by
`forecasting.sales.nodes`, `returns` and `daily`.

The distribution is a negative binomial: variance = mean + k × mean². A k of 0 is a Poisson count; k is measured in the replay.
"""

import numpy as np
import numpy.typing as npt
import polars as pl

FloatArray = npt.NDArray[np.float64]

QUANTILES = {"q025": 0.025, "q10": 0.1, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q90": 0.9, "q975": 0.975}
# Without a replay to measure it: as uncertain as a factor of about two.
USUAL_DISPERSION = 0.5
MOST_DISPERSION = 4.0
# From here on counts are as good as continuous.
MANY = 500.0


def dispersion(actual: pl.Series, expected: pl.Series) -> float:
    """Return k of some forecasts: what of their squared errors chance does not explain, by their squared means."""
    y, m = actual.to_numpy(), expected.to_numpy()
    if len(m) == 0 or not float((m**2).sum()) > 0:
        return USUAL_DISPERSION
    return float(np.clip((((y - m) ** 2).sum() - m.sum()) / (m**2).sum(), 0.0, MOST_DISPERSION))


def relative_variance(frame: pl.DataFrame, mean: str = "mean") -> pl.Expr:
    """The k that an 80 percent interval q10 to q90 around a mean corresponds to."""
    deviation = (pl.col("q90") - pl.col("q10")) / 2.5631
    k = (deviation**2 - pl.col(mean)) / pl.col(mean) ** 2
    return pl.when(pl.col(mean) > 0).then(k.clip(0.0, MOST_DISPERSION)).otherwise(0.0)


def count_quantiles(mean: pl.Series, k: pl.Series) -> pl.DataFrame:
    """Return a frame of the quantiles q025 to q975 of counts with these means and k."""
    from scipy import stats

    # Rounded to what matters, thousands of rows share a few hundred distributions.
    rounded = pl.DataFrame({"m": mean.cast(pl.Float64).round_sig_figs(3), "k": k.cast(pl.Float64).round_sig_figs(2)})
    distinct = rounded.unique(maintain_order=True)
    m, spread = distinct["m"].to_numpy(), distinct["k"].to_numpy()
    columns = {}
    for name, level in QUANTILES.items():
        values = np.zeros(len(m))
        is_many, is_few = m >= MANY, (m > 0) & (m < MANY)
        is_chance = is_few & (spread < 1e-6)
        is_spread = is_few & ~is_chance
        values[is_chance] = stats.poisson.ppf(level, m[is_chance])
        shape = 1 / np.where(spread > 0, spread, 1.0)
        values[is_spread] = stats.nbinom.ppf(level, shape[is_spread], (shape / (shape + m))[is_spread])
        variance = m + spread * m**2
        values[is_many] = stats.gamma.ppf(
            level, (m**2 / np.maximum(variance, 1e-12))[is_many], scale=(variance / np.maximum(m, 1e-12))[is_many]
        )
        columns[name] = values
    found = rounded.join(
        distinct.with_columns(pl.Series(name, values) for name, values in columns.items()),
        on=["m", "k"],
        how="left",
        maintain_order="left",
    )
    return found.select(list(QUANTILES))
