"""A drink as it is served: volume, strength, sugar, acid and energy after dilution."""

from msgspec import Struct

from mocktailverse.drinks.balance.composition import Spread


class Served(Struct, frozen=True):
    """The figures of a drink as served; None where a figure has no bounds.

    A figure may have a least and a most, but no usual one; then it is None, too.
    """

    served_ml: Spread | None = None
    """Volume with melt water, dissolved sugar, and pressed or blended fruit."""
    abv_served_percent: Spread | None = None
    """Alcohol by volume of the liquids with melt water."""
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
