"""The groups of a catalogue: which of its drinks are recipes of the same drink.

Found when first asked for, among the drinks whose `group_key` occurs in several sources, so a
catalogue of one source has no cost. Withdrawn drinks are in no group.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cached_property
from itertools import groupby
from operator import itemgetter

from mocktailverse.catalogue.rows import drinks_by_row
from mocktailverse.catalogue.search.bitmaps import bitmap_flags, ordinals_bitmap
from mocktailverse.catalogue.search.index import CatalogueIndex
from mocktailverse.drinks.drink import Drink
from mocktailverse.drinks.grouping.drink_groups import MOST_CANDIDATES, group_drinks, variants_of

Borrow = Callable[[], AbstractContextManager[sqlite3.Connection]]

_SHARED = """
SELECT group_key, row FROM drinks
WHERE withdrawn_at IS NULL AND group_key IN (
  SELECT group_key FROM drinks WHERE withdrawn_at IS NULL AND group_key <> ''
  GROUP BY group_key HAVING count(DISTINCT source) > 1
)
ORDER BY group_key, id
"""
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
        shared: Sequence[tuple[str, int]] = connection.execute(_SHARED).fetchall()
        for _key, keyed in groupby(shared, key=itemgetter(0)):
            rows = [row for _, row in keyed][:MOST_CANDIDATES]
            drinks = drinks_by_row(connection, rows)
            row_of = {drink.id: row for drink, row in zip(drinks, rows, strict=True)}
            for ids in group_drinks(drinks):
                yield tuple(sorted(self._index.ordinal_of_row[row_of[one]] for one in ids))
