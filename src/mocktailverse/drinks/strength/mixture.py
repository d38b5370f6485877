"""The volume and strength of several liquids of uncertain amounts, mixed."""

from collections.abc import Iterable
from math import fsum
from operator import mul
from typing import NamedTuple

Range = tuple[float, float]


class Liquid(NamedTuple):
    """An amount (ml, or any one unit) and a strength (% vol), each from least to most."""

    low: float
    high: float
    abv_low: float
    abv_high: float


class Mixture:
    """Liquids mixed, as four columns. Sums are exact, so that their order does not matter."""

    __slots__ = ("_abv_high", "_abv_low", "_high", "_low")

    def __init__(self, liquids: Iterable[Liquid]) -> None:
        columns = tuple(zip(*liquids, strict=True)) or ((), (), (), ())
        self._low, self._high, self._abv_low, self._abv_high = columns

    def volume(self) -> Range:
        """The summed amount, from least to most."""
        return fsum(self._low), fsum(self._high)

    def alcohol(self) -> Range:
        """The summed pure alcohol in the liquids' unit, from least to most."""
        return (
            fsum(map(mul, self._low, self._abv_low)) / 100,
            fsum(map(mul, self._high, self._abv_high)) / 100,
        )

    def strength(self) -> Range | None:
        """The least and the most % vol that it can have; None when it may be nothing.

        The extremes lie where every liquid stronger than some threshold is at one end of its
        amount and every weaker one at the other. Trying the strength of each liquid of uncertain
        amount as the threshold, and one that all others pass, is exact.
        """
        low, high, weak, strong = self._low, self._high, self._abv_low, self._abv_high
        if fsum(low) <= 0:
            return None
        if low == high:
            weakest = _mean(low, weak)
            return weakest, weakest if weak == strong else _mean(low, strong)
        rows = list(zip(low, high, weak, strong, strict=True))
        uncertain = [row for row in rows if row[0] != row[1]]
        return (
            min(
                _mean([most if abv <= limit else least for least, most, abv, _ in rows], weak)
                for limit in {min(weak), *(row[2] for row in uncertain)}
            ),
            max(
                _mean([most if abv >= limit else least for least, most, _, abv in rows], strong)
                for limit in {max(strong), *(row[3] for row in uncertain)}
            ),
        )


def _mean(amounts: Iterable[float], abv_percent: Iterable[float]) -> float:
    return fsum(map(mul, amounts, abv_percent)) / fsum(amounts)
