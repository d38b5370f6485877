"""Sets of drinks as bitmaps, and posting lists: for each value, the drinks that have it.

A drink's number is its ordinal; the numbers have no meaning. A bitmap is an int whose bit n
represents ordinal n, so the drinks 0, 2 and 3 are 0b1101. A bitmap of a hundred thousand drinks is
12.5 kB; `&`, `|` and `~` intersect, unite and complement such sets in about a microsecond, and
`int.bit_count` counts their drinks.
"""

import heapq
from array import array
from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from operator import or_

from mocktailverse.catalogue.search.query import Facet

MAX_FACET_VALUES = 100

_ORDINAL_BITS = 32
_TO_DIGITS = bytes.maketrans(b"\x00\x01", b"01")
_FROM_DIGITS = bytes.maketrans(b"01", b"\x00\x01")

DrinkSet = int | Iterable[int]
"""A set of drinks: a bitmap, or distinct ordinals."""


def range_bitmap(start: int, stop: int) -> int:
    """Return the bitmap of the ordinals from `start` up to, not including, `stop`."""
    return (1 << stop) - (1 << start)


def ordinals_bitmap(ordinals: Iterable[int], size: int) -> int:
    """Return the bitmap of these ordinals, all below `size`."""
    packed = bytearray((size + 7) // 8)
    for ordinal in ordinals:
        packed[ordinal >> 3] |= 1 << (ordinal & 7)
    return int.from_bytes(packed, "little")


# The next two go by way of a binary numeral, since Python converts those in C: the flags
# 1, 0, 1, 1 become the text "1011", backwards "1101", as an int 0b1101. For many drinks this is
# many times faster than a loop that sets or tests one bit at a time.


def flags_bitmap(flags: bytes | bytearray) -> int:
    """Return the bitmap of the positions with a 1; all other bytes are 0."""
    return int(flags.translate(_TO_DIGITS)[::-1] or b"0", 2)


def bitmap_flags(bitmap: int, size: int) -> bytes:
    """Return one byte for each of `size` ordinals: 1 in the set, 0 not."""
    return f"{bitmap:0{size}b}"[::-1].encode().translate(_FROM_DIGITS) if size else b""


def bitmap_ordinals(bitmap: int, size: int, start: int = 0) -> Iterator[int]:
    """Yield the ordinals of a bitmap from `start` on, ascending."""
    find = bitmap_flags(bitmap, size).find
    position = find(1, start)
    while position >= 0:
        yield position
        position = find(1, position + 1)


def fold_case(text: str) -> str:
    """Return the form in which values are compared: without case and surplus white space."""
    return " ".join(text.split()).casefold()


class Selection:
    """A set of drinks to count in, as a bitmap and as one byte a drink.

    A bitmap is fast to intersect with another bitmap, a byte fast to look up for one ordinal.
    """

    def __init__(self, bitmap: int, size: int) -> None:
        """Take a bitmap of ordinals below `size`."""
        self.bitmap = bitmap
        self.flags = bitmap_flags(bitmap, size)

    def __len__(self) -> int:
        return self.bitmap.bit_count()


class PostingLists:
    """For each value the set of its drinks.

    Each set is stored in the smaller form: an array takes 32 bits for each drink that has the
    value, a bitmap 1 bit for each drink of the catalogue. So of 32,000 drinks, a value with up to
    1,000 is an array.
    """

    def __init__(self, size: int, drinks: Mapping[str, DrinkSet]) -> None:
        """Take a set of ordinals below `size` for each value."""
        self._size = size
        self.sets = {value: self._compact(members) for value, members in drinks.items()}
        """The drinks of each value, in their stored form."""
        sizes = {
            value: members.bit_count() if isinstance(members, int) else len(members)
            for value, members in self.sets.items()
        }
        self.by_size = sorted(sizes.items(), key=lambda item: (-item[1], item[0]))
        """Values with their number of drinks, most frequent first, then by value."""
        self._spellings: dict[str, list[str]] = {}
        for value in self.sets:
            self._spellings.setdefault(fold_case(value), []).append(value)

    def spellings(self, text: str) -> list[str]:
        """Return the values that equal a text but for case and white space."""
        return self._spellings.get(fold_case(text), [])

    def bitmap(self, value: str) -> int:
        """Return the drinks of exactly this value; 0 for a value that no drink has."""
        drinks = self.sets.get(value, 0)
        return drinks if isinstance(drinks, int) else ordinals_bitmap(drinks, self._size)

    def ordinals(self, value: str) -> Iterable[int]:
        """Return the drinks of exactly this value; there must be one."""
        drinks = self.sets[value]
        return bitmap_ordinals(drinks, self._size) if isinstance(drinks, int) else drinks

    def any_of(self, texts: Iterable[str]) -> int:
        """Return the drinks that have one of these values, in any case."""
        values = (value for text in texts for value in self.spellings(text))
        return reduce(or_, map(self.bitmap, values), 0)

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
        for value, upper_bound in self.by_size:
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

    def _compact(self, members: DrinkSet) -> "int | array[int]":
        if isinstance(members, int):
            is_rare = members.bit_count() * _ORDINAL_BITS <= self._size
            return array("I", bitmap_ordinals(members, self._size)) if is_rare else members
        listed = members if isinstance(members, array) else array("I", members)
        is_rare = len(listed) * _ORDINAL_BITS <= self._size
        return listed if is_rare else ordinals_bitmap(listed, self._size)


def join_spellings(drinks: Mapping[str, list[int]]) -> dict[str, list[int]]:
    """Join values that differ in case only, under the spelling that most drinks have."""
    usual: dict[str, str] = {}
    joined: dict[str, list[int]] = {}
    for value, members in sorted(drinks.items(), key=lambda item: (-len(item[1]), item[0])):
        label = usual.setdefault(fold_case(value), value)
        joined[label] = sorted({*joined[label], *members}) if label in joined else members
    return joined
