"""Groups of records that are recipes of one drink: at most one record of each source.

Every two records of a group match directly, so a chain of likenesses joins nothing. A record that
matches one of a group, but of whose source the group has a better match, is left alone; its
`variants` still name what it matches.
"""

from collections.abc import Iterable
from itertools import combinations, groupby, islice
from operator import attrgetter
from typing import NamedTuple

from mocktailverse.drinks.drink import Drink
from mocktailverse.drinks.grouping.drink_names import name_relation
from mocktailverse.drinks.grouping.same_drink import Candidate, match_of

_MOST_NAMESAKES = 300
"""Drinks of one key whose names are compared with each other; the rest stay alone."""


class NamedRecord(NamedTuple):
    """A record under one of the keys of its name."""

    key: str
    id: str
    source: str
    name: str


def variants_of(drink: Drink, others: Iterable[Drink]) -> list[Drink]:
    """Return the records of other sources that are recipes of a drink, by source and id."""
    own = Candidate.of(drink)
    matches = [other for other in others if match_of(own, Candidate.of(other))]
    return sorted(matches, key=lambda other: (other.source, other.id))


def namesakes_of(records: Iterable[NamedRecord]) -> list[tuple[str, ...]]:
    """Return sets of ids of records whose names mean the same drink, from records sorted by key.

    The names of each two records of a set are related, or are linked by those of others.
    """
    linked: dict[str, tuple[str, ...]] = {}
    for _key, keyed in groupby(records, key=attrgetter("key")):
        for one, other in combinations(islice(keyed, _MOST_NAMESAKES), 2):
            first, second = linked.get(one.id, (one.id,)), linked.get(other.id, (other.id,))
            is_new = one.source != other.source and first != second
            if is_new and name_relation(one.name, other.name):
                linked |= dict.fromkeys((*first, *second), (*first, *second))
    return sorted({*linked.values()})


def group_candidates(drinks: Iterable[Candidate]) -> list[tuple[str, ...]]:
    """Return the ids of each group of two or more; independent of the order of the drinks.

    The best matches are joined first. The cost grows with the square of the number of drinks.
    """
    candidates = sorted(drinks, key=lambda one: one.id)
    matches = {
        (a.id, b.id): match for a, b in combinations(candidates, 2) if (match := match_of(a, b))
    }
    group_of: dict[str, tuple[str, ...]] = {one.id: (one.id,) for one in candidates}
    source_of = {one.id: one.source for one in candidates}
    for pair, _match in sorted(matches.items(), key=lambda item: (item[1], item[0])):
        first, second = group_of[pair[0]], group_of[pair[1]]
        if first != second and _fits(first, second, matches, source_of):
            joined = tuple(sorted((*first, *second)))
            group_of |= dict.fromkeys(joined, joined)
    return sorted({group for group in group_of.values() if len(group) > 1})


def _fits(
    first: tuple[str, ...],
    second: tuple[str, ...],
    matches: dict[tuple[str, str], tuple[int, float]],
    source_of: dict[str, str],
) -> bool:
    """Return whether two groups have no source in common, and each two records match."""
    sources = [source_of[one] for one in (*first, *second)]
    if len(set(sources)) < len(sources):
        return False
    return all((min(a, b), max(a, b)) in matches for a in first for b in second)
