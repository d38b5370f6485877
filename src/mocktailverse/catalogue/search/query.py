"""Queries of the catalogue and their results; all results can be encoded as JSON."""

from typing import Generic, Literal, TypeVar

from msgspec import Struct

from mocktailverse.drinks.drink import Drink
from mocktailverse.drinks.grouping.comparison import Comparison
from mocktailverse.drinks.substitutions.substitution_table import Confidence

T = TypeVar("T")
ZeroProof = Literal["alcohol_free", "traces", "convertible"]
"""A mocktail without any alcohol; one with at most 0.5 % vol; what can become one."""

Sort = Literal["name", "-name", "abv", "-abv", "observed", "-observed", "relevance"]


class DrinkQuery(Struct, frozen=True, kw_only=True):
    """Filters and sort order of a drink search.

    A drink matches a field if it has any of the field's values, and the query if it matches all
    fields. Texts compare without case. Sort "abv" uses the upper end of the strength as mixed;
    drinks of unknown strength come last in both directions.
    """

    q: str = ""
    """Full text: every word must occur; the last word also matches as a prefix."""
    source: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    alcoholic: tuple[str, ...] = ()
    mocktail: bool | None = None
    zero_proof: tuple[str, ...] = ()
    """Values of `ZeroProof`."""
    glass: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()
    method: tuple[str, ...] = ()
    spirit: tuple[str, ...] = ()
    ingredient: tuple[str, ...] = ()
    """In any spelling; "Rum" also finds drinks with White rum, and those that allow it instead."""
    match: Literal["all", "any"] = "all"
    """How several ingredients combine."""
    without: tuple[str, ...] = ()
    """None of these ingredients, nor kinds of them."""
    abv_min: float | None = None
    """In % vol, as mixed: the lower end of the drink's range is at least this."""
    abv_max: float | None = None
    """In % vol, as mixed: the upper end of the drink's range is at most this."""
    sugar_max: float | None = None
    """In g per 100 ml, as served: the upper end of the drink's range is at most this."""
    withdrawn: bool = False
    """Include drinks that the source has withdrawn."""
    group: bool = False
    """Of the recipes of one drink that match, only the first in name order."""
    sort: Sort | None = None
    """None: relevance with `q`, else name."""

    @property
    def order(self) -> Sort:
        """The sort order that applies."""
        return self.sort or ("relevance" if self.q.strip() else "name")


class Page(Struct, Generic[T], frozen=True):
    """One page of results; `next` is the cursor of the next page, None on the last one."""

    items: list[T]
    next: str | None


class Variants(Struct, frozen=True):
    """The recipes of one drink from other sources.

    `comparison` has the drink first, then `items` in their order; null without any.
    """

    items: list[Drink]
    next: None
    comparison: Comparison | None


class Facet(Struct, frozen=True):
    """A value and how many drinks have it."""

    value: str
    count: int


class Facets(Struct, frozen=True):
    """For each filter its values and how many drinks each would leave, most frequent first.

    A filter's own choice does not narrow its values. Each recipe counts, also those of one drink.
    Each list has at most 100 values; `more` maps a filter to the number of values beyond that, if
    there are any.
    """

    source: list[Facet]
    category: list[Facet]
    alcoholic: list[Facet]
    mocktail: list[Facet]
    zero_proof: list[Facet]
    glass: list[Facet]
    tag: list[Facet]
    method: list[Facet]
    spirit: list[Facet]
    ingredient: list[Facet]
    more: dict[str, int]


class IngredientEntry(Struct, frozen=True):
    """An ingredient in the list; one without `kind` is not in the reference.

    `drinks` counts the drinks that name it, `drinks_with_kinds` those that name it or a kind of
    it; withdrawn drinks do not count.
    """

    name: str
    kind: str | None
    parent: str | None
    abv_percent: float | None
    drinks: int
    drinks_with_kinds: int


class IngredientDetail(IngredientEntry, frozen=True):
    """An ingredient and its relations.

    `general` are the more general ingredients, nearest first; `kinds` its kinds in use; `pairings`
    the ten ingredients that share most drinks with it or its kinds; `spellings` how records write
    it, most frequent first, at most 20.
    """

    general: list[str]
    kinds: list[str]
    pairings: list[Facet]
    spellings: list[str]


class StandIn(Struct, frozen=True, rename={"name": "for"}):
    """What replaces an ingredient that the recipe names.

    `use` is one ingredient at hand, or several that replace it together; `why` is the reason.
    """

    name: str
    use: list[str]
    confidence: Confidence
    why: str


class MakeableDrink(Struct, frozen=True):
    """A drink, its missing ingredients and what replaces others, in the recipe's order.

    `as_mocktail` are the ingredients of the drink's pantry conversion, if it is made as such; else
    null.
    """

    drink: Drink
    missing: list[str]
    replacements: list[StandIn]
    as_mocktail: list[str] | None = None


class Unlock(Struct, frozen=True):
    """An ingredient, and how many more drinks can be made once it is bought."""

    ingredient: str
    drinks: int


class Makeable(Struct, frozen=True):
    """The drinks that can be made from a set of ingredients.

    `have` are canonical names; `unknown` are those given that no drink uses; `counts` maps "0",
    "1" and "2" to the number of drinks with exactly that many missing ingredients.
    """

    have: list[str]
    unknown: list[str]
    counts: dict[str, int]
    unlocks: list[Unlock]
    items: list[MakeableDrink]
    next: str | None


class StrengthBin(Struct, frozen=True):
    """The number of drinks with `abv_from` <= strength < `abv_to`; in % vol as served."""

    abv_from: float
    abv_to: float
    drinks: int


class Pairing(Struct, frozen=True):
    """Two ingredients and the number of drinks that have both."""

    a: str
    b: str
    drinks: int


class Statistics(Struct, frozen=True):
    """The catalogue in figures; only `withdrawn` counts withdrawn drinks.

    `zero_proof` divides the mocktails, and counts what can become one: `convertible` by style,
    `not_convertible_because` the reasons of the others. `unknown_because` are the ingredients that
    leave the strength of a drink, or whether it is a mocktail, unknown.

    Each list has at most 100 values; `more` maps a list to the number of values beyond that, if
    there are any.
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
    zero_proof: list[Facet]
    unknown_mocktail: int
    unknown_because: list[Facet]
    convertible: list[Facet]
    not_convertible_because: list[Facet]
    strength: list[StrengthBin]
    pairings: list[Pairing]
    top_ingredients: list[Facet]
    ingredients_per_drink: list[Facet]
    more: dict[str, int]
