"""Bar measures: write an amount as a bartender measures it."""

from fractions import Fraction
from functools import lru_cache
from math import floor

from mocktailverse.drinks.conversion.usual_content import PART_ML
from mocktailverse.drinks.units import ML_PER_UNIT

FINENESS = (0, 1, 2)
"""Steps from coarse to fine; the first at which the balance holds is used."""

_STEPS = {
    "ml": (5.0, 2.5, 1.0),
    "cl": (0.5, 0.25, 0.1),
    "oz": (1 / 4, 1 / 8, 1 / 8),
    "shot": (1 / 4, 1 / 8, 1 / 8),
    "jigger": (1 / 4, 1 / 8, 1 / 8),
    "part": (1 / 2, 1 / 4, 1 / 8),
    "tsp": (1 / 2, 1 / 4, 1 / 8),
    "tbsp": (1 / 2, 1 / 4, 1 / 8),
    "cup": (1 / 4, 1 / 8, 1 / 8),
}
_STEPS_IN_AMOUNT = 40
"""An amount in ml of more steps takes larger ones."""

_OTHER_STEPS = (1 / 4, 1 / 8, 1 / 8)
_DECIMAL = frozenset({"ml", "cl", "dl", "l", "g", "kg"})
_PLURAL = frozenset({"cup", "part", "shot", "pint", "quart", "gallon", "jigger"})
_NEW_UNITS = ("oz", "cl", "part")


def rounded(amount: float, unit: str, fineness: int) -> float:
    """Return the nearest amount that a bar measures; large amounts take larger steps."""
    step = _step(amount, unit, fineness)
    return floor(amount / step + 0.5) * step


def rounded_within(
    amount: float, unit: str, fineness: int, bounds: tuple[float, float]
) -> float | None:
    """Return the nearest amount between the bounds that a bar measures; None if there is none."""
    step = _step(amount, unit, fineness)
    nearest = rounded(amount, unit, fineness)
    near = [nearest, nearest - step, nearest + step]
    return next((one for one in near if bounds[0] <= one <= bounds[1]), None)


def _step(amount: float, unit: str, fineness: int) -> float:
    step = _STEPS.get(unit, _OTHER_STEPS)[fineness]
    if unit == "ml":
        while amount > _STEPS_IN_AMOUNT * step:
            step *= 2
    return step


@lru_cache(maxsize=1024)
def measure_text(amount: float, unit: str) -> str:
    """Return the text of an amount, such as `1 1/2 oz` or `22.5 ml`."""
    name = f"{unit}s" if unit in _PLURAL and amount > 1 else unit
    if unit in _DECIMAL:
        return f"{round(amount, 2):g} {name}"
    whole, rest = divmod(Fraction(amount).limit_denominator(8), 1)
    shown = " ".join(filter(None, (str(whole) if whole else "", str(rest) if rest else "")))
    return f"{shown or 0} {name}"


def unit_for_new(units: list[str]) -> str:
    """Return the unit for what is new in a recipe with these units: its most usual one."""
    usual = max(_NEW_UNITS, key=units.count, default="ml")
    usual = usual if units.count(usual) else "oz" if "shot" in units or "cup" in units else "ml"
    return "ml" if units.count("ml") >= units.count(usual) and "ml" in units else usual


def new_amount(ml: float, unit: str, fineness: int) -> tuple[float, str]:
    """Return an amount and its unit for `ml` of a new ingredient in a recipe in `unit`."""
    if unit == "part":
        return rounded(ml / PART_ML, unit, fineness), unit
    if unit == "oz" and ml < 0.2 * ML_PER_UNIT["oz"]:
        unit = "tsp"
    elif unit == "oz" and ml > 12 * ML_PER_UNIT["oz"]:
        unit = "cup"
    elif unit == "oz" and fineness == FINENESS[-1]:
        unit = "ml"
    return rounded(ml / ML_PER_UNIT[unit], unit, fineness), unit


def ml_of(amount: float, unit: str) -> float:
    """Return the ml of an amount; of a part, what the solver takes it for."""
    return amount * (PART_ML if unit == "part" else ML_PER_UNIT.get(unit, 0.0))
