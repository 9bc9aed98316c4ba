"""Paired runs: A B A B, so that whatever else the machine does meets both alike.

Comes in: two actions. Goes out: the seconds of each run and the ratios of neighbours. Called by the comparisons.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial


@dataclass(frozen=True)
class Pairs:
    """Seconds of the runs of A and B, in the order in which they took turns."""

    first: list[float]
    second: list[float]

    @property
    def ratios(self) -> list[float]:
        """Return A's time as a multiple of B's, pair by pair."""
        return [a / b for a, b in zip(self.first, self.second, strict=True)]

    def __str__(self) -> str:
        return (
            f"{statistics.median(self.first):.2f} s against {statistics.median(self.second):.2f} s, "
            f"ratio {statistics.median(self.ratios):.2f} "
            f"({min(self.ratios):.2f} to {max(self.ratios):.2f} over {len(self.ratios)} pairs)"
        )


def take_turns(first: Callable[[int], object], second: Callable[[int], object], pairs: int) -> Pairs:
    """Run both by turns; each is told the number of its pair. One unmeasured run of each comes before."""
    first(-1)
    second(-1)
    taken = Pairs([], [])
    for number in range(pairs):
        taken.first.append(seconds(partial(first, number)))
        taken.second.append(seconds(partial(second, number)))
    return taken


def seconds(action: Callable[[], object]) -> float:
    """Return how long `action` takes."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started
