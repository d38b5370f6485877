"""The catalogue's index in memory: what filters, sort orders and counts need of each drink.

Built from the file when the first query needs it, and updated when a newer file is opened.
"""

import sqlite3
from array import array
from bisect import bisect_left, insort
from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import copy
from functools import cached_property
from itertools import chain, compress, count
from math import nan
from typing import TypeVar

from mocktailverse.catalogue.search.bitmaps import bitmap_ordinals, ordinals_bitmap, range_bitmap
from mocktailverse.catalogue.search.drink_batch import FIELDS, DrinkBatch, Key
from mocktailverse.catalogue.search.drink_needs import DrinkNeeds, Line
from mocktailverse.catalogue.search.ingredient_index import IngredientIndex
from mocktailverse.catalogue.search.posting_lists import PostingLists
from mocktailverse.catalogue.search.set_edits import edited_arrays, edits_between

T = TypeVar("T", int, float)


class CatalogueIndex:
    """The columns of each drink by its ordinal, and posting lists of the filters' values.

    A drink keeps its ordinal as long as it is in the catalogue; then a new drink may get it. Until
    one does, the columns have the old values, so every set must be intersected with `all`.

    Attributes:
        size: number of ordinals, used and free.
        keys: name_key and id of each drink.
        by_name: the ordinals in name order, that is, sorted by key.
        rows: drinks.row of each drink; `ordinal_of_row` is the inverse.
        observed: `observed_at` of each drink, in ms.
        abv_min: in % vol as mixed, NaN where unknown; likewise the next three.
        abv_max: in % vol as mixed.
        served: in % vol as served, the middle of the range.
        sugar_max: in g per 100 ml as served.
        all: bitmap of all drinks.
        present: bitmap of the drinks that are not withdrawn.
        fields: posting lists of source, category, alcoholic, glass, method, certainty, mocktail,
            zero_proof, tag, spirit; and of each ingredient that some drink names, with its kinds.
        ingredients: the ingredients and their drinks.
        needs: what the drinks need.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Read the catalogue: an index of no drinks, updated by all of them."""
        self.size = 0
        self.keys: list[Key] = []
        self.by_name = array("I")
        self.rows = array("q")
        self.ordinal_of_row: dict[int, int] = {}
        self.observed = array("q")
        self.abv_min = self.abv_max = self.served = self.sugar_max = array("d")
        self.all = self.present = 0
        self.fields = {field: PostingLists(0) for field in FIELDS}
        self._spelled = self.fields
        self.ingredients = IngredientIndex()
        self._lines: dict[Line, array[int]] = {}
        self.needs = DrinkNeeds(0, {})
        self._update(connection, connection, (), None)

    def updated(
        self, old: sqlite3.Connection, new: sqlite3.Connection, rows: Collection[int]
    ) -> "CatalogueIndex":
        """Return the index of a newer file; this one stays valid.

        `old` is the file of this index. `rows` are those in which the drinks of the two may
        differ; more do no harm. Both files must have been built with one ingredient reference.
        """
        index = copy(self)
        index._update(old, new, rows, rows)  # noqa: SLF001 - a new object of this class
        return index

    def ordinal_of(self, key: Key) -> int | None:
        """Return the ordinal of the drink with a name key and id; None if no drink has them."""
        place = bisect_left(self.by_name, key, key=self.keys.__getitem__)
        ordinals = self.by_name[place : place + 1]
        return ordinals[0] if ordinals and self.keys[ordinals[0]] == key else None

    @cached_property
    def strict_needs(self) -> DrinkNeeds:
        """The needs with garnishes, ice and the like; built when first asked for."""
        return DrinkNeeds(self.size, self._lines, strict=True)

    def _update(
        self,
        old: sqlite3.Connection,
        new: sqlite3.Connection,
        old_rows: Collection[int],
        new_rows: Collection[int] | None,
    ) -> None:
        """Replace the drinks of some rows of one file by those of another; assign new objects."""
        before = DrinkBatch(old, old_rows, lambda rows, _: [self.ordinal_of_row[r] for r in rows])
        after = DrinkBatch(new, new_rows, lambda _, keys: self._numbered(before, keys))
        self.size = max(self.size, 1 + max(after.ordinals, default=-1))
        self._update_columns(before, after)
        self._update_fields(before, after)
        self.ingredients = self.ingredients.updated(new, self.size, before.lines, after.lines)
        self.fields["ingredient"] = self.ingredients.joined
        self._lines = edited_arrays(self._lines, edits_between(before.lines, after.lines))
        self.needs = self.needs.updated(self.size, before.lines, after.lines)
        if "strict_needs" in vars(self):
            strict = self.strict_needs.updated(self.size, before.lines, after.lines)
            self.strict_needs = strict

    def _numbered(self, before: DrinkBatch, keys: Sequence[Key]) -> list[int]:
        """Return the ordinals of drinks: their own, else one that is free, else a new one."""
        own = {id_: ordinal for (_, id_), ordinal in zip(before.keys, before.ordinals, strict=True)}
        ids = {id_ for _, id_ in keys}
        left = (ordinal for id_, ordinal in own.items() if id_ not in ids)
        free = bitmap_ordinals(range_bitmap(0, self.size) & ~self.all, self.size)
        unused = chain(left, free, count(self.size))
        return [own[id_] if id_ in own else next(unused) for _, id_ in keys]

    def _update_columns(self, before: DrinkBatch, after: DrinkBatch) -> None:
        ordinals = after.ordinals
        self.ordinal_of_row = {**self.ordinal_of_row}
        for row in before.rows:
            del self.ordinal_of_row[row]
        self.ordinal_of_row |= zip(after.rows, ordinals, strict=True)
        self.rows = self._edited_column(self.rows, ordinals, after.rows)
        self.observed = self._edited_column(self.observed, ordinals, after.observed)
        for name in ("abv_min", "abv_max", "served", "sugar_max"):
            values = [nan if value is None else value for value in getattr(after, name)]
            setattr(self, name, self._edited_column(getattr(self, name), ordinals, values))
        gone = ordinals_bitmap(before.ordinals, self.size)
        is_present = [at is None for at in after.withdrawn]
        self.all = self.all & ~gone | ordinals_bitmap(ordinals, self.size)
        shown = ordinals_bitmap(compress(ordinals, is_present), self.size)
        self.present = self.present & ~gone | shown
        self._update_names(
            dict(zip(before.ordinals, before.keys, strict=True)),
            dict(zip(ordinals, after.keys, strict=True)),
        )

    def _update_names(self, before: Mapping[int, Key], after: Mapping[int, Key]) -> None:
        """Take the names of some drinks out of the name order, and put in those that they have."""
        by_name = self.by_name[:]
        for ordinal, key in before.items():
            if after.get(ordinal) != key:
                del by_name[bisect_left(by_name, key, key=self.keys.__getitem__)]
        self.keys = [*self.keys, *((("", ""),) * (self.size - len(self.keys)))]
        for ordinal, key in after.items():
            self.keys[ordinal] = key
        renamed = [ordinal for ordinal, key in after.items() if before.get(ordinal) != key]
        if by_name:
            for ordinal in renamed:
                insort(by_name, ordinal, key=self.keys.__getitem__)
        else:
            by_name = array("I", sorted(renamed, key=self.keys.__getitem__))
        self.by_name = by_name

    def _update_fields(self, before: DrinkBatch, after: DrinkBatch) -> None:
        spelled, joined = self._spelled, self.fields
        self._spelled, self.fields = {}, {}
        for field in FIELDS:
            edits = edits_between(before.by_field[field], after.by_field[field])
            lists = spelled[field].edited(self.size, edits)
            self._spelled[field] = lists
            self.fields[field] = lists.joined_spellings(edits, joined[field], lists.union)

    def _edited_column(
        self, column: "array[T]", ordinals: Sequence[int], values: Iterable[T]
    ) -> "array[T]":
        if not column:  # the first drinks are numbered in their order
            return array(column.typecode, values)
        edited = column[:]
        edited.frombytes(bytes(column.itemsize * (self.size - len(column))))
        for ordinal, value in zip(ordinals, values, strict=True):
            edited[ordinal] = value
        return edited
