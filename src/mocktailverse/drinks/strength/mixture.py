"""Volume and strength of a mixture of liquids whose amounts are ranges.

`fsum` adds exactly and rounds once, so the order of the liquids does not matter.
"""

from collections.abc import Sequence
from itertools import compress
from math import fsum
from operator import mul, ne

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
    """Return the minimum and maximum % vol of the mixture; None if the mixture may be empty.

    The mixture is weakest if all liquids below some threshold strength are at their maximum
    amount, and all stronger ones at their minimum. Which threshold is unknown, but it is the
    strength of one of the liquids. So it is exact to try the strength of each liquid with an
    uncertain amount, and one threshold that puts all liquids at the same end. The strongest
    mixture is found in the same way, with the ends swapped.

    Example: 40 ml of 40 % and 0 to 60 ml of juice. The weakest mixture has 60 ml of juice (16 %),
    the strongest none (40 %).
    """
    _, low, high, weak, strong, _, _ = zip(*pours, strict=True)
    if fsum(low) <= 0:
        return None
    if low == high:
        weakest = _mean(low, weak)
        return weakest, weakest if weak == strong else _mean(low, strong)
    uncertain = list(map(ne, low, high))
    # 0 % is not tried as the threshold of the strongest: more of such a liquid only weakens.
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
