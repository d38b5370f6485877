"""Text for the amounts of a recipe, scaled to servings, in ml, US ounces or parts.

A range stays a range, and a measure without a number stays as the source wrote it.
"""

from collections.abc import Sequence
from math import isfinite
from typing import Literal, get_args

from mocktailverse.dashboard.drink_text import DASH
from mocktailverse.drinks.drink import IngredientLine
from mocktailverse.drinks.units import GRAMS_PER_OUNCE, GRAMS_PER_UNIT, ML_PER_UNIT

System = Literal["ml", "oz", "parts"]
SYSTEMS: tuple[System, ...] = get_args(System)

_MIN_PART_ML = 7.0
"""A quarter of an ounce, the smallest amount of a jigger; no part is smaller."""

_GRAMS = {**GRAMS_PER_UNIT, "oz": GRAMS_PER_OUNCE}
_BAR_UNITS = frozenset({"dash", "drop", "splash"})
"""Not converted: nobody measures a dash in ml."""

_PLURALS = {
    "dash": "dashes", "splash": "splashes", "leaf": "leaves", "pinch": "pinches",
    "glass": "glasses",
}  # fmt: skip
_UNNAMED = frozenset({"none", "other", "piece"})
_FRACTIONS = (
    (0.0, ""), (1 / 8, "⅛"), (1 / 4, "¼"), (1 / 3, "⅓"), (1 / 2, "½"), (2 / 3, "⅔"), (3 / 4, "¾"),
    (1.0, ""),
)  # fmt: skip
"""Values and their signs; eighths are used below 1 only."""
_WHOLE_FROM = 20
_MIN_FRACTION = 1 / 16
_MIN_SHOWN = 0.001


def part_ml(lines: Sequence[IngredientLine]) -> float | None:
    """Return the ml of one part, the smallest volume of the recipe that is poured.

    None if the recipe already uses parts, or has fewer than two such volumes.
    """
    if any(line.kind == "part" for line in lines):
        return None
    volumes = [
        line.ml_min
        for line in lines
        if line.kind == "volume" and line.ml_min and line.unit not in _BAR_UNITS
    ]
    poured = [ml for ml in volumes if ml >= _MIN_PART_ML]
    return min(poured) if len(poured) > 1 else None


def amount(line: IngredientLine, system: System, servings: int, part: float | None) -> str | None:
    """Return the line's amount for a number of servings; None if its measure has no number.

    Servings multiply all amounts except parts, which are ratios. `part` is the recipe's `part_ml`;
    without it, the system "parts" shows ml.
    """
    if line.kind == "volume" and line.unit not in _BAR_UNITS:
        return _volume(line, system, servings, part)
    if line.amount_min is None or line.amount_max is None or line.kind == "qualitative":
        return None
    low, high = line.amount_min, line.amount_max
    if line.kind == "part":
        return _counted(low, high, line.unit)
    if line.kind == "mass" and line.unit in _GRAMS:
        grams = _GRAMS[line.unit] * servings
        return _mass(low * grams, high * grams, system)
    return _counted(low * servings, high * servings, line.unit)


def milliliters(ml: float) -> str:
    """Return a volume: in tenths below 2.5 ml, halves below 10 ml, litres from 1000 ml on.

    A half stays, as in 22.5 ml, which recipes and jiggers have.
    """
    if ml >= 1000:  # noqa: PLR2004 - ml of a litre
        return f"{ml / 1000:,.2f}".rstrip("0").rstrip(".") + " l"
    if ml >= 10 and not (2 * ml).is_integer():  # noqa: PLR2004 - from here on whole ml
        return f"{ml:.0f} ml"
    rounded = round(2 * ml) / 2 if ml >= 2.5 else round(ml, 1)  # noqa: PLR2004 - half a teaspoon
    return f"{rounded:g} ml"


def fraction(value: float) -> str:
    """Return a number as bars write it: to the nearest quarter or third, whole from 20 on."""
    if value >= _WHOLE_FROM:
        return f"{value:,.0f}"
    if value < _MIN_FRACTION:
        return f"{max(value, _MIN_SHOWN):.3f}".rstrip("0") if value else "0"
    whole = int(value)
    rest = value - whole
    candidates = _FRACTIONS[0:1] + _FRACTIONS[2:] if whole else _FRACTIONS[1:]
    nearest, sign = min(candidates, key=lambda candidate: abs(candidate[0] - rest))
    if nearest == 1:
        return str(whole + 1)
    return f"{whole or ''}{sign}"


def span(low: str, high: str) -> str:
    """Return a range such as "1-2 oz", with an en dash; one amount if both ends are the same."""
    if low == high:
        return low
    low_number, _, low_unit = low.partition(" ")
    _, _, high_unit = high.partition(" ")
    return f"{low_number}{DASH}{high}" if low_unit == high_unit else f"{low} {DASH} {high}"


def _volume(line: IngredientLine, system: System, servings: int, part: float | None) -> str | None:
    if line.ml_min is None or line.ml_max is None or not isfinite(line.ml_max):
        return None
    low, high = line.ml_min, line.ml_max
    if system == "oz":
        return span(_ounces(low * servings), _ounces(high * servings))
    if system == "parts" and part:
        return _counted(low / part, high / part, "part")
    return span(milliliters(low * servings), milliliters(high * servings))


def _ounces(ml: float) -> str:
    """Return ounces, or teaspoons below a quarter of an ounce."""
    ounces = ml / ML_PER_UNIT["oz"]
    if ounces < 0.24:  # noqa: PLR2004 - a quarter, as rounded in ml
        return f"{fraction(ml / ML_PER_UNIT['tsp'])} tsp"
    return f"{fraction(ounces)} oz"


def _mass(low: float, high: float, system: System) -> str:
    if system == "oz":
        ounces = _GRAMS["oz"]
        return span(f"{fraction(low / ounces)} oz", f"{fraction(high / ounces)} oz")
    return span(_grams(low), _grams(high))


def _grams(grams: float) -> str:
    if grams >= _GRAMS["kg"]:
        return f"{grams / _GRAMS['kg']:,.2f}".rstrip("0").rstrip(".") + " kg"
    return f"{grams:.0f} g" if grams >= 1 else f"{grams:.1g} g"


def _counted(low: float, high: float, unit: str) -> str:
    number = span(fraction(low), fraction(high))
    if unit in _UNNAMED:
        return number
    return f"{number} {unit if high <= 1 else _PLURALS.get(unit, unit + 's')}"
