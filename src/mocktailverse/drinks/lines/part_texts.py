"""The two texts of a recipe line, what its parts have in common, and names with a number."""

import re
from functools import cache
from typing import NamedTuple

from mocktailverse.drinks.ingredients.name_readings import key
from mocktailverse.drinks.ingredients.reference_rows import rows_by_key
from mocktailverse.drinks.measures import words
from mocktailverse.drinks.measures.grammar import may_come_first
from mocktailverse.drinks.measures.tokens import Token
from mocktailverse.drinks.text import word_set

EDGES = " \t,;:.-/|+="
"""What may be between the parts of a line."""
NOTES = re.compile(r"[,(;:]")
_OF = re.compile(
    r"(?:(?:(?:[Ee]ach|[Ff]ull|[Oo]f)(?:\s+of)?(?:\s+the)?|x|de|du|des|di|del|della|von|vom)\b|d')\s*"
)
_BEFORE_AMOUNT = word_set("to at no than just under over barely only")
"""Words that limit an amount: "up to 1 oz", "no more than 2 oz"."""
_OR_CONTAINER = re.compile(r"or\s+(?:bottles?|cans?|cartons?|packs?|packages?)\b\s*")

_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"[\s-]*[^\s,:;()]+")
_MOST_WORDS = 3
_SMALLEST = 7
"""A smaller number is an amount: "2 milk" is not "2% milk"."""


class LineParts(NamedTuple):
    """The two texts of a line."""

    measure: str
    """The text of the measure; empty if there is none."""
    name: str
    """The text of the ingredient with its notes."""


def named(text: str) -> str:
    """Return the text of a name without the word or mark that links it to the measure."""
    text = text.strip(EDGES)
    if text.startswith(")"):
        text = text[1:].strip(EDGES)
    if container := _OR_CONTAINER.match(text):
        text = text[container.end() :]
    if link := _OF.match(text):
        text = text[link.end() :]
    return text.strip(EDGES)


def is_name(text: str) -> bool:
    """Return whether the text is literally a name of the reference, up to its notes."""
    return key(NOTES.split(text, maxsplit=1)[0]) in rows_by_key()


def introduces(token: Token) -> bool:
    """Return whether a token may come before the amount: "about", "top with", "juice of"."""
    return (
        may_come_first(token)
        or token.text in _BEFORE_AMOUNT
        or token.text in words.QUALITATIVE
        or token.text in words.UNIT_WORDS  # "leaves from 1 sprig rosemary"
    )


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
