"""Match a name to the reference: exactly, except for spelling, word order and qualifiers."""

import re
from functools import lru_cache

from mocktailverse.drinks.ingredients.foreign_names import in_english, joining_words
from mocktailverse.drinks.ingredients.name_readings import (
    JOINING,
    NON_ALCOHOLIC,
    STRENGTHENED,
    Words,
    key,
    readings,
    words,
)
from mocktailverse.drinks.ingredients.reference_rows import (
    Family,
    Ingredient,
    families_by_key,
    general_names,
    mentions,
    names_alcohol,
    row_ancestors,
    rows_by_key,
)

FREE_HOUSE = "producer: only alcohol-free products"
"""The source of a row that covers all products of a house."""

_SEPARATOR = re.compile(r"[(,;:/]|\s(?:[-\u2013\u2014]|to|for)\s")

IMITATED = {"spirit", "liqueur", "fortified_wine", "wine", "beer", "cider", "bitters"}
"""Kinds of houses whose gin is an imitation; that of a house of lemonades is another bottle."""

_SOLD_AS_FREE_PERCENT = 0.5

_LONGEST_HOUSE = 3
"""Maximum words of the name of such a house."""

LONGEST_NAME = 120
"""Maximum characters of a name. A longer text is a sentence; it is neither matched nor cached."""


def match_ingredient(raw: str) -> Ingredient | None:
    """Return the ingredient that a name means; None if it is not in the reference.

    There is no fuzzy matching: "banana liqueur" is not "banana", "coconut rum" is not "rum".
    """
    return _match(raw) if len(raw) <= LONGEST_NAME else None


@lru_cache(maxsize=2048)
def _match(raw: str) -> Ingredient | None:
    by_key = rows_by_key()
    if exact := by_key.get(key(raw)):
        return exact
    candidates = list(readings(raw))
    for reading in candidates:
        if ingredient := by_key.get("".join(reading)):
            return ingredient if _leaves_no_alcohol_out(ingredient, candidates[0]) else None
    if candidates[0][:1] == (NON_ALCOHOLIC,):
        # "alcohol-free lemonade" is lemonade, but "alcohol-free Campari" is not Campari.
        rest = candidates[0][1:]
        plain = by_key.get("".join(rest))
        is_free = plain and plain.alcoholic is False and plain.abv_percent <= _SOLD_AS_FREE_PERCENT
        return plain if is_free else _of_free_house(rest, raw)  # not "alcohol-free vanilla extract"
    for reading in candidates:
        if ingredient := _named_with_its_family(reading):
            return ingredient
    english = in_english(raw)
    hides_alcohol = english and names_alcohol(words(english)) and not names_alcohol(candidates[0])
    if not hides_alcohol:
        house = _of_free_house(candidates[0], raw)
        if house or english is None:
            return house
    return _match(english) if english != raw else None


def _leaves_no_alcohol_out(ingredient: Ingredient, literal: Words) -> bool:
    """Return whether the words that a reading omits hide no alcohol: "cherry sliced in rum"."""
    return ingredient.alcoholic is not False or not names_alcohol(literal)


def _of_free_house(reading: Words, raw: str) -> Ingredient | None:
    """Return the house in "Seedlip Garden 108", if all of its products are without alcohol.

    The rest of the name may be a kind of drink ("Monday gin"), but not another bottle.
    """
    joining = JOINING.intersection(reading)
    if joining - {"and"} or _SEPARATOR.search(raw) or not joining_words().isdisjoint(reading[1:]):
        return None
    for length in range(min(_LONGEST_HOUSE, len(reading)), 0, -1):
        row = rows_by_key().get("".join(reading[:length]))
        if row and row.alcoholic is not False:
            return None  # "Kirk and Sweeney" is not the house of Kirk
        if row and row.source == FREE_HOUSE:
            rest = reading[length:]
            imitates = row.kind in IMITATED and not joining
            is_other = _names_bottle(rest, but_kinds=imitates)
            return None if is_other or _is_split(row, reading[:length]) else row
    return None


def _is_split(row: Ingredient, reading: Words) -> bool:
    """Return whether "gin sin ..." only looks like GinSin."""
    return len(words(row.name)) != len(reading) and any(names_alcohol((word,)) for word in reading)


def _names_bottle(reading: Words, *, but_kinds: bool) -> bool:
    """Return whether a text names alcohol, at request more than a kind of drink, such as gin."""
    return not STRENGTHENED.isdisjoint(reading) or any(
        match.alcoholic and not (but_kinds and _is_kind(match)) for match in mentions(reading)
    )


def _is_kind(match: Ingredient | Family) -> bool:
    """Return whether a name means a kind of drink: gin, an aperitif bitter, a grape of wine."""
    is_general = match.name in general_names() or key(match.name) in families_by_key()
    return is_general or match.kind == "wine"


def _named_with_its_family(reading: Words) -> Ingredient | None:
    """Return the product in "Kahlua coffee liqueur" or "gin Beefeater"; None if the names disagree.

    Every cut into two names is tried; one name has to be a kind of the other.
    """
    by_key = rows_by_key()
    for cut in range(len(reading) - 1, 0, -1):
        first = by_key.get("".join(reading[:cut]))
        last = by_key.get("".join(reading[cut:]))
        if first and last:
            if last.name in row_ancestors(first.name):
                return first
            if first.name in row_ancestors(last.name):
                return last
    return None
