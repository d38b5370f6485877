"""Schema drift: changes in the source's format or vocabulary.

Change             `old`       `new`
new field          None        its type
missing field      its type    None
retyped field      its type    the other type
renamed word       old word    new word (of a drink's category, alcohol, glass or IBA group)
"""

from collections import Counter
from collections.abc import Iterable

from msgspec import Struct

from mocktailverse.drinks.drink import Drink

MAX_DRIFT_KINDS = 50
"""Kinds of drift that a load reports: the most frequent ones."""

NAME_LIMIT = 100
"""Maximum number of characters of a reported field name."""

VOCABULARY = ("category", "alcoholic", "glass", "iba")


class Drift(Struct, frozen=True, order=True):
    """One kind of drift, and the number of records that have it."""

    field: str
    """Name of the source's field, or of the drink's for a renamed word."""
    old: str | None
    """Previous type or word; null if the field is new."""
    new: str | None
    """Current type or word; null if the field is missing."""
    count: int = 1
    """Number of records that have it."""


def vocabulary_drift(old: Drink, new: Drink) -> tuple[Drift, ...]:
    """Return the words that the source replaced between two observations of a drink."""
    return tuple(
        Drift(field, before, after)
        for field in VOCABULARY
        if (before := getattr(old, field)) is not None
        and (after := getattr(new, field)) is not None
        and before != after
    )


def total_drift(drifts: Iterable[Drift]) -> tuple[Drift, ...]:
    """Return the sum of each kind of drift, the most frequent kinds first."""
    counts: Counter[tuple[str, str | None, str | None]] = Counter()
    for drift in drifts:
        counts[drift.field, drift.old, drift.new] += drift.count
    totals = [Drift(*kind, count) for kind, count in counts.items()]
    totals.sort(key=lambda drift: (-drift.count, drift.field, drift.old or "", drift.new or ""))
    return tuple(totals[:MAX_DRIFT_KINDS])
