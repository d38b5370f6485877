"""Schema drift: replaced words of a source, and the totals of each kind of drift."""

import msgspec
import pytest

from mocktailverse.drinks.drift import Drift, total_drift, vocabulary_drift
from mocktailverse.drinks.drink import Drink
from strategies.observations import observation

WORDS = {"category": "Ordinary", "alcoholic": "alcoholic", "glass": "Mug", "iba": "Unforgettable"}


def drink(**words: str | None) -> Drink:
    return msgspec.structs.replace(observation(1).drink, **WORDS | words)


@pytest.mark.parametrize("field", WORDS)
def test_a_replaced_word_is_drift(field):
    assert vocabulary_drift(drink(), drink(**{field: "another"})) == (
        Drift(field, WORDS[field], "another", 1),
    )


@pytest.mark.parametrize("field", WORDS)
def test_an_added_or_removed_word_is_not_drift(field):
    without = drink(**{field: None})
    assert vocabulary_drift(drink(), without) == vocabulary_drift(without, drink()) == ()


def test_equal_words_are_not_drift():
    assert vocabulary_drift(drink(), drink()) == ()


def test_every_replaced_word_is_reported():
    new = drink(category="Shot", glass="Jug", name="Another")
    assert vocabulary_drift(drink(), new) == (
        Drift("category", "Ordinary", "Shot"),
        Drift("glass", "Mug", "Jug"),
    )


def test_equal_kinds_of_drift_add_up_and_the_most_frequent_comes_first():
    drifts = [
        Drift("glass", "Mug", "Jug", 2),
        Drift("iba", "A", "B", 4),
        Drift("glass", "Mug", "Jug", 3),
        Drift("glass", "Jug", "Mug"),
    ]
    assert total_drift(drifts) == (
        Drift("glass", "Mug", "Jug", 5),
        Drift("iba", "A", "B", 4),
        Drift("glass", "Jug", "Mug", 1),
    )


def test_equally_frequent_kinds_are_sorted_by_their_words():
    """A new or missing field comes before a retyped one."""
    ordered = (
        Drift("a", "text", "an array"),
        Drift("b", None, "Text"),
        Drift("b", "A number", None),
        Drift("b", "A number", "Text"),
        Drift("b", "An array", "A number"),
    )
    assert total_drift(reversed(ordered)) == ordered


def test_the_fifty_most_frequent_kinds_are_kept():
    drifts = [Drift(f"field {number:02}", None, "text", 100 - number) for number in range(51)]
    assert total_drift(reversed(drifts)) == tuple(drifts[:50])


def test_no_drift_adds_up_to_no_drift():
    assert total_drift([]) == ()
