"""Drift: words that a source replaced, and how kinds of drift add up."""

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
def test_a_word_that_comes_or_goes_is_no_drift(field):
    without = drink(**{field: None})
    assert vocabulary_drift(drink(), without) == vocabulary_drift(without, drink()) == ()


def test_the_same_words_are_no_drift():
    assert vocabulary_drift(drink(), drink()) == ()


def test_every_replaced_word_is_told():
    new = drink(category="Shot", glass="Jug", name="Another")
    assert vocabulary_drift(drink(), new) == (
        Drift("category", "Ordinary", "Shot"),
        Drift("glass", "Mug", "Jug"),
    )


def test_equal_kinds_of_drift_add_up_and_the_most_frequent_comes_first():
    found = [
        Drift("glass", "Mug", "Jug", 2),
        Drift("iba", "A", "B", 4),
        Drift("glass", "Mug", "Jug", 3),
        Drift("glass", "Jug", "Mug"),
    ]
    assert total_drift(found) == (
        Drift("glass", "Mug", "Jug", 5),
        Drift("iba", "A", "B", 4),
        Drift("glass", "Jug", "Mug", 1),
    )


def test_kinds_that_are_as_frequent_stand_in_the_order_of_their_words():
    """A field that is new or missing comes before one that has another type."""
    ordered = (
        Drift("a", "text", "an array"),
        Drift("b", None, "Text"),
        Drift("b", "A number", None),
        Drift("b", "A number", "Text"),
        Drift("b", "An array", "A number"),
    )
    assert total_drift(reversed(ordered)) == ordered


def test_the_fifty_most_frequent_kinds_are_kept():
    found = [Drift(f"field {number:02}", None, "text", 100 - number) for number in range(51)]
    assert total_drift(reversed(found)) == tuple(found[:50])


def test_no_drift_adds_up_to_none():
    assert total_drift([]) == ()
