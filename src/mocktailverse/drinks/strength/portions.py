"""Portions: what one ingredient line adds to a drink."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from mocktailverse.drinks.balance.doses import Dose, Fruit, dose_of
from mocktailverse.drinks.drink import IngredientLine
from mocktailverse.drinks.ingredients import Kind
from mocktailverse.drinks.strength.pours import (
    NON_ALCOHOLIC_PERCENT,
    Pour,
    Substance,
    could_be_liquid,
    pour_of,
    substance_of,
)

Trait = Literal[
    "alcoholic", "bitters", "strong", "trace", "food", "doubtful", "ice", "open", "imprecise"
]
"""A property of a line that affects the whole drink.

alcoholic   an alcoholic ingredient other than bitters
bitters     alcoholic bitters
strong      above 0.5 % vol, including vanilla extract
trace       above 0 and up to 0.5 % vol
food        a food or fruit; adds no volume here, but makes the drink weaker
doubtful    an unknown ingredient that may be a liquid
ice         ice
open        a liquid whose volume or strength is a range
imprecise   a liquid without exact figures, or an unknown ingredient that the figures leave out
"""

_FOODS: frozenset[Kind] = frozenset({"food", "fruit", "vegetable"})


class Portion(NamedTuple):
    """The contribution of one ingredient line to a drink.

    If no line of a drink is `open`, `ml` and `pure` are enough to compute the totals.
    """

    traits: frozenset[Trait]
    spirit: str | None
    """The base spirit, such as Gin."""
    amount: float
    """Amount for ranking the spirits, in ml if known."""
    pour: Pour | None
    """The liquid; None for solids."""
    ml: float
    pure: float
    """Pure alcohol as ml times % vol."""
    dose: Dose | Fruit | None
    """What the line adds to the balance; None if nothing."""


def portion_of(line: IngredientLine) -> Portion:
    """Return the portion of a line; its position and its raw texts do not matter."""
    substance = substance_of(line.name)
    pour = pour_of(line, substance)
    traits = frozenset(_traits(line, substance, pour))
    amount = 0.0 if line.certainty == "unknown" else line.ml_max or line.amount_max or 0.0
    ml, pure = (pour.low, pour.low * pour.abv_low) if pour else (0.0, 0.0)
    dose = dose_of(line, substance, pour)
    return Portion(traits, substance.spirit, amount, pour, ml, pure, dose)


def _traits(line: IngredientLine, substance: Substance, pour: Pour | None) -> Iterator[Trait]:
    doubtful = substance.abv_percent is None and could_be_liquid(line)
    if doubtful:
        yield "doubtful"
    if substance.abv_percent and substance.abv_percent[1] > 0:
        yield "strong" if substance.abv_percent[1] > NON_ALCOHOLIC_PERCENT else "trace"
    if substance.alcoholic:
        yield "bitters" if substance.kind == "bitters" else "alcoholic"
    if substance.kind == "ice":
        yield "ice"
    elif pour is None and substance.kind in _FOODS:
        yield "food"
    if pour and not pour.closed:
        yield "open"
    is_exact = substance.labelled and line.certainty == "exact"
    if doubtful or (pour and (pour.imprecise_unit or not is_exact)):
        yield "imprecise"
