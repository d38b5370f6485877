"""Split a recipe line into the text of its measure and the text of its ingredient.

A number with its unit may come first ("2 oz gin"), around the name ("2 mint leaves") or last ("gin,
2 oz"). Without a number, an instruction ("to top"), a unit ("pinch of") or nothing is the measure.
"""

import re
from typing import NamedTuple

from mocktailverse.drinks.ingredients import match_ingredient
from mocktailverse.drinks.ingredients.name_readings import key
from mocktailverse.drinks.ingredients.reference_rows import rows_by_key
from mocktailverse.drinks.lines.numbered_names import numbered_name_end
from mocktailverse.drinks.measures import words
from mocktailverse.drinks.measures.grammar import may_come_first, read_amount, read_unit_alone
from mocktailverse.drinks.measures.measure import is_juice_of
from mocktailverse.drinks.measures.quantity import read_quantity, token_at
from mocktailverse.drinks.measures.reading import Reading, second_amount
from mocktailverse.drinks.measures.sizes import without_sizes
from mocktailverse.drinks.measures.tokens import Token, tokenize
from mocktailverse.drinks.text import word_set

_LARGEST_BARE_NUMBER = 100.0
"""A larger number without a unit is part of a name: "1800 tequila"."""
_NOTES = re.compile(r"[,(;:]")
_NUMBER_WORDS = frozenset({*words.NUMBER_WORDS, *words.MULTIPLES})
_OF = re.compile(
    r"(?:(?:(?:[Ee]ach|[Ff]ull|[Oo]f)(?:\s+of)?(?:\s+the)?|de|du|des|di|del|della|von|vom)\b|d')\s*"
)
_PRODUCT = re.compile(r"[^\W\d_][^\d,(;:]*\d")
"""A text with its first number inside: "Lot 40"."""
_JUICE_AFTER = re.compile(r",\s*(?:the\s+)?juice\s+(?:of|only)$", re.IGNORECASE)
_EDGES = " \t,;:.-/|+="
_AS_NEEDED = frozenset({("q", "b"), ("q", "s"), ("qb", ""), ("qs", "")})
"""Abbreviations of "as needed": quanto basta, quantum satis."""
_AND_PEEL = re.compile(r"\b(?:zest|peel|rind) and\b|\band (?:zest|peel|rind)\b", re.IGNORECASE)
_PEEL = frozenset({"zest", "peel", "rind", "skin"})
_SIMPLE = re.compile(
    r"((?:\d+(?:\.\d+|-\d+)?|(?:\d+ )?\d/\d)\s?([A-Za-z]+))\.?\s(?:of\s)?(([A-Za-z]+)[A-Za-z ,]*)"
)
"""The usual line, which needs no grammar: "2 oz fresh lime juice, strained"."""
_SIMPLE_UNITS = frozenset(
    {word for word in words.UNIT_WORDS if len(word) > words.ABBREVIATION_LENGTH}
    | {"oz", "ml", "cl"}
)
_NO_NAMES = words.STOPS.union(
    words.UNIT_WORDS, word_set("of the each full de du des d di del della von vom")
)
"""Words after a unit that do not begin a name, or not for certain."""
_WITH = frozenset(
    {"up", "off", "it", "with", "mit", "avec", "con", "the", "glass", "rest", "of", "b", "s"}
)
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
    if simple := _SIMPLE.fullmatch(text):
        measure, unit, name, first = simple.groups()
        if unit.casefold() in _SIMPLE_UNITS and first.casefold() not in _NO_NAMES:
            return LineParts(measure, name)
    tokens = without_sizes(_before_numbered_name(text, tokenize(text)))
    first = _first_amount(text, tokens)
    reading, is_unreadable = read_amount(tokens[first:])
    if is_unreadable:
        return _after_unreadable(text, tokens)
    if reading is None:
        return LineParts("", text) if first else _without_number(text, tokens)
    if reading.word is words.NO_UNIT and _is_in_name(reading):
        return LineParts("", text)
    if first:
        reading = reading._replace(start=reading.start + first, end=reading.end + first)
    return _with_amount(text, tokens, reading)


def _first_amount(text: str, tokens: list[Token]) -> int:
    """Return the index of the first token that may be an amount: the one after "7 Up"."""
    end = numbered_name_end(text)
    holds_number = _PRODUCT.match(text) or token_at(tokens, 0).text in _NUMBER_WORDS
    if holds_number and _is_name(text):
        end = len(_NOTES.split(text, maxsplit=1)[0])  # "Lot 40", "Four Roses"
    return sum(token.start < end for token in tokens)


def _is_name(text: str) -> bool:
    """Return whether the text is literally a name of the reference, up to its notes."""
    return key(_NOTES.split(text, maxsplit=1)[0]) in rows_by_key()


def _before_numbered_name(text: str, tokens: list[Token]) -> list[Token]:
    """Return the tokens up to a name with a number: "1" of "1 7-Up"."""
    for index, token in enumerate(tokens[1:], 1):
        if token.kind == "number" and numbered_name_end(text[token.start :]):
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
    is_thing = reading.word.kind == "count" or reading.word.unit == "shot"
    if is_thing and _names_something(tokens[after : reading.end - 1]):
        unit = tokens[reading.end - 1].text
        measure = f"{text[: tokens[after - 1].end]} {unit}"
        return LineParts(measure, _named(text[tokens[after].start :]))
    name = _named(text[stop:]) or text[:start].strip(_EDGES) or _name_in_unit(tokens, reading)
    if _JUICE_AFTER.search(name):
        return LineParts(f"{text[:stop]} juice of", name)
    if reading.word is words.NO_UNIT and _is_part_of_fruit(tokens[: reading.start]):
        return LineParts(text[:stop], f"{_AND_PEEL.sub('', text[:start]).strip()} {name}")
    size = "" if reading.word is words.NO_UNIT else _size_behind(text, tokens, end)
    return LineParts(text[:stop] + size, name)


def _name_in_unit(tokens: list[Token], reading: Reading) -> str:
    """Return the unit's word if it names the ingredient as well: "1 teabag"."""
    word = tokens[reading.end - 1].text
    return word if reading.word.kind == "count" and match_ingredient(word) else ""


def _size_behind(text: str, tokens: list[Token], end: int) -> str:
    """Return the bracket with a volume behind the name: " (75 cl)" of "1 bottle wine (75 cl)"."""
    for index in range(end, len(tokens)):
        if tokens[index].text == "(":
            size = second_amount(tokens, index + 1)
            if size and size.volume and token_at(tokens, size.end).text == ")":
                return f" {text[tokens[index].start : tokens[size.end].end]}"
    return ""


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
    if is_juice_of(tokens):
        link = next(token for token in reversed(tokens) if token.text in words.OF)
        return LineParts(text[: link.end], text)
    return _instruction(text, tokens) or _remark(text, tokens) or _unit_alone(text, tokens)


def _instruction(text: str, tokens: list[Token]) -> LineParts | None:
    """Return the parts of "top with soda", "garnish: lime wheel", "lots of ice"."""
    first = int(token_at(tokens, 0).text in _BEFORE_REMARK | _ARTICLES)
    token = token_at(tokens, first)
    is_loose = token.text in words.UNMEASURED or token.text in words.FEW
    if token.text == "q" and ("q", token_at(tokens, first + 1).text) not in _AS_NEEDED:
        return None
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
        is_phrase = (token.text, token_at(tokens, index + 1).text) in _AS_NEEDED
        if is_phrase or before.text in _BEFORE_REMARK or before.kind == "mark":
            start = token.start if is_phrase else before.start
            return LineParts(text[start:], _named(text[:start].rstrip(_EDGES + "(")))
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
    is_name = _is_name(text)
    if any(not _introduces(token) for token in core[: unit.start]):
        # A unit that the name needs is part of it: "Compass Box", but not "mint sprig".
        last = core[unit.end - 1]
        if is_name and (unit.end < len(core) or not _is_name(text[: last.start])):
            return LineParts("", text)
        return LineParts(last.text, _named(text))
    stop = tokens[unit.end - 1].end
    name = _named(text[stop:])
    if not name or (is_name and token_at(tokens, unit.end).text != "of"):
        return LineParts("", text)  # "Knob Creek"
    return LineParts(text[:stop], name)


def _named(text: str) -> str:
    """Return the text of a name without the word or mark that links it to the measure."""
    text = text.strip(_EDGES)
    if text.startswith(")"):
        text = text[1:].strip(_EDGES)
    if link := _OF.match(text):
        text = text[link.end() :]
    return text.strip(_EDGES)
