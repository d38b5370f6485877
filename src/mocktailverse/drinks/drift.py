"""Drift: where the source's format or words are not what they were.

a new field         old None      new its type
a missing field     old its type  new None
a retyped field     old its type  new the other type
a renamed word      old and new word of a drink's category, glass or IBA group
"""

from collections import Counter
from collections.abc import Iterable

from msgspec import Struct

from mocktailverse.drinks.drink import Drink

KINDS_KEPT = 50
"""Kinds of drift that a load names; the most frequent ones."""

NAME_LIMIT = 100
VOCABULARY = ("category", "alcoholic", "glass", "iba")


class Drift(Struct, frozen=True, order=True):
    """One kind of drift and how many records show it."""

    field: str
    """Name of the field, in the source's words or the drink's."""
    old: str | None
    """Its type or word before; null where the field is new."""
    new: str | None
    """Its type or word now; null where the field is missing."""
    count: int = 1
    """Records that show it."""


def vocabulary_drift(old: Drink, new: Drink) -> tuple[Drift, ...]:
    """The words that the source replaced between two observations of a drink."""
    return tuple(
        Drift(field, before, after)
        for field in VOCABULARY
        if (before := getattr(old, field)) is not None
        and (after := getattr(new, field)) is not None
        and before != after
    )


def total_drift(found: Iterable[Drift]) -> tuple[Drift, ...]:
    """Add up equal kinds of drift, the most frequent first, KINDS_KEPT at most."""
    counts: Counter[tuple[str, str, str]] = Counter()
    kinds: dict[tuple[str, str, str], Drift] = {}
    for drift in found:
        kind = (drift.field, drift.old or "", drift.new or "")
        counts[kind] += drift.count
        kinds[kind] = drift
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(
        Drift(kinds[kind].field, kinds[kind].old, kinds[kind].new, count)
        for kind, count in ranked[:KINDS_KEPT]
    )
