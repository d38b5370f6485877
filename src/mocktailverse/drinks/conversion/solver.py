"""Solve for the amounts of a mocktail: a small least-squares problem with bounds.

Each amount may change the served volume, the sugar and the acid, all linearly, because a drink
without alcohol takes the same share of melt water whatever the amounts are. The solution minimizes

    sum of (deviation of volume, sugar and acid / tolerance)^2
    + sum of weight x ((amount - natural amount) / scale)^2

with each amount between its bounds. The second sum makes the problem strictly convex, so it has one
minimum. The primal active-set method finds it: go to the minimum of the free amounts, stop at the
first bound on the way and fix that amount there, and free a fixed amount if that lowers the sum
(Nocedal and Wright, Numerical Optimization, 2006, chapter 16.5).
"""

from collections.abc import Sequence
from typing import NamedTuple

_STEPS_PER_AMOUNT = 4
"""Each amount is usually fixed or freed once; the limit guards against rounding errors."""

_EPSILON = 1e-9


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


class _Column(NamedTuple):
    """An amount in units of the tolerances."""

    effects: tuple[float, float, float]
    ridge: float
    """Pull to the natural amount."""


def solve(
    amounts: Sequence[Amount],
    gaps: tuple[float, float, float],
    tolerances: tuple[float, float, float],
) -> list[float]:
    """Return the amounts that come nearest to `gaps`: what they have to add in total.

    Gaps and tolerances are served ml, grams of sugar and grams of acid.
    """
    columns = [_column(one, tolerances) for one in amounts]
    targets = tuple(gap / tolerance for gap, tolerance in zip(gaps, tolerances, strict=True))
    values = [min(max(one.natural, one.least), one.most) for one in amounts]
    free = [i for i, one in enumerate(amounts) if one.least < one.most and columns[i].ridge]
    movable = list(free)
    for _ in range(_STEPS_PER_AMOUNT * len(amounts)):
        slopes = _slopes(amounts, columns, targets, values)
        steps = _newton_steps(columns, free, slopes)
        share, bound = _share_to_bound(amounts, values, free, steps)
        for i, step in zip(free, steps, strict=True):
            values[i] += share * step
        if bound is not None:
            one = amounts[bound]
            values[bound] = one.most if values[bound] > (one.least + one.most) / 2 else one.least
            free.remove(bound)
            continue
        slopes = _slopes(amounts, columns, targets, values)
        freed = _worth_freeing(amounts, values, [i for i in movable if i not in free], slopes)
        if freed is None:
            break
        free.append(freed)
    return values


def _column(one: Amount, tolerances: tuple[float, float, float]) -> _Column:
    volume, sugar, acid = one.effects
    scale = max(one.natural, one.most - one.least, _EPSILON)
    effects = (volume / tolerances[0], sugar / tolerances[1], acid / tolerances[2])
    return _Column(effects, one.weight / scale**2)


def _slopes(
    amounts: Sequence[Amount],
    columns: Sequence[_Column],
    targets: tuple[float, ...],
    values: Sequence[float],
) -> list[float]:
    """Return how fast the sum falls with each amount (half of the negative gradient)."""
    v, s, a = targets
    for column, value in zip(columns, values, strict=True):
        volume, sugar, acid = column.effects
        v, s, a = v - value * volume, s - value * sugar, a - value * acid
    return [
        column.effects[0] * v
        + column.effects[1] * s
        + column.effects[2] * a
        - column.ridge * (value - one.natural)
        for one, column, value in zip(amounts, columns, values, strict=True)
    ]


def _newton_steps(
    columns: Sequence[_Column], free: Sequence[int], slopes: Sequence[float]
) -> list[float]:
    """Return the steps to the minimum of the free amounts, by Gaussian elimination."""
    rows: list[list[float]] = []
    for i in free:
        v, s, a = columns[i].effects
        row = [
            v * columns[j].effects[0] + s * columns[j].effects[1] + a * columns[j].effects[2]
            for j in free
        ]
        row[len(rows)] += columns[i].ridge
        rows.append([*row, slopes[i]])
    size = len(rows)
    for k in range(size):
        pivot_row = rows[k]
        for row in rows[k + 1 :]:
            factor = row[k] / pivot_row[k]
            if factor:
                for j in range(k, size + 1):
                    row[j] -= factor * pivot_row[j]
    steps = [0.0] * size
    for k in range(size - 1, -1, -1):
        row = rows[k]
        rest = row[size] - sum(row[j] * steps[j] for j in range(k + 1, size))
        steps[k] = rest / row[k]
    return steps


def _share_to_bound(
    amounts: Sequence[Amount], values: Sequence[float], free: Sequence[int], steps: Sequence[float]
) -> tuple[float, int | None]:
    """Return the share of the steps until the first bound, and the amount that reaches it."""
    share, bound = 1.0, None
    for i, step in zip(free, steps, strict=True):
        room = (amounts[i].most if step > 0 else amounts[i].least) - values[i]
        if step and room / step < share:
            share, bound = max(0.0, room / step), i
    return share, bound


def _worth_freeing(
    amounts: Sequence[Amount],
    values: Sequence[float],
    fixed: Sequence[int],
    slopes: Sequence[float],
) -> int | None:
    """Return the fixed amount that most lowers the sum if it moves off its bound."""
    gains = {i: slopes[i] if values[i] <= amounts[i].least else -slopes[i] for i in fixed}
    best = max(gains, key=lambda i: (gains[i], -i), default=None)
    return best if best is not None and gains[best] > _EPSILON else None
