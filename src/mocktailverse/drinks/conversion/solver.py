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
_PRECISE_ENOUGH = 1e-3


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
    volume_t, sugar_t, acid_t = tolerances
    values = [min(max(one.natural, one.least), one.most) for one in amounts]
    volume, sugar, acid = gaps[0] / volume_t, gaps[1] / sugar_t, gaps[2] / acid_t
    columns = []
    for one, value in zip(amounts, values, strict=True):
        v, s, a = one.effects[0] / volume_t, one.effects[1] / sugar_t, one.effects[2] / acid_t
        ridge = one.weight / max(one.natural, one.most - one.least, 1e-9) ** 2
        columns.append((v, s, a, ridge, v * v + s * s + a * a + ridge))
        volume, sugar, acid = volume - value * v, sugar - value * s, acid - value * a
    for _ in range(_SWEEPS):
        largest_step = 0.0
        for j, (v, s, a, ridge, curvature) in enumerate(columns):
            natural, least, most = amounts[j][:3]
            if not curvature or least == most:
                continue
            slope = v * volume + s * sugar + a * acid - ridge * (values[j] - natural)
            target = values[j] + slope / curvature
            target = least if target < least else min(target, most)
            step = target - values[j]
            if step:
                values[j] = target
                volume, sugar, acid = volume - step * v, sugar - step * s, acid - step * a
                largest_step = max(largest_step, abs(step) / (most - least))
        if largest_step < _PRECISE_ENOUGH:
            break
    return values
