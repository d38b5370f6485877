"""The ingredient that somebody has, as people write it: "half a bottle of gin", "Bols triple sec".

An amount, a container and the house that made it do not change what it is. That it is dried does,
and so does any word that is not understood: "rhubarb gin" is not gin.
"""

import re
from functools import cache, lru_cache

from mocktailverse.drinks.ingredients import (
    LONGEST_NAME,
    SOLID,
    Ingredient,
    ancestors,
    base_spirit,
    match_ingredient,
)
from mocktailverse.drinks.ingredients.denials import without_denial
from mocktailverse.drinks.ingredients.name_readings import Words, words
from mocktailverse.drinks.ingredients.reference_rows import rows_by_key
from mocktailverse.drinks.reference.tables import read_table
from mocktailverse.drinks.substitutions.preserved_pieces import preserved
from mocktailverse.drinks.text import one_line, word_set

_LONGEST_HOUSE = 3
"""Maximum words of the name of a house."""

_STATE = re.compile(
    r"^(?:(?:my|our|cheap|decent|leftover|open|opened|unopened|(?:half|almost|nearly)[\s-](?:full|empty)"
    r"|(?:the )?(?:rest|last bit|end) of)\s+)+(?:the\s+)?",
    re.IGNORECASE,
)
"""Words in front of a bottle that say how much is left or what it cost."""

_AGE = re.compile(r"\b(\d{1,2})(?=\s*$|\s*-?\s*(?:years?|yrs?|yo|años|ans)\b)", re.IGNORECASE)
_AGED_YEARS = 5
"""A rum of at least this age is dark with oak, also that of a house known for light rum."""

_AGED = frozenset({"Whiskey", "Brandy", "Rum"})
_BOTTLINGS = word_set(
    "vs vsop xo label black red green blue gold single barrel small batch reserve reserva select "
    "special old original extra exclusiva year yr"
)
"""Words on the bottles of an aged spirit that do not make another kind of it."""


@lru_cache(maxsize=2048)
def stocked_name(text: str) -> str:
    """Return the canonical name of an ingredient on a shelf; as written if it is not understood.

    >>> stocked_name("half a bottle of Schweppes tonic")
    'Tonic water'
    """
    written = one_line(text) or ""
    if len(written) > LONGEST_NAME:
        return written
    name = _known_name(written)
    if name is None:
        return written
    if name == "Soda" and "soda" in words(written):
        return "Soda water"  # other than "pop" and "soft drink"
    if "Light rum" in (name, *ancestors(name)) and _years(written) >= _AGED_YEARS:
        return "Aged rum"
    return preserved(name, written) or name


def _known_name(written: str) -> str | None:
    if row := match_ingredient(written):
        return row.name
    if without_denial(written) is not None:
        return None  # of "Foo beer 0%" only the 0 % is an amount
    from mocktailverse.drinks.lines import parse_line  # noqa: PLC0415 - few shelves need it

    line = parse_line(_STATE.sub("", written))
    if line.in_reference:
        return None if line.alternatives else line.name
    spoken = words(line.name_raw)
    return _of_house(spoken) or _of_brand(spoken)


def _of_house(spoken: Words) -> str | None:
    """Return the ingredient in "Bols triple sec"; None for a flavour alone, as in "Monin mint"."""
    for length in range(min(_LONGEST_HOUSE, len(spoken) - 1), 0, -1):
        makes = _made_by("".join(spoken[:length]))
        row = match_ingredient(" ".join(spoken[length:])) if makes else None
        if row and row.kind not in SOLID and makes in {"both", _made(row)}:
            return row.name
    return None


def _of_brand(spoken: Words) -> str | None:
    """Return the kind in "Don Julio blanco" or "Casamigos mezcal", the brand in "Hennessy VS"."""
    for length in range(len(spoken) - 1, 0, -1):
        brand = rows_by_key().get("".join(spoken[:length]))
        base = base_spirit(brand.name) if brand else None
        if brand and base:
            rest = spoken[length:]
            is_aged = base in _AGED and "Light rum" not in ancestors(brand.name)
            if is_aged and all(map(_is_bottling, rest)):
                return brand.name
            kind = match_ingredient(" ".join((*rest, base)))
            other = match_ingredient(" ".join(rest))
            if kind and base in ancestors(kind.name):
                return kind.name
            return other.name if other and other.alcoholic else None
    return None


def _is_bottling(word: str) -> bool:
    return word in _BOTTLINGS or (word.isdecimal() and len(word) < len("100"))


def _made_by(house: str) -> str | None:
    """Return what a house makes, by its key; None if it is not a house."""
    row = rows_by_key().get(house)
    is_of_liqueurs = row is not None and row.source.startswith("house of liqueurs")
    return "with alcohol" if is_of_liqueurs else _houses().get(house)


def _made(row: Ingredient) -> str:
    return "without alcohol" if row.alcoholic is False else "with alcohol"


def _years(written: str) -> int:
    age = _AGE.search(written)
    return int(age[1]) if age else 0


@cache
def _houses() -> dict[str, str]:
    return {"".join(words(name)): makes for name, makes, _source in read_table("houses.csv")}
