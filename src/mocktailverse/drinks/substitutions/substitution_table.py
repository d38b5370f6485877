"""The table of substitutions, `reference/substitutions.csv`, read once on first use.

A row says that `use` stands in for `for`. In a row with `*` for `use`, every kind of the
ingredient stands in for it; with `*` for `for`, the ingredient stands in for its brands. A row of
two names goes before a row with `*`. Several names joined by `+` stand in together.
"""

from collections import defaultdict
from functools import cache
from typing import Literal, NamedTuple

from mocktailverse.drinks.reference.tables import read_table

Confidence = Literal["same", "near", "acceptable"]
"""same = the same thing in another form; near = makes the same drink; acceptable = makes a drink
that one would notice to be different."""

CONFIDENCES: dict[str, Confidence] = {"same": "same", "near": "near", "acceptable": "acceptable"}
"""From the best to the worst."""

_ANY = "*"


class StandIn(NamedTuple):
    """How well something stands in for an ingredient, and why."""

    confidence: Confidence
    why: str


class Mixture(NamedTuple):
    """Several ingredients that stand in for one together."""

    parts: tuple[str, ...]
    name: str
    stand_in: StandIn


class SubstitutionTable(NamedTuple):
    """The rows of the table, by what they are looked up by."""

    pairs: dict[str, dict[str, StandIn]]
    """By the ingredient to use, then by the one that it stands in for."""
    blocked: frozenset[tuple[str, str]]
    """Pairs that are never replaced, such as (Coconut rum, Rum)."""
    kinds: dict[str, StandIn]
    """The ingredients that every kind of them stands in for."""
    brands: dict[str, StandIn]
    """The ingredients that stand in for their brands."""
    mixtures: tuple[Mixture, ...]


@cache
def substitution_table() -> SubstitutionTable:
    """Return the table."""
    pairs: dict[str, dict[str, StandIn]] = defaultdict(dict)
    kinds, brands, mixtures, blocked = {}, {}, [], set()
    for use, name, confidence, why, _source in read_table("substitutions.csv"):
        if confidence not in CONFIDENCES:
            blocked.add((use, name))
            continue
        stand_in = StandIn(CONFIDENCES[confidence], why)
        if use == _ANY:
            kinds[name] = stand_in
        elif name == _ANY:
            brands[use] = stand_in
        elif "+" in use:
            mixtures.append(Mixture(tuple(use.split("+")), name, stand_in))
        else:
            pairs[use][name] = stand_in
    return SubstitutionTable(dict(pairs), frozenset(blocked), kinds, brands, tuple(mixtures))
