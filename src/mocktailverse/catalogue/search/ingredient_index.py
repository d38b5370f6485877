"""The ingredients of the catalogue's index: which drinks name each, or a kind of it."""

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from functools import reduce
from hashlib import blake2b
from itertools import islice
from operator import or_
from typing import Any

from mocktailverse.catalogue.rows import NAME_KEY_LENGTH, name_key
from mocktailverse.catalogue.search.drink_needs import (
    DrinksByLine,
    drinks_by_alternative,
    drinks_by_count,
    drinks_by_name,
)
from mocktailverse.catalogue.search.posting_lists import PostingLists
from mocktailverse.catalogue.search.query import IngredientEntry
from mocktailverse.catalogue.search.set_edits import StoredSet, edited_bitmaps, edits_between
from mocktailverse.drinks.ingredients import ancestors, match_ingredient

_GENERALS = """
SELECT name, general FROM ingredient_kinds WHERE name IN (
  SELECT general FROM ingredient_kinds WHERE name IN ({names})
)
"""
_ENTRIES = """
SELECT name, kind, parent, abv_percent, drinks, drinks_with_kinds FROM ingredients
WHERE name IN ({names}) AND drinks_with_kinds > 0
"""

_MOST_PARAMETERS = 32_000
"""SQLite's own limit is 32,766."""

ListKey = tuple[float, str, str]


class IngredientIndex:
    """Ingredients by canonical name, their kinds, and the drinks that name them.

    The sets of drinks include withdrawn ones.

    Attributes:
        named: the drinks that name an ingredient itself.
        with_kinds: the drinks that name it or a kind of it.
        joined: of each named ingredient, in its usual spelling, the drinks that name it or a kind
            of it, or allow it instead of another one.
        by_length: for each number of distinct ingredients, the drinks that have that many.
        entries: those in use, in the order of the list: most used first, then by name.
        entry_of: the same by name.
    """

    def __init__(self) -> None:
        """Create the index of no drinks; see `updated`."""
        self.named = PostingLists(0)
        self.with_kinds = PostingLists(0)
        self.joined = PostingLists(0)
        self.by_length: dict[int, int] = {}
        self.entries: list[IngredientEntry] = []
        self.entry_of: dict[str, IngredientEntry] = {}
        self._allowed = PostingLists(0)
        self._list_keys: list[ListKey] = []
        self._generals: dict[str, tuple[str, ...]] = {}
        self._kinds: dict[str, frozenset[str]] = {}

    def updated(
        self,
        connection: sqlite3.Connection,
        size: int,
        before: DrinksByLine,
        after: DrinksByLine,
    ) -> "IngredientIndex":
        """Return the index after a change of some drinks, of whom these were and are the lines.

        The ordinals are below `size`; `connection` reads the file after the change.
        """
        index = copy(self)
        index._update(connection, size, before, after)  # noqa: SLF001 - a new object of this class
        return index

    def names_of(self, text: str) -> list[str]:
        """Return the canonical names of an ingredient in any spelling, usually one.

        A name of the reference is returned even if no drink has it.
        """
        match = match_ingredient(text)
        return [match.name] if match else self.with_kinds.spellings(text)

    def drinks_with_or_allowing(self, text: str) -> int:
        """Return the drinks that have an ingredient, or allow it instead of another one."""
        return self._with_or_allowing(self.names_of(text))

    def drinks_with(self, text: str) -> int:
        """Return the drinks that have an ingredient, in any spelling, or a kind of it."""
        return reduce(or_, map(self.with_kinds.bitmap, self.names_of(text)), 0)

    def generals_of(self, name: str) -> frozenset[str]:
        """Return an ingredient in use itself, in any case, and all that are more general."""
        return frozenset((*self.named.spellings(name), *self._with_generals(name)))

    def kinds_of(self, name: str) -> Collection[str]:
        """Return the more special ingredients that some drink names."""
        return self._kinds.get(name, ())

    def _update(
        self,
        connection: sqlite3.Connection,
        size: int,
        before: DrinksByLine,
        after: DrinksByLine,
    ) -> None:
        old, new = drinks_by_name(before), drinks_by_name(after)
        self._read_generals(connection, new.keys() - self._generals.keys())
        names = edits_between(old, new)
        self._update_kinds(names, self.named, named := self.named.edited(size, names))
        self.named = named
        lengths = edits_between(drinks_by_count(old), drinks_by_count(new))
        self.by_length = edited_bitmaps(self.by_length, size, lengths)
        generals = edits_between(self._by_general(old), self._by_general(new))
        self.with_kinds = self.with_kinds.edited(size, generals)
        allowed = edits_between(_by_allowed(before), _by_allowed(after))
        self._allowed = self._allowed.edited(size, allowed)
        touched = names.keys() | generals.keys() | allowed.keys()
        self.joined = self.named.joined_spellings(touched, self.joined, self._drinks_of)
        self._update_entries(connection, old.keys() | new.keys())
        self._drop_generals(old)

    def _read_generals(self, connection: sqlite3.Connection, names: Collection[str]) -> None:
        """Read the more general ingredients of new names, and the ones of those."""
        generals: dict[str, list[str]] = defaultdict(list)
        for name, general in _rows_of(connection, _GENERALS, names):
            generals[name].append(general)
        self._generals = self._generals | {name: (*those,) for name, those in generals.items()}

    def _drop_generals(self, names: Iterable[str]) -> None:
        """Forget those of some names, and of their generals, that no drink has now."""
        touched = {general for name in names for general in self._with_generals(name)}
        if gone := {name for name in touched if name not in self.with_kinds.sets}:
            kept = self._generals.items()
            self._generals = {name: those for name, those in kept if name not in gone}

    def _update_kinds(self, names: Iterable[str], old: PostingLists, new: PostingLists) -> None:
        self._kinds = {**self._kinds}
        for name in names:
            if (name in old.sets) == (name in new.sets):
                continue
            for general in self._with_generals(name):
                kinds = self._kinds.pop(general, frozenset()) - {name}
                if name in new.sets and name != general:
                    kinds |= {name}
                if kinds:
                    self._kinds[general] = kinds

    def _update_entries(self, connection: sqlite3.Connection, names: Iterable[str]) -> None:
        touched = {general for name in names for general in self._with_generals(name)}
        entries = [IngredientEntry(*row) for row in _rows_of(connection, _ENTRIES, touched)]
        listed = [
            item
            for item in zip(self._list_keys, self.entries, strict=True)
            if item[1].name not in touched
        ]
        listed += sorted((list_key(entry), entry) for entry in entries)
        listed.sort()  # two sorted runs, so this only merges them
        self._list_keys = [key for key, _ in listed]
        self.entries = [entry for _, entry in listed]
        self.entry_of = {entry.name: entry for entry in self.entries}

    def _with_generals(self, name: str) -> tuple[str, ...]:
        return self._generals.get(name, (name,))

    def _by_general(self, drinks: Mapping[str, set[int]]) -> dict[str, set[int]]:
        """Return the drinks that name each ingredient or a kind of it."""
        by_general: dict[str, set[int]] = defaultdict(set)
        for name, ordinals in drinks.items():
            for general in self._with_generals(name):
                by_general[general] |= ordinals
        return by_general

    def _drinks_of(self, names: Sequence[str]) -> StoredSet:
        if len(names) == 1 and not self._allowed.spellings(names[0]):
            return self.with_kinds.sets[names[0]]
        return self._with_or_allowing(names)

    def _with_or_allowing(self, names: Sequence[str]) -> int:
        drinks = map(self.with_kinds.bitmap, names)
        return reduce(or_, drinks, self._allowed.any_of(names))


def list_key(entry: IngredientEntry) -> ListKey:
    """Return the sort key of the list: most used first, then by name.

    It is short enough for a cursor: a digest keeps long names distinct.
    """
    name = entry.name
    if len(name) > NAME_KEY_LENGTH:
        name = name[:NAME_KEY_LENGTH] + blake2b(name.encode(), digest_size=8).hexdigest()
    return -entry.drinks, name_key(entry.name), name


def _by_allowed(lines: DrinksByLine) -> dict[str, set[int]]:
    """Return the drinks that allow each ingredient, or a kind of it, instead of another one."""
    drinks: dict[str, set[int]] = defaultdict(set)
    for name, ordinals in drinks_by_alternative(lines).items():
        match = match_ingredient(name)
        for general in {name, match.name if match else name, *ancestors(name)}:
            drinks[general].update(ordinals)
    return drinks


def _rows_of(
    connection: sqlite3.Connection, query: str, names: Collection[str]
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of some names; not by way of JSON, since SQLite ends its texts at a NUL."""
    remaining = iter(names)
    while chunk := list(islice(remaining, _MOST_PARAMETERS)):
        yield from connection.execute(query.format(names=", ".join("?" * len(chunk))), chunk)
