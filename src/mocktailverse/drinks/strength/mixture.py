"""Volume and strength of a mixture of liquids whose amounts are ranges.

`fsum` adds exactly and rounds once, so the order of the liquids does not matter.
"""

from collections.abc import Sequence
from math import fsum
from operator import mul

from mocktailverse.drinks.strength.pours import Pour, Range


def total(pours: Sequence[Pour]) -> Range:
    """Return the sum of the amounts, minimum and maximum."""
    return fsum([pour.low for pour in pours]), fsum([pour.high for pour in pours])


def alcohol(pours: Sequence[Pour]) -> Range:
    """Return the sum of the pure alcohol in the pours' unit, minimum and maximum."""
    return (
        fsum([pour.low * pour.abv_low for pour in pours]) / 100,
        fsum([pour.high * pour.abv_high for pour in pours]) / 100,
    )


def strength(pours: Sequence[Pour]) -> Range | None:
    """Return the minimum and maximum % vol of the mixture; None if the mixture may be empty."""
    _, low, high, weak, strong, _, _ = zip(*pours, strict=True)
    return concentration(low, high, weak, strong)


def concentration(
    low: Sequence[float], high: Sequence[float], weak: Sequence[float], strong: Sequence[float]
) -> Range | None:
    """Return the extreme concentrations of a mixture; None if the mixture may be empty.

    Each liquid has an amount from `low` to `high`, and between `weak` and `strong` of the solute in
    100 ml: alcohol, sugar or acid.

    Example: 40 ml of 40 % and 0 to 60 ml of juice. The weakest mixture has 60 ml of juice (16 %),
    the strongest none (40 %).
    """
    if fsum(low) <= 0:
        return None
    if low == high:
        weakest = fsum(map(mul, low, weak)) / fsum(low)
        return weakest, weakest if weak == strong else fsum(map(mul, low, strong)) / fsum(low)
    return _lowest(low, high, weak), 0.0 - _lowest(low, high, [-one for one in strong])


def _lowest(low: Sequence[float], high: Sequence[float], concentrations: Sequence[float]) -> float:
    """Return the lowest concentration over all amounts.

    Start from the minimum of each liquid. Adding more of a liquid lowers the concentration exactly
    if the liquid is weaker than the mixture, so add the weakest first and stop when none is.
    """
    volumes, solutes = list(low), list(map(mul, low, concentrations))
    volume, solute = fsum(volumes), fsum(solutes)
    for weak, least, most in sorted(zip(concentrations, low, high, strict=True)):
        if least < most:
            if weak * volume >= solute:
                break
            more = most - least
            volumes.append(more)
            solutes.append(more * weak)
            volume, solute = fsum(volumes), fsum(solutes)
    return solute / volume
