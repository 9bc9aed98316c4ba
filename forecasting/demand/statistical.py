"""Models of statsforecast fitted to many histories, on as many processes as asked for.

Comes in: jobs (a model, histories, how far ahead). Goes out: a matrix of forecasts per job, NaN where a model could not be fitted.
Called by `forecasting.demand.candidates`; the helping processes are started anew,
neither forked (the parent has threads) nor spawned by multiprocessing (which would run the caller's script again).
"""

import json
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from forecasting.demand.panel import FloatArray

# Seconds per fit, roughly: what decides whether another process is worth its start.
COSTS = {
    "AutoETS": 0.007,
    "DynamicOptimizedTheta": 0.007,
    "MSTL": 0.02,
    "CrostonSBA": 0.0002,
    "TSB": 0.0002,
    "ADIDA": 0.0004,
    "IMAPA": 0.0008,
}
WORTH_A_PROCESS = 12.0
HELPER = "from forecasting.demand.statistical import main; main()"
ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Job:
    """Histories one after the other in `values`; history k is `values[bounds[k]:bounds[k + 1]]`."""

    model: str
    season: int
    horizon: int
    values: FloatArray
    bounds: list[int]

    @property
    def cost(self) -> float:
        each = COSTS.get(self.model, 0.01) * (8 if self.season in (7, 12) and self.model in ("AutoETS", "MSTL") else 1)
        return each * (len(self.bounds) - 1)


def make_job(model: str, season: int, horizon: int, histories: Sequence[FloatArray]) -> Job:
    """Return the job of fitting `model` to each history."""
    bounds = np.concatenate([[0], np.cumsum([len(history) for history in histories])]).astype(int).tolist()
    return Job(model, season, horizon, np.concatenate(histories) if histories else np.zeros(0), bounds)


def run_jobs(jobs: list[Job], threads: int) -> list[FloatArray]:
    """Return the forecasts of each job, in its order."""
    shares = max(1, min(threads, int(sum(job.cost for job in jobs) / WORTH_A_PROCESS) + 1))
    if shares == 1:
        return [_fit(job) for job in jobs]
    parts = [[_share(job, place, shares) for job in jobs] for place in range(shares)]
    with tempfile.TemporaryDirectory(prefix="weft-forecast-") as folder:
        helpers = [_start(Path(folder) / f"{place}", part) for place, part in enumerate(parts[1:])]
        done = [[_fit(job) for job in parts[0]]]
        done += [_finish(Path(folder) / f"{place}", helper) for place, helper in enumerate(helpers)]
    results = []
    for place, job in enumerate(jobs):
        whole = np.empty((len(job.bounds) - 1, job.horizon))
        for share, part in enumerate(done):
            whole[share::shares] = part[place]
        results.append(whole)
    return results


def _share(job: Job, place: int, shares: int) -> Job:
    kept = range(place, len(job.bounds) - 1, shares)
    return make_job(job.model, job.season, job.horizon, [job.values[job.bounds[k] : job.bounds[k + 1]] for k in kept])


def _start(path: Path, jobs: list[Job]) -> subprocess.Popen[bytes]:
    described = [[job.model, job.season, job.horizon, job.bounds] for job in jobs]
    path.with_suffix(".json").write_text(json.dumps(described), encoding="utf-8")
    np.savez(path.with_suffix(".jobs.npz"), *[job.values for job in jobs])
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    return subprocess.Popen([sys.executable, "-c", HELPER, str(path)], env=environment)


def _finish(path: Path, helper: subprocess.Popen[bytes]) -> list[FloatArray]:
    if helper.wait() != 0:
        raise RuntimeError(f"a process that fits models ended with {helper.returncode}; see its messages above.")
    with np.load(path.with_suffix(".done.npz")) as done:
        return [done[f"arr_{place}"] for place in range(len(done.files))]


def _fit(job: Job) -> FloatArray:
    result = np.full((len(job.bounds) - 1, job.horizon), np.nan)
    if len(job.bounds) == 1:
        return result
    model = _model(job.model, job.season)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for row in range(len(job.bounds) - 1):
            history = job.values[job.bounds[row] : job.bounds[row + 1]]
            # A history that a model refuses (too short for its season, constant) is forecast by the other models.
            with suppress(Exception):
                result[row] = model.forecast(y=history, h=job.horizon)["mean"]
    # A model that runs away (an exploding trend) has said nothing.
    top = np.array([job.values[a:b].max(initial=0.0) for a, b in zip(job.bounds[:-1], job.bounds[1:], strict=True)])
    result[~np.isfinite(result).all(axis=1) | (result.max(axis=1) > 10 * top + 1)] = np.nan
    return np.maximum(result, 0.0)


def _model(name: str, season: int) -> Any:
    from statsforecast import models

    seasonal_ets = "AZA" if season > 1 else "ZZN"
    builders = {
        "AutoETS": lambda: models.AutoETS(season_length=season, model=seasonal_ets),
        "DynamicOptimizedTheta": lambda: models.DynamicOptimizedTheta(season_length=season),
        "MSTL": lambda: models.MSTL(season_length=season, trend_forecaster=models.AutoETS(model="ZZN")),
        "CrostonSBA": lambda: models.CrostonSBA(),
        "TSB": lambda: models.TSB(alpha_d=0.1, alpha_p=0.1),
        "ADIDA": lambda: models.ADIDA(),
        "IMAPA": lambda: models.IMAPA(),
    }
    return builders[name]()


def main() -> None:
    """Fit the jobs of a file, and write what came of them beside it."""
    path = Path(sys.argv[1])
    described = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    with np.load(path.with_suffix(".jobs.npz")) as values:
        jobs = [
            Job(model, season, horizon, values[f"arr_{place}"], bounds)
            for place, (model, season, horizon, bounds) in enumerate(described)
        ]
    np.savez(path.with_suffix(".done.npz"), *[_fit(job) for job in jobs])
