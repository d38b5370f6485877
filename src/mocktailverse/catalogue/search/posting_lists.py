"""Posting lists (an inverted index): for each value, the drinks that have it."""

import heapq
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from functools import cached_property, reduce
from itertools import chain
from operator import or_
from types import MappingProxyType

from mocktailverse.catalogue.search.bitmaps import Selection, bitmap_ordinals, ordinals_bitmap
from mocktailverse.catalogue.search.query import Facet
from mocktailverse.catalogue.search.set_edits import (
    NO_DRINKS,
    Edits,
    StoredSet,
    edited_array,
    edited_bitmap,
)

MAX_FACET_VALUES = 100

_ORDINAL_BITS = 32

DrinkSet = int | Iterable[int]
"""A set of drinks: a bitmap, or distinct ordinals; those of an array are sorted."""


def fold_case(text: str) -> str:
    """Return the form in which values are compared: without case and surplus white space."""
    return " ".join(text.split()).casefold()


class PostingLists:
    """For each value the set of its drinks.

    Each set is stored in the smaller form: an array takes 32 bits for each drink that has the
    value, a bitmap 1 bit for each drink of the catalogue. So of 32,000 drinks, a value with up to
    1,000 is an array. The lists are never changed; `edited` and `replaced` return new ones, which
    share the other sets.
    """

    def __init__(self, size: int, drinks: Mapping[str, DrinkSet] = MappingProxyType({})) -> None:
        """Take a set of ordinals below `size` for each value."""
        self.sets: dict[str, StoredSet] = {}
        """The drinks of each value, in their stored form."""
        self._spellings: dict[str, list[str]] = {}
        self._replace(size, drinks)

    def edited(self, size: int, edits: Edits[str]) -> "PostingLists":
        """Return lists of ordinals below `size`, with edited sets."""
        drinks: dict[str, StoredSet] = {}
        for value, edit in edits.items():
            members = self.sets.get(value, NO_DRINKS)
            drinks[value] = (
                edited_bitmap(members, size, edit)
                if isinstance(members, int)
                else edited_array(members, edit)
            )
        return self.replaced(size, drinks)

    def replaced(self, size: int, drinks: Mapping[str, DrinkSet]) -> "PostingLists":
        """Return lists with other sets for some values; a value without any drink is left out."""
        lists = copy(self)
        lists._replace(size, drinks)
        return lists

    def by_size(self) -> Iterator[tuple[str, int]]:
        """Values with their number of drinks, most frequent first, then by value."""
        return ((value, -negative) for negative, value in self._ranked)

    def size_of(self, value: str) -> int:
        """Return the number of drinks of a value that some drink has."""
        drinks = self.sets[value]
        return drinks.bit_count() if isinstance(drinks, int) else len(drinks)

    def usual(self, spellings: Iterable[str]) -> str:
        """Return the spelling that most drinks have; of equal ones the first by value."""
        return min(spellings, key=lambda value: (-self.size_of(value), value))

    def spellings(self, text: str) -> list[str]:
        """Return the values that equal a text but for case and white space, in their order."""
        return self._spellings.get(fold_case(text), [])

    def bitmap(self, value: str) -> int:
        """Return the drinks of exactly this value; 0 for a value that no drink has."""
        drinks = self.sets.get(value, 0)
        return drinks if isinstance(drinks, int) else ordinals_bitmap(drinks, self._size)

    def bitmap_of_any(self, values: Iterable[str]) -> int:
        """Return the drinks that have one of these values, which some drinks have."""
        members = [self.sets[value] for value in values]
        listed = chain.from_iterable(drinks for drinks in members if not isinstance(drinks, int))
        bitmaps = (drinks for drinks in members if isinstance(drinks, int))
        return reduce(or_, bitmaps, ordinals_bitmap(listed, self._size))

    def ordinals(self, value: str) -> Iterable[int]:
        """Return the drinks of exactly this value; there must be one."""
        drinks = self.sets[value]
        return bitmap_ordinals(drinks, self._size) if isinstance(drinks, int) else drinks

    def any_of(self, texts: Iterable[str]) -> int:
        """Return the drinks that have one of these values, in any case."""
        return self.bitmap_of_any(value for text in texts for value in self.spellings(text))

    def count(self, value: str, within: Selection) -> int:
        """Return how many drinks of the selection have a value that some drink has."""
        drinks = self.sets[value]
        if isinstance(drinks, int):
            return (drinks & within.bitmap).bit_count()
        return sum(map(within.flags.__getitem__, drinks))

    def top(self, within: Selection, limit: int) -> list[Facet]:
        """Return the `limit` values that occur most often in the selection, then by value.

        Values are counted from the most frequent one down. A value cannot occur more often in the
        selection than in the catalogue, so counting ends early: with the best counts 9 and 7 and
        `limit` 2, no value with 6 drinks or fewer can still get in. `best` is a heap of the best
        counts with the smallest on top.
        """
        best: list[int] = []
        facets: list[Facet] = []
        for value, upper_bound in self.by_size():
            if len(best) == limit and upper_bound < best[0]:
                break
            if count := self.count(value, within):
                facets.append(Facet(value, count))
                heapq.heappush(best, count)
                if len(best) > limit:
                    heapq.heappop(best)
        facets.sort(key=lambda facet: (-facet.count, facet.value))
        return facets[:limit]

    def facet(self, within: Selection) -> tuple[list[Facet], int]:
        """Return the MAX_FACET_VALUES most frequent values, and how many more occur."""
        facets = self.top(within, MAX_FACET_VALUES)
        is_full = len(facets) == MAX_FACET_VALUES
        return facets, self.number_of_values(within) - len(facets) if is_full else 0

    def number_of_values(self, within: Selection) -> int:
        """Return how many values occur in the selection."""
        flags = within.flags
        return sum(
            bool(members & within.bitmap)
            if isinstance(members, int)
            else any(map(flags.__getitem__, members))
            for members in self.sets.values()
        )

    def union(self, values: Sequence[str]) -> StoredSet:
        """Return the drinks that have one of these values; they must be values of some drinks."""
        return self.sets[values[0]] if len(values) == 1 else self.bitmap_of_any(values)

    def joined_spellings(
        self,
        touched: Iterable[str],
        joined: "PostingLists",
        drinks_of: Callable[[Sequence[str]], StoredSet],
    ) -> "PostingLists":
        """Return lists that have values that differ in case only as one, in its usual spelling.

        `joined` are the lists before some values were `touched`, `drinks_of` returns the drinks
        of the spellings of a value.
        """
        drinks: dict[str, StoredSet] = {}
        for key in {fold_case(value) for value in touched}:
            drinks |= dict.fromkeys(joined.spellings(key), NO_DRINKS)
            if spellings := self.spellings(key):
                drinks[self.usual(spellings)] = drinks_of(spellings)
        return joined.replaced(self._size, drinks)

    def _replace(self, size: int, drinks: Mapping[str, DrinkSet]) -> None:
        self._size = size
        self.sets, self._spellings = {**self.sets}, {**self._spellings}
        for value, members in drinks.items():
            had_drinks = self.sets.pop(value, None) is not None
            if stored := self._compact(members):
                self.sets[value] = stored
            if had_drinks != bool(stored):
                key = fold_case(value)
                others = [other for other in self._spellings.pop(key, ()) if other != value]
                if spellings := sorted([*others, value] if stored else others):
                    self._spellings[key] = spellings
        if "_ranked" in vars(self):
            self._ranked = [item for item in self._ranked if item[1] not in drinks]
            self._ranked += sorted(self._sizes(filter(self.sets.__contains__, drinks)))
            self._ranked.sort()  # two sorted runs, so this only merges them

    @cached_property
    def _ranked(self) -> list[tuple[int, str]]:
        """The negative number of drinks of each value, and the value, sorted."""
        return sorted(self._sizes(self.sets))

    def _sizes(self, values: Iterable[str]) -> Iterator[tuple[int, str]]:
        return ((-self.size_of(value), value) for value in values)

    def _compact(self, members: DrinkSet) -> StoredSet:
        if isinstance(members, int):
            is_rare = members.bit_count() * _ORDINAL_BITS <= self._size
            return array("I", bitmap_ordinals(members, self._size)) if is_rare else members
        listed = members if isinstance(members, array) else array("I", sorted(members))
        is_rare = len(listed) * _ORDINAL_BITS <= self._size
        return listed if is_rare else ordinals_bitmap(listed, self._size)
