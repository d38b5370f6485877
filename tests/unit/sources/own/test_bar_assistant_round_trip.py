"""A drink that goes to Bar Assistant and back is the same, and so is a recipe the other way."""

import json
from contextlib import closing

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mocktailverse.catalogue.exports.bar_assistant import recipe
from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.drinks.bar_assistant_terms import METHODS
from mocktailverse.drinks.drink import Drink
from mocktailverse.operations.own_recipes import understood
from mocktailverse.operations.recipe_input import read_recipes
from strategies.effort import examples

NAMES = ("Gin", "Light Rum", "Simple Syrup", "Lime juice", "Flumberry", "Mint")
UNITS = ("ml", "oz", "cl", "dashes", "barspoon", "leaves", "whole", "topup", "unspecified", "part")
SAME = ("name", "amount_min", "amount_max", "unit", "ml_min", "ml_max", "kind", "certainty",
        "measure_raw", "preparation", "alternatives", "optional")  # fmt: skip

words = (
    st.text("abcdefghij klmn", max_size=30).map(lambda text: " ".join(text.split())).filter(bool)
)
notes = st.none() | st.sampled_from(["slapped", "preferably dry", "well chilled"])
lines = st.fixed_dictionaries(
    {
        "name": st.sampled_from(NAMES),
        "amount": st.integers(1, 400).map(lambda n: n / 4),
        "units": st.sampled_from(UNITS),
        "optional": st.booleans(),
        "amount_max": st.none(),
        "note": notes,
        "substitutes": st.lists(st.sampled_from(["Vodka", "Tequila"]), max_size=2, unique=True).map(
            lambda names: [{"name": name} for name in names]
        ),
    }
)
recipes = st.fixed_dictionaries(
    {
        "name": words,
        "instructions": words,
        "source": st.sampled_from(["https://x.example/r", "A Book"]),
        "description": words,
        "garnish": st.none() | words,
        "abv": st.floats(0, 60).map(lambda n: round(n, 2)),
        "tags": st.lists(words, max_size=3, unique=True),
        "glass": st.none() | st.sampled_from(["Coupe", "Nick and Nora"]),
        "method": st.sampled_from([*METHODS.values()]),
        "images": st.just([]),
        "ingredients": st.lists(lines, min_size=1, max_size=4),
    }
)


def added(exported: object) -> Drink:
    (envelope,) = read_recipes(msgspec.json.encode(exported), None)
    return understood(envelope)


@settings(max_examples=examples(100), deadline=None)
@given(recipes)
def test_a_recipe_returns_from_the_catalogue_as_it_came(original):
    returned = msgspec.to_builtins(recipe(added(original), in_own_words=True))
    for line in original["ingredients"]:
        if line["units"] == "topup":
            line["amount"] = 0  # nobody measures how much tops up a glass
        if line["units"] == "unspecified":
            line["units"] = "piece"
    assert returned == original


def test_a_drink_returns_from_bar_assistant_as_it_was(catalogue_path):
    with closing(Catalogue(catalogue_path)) as catalogue:
        drinks = [drink for drink in catalogue.all_drinks() if drink.ingredients]
    for drink in drinks:
        exported = json.loads(msgspec.json.encode(recipe(drink)))
        again = added(exported)
        assert (again.name, again.glass, again.tags) == (drink.name, drink.glass, drink.tags)
        assert again.derived.method == drink.derived.method
        assert again.derived.is_mocktail == drink.derived.is_mocktail
        assert again.derived.abv_percent_min == drink.derived.abv_percent_min
        if drink.instructions:
            assert again.instructions == {"en": exported["instructions"]}
        for line, before in zip(again.ingredients, drink.ingredients, strict=True):
            for field in SAME:
                assert getattr(line, field) == getattr(before, field), (drink.id, field)
        if drink.image and drink.image.licence:
            assert again.image == drink.image


def test_a_stated_strength_is_compared_and_not_used():
    line = {"name": "Gin", "amount": 60, "units": "ml"}
    far = added({"name": "x", "instructions": "Stir.", "abv": 2, "ingredients": [line]})
    near = added({"name": "x", "instructions": "Stir.", "abv": 38, "ingredients": [line]})
    assert far.derived == near.derived
    assert "stated_strength_differs" in far.quality
    assert "stated_strength_differs" not in near.quality


@pytest.mark.parametrize("image", [{"uri": "https://x.example/a.jpg", "copyright": "Ada"}])
def test_a_picture_returns_to_its_owner_without_a_licence(image):
    line = {"name": "Gin", "amount": 60, "units": "ml"}
    drink = added({"name": "x", "instructions": "x", "images": [image], "ingredients": [line]})
    assert msgspec.to_builtins(recipe(drink, in_own_words=True).images) == [image]
    assert recipe(drink).images == []
