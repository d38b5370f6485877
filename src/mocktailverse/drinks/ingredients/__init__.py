"""Ingredients: canonical name, kind, parent and usual strength of each ingredient.

The data is in `reference/ingredients.csv`, one row for each ingredient, with the source of its
strength; see docs/explanation/strength.md. It is read once, on first use.
"""

from functools import cache, lru_cache
from typing import Literal, get_args

from msgspec import Struct

from mocktailverse.drinks.ingredients.name_readings import NON_ALCOHOLIC, Words, key, readings
from mocktailverse.drinks.reference.tables import read_table
from mocktailverse.drinks.text import one_line, word_set

Kind = Literal[
    "spirit", "liqueur", "fortified_wine", "wine", "beer", "cider", "bitters",
    "juice", "syrup", "soda", "mixer", "condiment", "flavouring", "dairy", "egg", "tea_coffee",
    "water", "ice", "sweetener", "fruit", "vegetable", "herb", "spice", "food", "other",
]  # fmt: skip
"""What an ingredient is. The first two lines and water are liquids, the others solids.

mixer = ready-made mixes and lemonades; condiment = sauces, brines, vinegars; flavouring =
extracts, flower waters, colours; sweetener = dry ones (honey is a syrup); food = other solids.
"""

_KINDS: dict[str, Kind] = {kind: kind for kind in get_args(Kind)}

SOLID: frozenset[Kind] = frozenset(
    {"ice", "sweetener", "fruit", "vegetable", "herb", "spice", "food", "other"}
)

BASE = "Spirit"
"""The parent of all base spirits, such as Gin and Rum."""

LONGEST_NAME = 120
"""Maximum characters of a name. A longer text is a sentence; it is neither matched nor cached."""


class Ingredient(Struct, frozen=True):
    """One row of the reference."""

    name: str
    """Canonical name."""
    kind: Kind
    parent: str | None
    """The next more general ingredient; None for the most general ones."""
    abv_percent: float
    """Usual bottled strength in % vol."""
    alcoholic: bool
    """False for food that contains alcohol (vanilla extract) and for drinks that are sold as
    non-alcoholic (up to 0.5 % vol)."""
    source: str
    """Source of the strength."""

    @property
    def labelled(self) -> bool:
        """Whether the strength is that of one product, not of a category or a country."""
        return not self.alcoholic or self.source == "producer label"


class Family(Struct, frozen=True):
    """Kind implied by an unknown name's last word: "Thyme syrup" is a syrup, "Foo gin" a gin."""

    name: str
    kind: Kind
    abv_percent_min: float
    abv_percent_max: float
    alcoholic: bool


def match_ingredient(raw: str) -> Ingredient | None:
    """Return the ingredient that a name means; None if it is not in the reference.

    There is no fuzzy matching: "banana liqueur" is not "banana", "coconut rum" is not "rum".
    """
    return _match(raw) if len(raw) <= LONGEST_NAME else None


def canonical_name(raw: str) -> tuple[str, bool]:
    """Return the canonical name and True; for an unknown name, the trimmed name and False."""
    ingredient = match_ingredient(raw)
    return (ingredient.name, True) if ingredient else (one_line(raw) or "", False)


def ancestors(name: str) -> tuple[str, ...]:
    """Return the more general ingredients, nearest first; of Absolut Citron ..., Vodka, Spirit."""
    ingredient = match_ingredient(name)
    return _ancestors(ingredient.name) if ingredient else ()


def base_spirit(name: str) -> str | None:
    """Return the base spirit (Gin, Rum, Whiskey ...) of an ingredient; None if it has none."""
    ingredient = match_ingredient(name)
    # From special to general, such as (Absolut Citron, ..., Vodka, Spirit): the second to last.
    line = (ingredient.name, *_ancestors(ingredient.name)) if ingredient else ()
    return line[-2] if len(line) > 1 and line[-1] == BASE else None


def family_of(raw: str) -> Family | None:
    """Return the family that the last words of an unknown name state; None if uncertain.

    It is uncertain if the name offers a choice ("gin or lemonade"), names an imitation ("mock
    gin") or a food with alcohol ("rum raisin ice cream"). A name that denies alcohol ("zero proof
    gin") is a non-alcoholic spirit.
    """
    return _family(raw) if len(raw) <= LONGEST_NAME else None


def all_ingredients() -> tuple[Ingredient, ...]:
    """Return all rows of the reference, in file order."""
    return tuple(_reference()[0].values())


_UNCERTAIN = word_set(
    "or with in free zero virgin substitute style mock without alcoholic hard spiked boozy drunken "
    "brandied"
)


@lru_cache(maxsize=2048)
def _family(raw: str) -> Family | None:
    for reading in readings(raw):
        if reading[:1] == (NON_ALCOHOLIC,):
            return Family("Non-alcoholic spirit", "spirit", 0, 0.5, alcoholic=False)
        if _UNCERTAIN.intersection(reading):
            return None
        for length in (2, 1):
            family = _families().get("".join(reading[-length:]))
            if family and len(reading) > length:
                is_consistent = family.alcoholic or not _names_alcohol(reading[:-length])
                return family if is_consistent else None
    return None


def _names_alcohol(reading: Words) -> bool:
    matches = (_reference()[1].get(word) or _families().get(word) for word in reading)
    return any(match.alcoholic for match in matches if match)


@lru_cache(maxsize=2048)
def _match(raw: str) -> Ingredient | None:
    by_key = _reference()[1]
    candidates = list(readings(raw))
    for reading in candidates:
        if ingredient := by_key.get("".join(reading)):
            return ingredient
    if candidates[0][:1] == (NON_ALCOHOLIC,):
        # "alcohol-free lemonade" is lemonade, but "alcohol-free Campari" is not Campari.
        plain = by_key.get("".join(candidates[0][1:]))
        return plain if plain and not plain.alcoholic else None
    for reading in candidates:
        if ingredient := _named_with_its_family(reading):
            return ingredient
    return None


def _named_with_its_family(reading: Words) -> Ingredient | None:
    """Return the product in "Kahlua coffee liqueur" or "gin Beefeater"; None if the names disagree.

    Every cut into two names is tried; one name has to be a kind of the other.
    """
    by_key = _reference()[1]
    for cut in range(len(reading) - 1, 0, -1):
        first = by_key.get("".join(reading[:cut]))
        last = by_key.get("".join(reading[cut:]))
        if first and last:
            if last.name in _ancestors(first.name):
                return first
            if first.name in _ancestors(last.name):
                return last
    return None


@cache
def _ancestors(name: str) -> tuple[str, ...]:
    parent = _reference()[0][name].parent
    return (parent, *_ancestors(parent)) if parent else ()


@cache
def _reference() -> tuple[dict[str, Ingredient], dict[str, Ingredient]]:
    """Return the rows by canonical name, and by the key of every name and alias."""
    by_name: dict[str, Ingredient] = {}
    by_key: dict[str, Ingredient] = {}
    for name, aliases, kind, parent, abv, alcoholic, source in read_table("ingredients.csv"):
        row = Ingredient(name, _KINDS[kind], parent or None, float(abv), alcoholic == "yes", source)
        by_name[name] = row
        by_key[key(name)] = row
        for alias in aliases.split("|") if aliases else ():
            by_key[key(alias)] = row
    return by_name, by_key


@cache
def _families() -> dict[str, Family]:
    by_name = _reference()[0]
    return {
        key(word): Family(
            name, by_name[name].kind, float(low), float(high), by_name[name].alcoholic
        )
        for word, name, low, high, _source in read_table("families.csv")
    }
