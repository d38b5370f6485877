"""Predict which unknown ids are drinks: those between known ids, and the next ones."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from itertools import pairwise

REACH = 8
"""Distance within which a known id counts as a neighbour."""
MIN_NEIGHBOURS = 4
RANGE_GAP = 1000
"""More unknown ids than this in a row separate two ranges."""
MIN_IN_RANGE = 5
BEYOND = 4
"""Number of ids to try after the end of each range."""


def gaps(known: Collection[int]) -> list[int]:
    """Return the unknown ids with at least 4 known ones within 8 on either side, densest first.

    These are the gaps inside dense runs, and a few ids beyond their ends.
    """
    taken = set(known)
    neighbours = Counter(
        near
        for number in taken
        for near in range(max(1, number - REACH), number + REACH + 1)
        if near not in taken
    )
    dense = (number for number, count in neighbours.items() if count >= MIN_NEIGHBOURS)
    return sorted(dense, key=lambda number: (-neighbours[number], number))


def next_ids(known: Collection[int]) -> list[int]:
    """Return the ids after the end of each range, where the source adds its next drinks.

    A new range starts after more than 1,000 unknown ids in a row: TheCocktailDB's ids jump from
    17840 to 178307.
    """
    return [end + step for end in _range_ends(sorted(known)) for step in range(1, BEYOND + 1)]


def numbers(ids: Iterable[str]) -> set[int]:
    """Return the ids that are numbers of up to nine digits, as the source's ids are."""
    return {int(drink_id) for drink_id in ids if re.fullmatch("[0-9]{1,9}", drink_id)}


def _range_ends(known: list[int]) -> Iterator[int]:
    members = 1
    for number, following in pairwise([*known, float("inf")]):
        if following - number <= RANGE_GAP:
            members += 1
            continue
        if members >= MIN_IN_RANGE:
            yield int(number)
        members = 1
