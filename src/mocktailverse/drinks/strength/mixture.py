"""Volume and strength of a mixture of liquids whose amounts are ranges.

`fsum` adds exactly and rounds once, so the order of the liquids does not matter.
"""

from collections.abc import Iterable, Sequence
from math import fsum
from operator import mul, sub

from mocktailverse.drinks.strength.pours import Pour, Range


def total(pours: Sequence[Pour]) -> Range:
    """Return the sum of the amounts, minimum and maximum."""
    return fsum([pour.low for pour in pours]), fsum([pour.high for pour in pours])


def alcohol_and_strength(pours: Sequence[Pour]) -> tuple[Range, Range | None]:
    """Return the pure alcohol in the pours' unit, and the % vol of the mixture, as ranges.

    The strength is None if the mixture may be empty.
    """
    if not pours:
        return (0.0, 0.0), None
    _, low, high, weak, strong, _, _ = zip(*pours, strict=True)
    alcohol = fsum(map(mul, low, weak)) / 100, fsum(map(mul, high, strong)) / 100
    return alcohol, concentration(low, high, weak, strong)


def concentration(
    low: Sequence[float], high: Sequence[float], weak: Sequence[float], strong: Sequence[float]
) -> Range | None:
    """Return the extreme concentrations of a mixture; None if the mixture may be empty.

    Each liquid has an amount from `low` to `high`, and between `weak` and `strong` of the solute in
    100 ml: alcohol, sugar or acid.

    Example: 40 ml of 40 % and 0 to 60 ml of juice. The weakest mixture has 60 ml of juice (16 %),
    the strongest none (40 %).
    """
    volume = fsum(low)
    if volume <= 0:
        return None
    weakest, strongest = fsum(map(mul, low, weak)), fsum(map(mul, low, strong))
    if low == high:
        return weakest / volume, strongest / volume
    more = list(map(sub, high, low))
    return (
        lowest(weakest, volume, zip(weak, more, strict=True)),
        highest(strongest, volume, zip(strong, more, strict=True)),
    )


def lowest(solute: float, volume: float, additions: Iterable[tuple[float, float]]) -> float:
    """Return the lowest concentration of a solution to which liquids may be added.

    `additions` are pairs of a concentration and the volume that may be added. Adding a liquid
    lowers the concentration exactly if the liquid is weaker than the solution, so the weakest is
    added first, and none is added once the next is not weaker.
    """
    for concentration_added, ml in sorted(additions):
        if concentration_added * volume >= solute:
            break
        solute += concentration_added * ml
        volume += ml
    return solute / volume


def highest(solute: float, volume: float, additions: Iterable[tuple[float, float]]) -> float:
    """Return the highest concentration of a solution to which liquids may be added."""
    for concentration_added, ml in sorted(additions, reverse=True):
        if concentration_added * volume <= solute:
            break
        solute += concentration_added * ml
        volume += ml
    return solute / volume
