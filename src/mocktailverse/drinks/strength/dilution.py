"""Dilution: how much water the ice adds to a drink, by method of preparation."""

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


def dilution(
    method: Method, abv_percent: float, *, ice_named: bool, iced_glass: bool
) -> tuple[float, float]:
    """Return the minimum and maximum melt water per volume of a drink of this strength as mixed.

    `iced_glass` means that drinks in this glass are usually served over ice, and `ice_named` that
    the recipe mentions it.
    """
    if method in BAR_RULE:
        a, b, c = MEASURED[method]
        abv = abv_percent / 100
        rule, measured = BAR_RULE[method], a * abv**2 + b * abv + c
        return min(rule, measured), max(rule, measured)
    if method == "layered":
        return 0.0, 0.0
    least, most = BLENDED if method == "blended" else BUILT
    if ice_named:
        return least, most
    return 0.0, most if iced_glass or method == "blended" else 0.0
