"""The groups of a catalogue: which of its drinks are recipes of the same drink.

Found when first asked for, among the drinks whose `group_key` occurs in several sources, so a
catalogue of one source has no cost. Withdrawn drinks are in no group.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from typing import Any

import msgspec

from mocktailverse.catalogue.rows import drinks_by_row
from mocktailverse.catalogue.search.bitmaps import bitmap_flags, ordinals_bitmap
from mocktailverse.catalogue.search.index import CatalogueIndex
from mocktailverse.drinks.drink import Drink
from mocktailverse.drinks.grouping.drink_groups import (
    MOST_CANDIDATES,
    group_candidates,
    variants_of,
)
from mocktailverse.drinks.grouping.recipe_core import FormedLine, core_of
from mocktailverse.drinks.grouping.same_drink import Candidate

Borrow = Callable[[], AbstractContextManager[sqlite3.Connection]]

_SHARED = """
SELECT d.group_key, d.id, d.row, d.source, d.name, d.is_mocktail,
       l.name, l.form, l.variety, l.alternatives, l.optional, l.ml_max
FROM drinks AS d JOIN drink_ingredients AS l ON l.drink_id = d.id
WHERE d.withdrawn_at IS NULL AND d.group_key IN (
  SELECT group_key FROM drinks WHERE withdrawn_at IS NULL AND group_key <> ''
  GROUP BY group_key HAVING count(DISTINCT source) > 1
)
ORDER BY d.group_key, d.id, l.position
"""
_DRINK_COLUMNS = 6
_CANDIDATES = """
SELECT row FROM drinks
WHERE group_key = (SELECT group_key FROM drinks WHERE id = ?) AND group_key <> ''
  AND source <> ? AND withdrawn_at IS NULL
ORDER BY id LIMIT ?
"""


def variants_in(connection: sqlite3.Connection, drink: Drink) -> list[Drink]:
    """Return the recipes of a drink from other sources, by source and id."""
    rows = connection.execute(_CANDIDATES, (drink.id, drink.source, MOST_CANDIDATES)).fetchall()
    return variants_of(drink, drinks_by_row(connection, [row for (row,) in rows]))


class DrinkGroups:
    """The groups of one catalogue, as ordinals of its index."""

    def __init__(self, index: CatalogueIndex, borrow: Borrow) -> None:
        """Find nothing yet; `borrow` lends connections to the index's catalogue."""
        self._index = index
        self._borrow = borrow

    def one_of_each(self, drinks: int) -> int:
        """Return a set of drinks without those of whose group another one comes first."""
        return self.one_of_each_ranked([drinks])[0]

    def one_of_each_ranked(self, ranks: Sequence[int]) -> list[int]:
        """Return disjoint sets with one drink of each group: of the first set, the first one."""
        flags = [bitmap_flags(drinks, self._index.size) for drinks in ranks]
        others = [
            ordinal
            for group in {*self.by_ordinal.values()}
            for ordinal in [n for is_in in flags for n in group if is_in[n]][1:]
        ]
        if not others:
            return list(ranks)
        kept = ~ordinals_bitmap(sorted(others), self._index.size)
        return [drinks & kept for drinks in ranks]

    @cached_property
    def by_ordinal(self) -> Mapping[int, tuple[int, ...]]:
        """The ordinals of each drink's group, ascending; drinks that are alone are left out."""
        if len(self._index.fields["source"].sets) <= 1:
            return {}
        with self._borrow() as connection:
            groups = list(self._found(connection))
        return {ordinal: group for group in groups for ordinal in group}

    def _found(self, connection: sqlite3.Connection) -> Iterator[tuple[int, ...]]:
        """Yield the groups among the drinks of each shared key."""
        for _key, keyed in groupby(connection.execute(_SHARED), key=itemgetter(0)):
            by_drink = groupby(keyed, key=lambda row: row[:_DRINK_COLUMNS])
            drinks = [(head, _candidate(head, rows)) for head, rows in by_drink]
            ordinals = {head[1]: self._index.ordinal_of_row[head[2]] for head, _ in drinks}
            for ids in group_candidates(candidate for _, candidate in drinks):
                yield tuple(sorted(ordinals[one] for one in ids))


def _candidate(head: Sequence[Any], rows: Iterable[Sequence[Any]]) -> Candidate:
    """Return the candidate of the rows of one drink; `head` is their first columns."""
    _key, drink_id, _row, source, name, is_mocktail = head
    lines = (
        FormedLine(name, form, variety, tuple(msgspec.json.decode(others)), bool(optional), ml)
        for name, form, variety, others, optional, ml in (row[_DRINK_COLUMNS:] for row in rows)
    )
    flag = None if is_mocktail is None else bool(is_mocktail)
    return Candidate(drink_id, source, name, flag, core_of(lines))
