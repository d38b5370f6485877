"""The result of a conversion: the mocktail, what replaces what, and the figures of both."""

from typing import Literal

from msgspec import Struct

from mocktailverse.drinks.derivation.served_figures import Served
from mocktailverse.drinks.drink import Drink

Style = Literal["pantry", "bottle"]
"""pantry: what a kitchen has; bottle: 0.0 bottles where one exists for the function."""

Confidence = Literal["high", "medium", "low"]
"""How sure the converter is that the mocktail resembles the original.

high     measured amounts, and each bottle has a near replacement
medium   a bottle is left out or only lengthened
low      more than two replacements, or the strength of the original is a range
"""


class ServedFigures(Struct, frozen=True):
    """What is in the glass as served. Each figure has its range and the usual value."""

    served_ml_min: float | None
    served_ml_usual: float | None
    served_ml_max: float | None
    abv_served_percent_min: float | None
    abv_served_percent_usual: float | None
    abv_served_percent_max: float | None
    sugar_g_min: float | None
    sugar_g_usual: float | None
    sugar_g_max: float | None
    acid_g_min: float | None
    acid_g_usual: float | None
    acid_g_max: float | None
    sugar_served_g_per_100ml_min: float | None
    sugar_served_g_per_100ml_usual: float | None
    sugar_served_g_per_100ml_max: float | None
    acid_served_g_per_100ml_min: float | None
    acid_served_g_per_100ml_usual: float | None
    acid_served_g_per_100ml_max: float | None
    energy_kcal_min: float | None
    energy_kcal_usual: float | None
    energy_kcal_max: float | None
    standard_drinks_min: float | None
    standard_drinks_usual: float | None
    standard_drinks_max: float | None


class UnknownBottleError(ValueError):
    """A name that is not known as a bottle without alcohol."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"`{name}` is not known as a bottle without alcohol. Name what it replaces, "
            "such as `Tanqueray 0.0` or `non-alcoholic gin`."
        )


class Replacement(Struct, frozen=True, rename={"original": "from"}):
    """What takes the place of one alcoholic line."""

    position: int
    """Position of the line in the original."""
    original: str
    """Canonical name of the bottle; the field `from` in JSON."""
    to: tuple[str, ...]
    """Canonical names of what replaces it; what lengthens the drink if nothing imitates it. Empty
    for a little of a bottle that is left out."""
    role: str
    """What the bottle does in a drink, such as `juniper spirit`."""
    why: str
    """Why this does the job."""


class Conversion(Struct, frozen=True):
    """A conversion, or the reason why it is not possible."""

    possible: bool
    """Whether `drink` is a mocktail."""
    unchanged: bool = False
    """Whether the drink was a mocktail already; it is returned as it is."""
    reason: str | None = None
    """Why the conversion is not possible, or why nothing changes."""
    would_help: str | None = None
    """What would make it possible."""
    drink: Drink | None = None
    """The mocktail, a recipe of the same shape."""
    replacements: tuple[Replacement, ...] = ()
    """In the order of the original's lines."""
    lost: tuple[str, ...] = ()
    """What the mocktail does not have."""
    before: ServedFigures | None = None
    """The original as served."""
    after: ServedFigures | None = None
    """The mocktail as served."""
    confidence: Confidence | None = None
    """How sure the converter is of the result; null if there is none."""


_FIGURES = (
    "served_ml",
    "abv_served_percent",
    "sugar_g",
    "acid_g",
    "sugar_served_g_per_100ml",
    "acid_served_g_per_100ml",
    "energy_kcal",
    "standard_drinks",
)


def figures_of(served: Served) -> ServedFigures:
    """Return the figures, rounded to three decimals; None where a figure is unknown."""
    values: list[float | None] = []
    for name in _FIGURES:
        spread = getattr(served, name)
        values += [None] * 3 if spread is None else [round(value, 3) for value in spread]
    return ServedFigures(*values)


def refused(reason: str, would_help: str | None = None) -> Conversion:
    """Return the answer that no mocktail can be made of a drink."""
    return Conversion(possible=False, reason=reason, would_help=would_help)


def as_it_is(drink: Drink) -> Conversion:
    """Return a mocktail unchanged."""
    reason = "It is a mocktail already."
    return Conversion(possible=True, unchanged=True, reason=reason, drink=drink)
