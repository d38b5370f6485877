"""The register: any order, grouping and repetition of observations gives the same result."""

import random

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from mocktailverse.drinks.register import (
    ABSENCES_KEPT,
    EARLIER_RECIPES_KEPT,
    Register,
    merge,
    outcome,
)
from mocktailverse.stores.items import from_item, to_item
from strategies.drinks import registers
from strategies.observations import absence, crowds, merged, observations

many_absences = st.lists(st.integers(0, 200).map(absence), min_size=60, max_size=90)
histories = observations(1, 12) | crowds() | st.builds(list.__add__, observations(1, 4), crowds())
histories |= st.builds(list.__add__, observations(1, 3), many_absences)
random_orders = st.randoms(use_true_random=False)


@given(histories, random_orders)
def test_any_tree_of_merges_gives_the_same_register(history: list, random_order: random.Random):
    whole = merged(history)
    rest = [*history, *random_order.choices(history, k=3)]
    while len(rest) > 1:
        random_order.shuffle(rest)
        first, second = rest.pop(), rest.pop()
        both = merge(first, second)
        assert merge(second, first) == both
        assert merge(both, second) == both
        rest.append(both)
    assert msgspec.json.encode(rest[0]) == msgspec.json.encode(whole)


@given(histories, random_orders)
def test_merging_through_the_table_gives_the_same_register(
    history: list, random_order: random.Random
):
    whole = merged(history)
    random_order.shuffle(history)
    stored = None
    for register in history:
        current = None if stored is None else from_item(stored)
        assert outcome(current, register) in {"loaded", "unchanged", "stale"}
        stored = to_item(merge(current, register))
    assert from_item(stored) == whole
    assert len(whole.earlier) <= EARLIER_RECIPES_KEPT + 1
    assert len(whole.absences) <= ABSENCES_KEPT


@given(registers)
def test_any_register_is_restored_from_its_item(register: Register):
    assert from_item(to_item(register)) == register
