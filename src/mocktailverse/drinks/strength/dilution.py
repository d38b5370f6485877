"""Dilution: how much water the ice adds to a drink, by method of preparation."""

from msgspec import Struct

from mocktailverse.drinks.drink import Method

BUILT = (0.10, 0.24)
"""Water per volume of a drink built over ice: minimum (just made), and the figure of Liquid
Intelligence."""

BLENDED = (0.5, 0.9)
"""Water per volume of a drink blended with ice; all of the ice stays in it."""

BAR_RULE = {"shaken": 0.25, "stirred": 0.20}
"""Rule of thumb: a drink gains a quarter by shaking, a fifth by stirring."""

MEASURED = {"shaken": (-1.567, 1.742, 0.203), "stirred": (-1.21, 1.246, 0.145)}
"""Coefficients (a, b, c) of water = a s² + b s + c for a drink of strength s, such as 0.2 for 20 %.
A fit to measurements: Dave Arnold, Liquid Intelligence (2014), p. 123."""

_PEAK_PERCENT = {method: -50 * b / a for method, (a, b, _) in MEASURED.items()}
"""The strength that melts most ice; the fit falls again above it."""


class Melt(Struct, frozen=True, gc=False):
    """Melt water per volume of what is shaken, stirred, blended or built."""

    least: float
    usual: float
    most: float


NO_MELT = Melt(0.0, 0.0, 0.0)


def dilution(
    method: Method, abv_percent: float, *, ice_named: bool, iced_glass: bool
) -> tuple[float, float]:
    """Return the minimum and maximum melt water per volume of a drink of this strength as mixed.

    `iced_glass` means that drinks in this glass are usually served over ice, and `ice_named` that
    the recipe mentions it.
    """
    if method in BAR_RULE:
        rule, measured = BAR_RULE[method], _measured(method, abv_percent)
        return min(rule, measured), max(rule, measured)
    if method == "layered":
        return 0.0, 0.0
    least, most = BLENDED if method == "blended" else BUILT
    if ice_named:
        return least, most
    return 0.0, most if iced_glass or method == "blended" else 0.0


def usual_dilution(
    method: Method, abv_percent: float, *, ice_named: bool, iced_glass: bool
) -> float:
    """Return the usual melt water per volume of a drink of this strength as mixed.

    It is the measured figure for shaken and stirred drinks, 0.24 for drinks built over ice, and the
    middle of the range for blended ones. If it is open whether there is ice, it is half of that.
    """
    if method in MEASURED:
        return _measured(method, abv_percent)
    least, most = dilution(method, abv_percent, ice_named=ice_named, iced_glass=iced_glass)
    return most if ice_named and method != "blended" else (least + most) / 2


def melt_of(
    method: Method | None, abv_percent: tuple[float, float], *, ice_named: bool, iced_glass: bool
) -> Melt:
    """Return the melt water of a drink whose strength as mixed is in this range.

    A drink of an unknown method takes between none and what shaking gives.
    """
    if method is None:
        return Melt(0.0, 0.12, melt_of("shaken", abv_percent, ice_named=True, iced_glass=True).most)
    low, high = abv_percent
    least, most = dilution(method, low, ice_named=ice_named, iced_glass=iced_glass)
    usual = usual_dilution(method, (low + high) / 2, ice_named=ice_named, iced_glass=iced_glass)
    if low != high and method in MEASURED:
        others = [high, _PEAK_PERCENT[method]] if low < _PEAK_PERCENT[method] < high else [high]
        for strength in others:
            lower, upper = dilution(method, strength, ice_named=ice_named, iced_glass=iced_glass)
            least, most = min(least, lower), max(most, upper)
    return Melt(least, usual, most)


def _measured(method: str, abv_percent: float) -> float:
    a, b, c = MEASURED[method]
    strength = abv_percent / 100
    return a * strength**2 + b * strength + c
