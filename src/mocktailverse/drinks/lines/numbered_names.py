"""Recognize names that begin with a number, which is not an amount: "7 Up", "151 rum"."""

import re
from functools import cache

from mocktailverse.drinks.ingredients.name_readings import key
from mocktailverse.drinks.ingredients.reference_rows import rows_by_key

_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"[\s-]*[^\s,:;()]+")
_MOST_WORDS = 3
_SMALLEST = 7
"""A smaller number is an amount: "2 milk" is not "2% milk"."""


def numbered_name_end(text: str) -> int:
    """Return the index after the longest such name at the beginning of the text; 0 if none."""
    number = _NUMBER.match(text)
    if number is None or number[0] not in _first_numbers():
        return 0
    end = longest = 0
    for _ in range(_MOST_WORDS):
        word = _WORD.match(text, end)
        if word is None:
            break
        end = word.end()
        if key(text[:end]) in rows_by_key():
            longest = end
    return longest


@cache
def _first_numbers() -> frozenset[str]:
    """Return the numbers with which names of the reference begin."""
    numbers = (_NUMBER.match(name) for name in rows_by_key())
    return frozenset(number[0] for number in numbers if number and int(number[0]) >= _SMALLEST)
