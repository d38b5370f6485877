"""A drink as it is served: volume, strength, sugar, acid and energy after dilution."""

from collections.abc import Iterable

from msgspec import Struct

from mocktailverse.drinks.balance.composition import Spread
from mocktailverse.drinks.drink import IngredientLine


class Served(Struct, frozen=True):
    """The figures of a drink as served; None where a figure has no bounds."""

    served_ml: Spread | None = None
    """Volume with melt water, dissolved sugar and pressed or blended fruit."""
    abv_served_percent: Spread | None = None
    """Alcohol by volume."""
    sugar_g: Spread | None = None
    """Mass of sugar."""
    acid_g: Spread | None = None
    """Mass of acid, as citric acid."""
    sugar_served_g_per_100ml: Spread | None = None
    """Sugar in 100 ml."""
    acid_served_g_per_100ml: Spread | None = None
    """Acid in 100 ml."""
    energy_kcal: Spread | None = None
    """Energy; None if the fat or protein of an ingredient is unknown."""
    standard_drinks: Spread | None = None
    """US standard drinks."""


def served_of(
    lines: Iterable[IngredientLine],
    instructions: str | None,
    glass: str | None = None,
    category: str | None = None,
) -> Served:
    """Return the figures of a recipe; `instructions` are in English.

    The least and most cover everything that the recipe leaves open. The usual figure has the usual
    composition and strength, the middle of every range of amounts, and the usual dilution.
    """
    raise NotImplementedError
