"""What one ingredient line brings to a drink, worked out once for all drinks that have it."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, NamedTuple

from mocktailverse.drinks.drink import Certainty, IngredientLine, MeasureKind
from mocktailverse.drinks.ingredients import LONGEST_NAME, Kind
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
"""What a line makes of the whole drink.

alcoholic = holds an alcoholic ingredient other than bitters; bitters = alcoholic bitters; strong =
anything above 0.5 % vol, vanilla extract included; trace = above 0, up to 0.5 % vol; food = a food
or a fruit, which adds no volume here but makes the drink weaker; doubtful = an unknown ingredient
that may be a liquid; ice = ice; open = a liquid whose volume or strength is not one figure;
imprecise = one whose figures are not exact, or an unknown ingredient that they leave out.
"""


_FOODS: frozenset[Kind] = frozenset({"food", "fruit", "vegetable"})


class Portion(NamedTuple):
    """A line's traits; its base spirit and how much of it; its liquid, None for solids.

    Where no line is `open`, `ml` and `pure` (ml times % vol) say it all.
    """

    traits: frozenset[Trait]
    spirit: str | None
    amount: float
    pour: Pour | None
    ml: float
    pure: float


def portion_of(line: IngredientLine) -> Portion:
    """What a line brings to any drink. Lines repeat much, so the latest are remembered."""
    if len(line.name) > LONGEST_NAME:
        return _portion(line)
    return _remembered(
        line.name,
        line.amount_min,
        line.amount_max,
        line.unit,
        line.ml_min,
        line.ml_max,
        line.kind,
        line.certainty,
    )


@lru_cache(maxsize=2048)
def _remembered(  # noqa: PLR0913, PLR0917 - the key: what matters of a line, but not its place
    name: str,
    amount_min: float | None,
    amount_max: float | None,
    unit: str,
    ml_min: float | None,
    ml_max: float | None,
    kind: MeasureKind,
    certainty: Certainty,
) -> Portion:
    amounts = amount_min, amount_max, unit, ml_min, ml_max
    return _portion(IngredientLine(0, name, name, None, *amounts, kind, certainty))


def _portion(line: IngredientLine) -> Portion:
    substance = substance_of(line.name)
    pour = pour_of(line, substance)
    traits = frozenset(_traits(line, substance, pour))
    amount = 0.0 if line.certainty == "unknown" else line.ml_max or line.amount_max or 0.0
    ml, pure = (pour.low, pour.low * pour.abv_low) if pour else (0.0, 0.0)
    return Portion(traits, substance.spirit, amount, pour, ml, pure)


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
    if doubtful or (pour and not _is_exact(line, substance, pour)):
        yield "imprecise"


def _is_exact(line: IngredientLine, substance: Substance, pour: Pour) -> bool:
    return substance.labelled and line.certainty == "exact" and not pour.imprecise_unit
