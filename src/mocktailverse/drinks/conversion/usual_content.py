"""Doses: the usual volume, sugar and acid that a line or an ingredient adds.

The solver works with them; the figures of the result come from the product's own model.
"""

from typing import NamedTuple

from mocktailverse.drinks.balance.composition import composition_of
from mocktailverse.drinks.drink import IngredientLine
from mocktailverse.drinks.strength.pours import pour_of, substance_of
from mocktailverse.drinks.units import GRAMS_PER_UNIT

PART_ML = 30.0
"""The size of a part for the solver; a recipe in parts is converted in parts."""

_SPOON_G = {"tsp": 4.2, "tbsp": 12.6, "cube": 4.0, "cup": 200.0}
"""Grams of sugar in a spoon, a cube and a cup."""


class Content(NamedTuple):
    """What is added to a drink, by the usual figures."""

    ml: float
    sugar_g: float
    acid_g: float


def content_of_line(line: IngredientLine) -> Content | None:
    """Return the content of a line; None if its amount is only limited by the glass."""
    pour = pour_of(line, substance_of(line.name))
    if pour is None:
        grams = _grams_of(line)
        sugar_g, acid_g = content_of(line.name)
        return Content(0.0, sugar_g * grams, acid_g * grams)
    if pour.measured not in {"ml", "part"}:
        return None
    ml = (pour.low + pour.high) / 2 * (PART_ML if pour.measured == "part" else 1)
    sugar_g, acid_g = content_of(line.name)
    return Content(ml, ml * sugar_g, ml * acid_g)


def content_of(name: str) -> tuple[float, float]:
    """Return the usual grams of sugar and acid in a ml of a liquid or a gram of a solid."""
    composition = composition_of(name)
    if composition is None:
        return 0.0, 0.0
    return composition.sugar_g.usual / 100, composition.acid_g.usual / 100


def _grams_of(line: IngredientLine) -> float:
    """Return the grams of a dry sweetener; 0 for other solids."""
    substance = substance_of(line.name)
    if substance.kind != "sweetener" or line.amount_min is None or line.amount_max is None:
        return 0.0
    amount = (line.amount_min + line.amount_max) / 2
    return amount * (GRAMS_PER_UNIT.get(line.unit) or _SPOON_G.get(line.unit, 0.0))
