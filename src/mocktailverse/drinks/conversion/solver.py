"""Solve for the amounts of a mocktail: a small least-squares problem with bounds.

Each amount may change the served volume, the sugar and the acid, all linearly, because a drink
without alcohol takes the same share of melt water whatever the amounts are. The solution minimizes

    sum of (deviation of volume, sugar and acid / tolerance)^2
    + sum of weight x ((amount - natural amount) / scale)^2

with each amount between its bounds. The second sum makes the problem strictly convex, so that
cyclic coordinate descent converges to its only minimum (Tseng 2001, Convergence of a block
coordinate descent method for nondifferentiable minimization).
"""

from collections.abc import Sequence
from typing import NamedTuple

_SWEEPS = 60
_PRECISE_ENOUGH = 1e-4


class Amount(NamedTuple):
    """One unknown amount and what a unit of it adds."""

    natural: float
    """Where it stays if nothing pulls."""
    least: float
    most: float
    effects: tuple[float, float, float]
    """Served ml, grams of sugar and grams of acid for each unit."""
    weight: float
    """How strongly it is kept at its natural amount."""


def solve(
    amounts: Sequence[Amount],
    gaps: tuple[float, float, float],
    tolerances: tuple[float, float, float],
) -> list[float]:
    """Return the amounts that come nearest to `gaps`: what they have to add in total.

    Gaps and tolerances are served ml, grams of sugar and grams of acid.
    """
    values = [min(max(one.natural, one.least), one.most) for one in amounts]
    rows = [tuple(effect / t for effect, t in zip(one.effects, tolerances, strict=True))
            for one in amounts]
    residuals = [
        gap / t - sum(value * row[i] for value, row in zip(values, rows, strict=True))
        for i, (gap, t) in enumerate(zip(gaps, tolerances, strict=True))
    ]
    ridges = [one.weight / max(one.natural, one.most - one.least, 1e-9) ** 2 for one in amounts]
    curvatures = [
        sum(effect * effect for effect in row) + ridge
        for row, ridge in zip(rows, ridges, strict=True)
    ]
    for _ in range(_SWEEPS):
        largest_step = 0.0
        for j, one in enumerate(amounts):
            if curvatures[j] == 0:
                continue
            slope = sum(e * r for e, r in zip(rows[j], residuals, strict=True))
            slope -= ridges[j] * (values[j] - one.natural)
            target = min(max(values[j] + slope / curvatures[j], one.least), one.most)
            step = target - values[j]
            if step:
                values[j] = target
                residuals = [r - step * e for r, e in zip(residuals, rows[j], strict=True)]
                largest_step = max(largest_step, abs(step))
        if largest_step < _PRECISE_ENOUGH:
            break
    return values
