"""Every drink is a recipe that Bar Assistant's schema allows, and says what is not certain."""

import json
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from mocktailverse.catalogue.bar_assistant import NO_INSTRUCTIONS, recipe
from mocktailverse.catalogue.exports import export_bar_assistant
from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.drinks.drink import Derived, Drink, Image, IngredientLine, Lineage
from mocktailverse.drinks.measures import parse_measure

SCHEMA = Path(__file__).with_name("bar_assistant_recipe.schema.json")
VALIDATOR = Draft7Validator(json.loads(SCHEMA.read_text()))

text = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
amounts = st.just((None, None)) | st.tuples(st.floats(0, 1e6), st.floats(0, 1e6)).map(sorted)
lines = st.builds(
    lambda line, ends: msgspec.structs.replace(line, amount_min=ends[0], amount_max=ends[1]),
    st.builds(
        IngredientLine,
        name=text,
        measure_raw=st.none() | text,
        unit=st.sampled_from(["oz", "garnish", "fill", "none", "other"]),
    ),
    amounts,
)
percents = st.none() | st.floats(0, 100)
drinks = st.builds(
    Drink,
    id=text,
    name=text,
    category=st.none() | text,
    glass=st.none() | text,
    tags=st.lists(text).map(tuple),
    instructions=st.dictionaries(st.sampled_from(["en", "de"]), text),
    ingredients=st.lists(lines, max_size=3).map(tuple),
    image=st.none() | st.builds(Image, url=text, licence=st.none() | text),
    derived=st.builds(Derived, abv_served_percent_min=percents, abv_served_percent_max=percents),
)


def line_of(measure: str | None, name: str = "Gin", position: int = 1) -> IngredientLine:
    read = parse_measure(measure or "", name)
    fields = {field: getattr(read, field) for field in read.__struct_fields__}
    known = {field: fields[field] for field in IngredientLine.__struct_fields__ if field in fields}
    return IngredientLine(position=position, name=name, name_raw=name, measure_raw=measure, **known)


def drink_of(*measures: IngredientLine, **changes: object) -> Drink:
    drink = Drink(
        id="thecocktaildb:11007",
        source="thecocktaildb",
        name="Margarita",
        category="Ordinary Drink",
        alcoholic="alcoholic",
        glass="Cocktail glass",
        iba="Contemporary Classics",
        tags=("IBA", "Classic", "IBA"),
        instructions={"de": "Schütteln.", "en": "Shake."},
        ingredients=measures,
        image=None,
        video=None,
        derived=Derived(
            abv_served_percent_min=17,
            abv_served_percent_max=21.25,
            certainty="approximate",
            method="shaken",
        ),
        quality=(),
        content_hash="0" * 64,
        observed_at=0,
        withdrawn_at=None,
        previous_name=None,
        lineage=Lineage("b", "k", "v", 0, 1),
    )
    return msgspec.structs.replace(drink, **changes)


def ingredient_of(measure: str | None, name: str = "Gin") -> dict:
    (found,) = recipe(drink_of(line_of(measure, name))).ingredients
    return msgspec.to_builtins(found)


@given(drink=drinks)
def test_whatever_a_drink_says_its_recipe_is_valid(drink):
    VALIDATOR.validate(json.loads(msgspec.json.encode(recipe(drink))))


def test_the_samples_are_valid_recipes(catalogue_path):
    with closing(Catalogue(catalogue_path)) as catalogue:
        recipes = json.loads(b"".join(export_bar_assistant(catalogue)))
        assert [found["name"] for found in recipes] == [d.name for d in catalogue.all_drinks()]
    for found in recipes:
        VALIDATOR.validate(found)


def test_a_recipe_says_what_the_drink_is():
    made = recipe(drink_of(line_of("2 oz"), line_of("Garnish with", "Lime peel", 2)))
    assert made.name == "Margarita"
    assert made.instructions == "Shake."
    assert made.source == "thecocktaildb:11007"
    assert (made.glass, made.method, made.garnish) == ("Cocktail glass", "Shake", "Lime peel")
    assert made.tags == ["IBA", "Classic"]
    assert [found.name for found in made.ingredients] == ["Gin", "Lime peel"]


def test_the_strength_is_the_middle_and_the_range_is_told():
    made = recipe(drink_of())
    assert made.abv == pytest.approx(19.1)
    assert made.description == (
        "Ordinary Drink. IBA: Contemporary Classics. 17 to 21.25 % ABV as served (approximate)"
    )


def test_an_unknown_strength_is_null_and_told():
    made = recipe(drink_of(derived=Derived(), category=None, iba=None, withdrawn_at=1))
    assert made.abv is None
    assert made.description == "Strength unknown. Withdrawn by the source"


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        ("1 1/2 oz", {"amount": 1.5, "units": "oz", "amount_max": None, "note": "1 1/2 oz"}),
        ("1-2 oz", {"amount": 1, "units": "oz", "amount_max": 2, "note": "1-2 oz (range)"}),
        ("2 dashes", {"amount": 2, "units": "dash", "note": "2 dashes (approximate)"}),
        ("2", {"amount": 2, "units": "piece", "note": "2"}),
        ("to taste", {"amount": 0, "units": "unspecified", "note": "to taste (amount unknown)"}),
        ("Top up", {"amount": 0, "units": "fill", "note": "Top up (amount unknown)"}),
        (None, {"amount": 0, "units": "unspecified", "note": "no measure given (amount unknown)"}),
        ("9999999 oz", {"amount": 0, "units": "oz", "note": "9999999 oz (amount unknown)"}),
    ],
)
def test_an_amount_is_as_certain_as_its_measure(measure, expected):
    assert expected.items() <= ingredient_of(measure).items()


def test_what_the_measure_calls_optional_is_optional():
    assert ingredient_of("1/2 oz (optional)")["optional"]
    assert not ingredient_of("1/2 oz")["optional"]


def test_a_recipe_without_instructions_says_so():
    assert recipe(drink_of(instructions={})).instructions == NO_INSTRUCTIONS


@pytest.mark.parametrize(
    ("url", "licence", "attribution", "shown"),
    [
        ("https://x.example/a%20b.jpg?w=1", "creative-commons", "Ada", "Ada, creative-commons"),
        (
            "https://x.example/a.jpg",
            "creative-commons",
            None,
            "Author not stated, creative-commons",
        ),
        ("https://x.example/a.jpg", None, "Ada", None),
        ("https://x.example/a b.jpg", "creative-commons", "Ada", None),
        ("https://x.example/%zz", "creative-commons", "Ada", None),
    ],
)
def test_a_picture_goes_along_only_with_a_licence_and_an_address(url, licence, attribution, shown):
    made = recipe(drink_of(image=Image(url, licence, attribution)))
    assert [image.copyright for image in made.images] == ([shown] if shown else [])
    assert all(image.uri == url for image in made.images)
