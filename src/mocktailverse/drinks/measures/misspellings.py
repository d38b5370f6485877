"""Recognize a misspelled unit: one slip of the keyboard in a short word, one edit in a long one."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import pairwise, takewhile
from typing import TypeVar

Unit = TypeVar("Unit")

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_MAY_LOSE_A_LETTER = 4
"""Minimum length of a word that is recognized without one of its letters."""


def _neighbours() -> dict[str, str]:
    """Return the keys around each key. A key touches two keys of the next lower row."""
    near: dict[str, str] = {}
    pairs = [pair for row in _ROWS for pair in pairwise(row)]
    for upper, lower in pairwise(_ROWS):
        pairs += zip(upper, lower, strict=False)
        pairs += zip(upper[1:], lower, strict=False)
    for one, other in pairs:
        near[one] = near.get(one, "") + other
        near[other] = near.get(other, "") + one
    return near


_NEAR = _neighbours()


def _slips(word: str) -> Iterator[str]:
    """Yield the word with one slip after its first letter: wrong key, swap, double or lost letter.

    The first letter is hardly ever wrong, and without it most slips would be real words: "cash".
    """
    for i in range(1, len(word)):
        start, letter, end = word[:i], word[i], word[i + 1 :]
        yield from (start + key + end for key in _NEAR.get(letter, ""))
        yield start + letter + letter + end
        if i > 1:
            yield word[: i - 1] + letter + word[i - 1] + end
        if len(word) >= _MAY_LOSE_A_LETTER:
            yield start + end


def misspellings(
    words: Iterable[str], units: Mapping[str, Unit], taken: Collection[str]
) -> dict[str, Unit]:
    """Return the units by their misspellings, without `taken` words and those of two units."""
    meant: dict[str, set[Unit]] = {}
    for word in words:
        for slip in _slips(word):
            meant.setdefault(slip, set()).add(units[word])
    return {
        slip: candidates.pop()
        for slip, candidates in meant.items()
        if len(candidates) == 1
        and slip not in units
        and slip not in taken
        and not slip.endswith("ed")  # a participle: "2 cubed" does not mean "cubes"
    }


def is_one_edit(one: str, other: str) -> bool:
    """Return whether one edit separates the words: an insertion, deletion, replacement or swap."""
    if abs(len(one) - len(other)) > 1:
        return False
    # Skip the common beginning, then compare the rests without the letters of one edit.
    # "onuce", "ounce": the rests are "nuce" and "unce"; the first two are swapped, "ce" is equal.
    same = takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    start = len(list(same))
    left, right = one[start:], other[start:]
    if len(left) == len(right):
        return left[1:] == right[1:] or (left[:2] == right[1::-1] and left[2:] == right[2:])
    return left[1:] == right or left == right[1:]
