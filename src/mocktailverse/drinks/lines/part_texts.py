"""The two texts of a recipe line, and what its parts have in common."""

import re
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
