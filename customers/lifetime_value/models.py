"""The published models behind the lifetime value, fitted by PyMC-Marketing (maximum a posteriori).

Comes in: the frame of `summaries.summarise`. Goes out: `PurchaseModel` (how many orders) and `SpendModel` (how much each), which
predict in chunks. Called by `customers.lifetime_value.estimates` and `customers.lifetime_value.evaluation`.

- BG/NBD: Fader, Hardie & Lee (2005), "Counting your customers" the easy way. Marketing Science 24(2).
- MBG/NBD: Batislam, Denizel & Filiztekin (2007), Int. Journal of Research in Marketing 24(3). The same, but a person may also
  leave after her first order; in BG/NBD whoever ordered once is alive for certain.
- Gamma-Gamma: Fader & Hardie (2013), The Gamma-Gamma model of monetary value.
"""

import logging
import os
import warnings
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import polars as pl

FloatArray = npt.NDArray[np.float64]
Process = Literal["mbg_nbd", "bg_nbd"]

# Below this many people with a second order there is nothing to learn a rhythm from.
FEWEST_REPEAT_BUYERS = 100
# The parameters of a whole company are known well from this many people, whatever their number.
LARGEST_SAMPLE = 5_000
SEED = 20_130
CHUNK = 100_000
# The models' usual unit; with days the rates are so small that the optimiser stops early.
DAYS_OF_A_UNIT = 7.0


@dataclass(frozen=True)
class PurchaseModel:
    """A fitted model of how often people order."""

    process: Process
    parameters: dict[str, float]
    fitted: Any

    def expected_orders(self, summary: pl.DataFrame, days: int) -> FloatArray:
        """Return, for each person, how many order days to expect in the `days` after the summary."""
        return _in_chunks(
            summary,
            lambda chunk: self.fitted.expected_purchases(data=_purchases(chunk), future_t=days / DAYS_OF_A_UNIT),
        )

    def probability_alive(self, summary: pl.DataFrame) -> FloatArray:
        """Return, for each person, the probability that she still is a customer."""
        return _in_chunks(summary, lambda chunk: self.fitted.expected_probability_alive(data=_purchases(chunk))).clip(
            0.0, 1.0
        )

    def probability_silent(self, summary: pl.DataFrame, days: int) -> FloatArray:
        """Return, for each person, the probability that she orders nothing in the `days` after the summary.

        She has left, or has not and waits: given that she is a customer after x further orders in T, her rate is distributed
        as Gamma(r + x, alpha + T), whatever made people leave.
        """
        exposure = self.parameters["alpha"] + summary["age_days"].to_numpy() / DAYS_OF_A_UNIT
        shape = self.parameters["r"] + summary["frequency"].to_numpy()
        waits: FloatArray = (exposure / (exposure + days / DAYS_OF_A_UNIT)) ** shape
        return 1.0 - self.probability_alive(summary) * (1.0 - waits)


@dataclass(frozen=True)
class SpendModel:
    """A fitted model of what an order of each person is worth. Its parameters are in units of `scale`."""

    parameters: dict[str, float]
    scale: float
    fitted: Any

    def expected_amount(self, summary: pl.DataFrame) -> FloatArray:
        """Return what an order of each person is expected to be worth; NaN for who never paid anything."""
        paid = (summary["mean_order_amount"] > 0).to_numpy()
        expected = np.full(len(summary), np.nan)
        if not paid.any():
            return expected
        payers = summary.filter(pl.col("mean_order_amount") > 0)
        if self.fitted is None:
            expected[paid] = self.scale
        else:
            expected[paid] = self.scale * _in_chunks(
                payers, lambda chunk: self.fitted.expected_customer_spend(data=_spending(chunk, self.scale))
            )
        return expected


def has_enough(summary: pl.DataFrame) -> bool:
    """Say whether there are repeat buyers enough to fit the models."""
    return int((summary["frequency"] > 0).sum()) >= FEWEST_REPEAT_BUYERS


def sample(summary: pl.DataFrame) -> pl.DataFrame:
    """Return the people that the models are fitted on: all, or the same ones in every run."""
    if len(summary) <= LARGEST_SAMPLE:
        return summary
    chosen = np.random.default_rng(SEED).choice(len(summary), LARGEST_SAMPLE, replace=False)
    return summary[np.sort(chosen).tolist()]


def fit_purchases(summary: pl.DataFrame, process: Process) -> PurchaseModel:
    """Fit how often people order. Flat priors on the rate; those on leaving are the library's, and weak."""
    clv, prior = _library()
    model = (clv.ModifiedBetaGeoModel if process == "mbg_nbd" else clv.BetaGeoModel)(
        model_config={"r": prior("HalfFlat"), "alpha": prior("HalfFlat")}
    )
    return PurchaseModel(process, _fit(model, _purchases(sample(summary)), ("r", "alpha", "a", "b")), model)


def fit_spending(summary: pl.DataFrame) -> SpendModel:
    """Fit what orders are worth. Without anybody to compare with, or without an end to the mean, everyone is average."""
    payers = sample(summary.filter(pl.col("mean_order_amount") > 0))
    mean = payers["mean_order_amount"].mean()
    scale = float(mean) if isinstance(mean, float) else float("nan")
    if not has_enough(payers):
        return SpendModel({}, scale, None)
    clv, _ = _library()
    model = clv.GammaGammaModel()
    parameters = _fit(model, _spending(payers, scale), ("p", "q", "v"))
    finite = all(np.isfinite(list(parameters.values()))) and parameters["q"] > 1
    return SpendModel(parameters, scale, model if finite else None)


def library_version() -> str:
    """Return the version of the library that fits the models."""
    from importlib.metadata import version

    return f"pymc-marketing {version('pymc-marketing')}"


def _library() -> tuple[Any, Any]:
    """Return the library's models and its priors. Loading it takes seconds, so nobody does who has too few customers."""
    # Plain NumPy instead of compiled C: it fits in a few seconds, needs no compiler, and leaves no cache behind.
    os.environ.setdefault("PYTENSOR_FLAGS", "cxx=,mode=FAST_COMPILE")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logging.getLogger("pytensor").setLevel(logging.ERROR)
        from pymc_extras.prior import Prior
        from pymc_marketing import clv
    return clv, Prior


def _fit(model: Any, data: pd.DataFrame, names: tuple[str, ...]) -> dict[str, float]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(data=data, method="map", progressbar=False)
    return {name: float(model.fit_result[name].to_numpy().item()) for name in names}


def _in_chunks(summary: pl.DataFrame, predict: Any) -> FloatArray:
    parts = [
        np.asarray(predict(summary.slice(start, CHUNK)).to_numpy(), dtype=np.float64).reshape(-1)
        for start in range(0, len(summary), CHUNK)
    ]
    return np.concatenate(parts) if parts else np.empty(0)


def _purchases(summary: pl.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": np.arange(len(summary)),
            "frequency": summary["frequency"].to_numpy(),
            "recency": summary["recency_days"].to_numpy() / DAYS_OF_A_UNIT,
            "T": summary["age_days"].to_numpy() / DAYS_OF_A_UNIT,
        }
    )


def _spending(summary: pl.DataFrame, scale: float) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": np.arange(len(summary)),
            # The mean is over all order days, of which the first is one.
            "frequency": summary["frequency"].to_numpy() + 1,
            "monetary_value": summary["mean_order_amount"].to_numpy() / scale,
        }
    )
