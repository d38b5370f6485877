"""Usual content: the volume, sugar and acid that a line or an ingredient adds.

The solver works with them; the figures of the result come from the product's own model.
"""

from functools import lru_cache
from typing import NamedTuple

from mocktailverse.drinks.balance.composition import composition_of
from mocktailverse.drinks.balance.doses import Fruit, dose_of
from mocktailverse.drinks.drink import IngredientLine
from mocktailverse.drinks.strength.pours import pour_of, substance_of

PART_ML = 30.0
"""The size of a part for the solver; a recipe in parts is converted in parts."""


class Content(NamedTuple):
    """What is added to a drink, by the usual figures."""

    ml: float
    sugar_g: float
    acid_g: float
    melts_ice: bool = True
    """Whether it is iced; False for what is poured on top."""


_NOTHING = Content(0.0, 0.0, 0.0)


@lru_cache(maxsize=4096)
def content_of_line(line: IngredientLine) -> Content | None:
    """Return what a line adds; None if only the glass or the instructions limit its amount."""
    substance = substance_of(line.name)
    dose = dose_of(line, substance, pour_of(line, substance))
    if dose is None or isinstance(dose, Fruit):
        return _NOTHING
    if dose.measured not in {"ml", "part"}:
        return None
    ml = dose.usual * (PART_ML if dose.measured == "part" else 1)
    contents = dose.contents
    sugar_g, acid_g = contents.sugar_g.usual * ml / 100, contents.acid_g.usual * ml / 100
    return Content(ml, sugar_g, acid_g, dose.melt.usual > 0)


def content_of(name: str) -> tuple[float, float]:
    """Return the usual grams of sugar and acid in a ml of a liquid or a gram of a solid."""
    composition = composition_of(name)
    if composition is None:
        return 0.0, 0.0
    return composition.sugar_g.usual / 100, composition.acid_g.usual / 100
