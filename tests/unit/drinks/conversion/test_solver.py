"""The solver: its solution is the minimum within the bounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocktailverse.drinks.conversion.solver import Amount, solve

positive = st.floats(0.01, 200)
effects = st.tuples(st.floats(0, 1.5), st.floats(0, 1), st.floats(0, 0.1))
amounts = st.lists(
    st.builds(
        lambda natural, least, room, effect, weight: Amount(
            natural, least, least + room, effect, weight
        ),
        positive, st.floats(0, 100), st.floats(0, 200), effects, st.floats(0.01, 2),
    ),
    min_size=1, max_size=7,
)  # fmt: skip
triples = st.tuples(positive, positive, positive)


def cost(problem, gaps, tolerances, values):
    total = 0.0
    for k in range(3):
        added = sum(one.effects[k] * value for one, value in zip(problem, values, strict=True))
        total += ((gaps[k] - added) / tolerances[k]) ** 2
    for one, value in zip(problem, values, strict=True):
        scale = max(one.natural, one.most - one.least, 1e-9)
        total += one.weight * ((value - one.natural) / scale) ** 2
    return total


@given(amounts, triples, triples, st.data())
def test_no_amounts_within_the_bounds_are_better(problem, gaps, tolerances, data):
    values = solve(problem, gaps, tolerances)

    for one, value in zip(problem, values, strict=True):
        assert one.least - 1e-9 <= value <= one.most + 1e-9
    best = cost(problem, gaps, tolerances, values)
    others = [data.draw(st.floats(one.least, one.most)) for one in problem]
    assert best <= cost(problem, gaps, tolerances, others) * (1 + 1e-6) + 1e-6


def test_amounts_of_the_same_effect_share_a_gap_by_their_weights():
    tea = Amount(60, 0, 200, (1.0, 0, 0), 0.1)
    water = Amount(0, 0, 200, (1.0, 0, 0), 0.6)

    first, second = solve([tea, water], (100, 1, 1), (1, 1, 1))

    assert first + second == pytest.approx(100, abs=0.5)
    assert first > 80


def test_nothing_is_solved_by_nothing():
    assert solve([], (1, 1, 1), (1, 1, 1)) == []
