"""Pours: the liquid that one ingredient line adds to a drink, with its amount and strength."""

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Literal, NamedTuple

from msgspec import Struct

from mocktailverse.drinks.drink import IngredientLine
from mocktailverse.drinks.ingredients import (
    LONGEST_NAME,
    SOLID,
    Kind,
    base_spirit,
    family_of,
    match_ingredient,
)
from mocktailverse.drinks.reference.tables import read_table
from mocktailverse.drinks.units import GRAMS_PER_UNIT

Range = tuple[float, float]
Measured = Literal["ml", "part", "glass", "fill", "rest", "unbounded"]
"""How the amount of a pour is given.

ml          a volume
part        a part of the drink
glass       a share of the glass
fill        fills up the glass
rest        no amount, so at most the remaining capacity of the glass
unbounded   any amount
"""

FLOAT_ML = (7.0, 15.0)
"""ml of a float: a quarter to half an ounce, by bar practice."""

NON_ALCOHOLIC_PERCENT = 0.5
"""Non-alcoholic up to this strength in most of the EU; in the US, below it (27 CFR 7.65).

The UK's guidance calls a drink alcohol-free only up to 0.05 %.
"""

SEASONING_ML: dict[Kind, Range] = {
    "syrup": (0.0, 30.0),
    "condiment": (0.0, 5.0),
    "bitters": (0.0, 5.0),
    "flavouring": (0.0, 5.0),
}
"""ml of an ingredient "to taste": up to an ounce of syrup, up to a teaspoon of the others."""

GRAM_ML = (0.85, 1.1)
"""ml per gram of a drinkable liquid, from syrups and dairy to spirits."""

_LONG: frozenset[Kind] = frozenset(
    {"soda", "juice", "mixer", "wine", "beer", "cider", "water", "dairy", "tea_coffee"}
)
_POURED = frozenset({"ml", "cl", "dl", "oz", "shot", "jigger", "dash", "splash", "drop"})
_DRY_TEA = frozenset({"tsp", "tbsp", "package", "piece"})
_NO_LIQUID = frozenset({"slice", "wedge", "twist", "leaf", "sprig", "cube", "pinch", "scoop"})
_IMPRECISE = frozenset({"dash", "splash", "drop"})
_CONTAINERS = frozenset({"bottle", "can", "package"})
_OF_LIQUIDS = frozenset({"part", "glass", "fill", "float", "bottle", "can"})


class Substance(Struct, frozen=True):
    """The alcohol of an ingredient. None means unknown."""

    kind: Kind | None
    abv_percent: Range | None
    alcoholic: bool | None
    labelled: bool
    """Whether the strength is that of one product, not of a category."""
    spirit: str | None
    """The base spirit; None if it is not a kind of one."""
    guessed: bool = False
    """Whether it is taken for a food because of its last word alone."""


class Pour(NamedTuple):
    """The liquid of one line: amount and strength in % vol, as ranges."""

    measured: Measured
    """The unit of the amount."""
    low: float
    high: float
    abv_low: float
    abv_high: float
    has_strength: bool = True
    """Whether the strength is known; an unknown one is recorded as 0."""
    imprecise_unit: bool = False
    """Whether the unit is a dash, splash or drop."""

    @property
    def closed(self) -> bool:
        """Whether volume and strength are exact, not ranges."""
        return self.measured == "ml" and self.low == self.high and self.abv_low == self.abv_high


def substance_of(name: str) -> Substance:
    """Return the alcohol of the ingredient with this name, canonical or not."""
    return _substance(name) if len(name) <= LONGEST_NAME else _UNKNOWN


def substance_in(line: IngredientLine, name: str) -> Substance:
    """Return the substance of a name on a line; unknown if a supposed food is poured."""
    substance = substance_of(name)
    is_poured = line.kind != "mass" and (line.unit in _POURED or line.unit in _OF_LIQUIDS)
    return _UNKNOWN if substance.guessed and is_poured else substance


def choice_of(substances: Sequence[Substance]) -> Substance:
    """Return what a choice between substances adds: the range over them, and what all agree on."""
    first, *others = substances
    if not others:
        return first
    strengths = [one.abv_percent for one in substances if one.abv_percent]
    is_bounded = len(strengths) == len(substances)
    return Substance(
        first.kind if len({one.kind for one in substances}) == 1 else None,
        (min(low for low, _ in strengths), max(high for _, high in strengths))
        if is_bounded
        else None,
        first.alcoholic if len({one.alcoholic for one in substances}) == 1 else None,
        labelled=all(one.labelled for one in substances),
        spirit=first.spirit if len({one.spirit for one in substances}) == 1 else None,
    )


def either_pour(pours: Sequence[Pour | None]) -> Pour | None:
    """Return the pour that covers each of the given ones; None if none adds a liquid.

    Pours that are measured differently have no common limit.
    """
    liquids = [pour for pour in pours if pour]
    if not liquids:
        return None
    measured = {pour.measured for pour in liquids}
    is_limited = len(measured) == 1
    return Pour(
        measured.pop() if is_limited else "unbounded",
        min(pour.low for pour in liquids) if is_limited and len(liquids) == len(pours) else 0.0,
        max(pour.high for pour in liquids) if is_limited else 0.0,
        min(pour.abv_low for pour in liquids),
        max(pour.abv_high for pour in liquids),
        has_strength=all(pour.has_strength for pour in liquids),
        imprecise_unit=liquids[0].imprecise_unit,
    )


def pour_of(line: IngredientLine, substance: Substance) -> Pour | None:
    """Return the liquid that a line adds; None for solids, ice and garnish.

    An amount that could not be parsed, or is implausible, is unbounded.
    """
    has_strength = substance.abv_percent is not None
    abv_percent = substance.abv_percent or (0.0, 0.0)
    amount = _range(line.amount_min, line.amount_max)
    if amount and line.certainty == "unknown":
        return Pour("unbounded", 0.0, 0.0, *abv_percent, has_strength)
    yielded = _yield_of(line, substance.kind, amount)
    if not (yielded or abv_percent[1]) and _adds_no_liquid(line, substance.kind):
        return None
    volume = yielded or _range(line.ml_min, line.ml_max) or _poured_without_ml(line, amount)
    measured: Measured = "ml"
    if substance.kind is None and volume:
        volume = (0.0, volume[1])  # it may be a solid
    if volume is None and amount and line.unit in {"part", "glass"}:
        measured, volume = ("part" if line.unit == "part" else "glass"), amount
    if volume is None:
        measured, volume = _unmeasured(line, substance.kind)
    return Pour(measured, *volume, *abv_percent, has_strength, line.unit in _IMPRECISE)


def could_be_liquid(line: IngredientLine) -> bool:
    """Return whether an unknown ingredient may be a liquid, judging by its unit."""
    return line.unit not in _NO_LIQUID and line.unit != "garnish" and line.kind != "mass"


_UNKNOWN = Substance(None, None, None, labelled=False, spirit=None)


@lru_cache(maxsize=2048)
def _substance(name: str) -> Substance:
    if row := match_ingredient(name):
        lowest = 0.0 if row.alcoholic is None else row.abv_percent
        strength = (lowest, row.abv_percent)
        return Substance(row.kind, strength, row.alcoholic, row.labelled, base_spirit(row.name))
    if family := family_of(name):
        strength = (family.abv_percent_min, family.abv_percent_max)
        spirit = base_spirit(family.name)
        return Substance(
            family.kind,
            strength,
            family.alcoholic,
            labelled=not family.alcoholic,
            spirit=spirit,
            guessed=family.guessed,
        )
    return _UNKNOWN


def _adds_no_liquid(line: IngredientLine, kind: Kind | None) -> bool:
    if line.unit == "garnish" or (line.unit in _NO_LIQUID and kind not in _LONG):
        return True
    if _is_juice(line):
        return False
    if kind in SOLID:  # lemon in ounces or cl can only be its juice
        return not (kind == "fruit" and line.unit in _POURED and line.ml_max)
    if kind is None:
        return line.kind != "none" and not line.ml_max and line.unit not in _OF_LIQUIDS
    return kind == "tea_coffee" and line.unit in _DRY_TEA  # leaves, powder, grounds or bags


def _is_juice(line: IngredientLine) -> bool:
    """Return whether the line is the juice of whole fruits: "juice of 2 limes", "lime, juiced"."""
    is_juiced = line.unit in {"none", "piece"} and "juice" in (line.preparation or "")
    return is_juiced or (line.kind == "qualitative" and line.unit == "piece")


def _poured_without_ml(line: IngredientLine, amount: Range | None) -> Range | None:
    """Return the ml of a float, and of a liquid given by mass; None for other units."""
    if line.unit == "float":
        return FLOAT_ML
    if amount and line.unit in GRAMS_PER_UNIT:
        grams = GRAMS_PER_UNIT[line.unit]
        return amount[0] * grams * GRAM_ML[0], amount[1] * grams * GRAM_ML[1]
    return None


def _unmeasured(line: IngredientLine, kind: Kind | None) -> tuple[Measured, Range]:
    if line.unit == "fill":
        return "fill", (0.0, 0.0)
    if line.kind not in {"volume", "mass"} and line.unit not in _CONTAINERS:
        if kind in SEASONING_ML:
            return "ml", SEASONING_ML[kind]
        if kind in _LONG or _is_juice(line):
            return "rest", (0.0, 0.0)
    return "unbounded", (0.0, 0.0)


def _yield_of(line: IngredientLine, kind: Kind | None, amount: Range | None) -> Range | None:
    """Return the ml of things counted in pieces: eggs, bottles, cans, and fruits for juice."""
    if kind == "egg" and line.unit in {"none", "piece", "other"}:
        form, amount = "piece", amount or (1.0, 1.0)
    elif kind in {"beer", "cider"} and line.unit == "none":
        form = "bottle"
    elif _is_juice(line):
        form = "juice"
    else:
        form = line.unit
    table = _yields()
    one = table.get((line.name.removesuffix(" juice"), form)) or table.get((kind or "", form))
    return (amount[0] * one[0], amount[1] * one[1]) if one and amount else None


def juice_ml(name: str) -> Range | None:
    """Return the minimum and maximum juice of one fruit; None if it is not usually pressed."""
    return _yields().get((name, "juice"))


def _range(low: float | None, high: float | None) -> Range | None:
    return (low, high) if low is not None and high is not None else None


@cache
def _yields() -> dict[tuple[str, str], Range]:
    return {
        (of, form): (float(low), float(high))
        for of, form, low, high, _source in read_table("yields.csv")
    }
