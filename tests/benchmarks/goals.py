"""The goals of the benchmarks, in one table, and what a run says about each.

A run measures cases of some size. A goal is met or missed only if a case was measured that is as
large as the goal's; otherwise it is not measured.
"""

from collections.abc import Iterable
from typing import Literal, NamedTuple

MET, MISSED = "met", "missed"
TOO_SMALL = "not measured at full size"
UNMEASURED = "not measured"
"""Its part was skipped, or has no such case."""


class Measured(NamedTuple):
    """A figure of a run that a goal may be about."""

    part: str
    name: str
    size: int
    value: float


class Goal(NamedTuple):
    """A limit for a figure; unique by part, name and size."""

    part: str
    """The part of the run that measures it."""
    name: str
    """The name of the figure, as the part's `*_tables` module gives it."""
    size: int
    """The size of the case; a larger one is harder."""
    size_unit: str
    limit: float
    unit: str
    source: str
    """Where the limit comes from."""
    bound: Literal["at most", "at least"] = "at most"


class Verdict(NamedTuple):
    """What a run says about a goal."""

    goal: Goal
    value: float | None
    """The figure; None unless a case of the goal's size was measured."""
    result: str

    @property
    def is_met(self) -> bool:
        """Whether the goal was measured at its size, and is met."""
        return self.result == MET


_DECISION = "decision 0005: decoding, hashing and building each item take 4.9 floors in C alone"
_PROTOTYPE = "a prototype's figure, with a margin"
_USER = "Nielsen: 0.1 s feels instant, 1 s keeps the flow of thought, 10 s the attention"
_CHANGES = "the changes themselves are about 100 kB"
_READY = "ready JSON behind the same server, and Datasette"
_SCRIPT = "a command that computes nothing should start like other tools in Python"
_STREAMLIT = "a trivial page of the same Streamlit"

GOALS = (
    Goal("speed", "usual records, beside the floor", 10_000, "records", 18, "times", _DECISION),
    Goal("speed", "usual records, beside the old code", 10_000, "records", 0.65, "times",
         _PROTOTYPE),
    Goal("speed", "every measure distinct, beside the floor", 10_000, "records", 42, "times",
         _PROTOTYPE),
    Goal("memory", "growth from the smallest file to the largest", 100_000, "records", 32, "MiB",
         "memory must not follow the size of a file"),
    Goal("cold_start", "transform: import and tools", 5, "rounds", 1.20, "times", _PROTOTYPE),
    Goal("cold_start", "api: import and tools", 5, "rounds", 1.40, "times", _PROTOTYPE),
    Goal("cli_start", "mocktailverse --help", 5, "rounds", 0.35, "s", _SCRIPT),
    Goal("cli_start", 'mocktailverse measure "1 oz"', 5, "rounds", 0.25, "s", _SCRIPT),
    Goal("write", "conditional write, beside batch_writer", 1_000, "drinks", 0.65, "times",
         _PROTOTYPE),
    Goal("visible", "visible latency, p95", 600, "drinks", 1.0, "s", _USER),
    Goal("visible", "visible latency, p95", 20_000, "drinks", 1.5, "s", _USER),
    Goal("visible", "visible latency, p95", 100_000, "drinks", 2.5, "s", _USER),
    Goal("visible", "uploaded by a publish", 20_000, "drinks", 300, "kB", _CHANGES),
    Goal("visible", "downloaded by a warm reader", 20_000, "drinks", 300, "kB", _CHANGES),
    Goal("visible", "CPU of a publish, beside 600 drinks", 100_000, "drinks", 2, "times",
         "the cost follows the change, not the catalogue"),
    Goal("first_card", "first visitor", 600, "drinks", 1.6, "times", _STREAMLIT),
    Goal("first_card", "first visitor", 100_000, "drinks", 3, "times", _STREAMLIT),
    Goal("first_card", "later visits", 600, "drinks", 1.2, "times", _STREAMLIT),
    Goal("first_card", "later visits", 100_000, "drinks", 1.2, "times", _STREAMLIT),
    Goal("serving", "list", 20_000, "drinks", 0.8, "ms", _READY),
    Goal("serving", "one drink", 20_000, "drinks", 0.4, "ms", _READY),
    Goal("serving", "makeable", 100_000, "drinks", 10, "ms", _READY),
    Goal("catalogue", "list, p95", 100_000, "drinks", 50, "ms", _USER),
    Goal("catalogue", "search, p95", 100_000, "drinks", 50, "ms", _USER),
    Goal("catalogue", "makeable, p95", 100_000, "drinks", 100, "ms", _USER),
    Goal("catalogue", "full shelf, p95", 100_000, "drinks", 170, "ms", _USER),
    Goal("catalogue", "facets, p95", 100_000, "drinks", 150, "ms", _USER),
    Goal("catalogue", "beside a scan of the table", 10_000, "drinks", 100, "times as fast",
         "what a read model is for", "at least"),
    Goal("catalogue", "changes, beside writing it whole", 100_000, "drinks", 5, "%",
         "the cost follows the change, not the catalogue"),
    Goal("catalogue", "first page in process, first visitor", 100_000, "drinks", 10, "s", _USER),
    Goal("catalogue", "first page in process, warm, p95", 100_000, "drinks", 1000, "ms", _USER),
    Goal("catalogue", "first page in process, filtered, p95", 100_000, "drinks", 1000, "ms",
         _USER),
)  # fmt: skip


def judge(figures: Iterable[Measured], goals: Iterable[Goal] = GOALS) -> list[Verdict]:
    """Return the verdict on each goal, in their order."""
    measured = list(figures)
    return [_verdict(goal, measured) for goal in goals]


def _verdict(goal: Goal, figures: Iterable[Measured]) -> Verdict:
    """Return the verdict by the smallest case that is as large as the goal's."""
    same = [figure for figure in figures if figure[:2] == goal[:2]]
    if not same:
        return Verdict(goal, None, UNMEASURED)
    as_hard = [figure for figure in same if figure.size >= goal.size]
    if not as_hard:
        return Verdict(goal, None, TOO_SMALL)
    value = min(as_hard, key=lambda figure: figure.size).value
    is_met = value <= goal.limit if goal.bound == "at most" else value >= goal.limit
    return Verdict(goal, value, MET if is_met else MISSED)
