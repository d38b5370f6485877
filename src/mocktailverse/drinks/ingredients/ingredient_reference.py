"""The reference of ingredients: one name for every spelling, a family, a usual strength.

The figures stand in `reference/ingredients.csv`, one row an ingredient with the source of its
strength; see docs/explanation/strength.md. It is read once, when first asked for.
"""

from functools import cache, lru_cache
from typing import Literal, get_args

from msgspec import Struct

from mocktailverse.drinks.ingredients.name_readings import NON_ALCOHOLIC, Words, key, readings
from mocktailverse.drinks.reference.tables import read_table
from mocktailverse.drinks.text import one_line

Kind = Literal[
    "spirit", "liqueur", "fortified_wine", "wine", "beer", "cider", "bitters",
    "juice", "syrup", "soda", "mixer", "condiment", "flavouring", "dairy", "egg", "tea_coffee",
    "water", "ice", "sweetener", "fruit", "vegetable", "herb", "spice", "food", "other",
]  # fmt: skip
"""What an ingredient is: liquids in the first two lines (and water), solids after them.

mixer = ready-made mixes and lemonades; condiment = sauces, brines, vinegars; flavouring =
extracts, flower waters, colours; sweetener = dry (honey is a syrup); food = all other solids.
"""

_KINDS: dict[str, Kind] = {kind: kind for kind in get_args(Kind)}

SOLID: frozenset[Kind] = frozenset(
    {"ice", "sweetener", "fruit", "vegetable", "herb", "spice", "food", "other"}
)

BASE = "Spirit"
"""A base spirit is an ingredient whose parent is this one."""

LONGEST_NAME = 120
"""Characters; a longer text is a sentence, not an ingredient, and is neither read nor cached."""


class Ingredient(Struct, frozen=True):
    """One row of the reference: `abv_percent` is the usual bottled strength in % vol.

    `alcoholic` is False for what is sold as food although it holds alcohol (vanilla extract)
    and for drinks sold as non-alcoholic (up to 0.5 % vol).
    """

    name: str
    kind: Kind
    parent: str | None
    abv_percent: float
    alcoholic: bool
    source: str

    @property
    def labelled(self) -> bool:
        """Whether the strength is one product's everywhere, not that of a category or country."""
        return not self.alcoholic or self.source == "producer label"


class Family(Struct, frozen=True):
    """What the last word of an unknown name tells: "Thyme syrup" is a syrup, "Foo gin" a gin."""

    name: str
    kind: Kind
    abv_percent_min: float
    abv_percent_max: float
    alcoholic: bool


def match_ingredient(raw: str) -> Ingredient | None:
    """The ingredient a name means, or None when the reference does not know it.

    Never matches by resemblance: "banana liqueur" is not "banana", "coconut rum" not "rum".
    """
    return _match(raw) if len(raw) <= LONGEST_NAME else None


def canonical_name(raw: str) -> tuple[str, bool]:
    """The ingredient's one name, and whether it is known; an unknown one stays, trimmed."""
    found = match_ingredient(raw)
    return (found.name, True) if found else (one_line(raw) or "", False)


def ancestors(name: str) -> tuple[str, ...]:
    """The more general ingredients, the nearest first: Absolut Citron, ..., Vodka, Spirit."""
    found = match_ingredient(name)
    return _ancestors(found.name) if found else ()


def is_a(name: str, general: str) -> bool:
    """Whether an ingredient is another one or a kind of it: Kahlua is a Coffee liqueur."""
    found = match_ingredient(name)
    wanted = match_ingredient(general)
    if not found or not wanted:
        return False
    return found == wanted or wanted.name in _ancestors(found.name)


def base_spirit(name: str) -> str | None:
    """The base spirit (Gin, Rum, Whiskey ...) that an ingredient is a kind of; None if none."""
    found = match_ingredient(name)
    if not found:
        return None
    line = (found.name, *_ancestors(found.name))
    return line[-2] if len(line) > 1 and line[-1] == BASE else None


def family_of(raw: str) -> Family | None:
    """The family an unknown name states in its last words; None where that is not certain.

    Names that offer a choice ("gin or lemonade"), pretend ("mock gin") or steep food in alcohol
    ("rum raisin ice cream") state none. Any that deny alcohol are non-alcoholic.
    """
    return _family(raw) if len(raw) <= LONGEST_NAME else None


def all_ingredients() -> tuple[Ingredient, ...]:
    """Every row of the reference, in its order."""
    return tuple(_reference()[0].values())


_DOUBTS = frozenset(
    """
    or with in free zero virgin substitute style mock without alcoholic hard spiked
    boozy drunken brandied
    """.split()  # noqa: SIM905 - a word list reads better than quoted strings
)


@lru_cache(maxsize=2048)
def _family(raw: str) -> Family | None:
    for reading in readings(raw):
        if reading[:1] == (NON_ALCOHOLIC,):
            return Family("Non-alcoholic spirit", "spirit", 0, 0.5, alcoholic=False)
        if _DOUBTS.intersection(reading):
            return None
        for length in (2, 1):
            family = _families().get("".join(reading[-length:]))
            if family and len(reading) > length:
                plain = family.alcoholic or not _names_alcohol(reading[:-length])
                return family if plain else None
    return None


def _names_alcohol(reading: Words) -> bool:
    named = (_reference()[1].get(word) or _families().get(word) for word in reading)
    return any(found.alcoholic for found in named if found)


@lru_cache(maxsize=2048)
def _match(raw: str) -> Ingredient | None:
    by_key = _reference()[1]
    found = list(readings(raw))
    for reading in found:
        if ingredient := by_key.get("".join(reading)):
            return ingredient
    if found[0][:1] == (NON_ALCOHOLIC,):
        plain = by_key.get("".join(found[0][1:]))
        return plain if plain and not plain.alcoholic else None
    for reading in found:
        if ingredient := _named_with_its_family(reading):
            return ingredient
    return None


def _named_with_its_family(reading: Words) -> Ingredient | None:
    """The product in "Kahlua coffee liqueur" or "gin Beefeater", where both names agree."""
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
    """The rows by canonical name, and by the key of every name and alias."""
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
