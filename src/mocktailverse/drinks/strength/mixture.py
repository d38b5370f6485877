"""The volume and strength of several liquids of uncertain amounts, mixed.

Sums are rounded once, so that the order of the liquids does not matter.
"""

from collections.abc import Sequence
from itertools import compress
from math import fsum
from operator import mul, ne

from mocktailverse.drinks.strength.pours import Pour, Range


def total(pours: Sequence[Pour]) -> Range:
    """The summed amount, from least to most."""
    return fsum([pour.low for pour in pours]), fsum([pour.high for pour in pours])


def alcohol(pours: Sequence[Pour]) -> Range:
    """The summed pure alcohol in the pours' unit, from least to most."""
    return (
        fsum([pour.low * pour.abv_low for pour in pours]) / 100,
        fsum([pour.high * pour.abv_high for pour in pours]) / 100,
    )


def strength(pours: Sequence[Pour]) -> Range | None:
    """The least and the most % vol that the mixture can have; None when it may be nothing.

    The extremes lie where every liquid stronger than some threshold is at one end of its amount
    and every weaker one at the other. So it is exact to try as thresholds the strength of each
    liquid of uncertain amount, and one that has them all at the same end.
    """
    _, low, high, weak, strong, _, _ = zip(*pours, strict=True)
    if fsum(low) <= 0:
        return None
    if low == high:
        weakest = _mean(low, weak)
        return weakest, weakest if weak == strong else _mean(low, strong)
    uncertain = list(map(ne, low, high))
    ends = list(zip(low, high, weak, strong, strict=True))
    return (
        min(
            _mean([most if abv <= limit else least for least, most, abv, _ in ends], weak)
            for limit in {min(weak), *compress(weak, uncertain)}
        ),
        max(
            _mean([most if abv >= limit else least for least, most, _, abv in ends], strong)
            for limit in {max(strong), *filter(None, compress(strong, uncertain))}
        ),
    )


def _mean(amounts: Sequence[float], abv_percent: Sequence[float]) -> float:
    return fsum(map(mul, amounts, abv_percent)) / fsum(amounts)
