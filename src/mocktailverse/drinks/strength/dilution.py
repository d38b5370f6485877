"""Dilution: how much water the ice adds to a drink, by method of preparation."""

from mocktailverse.drinks.drink import Method

BUILT = (0.10, 0.24)
"""Water per volume of a drink built over ice: minimum (just made), and the figure of Liquid
Intelligence."""

BLENDED = (0.5, 0.9)
"""Water per volume of a drink blended with ice; all of the ice stays in it."""

BAR_RULE = {"shaken": 0.25, "stirred": 0.20}
"""Rule of thumb: a drink gains a quarter by shaking, a fifth by stirring."""


def dilution(
    method: Method, abv_percent: float, *, ice_named: bool, iced_glass: bool
) -> tuple[float, float]:
    """Return the minimum and maximum melt water per volume of drink.

    Args:
        method: how the drink is prepared.
        abv_percent: strength as mixed, in % vol; stronger drinks melt more ice.
        ice_named: whether the recipe mentions ice.
        iced_glass: whether drinks in this glass are usually served over ice.
    """
    if method in BAR_RULE:
        return _melted(method, abv_percent / 100)
    if method == "layered":
        return 0.0, 0.0
    least, most = BLENDED if method == "blended" else BUILT
    if ice_named:
        return least, most
    return 0.0, most if iced_glass or method == "blended" else 0.0


def _melted(method: Method, abv: float) -> tuple[float, float]:
    """Return the range of the rule of thumb and a fit to measurements.

    The fit is from Dave Arnold, Liquid Intelligence (2014), p. 123.
    """
    if method == "stirred":
        measured = -1.21 * abv**2 + 1.246 * abv + 0.145
    else:
        measured = -1.567 * abv**2 + 1.742 * abv + 0.203
    rule = BAR_RULE[method]
    return min(rule, measured), max(rule, measured)
