"""Paired timing: the cases run in turn, A B C A B C ..., and are compared within each round.

Other work on the machine then slows a whole round, and hardly changes its ratios.
"""

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

Case = Callable[[], float]
"""Runs once and returns its time in s."""


class Figure(NamedTuple):
    """One case over all rounds: seconds, and its ratio to the first case of the same round."""

    name: str
    seconds: float
    ratio: float
    least: float
    most: float


def cpu_seconds(function: Callable[[], object]) -> float:
    """Return the CPU time of a call in this process, with a garbage collection before it."""
    gc.collect()
    start = time.process_time()
    function()
    return time.process_time() - start


def paired(cases: Mapping[str, Case], rounds: int) -> list[Figure]:
    """Return medians and extremes of the rounds, after one round that only warms up.

    A single round only shows that the cases run, and has no warm-up.
    """
    timings: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(rounds if rounds == 1 else rounds + 1):
        for name, case in cases.items():
            timings[name].append(case())
    return compared({name: seconds[-rounds:] for name, seconds in timings.items()})


def compared(timings: Mapping[str, list[float]]) -> list[Figure]:
    """Return medians and extremes of timings; those at the same place are of the same round."""
    yardstick = next(iter(timings.values()))
    figures = []
    for name, seconds in timings.items():
        ratios = [time_s / unit_s for time_s, unit_s in zip(seconds, yardstick, strict=True)]
        figures.append(
            Figure(
                name,
                statistics.median(seconds),
                statistics.median(ratios),
                min(ratios),
                max(ratios),
            )
        )
    return figures
