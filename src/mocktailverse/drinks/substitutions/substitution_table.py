"""The table of substitutions, `reference/substitutions.csv`, read once on first use.

A row says that `use` replaces `for`. In a row with `*` for `use`, every kind of the
ingredient replaces it; with `*` for `for`, the ingredient replaces its brands. A row of
two names goes before a row with `*`. Several names joined by `+` replace it together.
"""

from collections import defaultdict
from functools import cache
from typing import Literal, NamedTuple

from mocktailverse.drinks.reference.tables import read_table

Confidence = Literal["same", "near", "acceptable"]
"""same = what is asked for; near = makes the same drink; acceptable = makes a drink that one would
notice to be different."""

Level = Literal["same", "kind", "near", "acceptable"]
"""A confidence; of the same, whether it is the thing itself in another form, or a kind of it."""

RANKS: dict[Level, int] = {"same": 0, "kind": 1, "near": 2, "acceptable": 3}

_LEVELS: dict[str, Level] = {name: name for name in RANKS}
_ANY = "*"


class Substitution(NamedTuple):
    """How well something replaces an ingredient, and why."""

    level: Level
    why: str

    @property
    def confidence(self) -> Confidence:
        """The confidence to show: a kind of what is asked for is what is asked for."""
        return "same" if self.level == "kind" else self.level

    @property
    def rank(self) -> int:
        """0 for the best level."""
        return RANKS[self.level]


class Mixture(NamedTuple):
    """Several ingredients that replace one together."""

    parts: tuple[str, ...]
    name: str
    substitution: Substitution


class SubstitutionTable(NamedTuple):
    """The rows of the table, by what they are looked up by."""

    pairs: dict[str, dict[str, Substitution]]
    """By the ingredient to use, then by the one that it replaces."""
    blocked: frozenset[tuple[str, str]]
    """Pairs that are never replaced, such as (Coconut rum, Rum)."""
    kinds: dict[str, Substitution]
    """The ingredients that every kind of them replaces."""
    brands: dict[str, Substitution]
    """The ingredients that replace their brands."""
    mixtures: tuple[Mixture, ...]


@cache
def substitution_table() -> SubstitutionTable:
    """Return the table."""
    pairs: dict[str, dict[str, Substitution]] = defaultdict(dict)
    kinds, brands, mixtures, blocked = {}, {}, [], set()
    for use, name, level, why, _source in read_table("substitutions.csv"):
        if level == "blocked":
            blocked.add((use, name))
            continue
        substitution = Substitution(_LEVELS[level], why)
        if use == _ANY:
            kinds[name] = substitution
        elif name == _ANY:
            brands[use] = substitution
        elif "+" in use:
            mixtures.append(Mixture(tuple(use.split("+")), name, substitution))
        else:
            pairs[use][name] = substitution
    return SubstitutionTable(dict(pairs), frozenset(blocked), kinds, brands, tuple(mixtures))
