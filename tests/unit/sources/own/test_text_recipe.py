"""Recipes in plain text: title, facts, ingredients, instructions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocktailverse.sources.own.text_recipe import split_recipes, text_fields

LINES = ["2 oz gin", "soda water, to top"]
STEPS = "Shake the gin with ice.\nTop with soda."


@pytest.mark.parametrize(
    "text",
    [
        "Fizz\n\n2 oz gin\nsoda water, to top\n\nShake the gin with ice.\nTop with soda.",
        "Fizz\n2 oz gin\nsoda water, to top\n\nShake the gin with ice.\nTop with soda.",
        "Fizz\n2 oz gin\nsoda water, to top\nShake the gin with ice.\nTop with soda.",
        "# Fizz\n- 2 oz gin\n* soda water, to top\n\nShake the gin with ice.\n\nTop with soda.",
        (
            "Fizz\r\nIngredients:\r\n• 2 oz gin\r\n\r\n• soda water, to top\r\nMethod:\r\n"
            "Shake the gin with ice.\r\nTop with soda."
        ),
        (
            "**Fizz**\nShake the gin with ice.\nTop with soda.\nIngredients\n2 oz gin\n"
            "soda water, to top"
        ),
    ],
)
def test_lines_and_instructions_are_separated(text):
    fields = text_fields(text)
    assert (fields["name"], fields["ingredients"]) == ("Fizz", LINES)
    assert fields["instructions"] == STEPS


def test_facts_are_read_anywhere():
    fields = text_fields("Fizz\nGlass: Coupe\ntags: a, b\n\n2 oz gin\nGarnish: a lime wheel\n")
    assert fields["glass"] == "Coupe"
    assert fields["tags"] == "a, b"
    assert fields["garnish"] == "a lime wheel"
    assert fields["ingredients"] == ["2 oz gin"]


def test_numbered_steps_are_instructions():
    fields = text_fields("Fizz\n2 oz gin\n1. Shake\n2) Strain it")
    assert fields["ingredients"] == ["2 oz gin"]
    assert fields["instructions"] == "1. Shake\n2) Strain it"


@pytest.mark.parametrize("line", ["---", "  =====  ", "***", "____"])
def test_a_line_of_signs_ends_a_recipe(line):
    assert list(split_recipes(f"A\n1 oz gin\n{line}\n{line}\n\nB\n1 oz rum\n")) == [
        "A\n1 oz gin",
        "B\n1 oz rum",
    ]


@given(st.text())
def test_any_text_is_read_without_an_error(text):
    for recipe in split_recipes(text):
        text_fields(recipe)
