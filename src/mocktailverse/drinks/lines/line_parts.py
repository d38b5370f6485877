"""Split a recipe line into the text of its measure and the text of its ingredient.

A number with its unit may come first ("2 oz gin"), around the name ("2 mint leaves") or last ("gin,
2 oz"). Without a number, an instruction ("to top"), a unit ("pinch of") or nothing is the measure.
"""

import re

from mocktailverse.drinks.lines.part_texts import NOTES, LineParts, is_name, numbered_name_end
from mocktailverse.drinks.lines.parts_with_amount import after_unreadable, with_amount
from mocktailverse.drinks.lines.parts_without_number import without_number
from mocktailverse.drinks.measures import words
from mocktailverse.drinks.measures.grammar import read_amount
from mocktailverse.drinks.measures.quantity import token_at
from mocktailverse.drinks.measures.reading import Reading
from mocktailverse.drinks.measures.sizes import without_sizes
from mocktailverse.drinks.measures.tokens import Token, tokenize
from mocktailverse.drinks.text import word_set

_LARGEST_BARE_NUMBER = 100.0
"""A larger number without a unit is part of a name: "1800 tequila"."""
_NUMBER_WORDS = frozenset({*words.NUMBER_WORDS, *words.MULTIPLES})
_PRODUCT = re.compile(r"[^\W\d_][^\d,(;:]*\d")
"""A text with its first number inside: "Lot 40"."""
_COUNT_BEHIND = re.compile(r"([^\d(]+?)\s?(?:[-:(]|\bx\b)\s?(\d+(?:[-/]\d+)?)\)?")
"""A count behind the name: "mint leaves - 10", "lime x 2"."""
_NUMBER = r"(?:\d+(?:\.\d+|-\d+)?|(?:\d+ )?\d/\d)"
_MEASURED = re.compile(
    rf"({_NUMBER}\s?([A-Za-z]+)\.?(?:\s?\(\d[\d./]*\s?(?:ml|cl|oz)\))?)\s(?:of\s)?"
    r"(([^\W\d_]+)(?!')[^\d:;=/+&%~]*)"
)
"""The usual line, which needs no grammar: "2 oz (60 ml) fresh lime juice, strained"."""
_COUNTED = re.compile(rf"(?:({_NUMBER})\s)?([A-Za-z][A-Za-z ]*)")
"""A name alone, or with a number: "3 oranges"."""
_SIMPLE_UNITS = frozenset(
    {word for word in words.UNIT_WORDS if len(word) > words.ABBREVIATION_LENGTH}
    | {"oz", "ml", "cl"}
)
_NO_NAMES = words.STOPS.union(
    words.UNIT_WORDS,
    words.SPOONS_OF,
    word_set("of the each full de du des d di del della von vom minus less"),
)
"""Words after a unit that do not begin a name, or not for certain."""
_MEASURING = frozenset(words.QUALITATIVE).union(
    words.UNIT_WORDS, words.UNMEASURED, words.FEW, words.ARTICLES, words.NUMERALS
)
"""Words that are more than a name in a line without a unit."""


def parts_of_line(text: str) -> LineParts:
    """Return the parts of a cleaned line."""
    return _plain_parts(text) or _parts(text)


def _plain_parts(text: str) -> LineParts | None:
    """Return the parts of a usual line, in a fraction of the time; None if it is not one."""
    if match := _MEASURED.fullmatch(text):
        measure, unit, name, first = match.groups()
        is_plain = first.casefold() not in _NO_NAMES and "float" not in name
        if is_plain and unit.casefold() in _SIMPLE_UNITS:
            return LineParts(measure, name)
    elif match := _COUNTED.fullmatch(text):
        number, name = match.groups("")
        is_plain = _MEASURING.isdisjoint(name.casefold().split()) and is_name(name)
        if is_plain and not numbered_name_end(text):
            return LineParts(number, name)
    return None


def _parts(text: str) -> LineParts:
    tokens = without_sizes(_before_numbered_name(text, tokenize(text)))
    first = _first_amount(text, tokens)
    reading, is_unreadable = read_amount(tokens[first:])
    if is_unreadable or (reading is None and any(token.kind == "unread" for token in tokens)):
        return after_unreadable(text, tokens)
    if reading is None and (behind := _COUNT_BEHIND.fullmatch(text)):
        return parts_of_line(f"{behind[2]} {behind[1]}")
    if reading is None:
        return LineParts("", text) if first else without_number(text, tokens)
    if reading.word is words.NO_UNIT and _is_in_name(reading):
        return LineParts("", text)
    if first:
        reading = reading._replace(start=reading.start + first, end=reading.end + first)
    return with_amount(text, tokens, reading)


def _first_amount(text: str, tokens: list[Token]) -> int:
    """Return the index of the first token that may be an amount: the one after "7 Up"."""
    end = numbered_name_end(text)
    holds_number = _PRODUCT.match(text) or token_at(tokens, 0).text in _NUMBER_WORDS
    if holds_number and is_name(text):
        end = len(NOTES.split(text, maxsplit=1)[0])  # "Lot 40", "Four Roses"
    return sum(token.start < end for token in tokens) if end else 0


def _before_numbered_name(text: str, tokens: list[Token]) -> list[Token]:
    """Return the tokens up to a name with a number: "1" of "1 7-Up"."""
    numbers = [index for index, token in enumerate(tokens) if token.kind == "number"]
    for index in numbers:
        if index and numbered_name_end(text[tokens[index].start :]):
            return tokens[:index]
    return tokens


def _is_in_name(reading: Reading) -> bool:
    return reading.amount is not None and reading.amount[1] > _LARGEST_BARE_NUMBER
