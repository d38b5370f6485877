"""Which unknown ids may well be drinks: those among known ones, and those that come next."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from itertools import pairwise

REACH = 8
LEAST_NEIGHBOURS = 4
RANGE_GAP = 1000
LEAST_IN_RANGE = 5
BEYOND = 4


def gaps(known: Collection[int]) -> list[int]:
    """Give the unknown ids with known ones within 8 on either side, the densest places first.

    That is what lies inside dense runs, and a few ids beyond their ends.
    """
    taken = set(known)
    neighbours = Counter(
        near
        for number in taken
        for near in range(max(1, number - REACH), number + REACH + 1)
        if near not in taken
    )
    dense = (number for number, count in neighbours.items() if count >= LEAST_NEIGHBOURS)
    return sorted(dense, key=lambda number: (-neighbours[number], number))


def next_ids(known: Collection[int]) -> list[int]:
    """Give the ids that follow the end of each range, where the source puts its next drinks.

    A new range begins where more than 1,000 ids in a row are unknown: TheCocktailDB's ids jump
    from 17840 to 178307.
    """
    return [end + step for end in _range_ends(sorted(known)) for step in range(1, BEYOND + 1)]


def numbers(ids: Iterable[str]) -> set[int]:
    """The ids that are numbers of up to nine digits, as the source's are."""
    return {int(drink_id) for drink_id in ids if re.fullmatch("[0-9]{1,9}", drink_id)}


def _range_ends(known: list[int]) -> Iterator[int]:
    members = 1
    for number, following in pairwise([*known, float("inf")]):
        if following - number <= RANGE_GAP:
            members += 1
            continue
        if members >= LEAST_IN_RANGE:
            yield int(number)
        members = 1
