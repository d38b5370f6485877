"""The rows of the ingredient reference, and the families of unknown names.

The data is in `reference/ingredients.csv`, one row for each ingredient, with the source of its
strength, and in `reference/families.csv`. Both are read once, on first use.
"""

from collections.abc import Iterator
from functools import cache
from typing import Literal, get_args

from msgspec import Struct

from mocktailverse.drinks.ingredients.name_readings import STRENGTHENED, Words, key
from mocktailverse.drinks.reference.tables import read_table

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
_ALCOHOLIC: dict[str, bool | None] = {"yes": True, "no": False, "maybe": None}

SOLID: frozenset[Kind] = frozenset(
    {"ice", "sweetener", "fruit", "vegetable", "herb", "spice", "food", "other"}
)

DRUNK: frozenset[Kind] = frozenset(
    {"beer", "cider", "juice", "soda", "mixer", "dairy", "tea_coffee", "water"}
)
"""Kinds that are drunk by the glass, and that "hard" or "spiked" makes alcoholic."""

_LONGEST_SEGMENT = 5
"""Maximum words of a reference name that is looked for inside of another text."""


class Ingredient(Struct, frozen=True, gc=False):
    """One row of the reference."""

    name: str
    """Canonical name."""
    kind: Kind
    parent: str | None
    """The next more general ingredient; None for the most general ones."""
    abv_percent: float
    """Usual bottled strength in % vol; the highest one if `alcoholic` is None."""
    alcoholic: bool | None
    """False for food that contains alcohol (vanilla extract) and for drinks that are sold as
    non-alcoholic (up to 0.5 % vol); None for what exists both ways (sparkling cider)."""
    source: str
    """Source of the strength."""

    @property
    def labelled(self) -> bool:
        """Whether the strength is that of one product, not of a category or a country."""
        return self.alcoholic is False or self.source == "producer label"


class Family(Struct, frozen=True, gc=False):
    """Kind implied by an unknown name's last word: "Thyme syrup" is a syrup, "Foo gin" a gin."""

    name: str
    kind: Kind
    abv_percent_min: float
    abv_percent_max: float
    alcoholic: bool
    guessed: bool = False
    """Whether only the last word says that it is a food: "Foo raspberry" may be a vodka."""


@cache
def rows_by_name() -> dict[str, Ingredient]:
    """Return all rows of the reference by canonical name, in file order."""
    return {row.name: row for row, _aliases in _read()}


@cache
def rows_by_key() -> dict[str, Ingredient]:
    """Return the rows by the key of every name and alias."""
    return {key(spelling): row for row, aliases in _read() for spelling in (row.name, *aliases)}


@cache
def aliases_by_name() -> dict[str, tuple[str, ...]]:
    """Return the other spellings of each ingredient by its canonical name."""
    return {row.name: aliases for row, aliases in _read()}


@cache
def general_names() -> frozenset[str]:
    """Return the names of rows that are a parent, such as gin, and not a bottle of gin."""
    return frozenset(row.parent for row in rows_by_name().values() if row.parent)


@cache
def families_by_key() -> dict[str, Family]:
    """Return the families by the key of the word that implies them."""
    rows = rows_by_name()
    return {
        key(word): Family(
            name, rows[name].kind, float(low), float(high), alcoholic=bool(rows[name].alcoholic)
        )
        for word, name, low, high, _absorbs, _source in read_table("families.csv")
    }


@cache
def absorbing_keys() -> frozenset[str]:
    """Return the words that make a food of a drink's name, as syrup does in "rum syrup"."""
    return frozenset(key(row[0]) for row in read_table("families.csv") if row[4] == "yes")


@cache
def row_ancestors(name: str) -> tuple[str, ...]:
    """Return the more general rows of the row with this canonical name, nearest first."""
    parent = rows_by_name()[name].parent
    return (parent, *row_ancestors(parent)) if parent else ()


def mentions(reading: Words) -> Iterator[Ingredient | Family]:
    """Yield what a text mentions, the longest names first: of "spicy ginger beer", ginger beer."""
    rows, families = rows_by_key(), families_by_key()
    start = 0
    while start < len(reading):
        for length in range(min(_LONGEST_SEGMENT, len(reading) - start), 0, -1):
            name = "".join(reading[start : start + length])
            if match := rows.get(name) or families.get(name):
                yield match
                break
        else:
            length = 1
        start += length


def names_alcohol(reading: Words) -> bool:
    """Return whether a text mentions anything that is, or may be, alcoholic."""
    return not STRENGTHENED.isdisjoint(reading) or any(
        match.alcoholic is not False for match in mentions(reading)
    )


@cache
def _read() -> list[tuple[Ingredient, tuple[str, ...]]]:
    return [
        (
            Ingredient(name, _KINDS[kind], parent or None, float(abv), _ALCOHOLIC[alcoholic], why),
            tuple(aliases.split("|")) if aliases else (),
        )
        for name, aliases, kind, parent, abv, alcoholic, why in read_table("ingredients.csv")
    ]
