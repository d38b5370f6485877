"""Usual content: the volume, sugar and acid that a line or an ingredient adds.

The solver works with them; the figures of the result come from the product's own model.
"""

from typing import NamedTuple

from mocktailverse.drinks.balance.composition import composition_of
from mocktailverse.drinks.balance.doses import Dose, Fruit
from mocktailverse.drinks.balance.settling import settle
from mocktailverse.drinks.derivation.portions import Portion
from mocktailverse.drinks.strength.methods import Preparation

PART_ML = 30.0
"""The size of a part for the solver; a recipe in parts is converted in parts."""


class Content(NamedTuple):
    """What is added to a drink, by the usual figures."""

    ml: float
    sugar_g: float
    acid_g: float
    melts_ice: bool = True
    """Whether it is iced; False for what is poured on top."""
    is_liquid: bool = True
    """Whether it is poured; False for sugar, fruit and food."""


_NOTHING = Content(0.0, 0.0, 0.0)


def content_of_portion(portion: Portion, preparation: Preparation) -> Content | None:
    """Return what a line adds as the instructions use it; None if only the glass limits it.

    What a fruit adds, and whether melt water is added to it, depends on the instructions.
    """
    dose = _settled(portion.dose, preparation)
    if dose is None:
        return _NOTHING
    if dose.measured not in {"ml", "part"}:
        return None
    ml = dose.usual * (PART_ML if dose.measured == "part" else 1)
    contents = dose.contents
    sugar_g, acid_g = contents.sugar_g.usual * ml / 100, contents.acid_g.usual * ml / 100
    return Content(ml, sugar_g, acid_g, dose.melt.usual > 0, dose.is_liquid)


def _settled(dose: Dose | Fruit | None, preparation: Preparation) -> Dose | None:
    """Return a dose as the instructions use it; most stay as they are."""
    if dose is None:
        return None
    is_plain = preparation.late_from is None and preparation.method != "blended"
    if is_plain and isinstance(dose, Dose):
        return dose
    settled = settle([dose], preparation, None, ice_named=False)
    return next(iter((*settled.doses, *settled.rest)), None)


def content_of(name: str) -> tuple[float, float]:
    """Return the usual grams of sugar and acid in a ml of a liquid or a gram of a solid."""
    composition = composition_of(name)
    if composition is None:
        return 0.0, 0.0
    return composition.sugar_g.usual / 100, composition.acid_g.usual / 100
