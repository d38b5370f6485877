"""Round a solution: the amounts of a recipe that a bar measures."""

from collections.abc import Sequence
from typing import NamedTuple

from mocktailverse.drinks.conversion.bar_measures import (
    FINENESS,
    measure_text,
    ml_of,
    new_amount,
    rounded_within,
)
from mocktailverse.drinks.conversion.linear_mix import LinearMix
from mocktailverse.drinks.conversion.planning import Plan
from mocktailverse.drinks.conversion.recipe_lines import KeptLine, NewLine
from mocktailverse.drinks.units import ML_PER_UNIT

LEAST_SCALE = 0.7
MOST_SCALE = 1.3
"""Limits for the amounts of kept lines; sweeteners may go down to nothing."""

LEAST_FLAVOUR_SCALE = 0.5
"""The least of a sweetener that gives flavour and colour, too, such as grenadine."""

LEAST_NEW_ML = 2.0
"""Least amount of a flavour: under half a teaspoon."""

LEAST_FILLER_ML = 2.5
"""Least amount of what lengthens a drink."""

UNCHANGED = 0.04
"""A kept line that changes by less than this share stays as written."""

_TRIFLE_SHARE = 0.10
"""What lengthens the drink is left out below this share of the mix, if the balance allows it."""

_NOTHING = 0.05
"""A sweetener below this share of its amount is left out."""


class BarAmount(NamedTuple):
    """An amount of one line."""

    size: float
    """For the linear model: scale of a kept line, ml of a new one; 0 if it is left out."""
    measure: str | None = None
    """The new measure; None for that of the original."""


BarAmounts = tuple[tuple[BarAmount, ...], tuple[BarAmount, ...]]
"""Of the kept and of the new lines."""


def rounded_amounts(
    plan: Plan,
    mix: LinearMix,
    solution: tuple[Sequence[float], Sequence[float]],
    unit: str,
    fineness: int,
) -> BarAmounts:
    """Return the amounts of the kept and the new lines.

    A solution has the scales of the kept lines and the ml of the new ones. `unit` is that of new
    lines; `fineness` is an index of `bar_measures.FINENESS`.
    """
    scales, amounts_ml = solution
    served_ml = mix.totals[0] if not mix.is_exact else mix.mixed_ml
    trifle_ml = _TRIFLE_SHARE * served_ml if fineness < FINENESS[-1] else LEAST_FILLER_ML
    return (
        tuple(_scaled(one, scale, fineness) for one, scale in zip(plan.kept, scales, strict=True)),
        tuple(
            _new(line, ml, trifle_ml, unit, fineness)
            for line, ml in zip(plan.new, amounts_ml, strict=True)
        ),
    )


def least_scale(one: KeptLine) -> float:
    """Return the least scale of a kept line; nothing for what only sweetens."""
    if one.group != "sweetener":
        return LEAST_SCALE
    return 0.0 if one.nature.only_sweetens else LEAST_FLAVOUR_SCALE


def _scaled(one: KeptLine, scale: float, fineness: int) -> BarAmount:
    line = one.line
    if one.group == "fixed" or abs(scale - 1) < UNCHANGED or not line.amount_min:
        return BarAmount(1.0)
    amount, unit = line.amount_min, line.unit
    if unit == "cup" and amount < 1 and one.content and one.content.is_liquid:
        amount, unit = amount * ML_PER_UNIT["cup"] / ML_PER_UNIT["oz"], "oz"
    bounds = amount * least_scale(one), amount * MOST_SCALE
    new = rounded_within(amount * scale, unit, fineness, bounds)
    if new is None or new == amount:
        return BarAmount(1.0)
    if scale < _NOTHING or not new:
        return BarAmount(0.0)
    return BarAmount(new / amount, measure_text(new, unit))


def _new(line: NewLine, ml: float, trifle_ml: float, unit: str, fineness: int) -> BarAmount:
    """Return the amount of a new line in `unit`."""
    if line.measure_raw is not None:
        return BarAmount(ml, line.measure_raw)
    amount, its_unit = new_amount(ml, unit, fineness)
    if not (amount or line.is_filler or line.is_hint):
        amount, its_unit = new_amount(LEAST_NEW_ML, "ml", FINENESS[-1])
    if amount <= 0 or (line.is_filler and ml < trifle_ml):
        return BarAmount(0.0)
    return BarAmount(ml_of(amount, its_unit), measure_text(amount, its_unit))
