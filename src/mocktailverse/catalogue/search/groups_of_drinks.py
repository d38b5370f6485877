"""The groups of a catalogue: which of its drinks are recipes of the same drink.

Found when first asked for, among the drinks whose names have a key in common with one of another
source, so a catalogue of one source has no cost. Withdrawn drinks are in no group.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cached_property
from itertools import groupby
from typing import Any

import msgspec

from mocktailverse.catalogue.rows import drinks_by_row, name_key
from mocktailverse.catalogue.search.bitmaps import bitmap_flags, ordinals_bitmap
from mocktailverse.catalogue.search.index import CatalogueIndex
from mocktailverse.drinks.drink import Drink
from mocktailverse.drinks.grouping.drink_groups import (
    NamedRecord,
    group_candidates,
    namesakes_of,
    variants_of,
)
from mocktailverse.drinks.grouping.drink_names import name_relation
from mocktailverse.drinks.grouping.recipe_core import FormedLine, core_of
from mocktailverse.drinks.grouping.same_drink import Candidate

Borrow = Callable[[], AbstractContextManager[sqlite3.Connection]]

_SHARED = """
SELECT k.key, d.id, d.source, d.name FROM drink_name_keys AS k JOIN drinks AS d ON d.id = k.drink_id
WHERE d.withdrawn_at IS NULL AND k.key IN (
  SELECT key FROM drink_name_keys JOIN drinks ON id = drink_id WHERE withdrawn_at IS NULL
  GROUP BY key HAVING count(DISTINCT source) > 1
)
ORDER BY k.key, d.id
"""
_CANDIDATES = """
SELECT d.id, d.row, d.source, d.name, d.is_mocktail,
       l.name, l.form, l.variety, l.alternatives, l.optional, l.ml_max
FROM json_each(?) AS requested
CROSS JOIN drinks AS d ON d.id = requested.value
CROSS JOIN drink_ingredients AS l ON l.drink_id = d.id
ORDER BY d.id, l.position
"""
_DRINK_COLUMNS = 5
_OTHERS = """
SELECT DISTINCT d.id, d.row, d.name FROM drink_name_keys AS own
CROSS JOIN drink_name_keys AS k ON k.key = own.key
CROSS JOIN drinks AS d ON d.id = k.drink_id
WHERE own.drink_id = ? AND d.source <> ? AND d.withdrawn_at IS NULL
ORDER BY d.id
"""
_MOST_VARIANTS = 100
"""Recipes of other sources that are read, by id."""


def variants_in(connection: sqlite3.Connection, drink: Drink) -> list[Drink]:
    """Return the recipes of a drink from other sources, by source and id."""
    others = connection.execute(_OTHERS, (drink.id, drink.source)).fetchall()
    rows = [row for _id, row, name in others if name_relation(drink.name, name)]
    return variants_of(drink, drinks_by_row(connection, rows[:_MOST_VARIANTS]))


class DrinkGroups:
    """The groups of one catalogue, as ordinals of its index."""

    def __init__(self, index: CatalogueIndex, borrow: Borrow) -> None:
        """Find nothing yet; `borrow` lends connections to the index's catalogue."""
        self._index = index
        self._borrow = borrow

    def one_of_each(self, drinks: int) -> int:
        """Return a set of drinks without those of whose group another one comes first."""
        _, others = self.one_of_each_ranked([drinks])
        return drinks & ~others

    def one_of_each_ranked(self, ranks: Sequence[int]) -> tuple[list[int], int]:
        """Return disjoint sets with one drink of each group, and the set of those left out.

        The one of a group is the first drink of the first set.
        """
        flags = [bitmap_flags(drinks, self._index.size) for drinks in ranks]
        others = [
            ordinal
            for group in {*self.by_ordinal.values()}
            for ordinal in [n for is_in in flags for n in group if is_in[n]][1:]
        ]
        left_out = ordinals_bitmap(others, self._index.size)
        return [drinks & ~left_out for drinks in ranks], left_out

    def ids_of(self, drinks: Sequence[Drink]) -> dict[str, list[str]]:
        """Return for each drink the ids of its group; drinks that are alone are left out."""
        index, members = self._index, self.by_ordinal
        ordinals = {one.id: index.ordinal_of((name_key(one.name), one.id)) for one in drinks}
        return {
            id_: [index.keys[member][1] for member in members[ordinal]]
            for id_, ordinal in ordinals.items()
            if ordinal is not None and ordinal in members
        }

    @cached_property
    def by_ordinal(self) -> Mapping[int, tuple[int, ...]]:
        """The ordinals of each drink's group, in name order; drinks that are alone are left out."""
        if len(self._index.fields["source"].sets) <= 1:
            return {}
        with self._borrow() as connection:
            groups = list(self._found(connection))
        return {ordinal: group for group in groups for ordinal in group}

    def _found(self, connection: sqlite3.Connection) -> Iterator[tuple[int, ...]]:
        """Yield the groups among the drinks whose names may mean the same drink."""
        for namesakes in namesakes_of(NamedRecord(*row) for row in connection.execute(_SHARED)):
            rows = connection.execute(_CANDIDATES, (msgspec.json.encode(namesakes).decode(),))
            by_drink = groupby(rows, key=lambda row: row[:_DRINK_COLUMNS])
            drinks = [(head, _candidate(head, lines)) for head, lines in by_drink]
            ordinals = {head[0]: self._index.ordinal_of_row[head[1]] for head, _ in drinks}
            for ids in group_candidates(candidate for _, candidate in drinks):
                members = (ordinals[one] for one in ids)
                yield tuple(sorted(members, key=self._index.keys.__getitem__))


def _candidate(head: Sequence[Any], rows: Iterable[Sequence[Any]]) -> Candidate:
    """Return the candidate of the rows of one drink; `head` is their first columns."""
    drink_id, _row, source, name, is_mocktail = head
    lines = (
        FormedLine(name, form, variety, tuple(msgspec.json.decode(others)), bool(optional), ml)
        for name, form, variety, others, optional, ml in (row[_DRINK_COLUMNS:] for row in rows)
    )
    flag = None if is_mocktail is None else bool(is_mocktail)
    return Candidate(drink_id, source, name, flag, core_of(lines))
