"""Split a recipe line at its amount: "2 oz gin", "2 mint leaves", "gin, 2 oz"."""

import re

from mocktailverse.drinks.ingredients import match_ingredient
from mocktailverse.drinks.lines.part_texts import EDGES, LineParts, introduces, named
from mocktailverse.drinks.measures import words
from mocktailverse.drinks.measures.quantity import read_quantity, token_at
from mocktailverse.drinks.measures.reading import Reading, second_amount
from mocktailverse.drinks.measures.sizes import length_end
from mocktailverse.drinks.measures.tokens import Token
from mocktailverse.drinks.text import word_set

_JUICE_AFTER = re.compile(r",\s*(?:the\s+)?juice(?:\s+(?:of|only))?$", re.IGNORECASE)
_FLOAT = re.compile(r"[\s,(]+(?:to\s+)?float(?:ed|er)?\)?$", re.IGNORECASE)
_ARTICLE = re.compile(r"^(?:il|el|le|la|o|der|die|das)\s", re.IGNORECASE)
_AND_PEEL = re.compile(r"\b(?:zest|peel|rind) and\b|\band (?:zest|peel|rind)\b", re.IGNORECASE)
_PEEL = word_set("zest peel rind skin zests peels rinds skins")


def after_unreadable(text: str, tokens: list[Token]) -> LineParts:
    """Return the text after the last number and its unit as the name; the measure is unknown."""
    kinds = {"number", "fraction", "unread"}
    last = max((i for i, token in enumerate(tokens) if token.kind in kinds), default=0)
    last += token_at(tokens, last + 1).text in words.UNIT_WORDS
    return LineParts(text[: tokens[last].end], named(text[tokens[last].end :]))


def with_amount(text: str, tokens: list[Token], reading: Reading) -> LineParts:
    end = _past_equivalents(tokens, reading)
    stop = tokens[end - 1].end
    start = tokens[reading.start].start
    if any(not introduces(token) for token in tokens[: reading.start]):
        before, rest = text[:start].rstrip(EDGES + "("), text[stop:].strip(EDGES + ")")
        return LineParts(text[start:stop], named(f"{before}, {rest}" if rest else before))
    is_thing = reading.word.kind == "count" or reading.word.unit == "shot"
    if is_thing and (parts := _around_name(text, tokens, reading)):
        return parts
    name = named(text[stop:]) or text[:start].strip(EDGES) or _name_in_unit(tokens, reading)
    if reading.word.ml:
        name = _FLOAT.sub("", name)
    if _JUICE_AFTER.search(name):
        return LineParts(f"{text[:stop]} juice of", name)
    if reading.word is words.NO_UNIT and _is_part_of_fruit(tokens[: reading.start]):
        of_fruit = _AND_PEEL.sub("", text[:start]).replace(" from ", " of ").strip()
        link = " of" if of_fruit.rpartition(" ")[2].casefold() in _PEEL else ""  # "zest 1 lime"
        return LineParts(text[:stop], f"{_ARTICLE.sub('', of_fruit)}{link} {name}")
    size = "" if reading.word is words.NO_UNIT else _size_behind(text, tokens, end)
    return LineParts(text[:stop] + size, name)


def _around_name(text: str, tokens: list[Token], reading: Reading) -> LineParts | None:
    """Return the parts of "2 mint leaves"; None if number and unit are not around the name."""
    quantity = read_quantity(tokens, reading.start)
    after = _past_size(tokens, quantity.end) if quantity else reading.start
    if not _names_something(tokens[after : reading.end - 1]):
        return None
    number = text[: tokens[quantity.end - 1 if quantity else after - 1].end]
    unit = tokens[reading.end - 1].text
    return LineParts(f"{number} {unit}", named(text[tokens[after].start :]))


def _past_size(tokens: list[Token], index: int) -> int:
    """Return the index after the length at `index`: "3- to 4-inch" of each piece."""
    size = read_quantity(tokens, index) if token_at(tokens, index).kind == "number" else None
    return (size and length_end(tokens, size.end)) or index


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
