"""Find the unit of a quantity. Adjectives may come between, and one wrong letter is corrected."""

from typing import NamedTuple

from mocktailverse.drinks.measures import words
from mocktailverse.drinks.measures.misspellings import is_one_edit
from mocktailverse.drinks.measures.quantity import token_at
from mocktailverse.drinks.measures.tokens import Token
from mocktailverse.drinks.measures.words import UnitWord
from mocktailverse.drinks.text import word_set

_SHORTEST_CORRECTABLE = 5
_FLUID = frozenset({"fl", "fluid", "liq"})
_DOSES = frozenset({"dose", "doses"})
_SPLIT = word_set("of champagne prosecco cava sparkling wine brut") | {""}
"""What comes in a split, a quarter of a bottle; it may not be in the measure."""
_CONTEXTUAL = _FLUID.union(
    _DOSES, {"split"}, words.SPOONS, words.SPOON, (unit for _, unit in words.QUALIFIED_UNITS)
)
"""Words whose unit the words around them decide."""


class UnitMatch(NamedTuple):
    """A unit and the index of the first token after it."""

    word: UnitWord
    end: int


def past_hyphen(tokens: list[Token], index: int) -> int:
    """Return the index after an optional hyphen, as in "12-oz"."""
    return index + (index < len(tokens) and tokens[index].text == "-")


def unit_at(tokens: list[Token], index: int) -> UnitMatch | None:
    """Return the unit that starts at `index`, in one word or several; None if none does."""
    text = token_at(tokens, index).text
    if text in _CONTEXTUAL:
        return _unit_in_context(tokens, index, text)
    word = words.UNIT_WORDS.get(text)
    return UnitMatch(word, index + 1) if word else None


def _unit_in_context(tokens: list[Token], index: int, text: str) -> UnitMatch | None:
    after = past_hyphen(tokens, index + 1)
    if text in _FLUID:
        ounce = words.UNIT_WORDS.get(token_at(tokens, after).text)
        if ounce and ounce.weighs:
            return UnitMatch(words.FLUID_OUNCE, after + 1)
        if ounce or token_at(tokens, after).text in words.APOTHECARY:
            return None
    if text in words.SPOONS and token_at(tokens, after).text.startswith("spoon"):
        return UnitMatch(words.UNIT_WORDS[words.SPOONS[text]], after + 1)
    if text in words.SPOON:
        spoon = _spoon_of(tokens, index + 1)
        if spoon or token_at(tokens, index + 1).text == "a":
            return spoon
    word = words.UNIT_WORDS.get(text)
    if text in _DOSES and token_at(tokens, index + 1).text == "de":
        return UnitMatch(words.PART, index + 2)  # in German, a can
    if text == "split" and token_at(tokens, index + 1).text in _SPLIT:
        word = words.UNIT_WORDS["bottle"]  # else a participle
    before = tokens[index - 1].text if index else ""
    word = words.QUALIFIED_UNITS.get((before, text), word)
    return UnitMatch(word, index + 1) if word else None


def _spoon_of(tokens: list[Token], index: int) -> UnitMatch | None:
    """Return the spoon of "à soupe", "de sopa", "(sopa)" and "soperas" behind the word "spoon"."""
    is_bracket = token_at(tokens, index).text == "("
    index += is_bracket
    index += token_at(tokens, index).text in {"a", "de"}
    spoon = words.SPOONS_OF.get(token_at(tokens, index).text)
    return UnitMatch(words.UNIT_WORDS[spoon], index + 1 + is_bracket) if spoon else None


def find_unit(tokens: list[Token], start: int) -> UnitMatch | None:
    """Return the unit of the quantity that ends before `start`.

    The search looks ahead over adjectives and brackets: "2 large (fresh) slices". After a word
    that may belong to the ingredient, only units without a volume match: "2 cinnamon sticks" are
    pieces, but "1 Pimm's cup" is not a cup.
    """
    index = start = past_hyphen(tokens, start)
    after = token_at(tokens, index).text
    if words.QUALITATIVE.get(after) == "float":
        return UnitMatch(words.FLOAT, index + 1)
    only_adjectives = True  # so far
    while index < len(tokens):
        token = tokens[index]
        if token.text == "(":
            index = _past_bracket(tokens, index)
            continue
        if token.text == "-" and token.glued and token_at(tokens, index + 1).glued:
            index += 1  # "orange half-wheel"
            continue
        if token.kind != "word" or token.text in words.STOPS:
            return None
        match = unit_at(tokens, index)
        is_compound = tokens[index - 1].text == "-" and index > start and tokens[index].glued
        if (
            match is not None
            and not (is_compound and match.word.unit == "other")
            and (
                index == start
                or _fits(match.word, token.text, only_adjectives=only_adjectives)
                or (match.word.unit == "shot" and tokens[index - 1].text == "espresso")
            )
        ):
            return match
        corrected = words.MISSPELLED.get(token.text) if index == start else None
        if corrected is None and only_adjectives:
            corrected = _corrected(token.text, token_at(tokens, index + 1).text)
        if corrected is not None:
            return UnitMatch(corrected, index + 1)
        only_adjectives = only_adjectives and (
            token.text in words.ADJECTIVES or token.text.endswith(("ed", "ly"))
        )
        index += 1
    return None


def _past_bracket(tokens: list[Token], index: int) -> int:
    while index < len(tokens) and tokens[index].text != ")":
        index += 1
    return index + 1


def _fits(word: UnitWord, text: str, *, only_adjectives: bool) -> bool:
    is_safe = len(text) > words.ABBREVIATION_LENGTH or text in words.SAFE_ABBREVIATIONS
    return is_safe and (only_adjectives or word.kind == "count" or word.unit == "glass")


def _corrected(text: str, after: str) -> UnitWord | None:
    """Return the unit that differs from a long word in one letter; None if none does.

    A real word is a misspelled unit only before "of": "1 punch of salt".
    """
    if len(text) < _SHORTEST_CORRECTABLE or text.endswith("ed"):
        return None
    if text in words.REAL_WORDS and after != "of":
        return None
    same_start = words.CORRECTABLE.get(text[0], ())
    near = (word for word in same_start if is_one_edit(text, word))
    word = next(near, None)
    return words.UNIT_WORDS[word] if word else None
