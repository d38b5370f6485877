"""Which drinks have which value, in memory."""

import heapq
from array import array
from collections.abc import Iterable, Mapping
from functools import reduce
from operator import or_

from mocktailverse.catalogue.answers import Facet
from mocktailverse.catalogue.bits import ordinals, pack, unpack

Drinks = int | Iterable[int]
"""A set of drinks: as bits, or as distinct ordinals."""


_ORDINAL_BITS = 32


def folded(text: str) -> str:
    """What values are compared by: without case and surplus white space."""
    return " ".join(text.split()).casefold()


class Selection:
    """A set of drinks to count in: as bits for big sets, as one byte a drink for small ones."""

    def __init__(self, bits: int, size: int) -> None:
        """Take a set of ordinals below `size`."""
        self.bits = bits
        self.flags = unpack(bits, size)

    def __len__(self) -> int:
        return self.bits.bit_count()


class Postings:
    """For each value the set of its drinks, in whichever form is smaller."""

    def __init__(self, size: int, drinks: Mapping[str, Drinks]) -> None:
        """Take a set of ordinals below `size` for each value."""
        self._size = size
        self._sets = {value: self._smaller(some) for value, some in drinks.items()}
        sizes = {value: _length(some) for value, some in self._sets.items()}
        self.by_size = sorted(sizes.items(), key=lambda item: (-item[1], item[0]))
        """Values and how many drinks they have, most first, then by value."""
        self._spelled: dict[str, list[str]] = {}
        for value in self._sets:
            self._spelled.setdefault(folded(value), []).append(value)

    def __contains__(self, value: str) -> bool:
        return value in self._sets

    def spelled(self, text: str) -> list[str]:
        """The values that equal a text but for case."""
        return self._spelled.get(folded(text), [])

    def drinks(self, value: str) -> Drinks:
        """The drinks that have exactly this value, as they are kept; it must be a known one."""
        return self._sets[value]

    def bits(self, value: str) -> int:
        """The drinks that have exactly this value; none for an unknown one."""
        found = self._sets.get(value, 0)
        return found if isinstance(found, int) else pack(found, self._size)

    def ordinals(self, value: str) -> Iterable[int]:
        """The drinks that have exactly this value; it must be a known one."""
        found = self._sets[value]
        return ordinals(found, self._size) if isinstance(found, int) else found

    def any_of(self, texts: Iterable[str]) -> int:
        """The drinks that have one of these values, in any case."""
        return reduce(or_, (self.bits(value) for text in texts for value in self.spelled(text)), 0)

    def count(self, value: str, within: Selection) -> int:
        """How many drinks of the selection have the value, which must be a known one."""
        found = self._sets[value]
        if isinstance(found, int):
            return (found & within.bits).bit_count()
        return sum(map(within.flags.__getitem__, found))

    def counts(self, within: Selection, top: int) -> list[Facet]:
        """The `top` values that occur most often in the selection, then by value."""
        best: list[int] = []
        found: list[Facet] = []
        for value, most in self.by_size:
            if len(best) == top and most < best[0]:
                break
            if count := self.count(value, within):
                found.append(Facet(value, count))
                heapq.heappush(best, count)
                if len(best) > top:
                    heapq.heappop(best)
        found.sort(key=lambda facet: (-facet.count, facet.value))
        return found[:top]

    def rest(self, within: Selection, given: int) -> int:
        """How many values occur in the selection, beyond those that are given."""
        flags = within.flags
        occurring = sum(
            bool(some & within.bits) if isinstance(some, int) else any(map(flags.__getitem__, some))
            for some in self._sets.values()
        )
        return occurring - given

    def _smaller(self, some: Drinks) -> "int | array[int]":
        if isinstance(some, int):
            few = some.bit_count() * _ORDINAL_BITS <= self._size
            return array("I", ordinals(some, self._size)) if few else some
        listed = some if isinstance(some, array) else array("I", some)
        return listed if len(listed) * _ORDINAL_BITS <= self._size else pack(listed, self._size)


def without_case(drinks: Mapping[str, list[int]]) -> dict[str, list[int]]:
    """Join values that differ in case only, under the spelling that most drinks have."""
    usual: dict[str, str] = {}
    joined: dict[str, list[int]] = {}
    for value, some in sorted(drinks.items(), key=lambda item: (-len(item[1]), item[0])):
        label = usual.setdefault(folded(value), value)
        joined[label] = sorted({*joined[label], *some}) if label in joined else some
    return joined


def _length(some: "int | array[int]") -> int:
    return some.bit_count() if isinstance(some, int) else len(some)
