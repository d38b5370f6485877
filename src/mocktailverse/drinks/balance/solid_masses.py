"""Masses of solids, from the weights of pieces and volumes in `reference/weights.csv`."""

from functools import cache

from mocktailverse.drinks.balance.composition import Spread
from mocktailverse.drinks.drink import IngredientLine
from mocktailverse.drinks.ingredients import Kind, ancestors
from mocktailverse.drinks.reference.tables import read_table
from mocktailverse.drinks.units import GRAMS_PER_OUNCE, GRAMS_PER_UNIT

PIECES = frozenset({"none", "other", "piece"})
"""Units of an amount that counts whole pieces."""


def grams_of(line: IngredientLine, kind: Kind) -> Spread | None:
    """Return the mass of a solid; None if it is unknown."""
    if line.amount_min is None or line.amount_max is None or line.certainty == "unknown":
        return None
    amount = line.amount_min, line.amount_max
    if line.unit in GRAMS_PER_UNIT or (line.unit == "oz" and line.kind == "mass"):
        one = Spread(*[GRAMS_PER_UNIT.get(line.unit, GRAMS_PER_OUNCE)] * 3)
    elif line.ml_min is not None and line.ml_max is not None:
        weight = _weight_of(line.name, kind, "ml")
        if weight is None:
            return None
        one, amount = weight, (line.ml_min, line.ml_max)
    else:
        weight = _weight_of(line.name, kind, "piece" if line.unit in PIECES else line.unit)
        if weight is None:
            return None
        one = weight
    low, high = amount
    return Spread(low * one.least, (low + high) / 2 * one.usual, high * one.most)


def _weight_of(name: str, kind: Kind, form: str) -> Spread | None:
    """Return the mass of one piece or one ml of an ingredient."""
    table = _weights()
    for of in (name, *ancestors(name), kind):
        if weight := table.get((of, form)):
            return weight
    return None


@cache
def _weights() -> dict[tuple[str, str], Spread]:
    return {
        (of, form): Spread(float(least), float(usual), float(most))
        for of, form, least, usual, most, _source in read_table("weights.csv")
    }
