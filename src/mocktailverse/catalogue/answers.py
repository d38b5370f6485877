"""What the catalogue answers with; JSON-ready."""

from typing import Generic, TypeVar

from msgspec import Struct

from mocktailverse.drinks.drink import Drink

T = TypeVar("T")


class Page(Struct, Generic[T], frozen=True):
    """Some of the hits; `next` is the cursor of those that follow, None at the end."""

    items: list[T]
    next: str | None


class Facet(Struct, frozen=True):
    """A value and how many drinks have it."""

    value: str
    count: int


class Facets(Struct, frozen=True):
    """For each filter its values, and how many drinks each leaves, most first.

    A filter's own choice does not narrow its values. Of each filter the 100 most frequent values
    are given; `more` says by filter how many values were left out, where any were.
    """

    category: list[Facet]
    alcoholic: list[Facet]
    mocktail: list[Facet]
    glass: list[Facet]
    tag: list[Facet]
    method: list[Facet]
    spirit: list[Facet]
    ingredient: list[Facet]
    more: dict[str, int]


class IngredientEntry(Struct, frozen=True):
    """An ingredient in the list; nothing is known of one without `kind`.

    `drinks` name it, `drinks_with_kinds` name it or a kind of it; withdrawn ones do not count.
    """

    name: str
    kind: str | None
    parent: str | None
    abv_percent: float | None
    drinks: int
    drinks_with_kinds: int


class IngredientDetail(Struct, frozen=True):
    """An ingredient among others.

    `general` are the more general ones, the nearest first; `kinds` those in use; `pairings` the
    ten that share most drinks with it or its kinds; `spellings` how records write it, the usual
    one first, at most 20.
    """

    name: str
    kind: str | None
    parent: str | None
    abv_percent: float | None
    drinks: int
    drinks_with_kinds: int
    general: list[str]
    kinds: list[str]
    pairings: list[Facet]
    spellings: list[str]


class MakeableDrink(Struct, frozen=True):
    """A drink and the ingredients that one lacks for it, in the recipe's order."""

    drink: Drink
    missing: list[str]


class Unlock(Struct, frozen=True):
    """An ingredient, and how many more drinks buying it would make makeable."""

    ingredient: str
    drinks: int


class Makeable(Struct, frozen=True):
    """What can be made of a shelf.

    `have` are canonical names; `unknown` those given that nothing in the catalogue asks for;
    `counts` says of how many drinks exactly "0", "1" or "2" ingredients are missing.
    """

    have: list[str]
    unknown: list[str]
    counts: dict[str, int]
    unlocks: list[Unlock]
    items: list[MakeableDrink]
    next: str | None


class StrengthBin(Struct, frozen=True):
    """Drinks from one strength up to another, without it; in % vol as served."""

    abv_from: float
    abv_to: float
    drinks: int


class Pairing(Struct, frozen=True):
    """Two ingredients and in how many drinks they meet."""

    a: str
    b: str
    drinks: int


class Statistics(Struct, frozen=True):
    """The catalogue in figures; only `withdrawn` counts withdrawn drinks.

    Of each list of values the 100 most frequent are given; `more` says by list how many were left
    out, where any were.
    """

    drinks: int
    mocktails: int
    with_alcohol: int
    unknown_strength: int
    withdrawn: int
    ingredients: int
    categories: list[Facet]
    alcoholic: list[Facet]
    glasses: list[Facet]
    spirits: list[Facet]
    methods: list[Facet]
    tags: list[Facet]
    certainty: list[Facet]
    quality: list[Facet]
    strength: list[StrengthBin]
    pairings: list[Pairing]
    top_ingredients: list[Facet]
    ingredients_per_drink: list[Facet]
    more: dict[str, int]
