"""The parts of a drink's name: the words that say which drink it is, and what else it states.

The vocabulary is in `reference/drink_names.csv`.
"""

import re
from functools import cache, lru_cache
from typing import NamedTuple

from mocktailverse.drinks.ingredients import BASE, Ingredient, Kind
from mocktailverse.drinks.ingredients.foreign_names import in_english
from mocktailverse.drinks.ingredients.name_readings import Words, words
from mocktailverse.drinks.ingredients.reference_rows import (
    families_by_key,
    general_names,
    row_ancestors,
    rows_by_key,
)
from mocktailverse.drinks.reference.tables import read_table

_LONGEST = 120
"""Maximum characters of a name that are read."""

_LONGEST_INGREDIENT = 3
"""Maximum words of an ingredient within a name."""

_NOTE = re.compile(
    r"\(([^()]*)\)|\[([^\[\]]*)\]|\b(?:aka|a\.k\.a\.|also known as)\s(.*)", re.IGNORECASE
)
_PLANTS: frozenset[Kind] = frozenset({"fruit", "vegetable", "herb", "spice"})
_INITIALS = re.compile(r"\b(\w)\.(?=\w\b)")
_TENS = re.compile("[2-9]0")
_ROMAN = {"ii": "2", "iii": "3", "iv": "4"}


class DrinkName(NamedTuple):
    """The parts of a drink's name."""

    words: Words
    """Normalized words in their order, without articles and praise."""
    free: bool = False
    """Whether the name says that the drink is alcohol-free: virgin, mocktail."""
    number: str = ""
    """Number of the recipe: 2 of "Martinez No. 2"."""
    serving: bool = False
    """Whether the name says how it is served: shot, pitcher."""
    note: Words = ()
    """Unknown words in brackets: curled of "Satan's Whiskers (curled)"."""
    bracket: Words = ()
    """All words in brackets, which may be another name."""

    @property
    def stems(self) -> Words:
        """The stems of the words in alphabetical order."""
        return tuple(sorted(map(_stem, self.words)))

    @property
    def letters(self) -> str:
        """The letters of the stems in alphabetical order."""
        return "".join(self.stems)


@lru_cache(maxsize=8192)
def read_drink_name(name: str) -> DrinkName:
    """Return the parts of a name."""
    name = _INITIALS.sub(r"\1", name[:_LONGEST])
    notes = " ".join(part for parts in _NOTE.findall(name) for part in parts if part)
    tokens, free = _without_denial(words(_NOTE.sub(" ", name)))
    note, note_denies = _without_denial(words(notes))
    tokens, number = _without_number(tokens)
    plain, serving = _without_list(tuple(map(_digits_of, tokens)), "serving")
    kept = _content(_with_tens(plain))
    bracket = _content(note, ())
    note = tuple(word for word in bracket if word not in kept)
    if any(map(_changes, note)):
        kept, note = (*note, *kept), ()  # "Margarita (frozen)"
    says_nothing = vocabulary()["place"] | vocabulary()["generic"]
    note = tuple(word for word in note if word not in says_nothing and not word.isdigit())
    return DrinkName(kept, free or note_denies, number, serving, note, bracket)


@lru_cache(maxsize=8192)
def named_ingredients(tokens: Words) -> dict[Words, Ingredient]:
    """Return the ingredients among the words of a name: Gin of "Gin Bramble"."""
    rows: dict[Words, Ingredient] = {}
    start = 0
    while start < len(tokens):
        for length in range(_LONGEST_INGREDIENT, 0, -1):
            segment = tokens[start : start + length]
            row = _row(segment)
            if row and row != _row(segment[1:]):  # not "frozen" of "frozen strawberry"
                rows[segment] = row
                break
        start += len(segment) if segment in rows else 1
    return rows


def _row(segment: Words) -> Ingredient | None:
    row = rows_by_key().get("".join(segment))
    if row is None or vocabulary()["place"].issuperset(segment):  # "Irish" is also a whiskey
        return None
    is_cocktail = row.kind == "mixer" and row.alcoholic is None
    return None if is_cocktail or row.kind == "other" else row


def _digits_of(word: str) -> str:
    return _digits().get(word, word)


def _with_tens(tokens: Words) -> Words:
    """Return the words with numbers as one: 75 for seventy-five."""
    joined: list[str] = []
    for word in tokens:
        is_unit = len(word) == 1 and word.isdigit() and joined and _TENS.fullmatch(joined[-1])
        joined[-1:] = [joined[-1][0] + word] if is_unit else [*joined[-1:], word]
    return tuple(joined)


def _content(tokens: Words, default: Words | None = None) -> Words:
    """Return the words that say which drink it is; all, if there are none."""
    ignored = vocabulary()["function"] | vocabulary()["filler"]
    kept = tuple(part for word in tokens if word not in ignored for part in _translated(word))
    return kept or (tokens if default is None else default)


@lru_cache(maxsize=8192)
def _translated(word: str) -> Words:
    """Return the English words of a foreign plant: watermelon of "agua de sandía"."""
    english = words(in_english(word) or word)
    row = rows_by_key().get("".join(english))
    return english if row and row.kind in _PLANTS else (word,)


def _stem(word: str) -> str:
    """Return the word without -e or -ed: iced and ice, royale and royal are equal."""
    for ending in ("ed", "e"):
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return word.removesuffix(ending)
    return word


def _without_number(tokens: Words) -> tuple[Words, str]:
    last = _ROMAN.get(tokens[-1], tokens[-1]) if tokens else ""
    rest = tokens[:-1]
    if rest and rest[-1] in vocabulary()["number"] and len(rest) > 1:
        last, rest = _digits_of(last), rest[:-1]
    if len(last) == 1 and last.isdigit() and rest:
        return rest, last
    return tokens, ""


def _without_list(tokens: Words, name: str) -> tuple[Words, bool]:
    kept = tuple(word for word in tokens if word not in vocabulary()[name])
    return (kept, True) if kept and kept != tokens else (tokens, False)


def _without_denial(tokens: Words) -> tuple[Words, bool]:
    text = f" {' '.join(tokens)} "
    for phrase in _denials():
        text = text.replace(f" {phrase} ", " ")
    kept = tuple(text.split())
    return kept, kept != tokens


def _changes(word: str) -> bool:
    """Return whether a word in brackets makes another drink: frozen, strawberry."""
    is_food = word in rows_by_key() or word in families_by_key()
    return is_food or word in vocabulary()["variety"]


@cache
def base_spirits() -> frozenset[str]:
    """Return the base spirits and their wide kinds that one word names."""
    return frozenset(
        word
        for word, row in rows_by_key().items()
        if row.kind == "spirit" and BASE in row_ancestors(row.name) and row.name in general_names()
    )


@cache
def vocabulary() -> dict[str, frozenset[str]]:
    """Return the words of each list of the vocabulary."""
    return {
        name: frozenset(part for phrase in phrases.split("|") for part in words(phrase))
        for name, phrases, _why in read_table("drink_names.csv")
    }


@cache
def _denials() -> tuple[str, ...]:
    """Return the phrases that deny alcohol, in normalized words, the longest first."""
    ((phrases,),) = [row[1:2] for row in read_table("drink_names.csv") if row[0] == "denial"]
    return tuple(sorted((" ".join(words(p)) for p in phrases.split("|")), key=len, reverse=True))


@cache
def _digits() -> dict[str, str]:
    """Return the digits of the English words for numbers."""
    return {
        word: row[0]
        for row in read_table("numbers.csv")
        if row[1] == "no" and row[0].isdigit()
        for word in row[2].split("|")
        if word != "equal"
    }
