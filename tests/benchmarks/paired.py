"""Paired timing: the cases run in turn, A B C A B C ..., and each is compared with its own round.

What slows the machine for a while then slows a whole round, and hardly changes its ratios.
"""

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

Case = Callable[[], float]
"""Runs once and answers the seconds it took."""


class Figure(NamedTuple):
    """One case over all rounds: seconds, and its ratio to the first case of the same round."""

    name: str
    seconds: float
    ratio: float
    least: float
    most: float


def cpu_seconds(function: Callable[[], object]) -> float:
    """CPU time of a call in this process; the garbage collector starts clean and stays on."""
    gc.collect()
    start = time.process_time()
    function()
    return time.process_time() - start


def paired(cases: Mapping[str, Case], rounds: int) -> list[Figure]:
    """Medians and extremes over the rounds, after one that only warms up.

    A single round shows that the cases run, and needs no warming up.
    """
    timings: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(rounds if rounds == 1 else rounds + 1):
        for name, case in cases.items():
            timings[name].append(case())
    timings = {name: seconds[-rounds:] for name, seconds in timings.items()}
    yardstick = next(iter(timings.values()))
    figures = []
    for name, measured in timings.items():
        ratios = [one / unit for one, unit in zip(measured, yardstick, strict=True)]
        figures.append(
            Figure(
                name,
                statistics.median(measured),
                statistics.median(ratios),
                min(ratios),
                max(ratios),
            )
        )
    return figures
