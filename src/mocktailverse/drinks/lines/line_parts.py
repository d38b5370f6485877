"""Split a recipe line into the text of its measure and the text of its ingredient.

A number with its unit may come first ("2 oz gin"), around the name ("2 mint leaves") or last ("gin,
2 oz"). Without a number, an instruction ("to top"), a unit ("pinch of") or nothing is the measure.
"""

import re
from typing import NamedTuple

from mocktailverse.drinks.ingredients.name_readings import key
from mocktailverse.drinks.ingredients.reference_rows import rows_by_key
from mocktailverse.drinks.measures import words
from mocktailverse.drinks.measures.grammar import may_come_first, read_amount, read_unit_alone
from mocktailverse.drinks.measures.quantity import read_quantity, token_at
from mocktailverse.drinks.measures.reading import Reading, second_amount
from mocktailverse.drinks.measures.sizes import without_sizes
from mocktailverse.drinks.measures.tokens import Token, tokenize

_LARGEST_BARE_NUMBER = 100.0
"""A larger number without a unit is part of a name: "1800 tequila"."""
_NAME_WORDS = 3
"""Maximum words of a name that begins with a number, such as "151 proof rum"."""
_OF = re.compile(r"(?:(?:of|de|du|des|di|del|della|von|vom)\b(?:\s+the\b)?|d')\s*", re.IGNORECASE)
_JUICE_AFTER = re.compile(r",\s*(?:the\s+)?juice\s+(?:of|only)$", re.IGNORECASE)
_EDGES = " \t,;:.-/|+="
_PEEL = frozenset({"zest", "peel", "rind", "skin"})
_WITH = frozenset({"up", "off", "it", "with", "mit", "avec", "con", "the", "glass", "rest", "of"})
_ARTICLES = words.ARTICLES | {"the"}
_BEFORE_REMARK = frozenset({"to", "for", "as", "zum", "pour", "para", "per", "al", "nach", "au"})


class LineParts(NamedTuple):
    """The two texts of a line."""

    measure: str
    """The text of the measure; empty if there is none."""
    name: str
    """The text of the ingredient with its notes."""


def parts_of_line(text: str) -> LineParts:
    """Return the parts of a cleaned line."""
    if text[:1].isdigit() and _is_numbered_name(text):
        return LineParts("", text)
    tokens = without_sizes(_before_numbered_name(text, tokenize(text)))
    reading, is_unreadable = read_amount(tokens)
    if is_unreadable:
        return _after_unreadable(text, tokens)
    if reading is None:
        return _without_number(text, tokens)
    if reading.word is words.NO_UNIT and reading.amount and _is_in_name(reading):
        return LineParts("", text)
    return _with_amount(text, tokens, reading)


def _is_numbered_name(text: str) -> bool:
    """Return whether the text begins with a name of the reference: "7 Up", "151 rum"."""
    first = re.split(r"[,(;]", text, maxsplit=1)[0].split(maxsplit=_NAME_WORDS)[:_NAME_WORDS]
    return any(key(" ".join(first[:n])) in rows_by_key() for n in range(1, len(first) + 1))


def _before_numbered_name(text: str, tokens: list[Token]) -> list[Token]:
    """Return the tokens up to a name with a number: "1" of "1 7-Up"."""
    for index, token in enumerate(tokens[1:], 1):
        if token.kind == "number" and _is_numbered_name(text[token.start :]):
            return tokens[:index]
    return tokens


def _is_in_name(reading: Reading) -> bool:
    return reading.amount is not None and reading.amount[1] > _LARGEST_BARE_NUMBER


def _after_unreadable(text: str, tokens: list[Token]) -> LineParts:
    """Return the text after the last number and its unit as the name; the measure is unknown."""
    last = max((i for i, token in enumerate(tokens) if token.text[:1].isdigit()), default=0)
    last += token_at(tokens, last + 1).text in words.UNIT_WORDS
    return LineParts(text[: tokens[last].end], _named(text[tokens[last].end :]))


def _with_amount(text: str, tokens: list[Token], reading: Reading) -> LineParts:
    end = _past_equivalents(tokens, reading)
    stop = tokens[end - 1].end
    start = tokens[reading.start].start
    if any(not _introduces(token) for token in tokens[: reading.start]):
        before, rest = text[:start].rstrip(_EDGES + "("), text[stop:].strip(_EDGES + ")")
        return LineParts(text[start:stop], _named(f"{before}, {rest}" if rest else before))
    quantity = read_quantity(tokens, reading.start)
    after = quantity.end if quantity else reading.start
    if reading.word.kind == "count" and _names_something(tokens[after : reading.end - 1]):
        unit = tokens[reading.end - 1].text
        measure = f"{text[: tokens[after - 1].end]} {unit}"
        return LineParts(measure, _named(text[tokens[after].start :]))
    name = _named(text[stop:])
    if _JUICE_AFTER.search(name):
        return LineParts(f"{text[:stop]} juice of", name)
    if reading.word is words.NO_UNIT and _is_part_of_fruit(tokens[: reading.start]):
        return LineParts(text[:stop], f"{text[:start].strip()} {name}")
    return LineParts(text[:stop], name)


def _is_part_of_fruit(before: list[Token]) -> bool:
    """Return whether the number counts the fruits of "juice of 1 lime" and "zest of 1 lemon"."""
    return any(token.text in words.JUICE or token.text in _PEEL for token in before)


def _introduces(token: Token) -> bool:
    """Return whether a token may come before the amount: "about", "top with", "juice of"."""
    return may_come_first(token) or token.text in words.QUALITATIVE


def _names_something(between: list[Token]) -> bool:
    """Return whether a token between a number and its unit names the ingredient."""
    return any(
        token.kind == "word"
        and token.text not in words.ADJECTIVES
        and token.text not in words.UNIT_WORDS
        and token.text not in words.LENGTHS
        and token.text not in words.MULTIPLES
        and token.text not in words.NUMBER_WORDS
        and token.text not in {"x", "fl", "fluid", "c", "a"}
        and not token.text.endswith(("ed", "ly"))
        for token in between
    )


def _past_equivalents(tokens: list[Token], reading: Reading) -> int:
    """Return the index after what repeats or limits the amount: "(45 ml)", "/ 1.5 oz", "or so"."""
    index = reading.end
    while index < len(tokens):
        link = tokens[index].text
        if link == "(":
            closing = next((i for i in range(index, len(tokens)) if tokens[i].text == ")"), index)
            if not any(token.kind in {"number", "fraction"} for token in tokens[index:closing]):
                return index
            index = closing + 1
        elif link == "or" and token_at(tokens, index + 1).text in {"so", "more"}:
            index += 2
        elif link == "+" and tokens[index].glued:
            index += 1
        else:
            is_link = link in {"/", "=", ",", "or", "of", "-"}
            second = second_amount(tokens, index + is_link)
            if second is None:
                return index
            index = second.end
    return index


def _without_number(text: str, tokens: list[Token]) -> LineParts:
    is_juice = token_at(tokens, 0).text in words.JUICE
    if is_juice and token_at(tokens, 1).text in words.ADJECTIVES | {"from"}:
        return LineParts(text, text)
    return _instruction(text, tokens) or _remark(text, tokens) or _unit_alone(text, tokens)


def _instruction(text: str, tokens: list[Token]) -> LineParts | None:
    """Return the parts of "top with soda", "garnish: lime wheel", "lots of ice"."""
    first = 1 if token_at(tokens, 0).text in _BEFORE_REMARK else 0
    token = token_at(tokens, first)
    is_loose = token.text in words.UNMEASURED or token.text in words.FEW
    if token.text not in words.QUALITATIVE and not is_loose:
        return None
    if is_loose and read_unit_alone(_core(tokens)) is not None:
        return None
    end = first + 1
    while token_at(tokens, end).text in _WITH or token_at(tokens, end).text == ":":
        end += 1
    name = _named(text[tokens[end - 1].end :])
    return LineParts(text[: tokens[end - 1].end], name) if name else None


def _remark(text: str, tokens: list[Token]) -> LineParts | None:
    """Return the parts of "soda water, to top" and "mint sprig for garnish"."""
    for index, token in enumerate(tokens[1:], 1):
        if token.text not in words.QUALITATIVE and token.text not in words.UNMEASURED:
            continue
        before = tokens[index - 1]
        if before.text in _ARTICLES and index > 1:
            before = tokens[index - 2]
        if before.text in _BEFORE_REMARK or before.kind == "mark":
            return LineParts(
                text[before.start :], _named(text[: before.start].rstrip(_EDGES + "("))
            )
    return None


def _core(tokens: list[Token]) -> list[Token]:
    """Return the tokens before the first bracket, comma or preposition."""
    stop = next(
        (i for i, token in enumerate(tokens) if token.kind == "mark" or token.text in words.STOPS),
        len(tokens),
    )
    return tokens[:stop]


def _unit_alone(text: str, tokens: list[Token]) -> LineParts:
    """Return the parts of "pinch of salt", "mint sprig" and "gin"."""
    core = _core(tokens)
    unit = read_unit_alone(core)
    if unit is None:
        return LineParts("", _named(text))
    if any(not _introduces(token) for token in core[: unit.start]):
        return LineParts(tokens[unit.end - 1].text, _named(text))
    stop = tokens[unit.end - 1].end
    name = _named(text[stop:])
    return LineParts(text[:stop], name) if name else LineParts("", text)


def _named(text: str) -> str:
    """Return the text of a name without the word or mark that links it to the measure."""
    text = text.strip(_EDGES)
    if text.startswith(")"):
        text = text[1:].strip(_EDGES)
    if link := _OF.match(text):
        text = text[link.end() :]
    return text.strip(_EDGES)
