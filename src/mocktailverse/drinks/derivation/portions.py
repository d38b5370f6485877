"""Portions: what one ingredient line adds to a drink."""

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from mocktailverse.drinks.balance.doses import Dose, Fruit, dose_of
from mocktailverse.drinks.drink import IngredientLine
from mocktailverse.drinks.ingredients import Kind, may_hold_alcohol
from mocktailverse.drinks.strength.pours import (
    NON_ALCOHOLIC_PERCENT,
    Pour,
    Substance,
    choice_of,
    could_be_liquid,
    either_pour,
    pour_of,
    substance_in,
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
doubtful    may be alcoholic: an unknown liquid, a soaked food, a choice, an optional spirit
ice         ice
open        a liquid whose volume or strength is a range
imprecise   a liquid without exact figures, or an unknown ingredient that the figures leave out
"""

FOOD_SHARE = 0.5
"""Share of a measured food that adds volume: at most half of ice cream is air (21 CFR 135.110)."""

_FOODS: frozenset[Kind] = frozenset({"food", "fruit", "vegetable"})


class Portion(Struct, frozen=True, gc=False):
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
    names: tuple[str, ...]
    """Names to report if the line leaves a figure unknown; of a choice, those of doubt."""
    food_ml: float = 0.0
    """Volume that a food certainly adds, where its line gives a volume."""


@lru_cache(maxsize=2048)
def portion_of(line: IngredientLine) -> Portion:
    """Return the portion of a line; its position and its raw texts do not matter."""
    if line.alternatives:
        substance, pour, names = _choice(line)
    else:
        substance = substance_in(line, line.name)
        pour, names = pour_of(line, substance), (line.name,)
    if line.optional:
        substance, pour = _left_out(substance), pour and pour._replace(low=0.0)
    traits = _traits(line, substance, pour)
    amount = 0.0 if line.certainty == "unknown" else line.ml_max or line.amount_max or 0.0
    ml, pure = (pour.low, pour.low * pour.abv_low) if pour else (0.0, 0.0)
    dose = dose_of(line, substance, pour)
    food_ml = FOOD_SHARE * (line.ml_min or 0.0) if "food" in traits and not line.optional else 0.0
    return Portion(traits, substance.spirit, amount, pour, ml, pure, dose, names, food_ml)


def _choice(line: IngredientLine) -> tuple[Substance, Pour | None, tuple[str, ...]]:
    """Return what a line with alternatives adds, and the names to report."""
    names = (line.name, *line.alternatives)
    substances = [substance_in(line, name) for name in names]
    pours = [
        pour_of(replace(line, name=name), one) for name, one in zip(names, substances, strict=True)
    ]
    return choice_of(substances), either_pour(pours), _doubtful_names(names, substances)


def _doubtful_names(names: Sequence[str], substances: Sequence[Substance]) -> tuple[str, ...]:
    """Return the options of unknown alcohol, or else those with alcohol, or else the first."""
    pairs = list(zip(names, substances, strict=True))
    unknown = tuple(name for name, one in pairs if one.alcoholic is None)
    return unknown or tuple(name for name, one in pairs if one.alcoholic) or (names[0],)


def _left_out(substance: Substance) -> Substance:
    """Return the substance of an optional line: nobody knows whether the drink contains it.

    Optional bitters still count by their amount, which is from zero.
    """
    is_open = substance.alcoholic and substance.kind != "bitters"
    return replace(substance, alcoholic=None) if is_open else substance


def _traits(line: IngredientLine, substance: Substance, pour: Pour | None) -> frozenset[Trait]:
    kind, strength, alcoholic = substance.kind, substance.abv_percent, substance.alcoholic
    traits: list[Trait] = []
    doubtful = alcoholic is None and bool(
        strength
        or could_be_liquid(line)
        or any(map(may_hold_alcohol, (line.name, *line.alternatives)))
    )
    if doubtful:
        traits.append("doubtful")
    if strength and strength[1] > 0:
        traits.append("strong" if strength[1] > NON_ALCOHOLIC_PERCENT else "trace")
    if alcoholic:
        traits.append("bitters" if kind == "bitters" else "alcoholic")
    if kind == "ice":
        traits.append("ice")
    elif pour is None and kind in _FOODS:
        traits.append("food")
    if pour and not pour.closed:
        traits.append("open")
    is_exact = substance.labelled and line.certainty == "exact"
    if doubtful or (pour and (pour.imprecise_unit or not is_exact)):
        traits.append("imprecise")
    return _shared(*traits)


@cache
def _shared(*traits: Trait) -> frozenset[Trait]:
    """Return the same set for all lines with these traits: few sets occur."""
    return frozenset(traits)
