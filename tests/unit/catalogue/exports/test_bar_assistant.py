"""Bar Assistant's schema accepts the recipe of every drink; the recipe says what is uncertain."""

import json
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from mocktailverse.catalogue.exports.bar_assistant import (
    Recipe,
    RecipeImage,
    RecipeIngredient,
    recipe,
)
from mocktailverse.catalogue.exports.formats import export_bar_assistant
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
    measured = parse_measure(measure or "", name)
    fields = {field: getattr(measured, field) for field in measured.__struct_fields__}
    values = {field: fields[field] for field in IngredientLine.__struct_fields__ if field in fields}
    return IngredientLine(
        position=position, name=name, name_raw=name, measure_raw=measure, **values
    )


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
    (ingredient,) = recipe(drink_of(line_of(measure, name))).ingredients
    return msgspec.to_builtins(ingredient)


@given(drink=drinks)
def test_the_recipe_of_any_drink_is_valid(drink):
    VALIDATOR.validate(json.loads(msgspec.json.encode(recipe(drink))))


def test_the_samples_are_valid_recipes(catalogue_path):
    with closing(Catalogue(catalogue_path)) as catalogue:
        recipes = json.loads(b"".join(export_bar_assistant(catalogue)))
        assert [entry["name"] for entry in recipes] == [d.name for d in catalogue.all_drinks()]
    for entry in recipes:
        VALIDATOR.validate(entry)


def test_a_recipe_has_all_fields_of_the_drink():
    lines = line_of("1-2 oz"), line_of("Garnish with", "Lime peel", 2), line_of("2", "Cherry", 3)
    picture = Image("https://x.example/a.jpg", "CC BY 4.0", "Ada")
    assert recipe(drink_of(*lines, image=picture)) == Recipe(
        name="Margarita",
        instructions="Shake.",
        source="thecocktaildb:11007",
        description="Ordinary Drink. IBA: Contemporary Classics. 17 to 21.25 % ABV as served"
        " (approximate)",
        garnish="Lime peel",
        abv=19.1,
        tags=["IBA", "Classic"],
        glass="Cocktail glass",
        method="Shake",
        images=[RecipeImage("https://x.example/a.jpg", "Ada, CC BY 4.0")],
        ingredients=[
            RecipeIngredient("Gin", 1, "oz", optional=False, amount_max=2, note="1-2 oz (range)"),
            RecipeIngredient(
                "Lime peel",
                0,
                "garnish",
                optional=False,
                amount_max=None,
                note="Garnish with (amount unknown)",
            ),
            RecipeIngredient("Cherry", 2, "piece", optional=False, amount_max=None, note="2"),
        ],
    )


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("shaken", "Shake"),
        ("stirred", "Stir"),
        ("blended", "Blend"),
        ("built", "Build"),
        ("muddled", "Muddle"),
        ("layered", "Layer"),
        (None, None),
    ],
)
def test_a_method_has_its_name_in_bar_assistant(method, expected):
    assert recipe(drink_of(derived=Derived(method=method))).method == expected


@pytest.mark.parametrize(
    ("lines", "garnish"),
    [
        ([("2 oz", "Gin")], None),
        ([("Garnish", "Mint"), ("2 oz", "Gin"), ("for GARNISH", "Lime")], "Mint, Lime"),
        ([("Garnish", "Mint"), ("Garnish with", "Mint")], "Mint"),
        ([(None, "Mint")], None),
    ],
)
def test_the_garnish_is_read_from_the_measures(lines, garnish):
    exported = recipe(drink_of(*(line_of(*line, number) for number, line in enumerate(lines, 1))))
    assert exported.garnish == garnish


@pytest.mark.parametrize(
    ("measure", "unit", "garnish"),
    [
        ("1 sprig", "garnish", "Mint"),
        ("1 sprig (Garnish)", "sprig", "Mint"),
        ("1 sprig", "sprig", None),
    ],
)
def test_the_unit_or_the_measure_alone_marks_a_garnish(measure, unit, garnish):
    line = msgspec.structs.replace(line_of(measure, "Mint"), unit=unit)
    assert recipe(drink_of(line)).garnish == garnish


@pytest.mark.parametrize(
    ("low", "high", "abv", "expected"),
    [
        (12, 12, 12, "12 % ABV as served (unknown)"),
        (0, 0, 0, "0 % ABV as served (unknown)"),
        (0, 0.5, 0.2, "0 to 0.5 % ABV as served (unknown)"),
        (None, 12, None, "Strength unknown"),
        (12, None, None, "Strength unknown"),
    ],
)
def test_a_strength_is_shown_if_both_bounds_are_known(low, high, abv, expected):
    derived = Derived(abv_served_percent_min=low, abv_served_percent_max=high)
    exported = recipe(drink_of(derived=derived, category=None, iba=None))
    assert (exported.abv, exported.description) == (abv, expected)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"amount_max": 99_999}, (1, 99_999, "2 oz")),
        ({"amount_max": 99_999.5}, (0, None, "2 oz (amount unknown)")),
        ({"amount_max": None}, (0, None, "2 oz (amount unknown)")),
        ({"amount_min": None}, (0, None, "2 oz (amount unknown)")),
        ({"amount_max": 1}, (1, None, "2 oz")),
    ],
)
def test_an_amount_is_shown_up_to_the_limit_of_the_schema(fields, expected):
    line = msgspec.structs.replace(line_of("2 oz"), **{"amount_min": 1, **fields})
    (ingredient,) = recipe(drink_of(line)).ingredients
    assert (ingredient.amount, ingredient.amount_max, ingredient.note) == expected


@pytest.mark.parametrize(
    ("unit", "kind", "units"),
    [
        ("none", "count", "piece"),
        ("none", "qualitative", "unspecified"),
        ("other", "count", "unspecified"),
        ("oz", "volume", "oz"),
        ("leaf", "count", "leaf"),
    ],
)
def test_a_known_unit_is_kept(unit, kind, units):
    line = msgspec.structs.replace(line_of("2 oz"), unit=unit, kind=kind)
    assert [ingredient.units for ingredient in recipe(drink_of(line)).ingredients] == [units]


def test_an_unknown_strength_is_null_and_described():
    exported = recipe(drink_of(derived=Derived(), category=None, iba=None, withdrawn_at=1))
    assert exported.abv is None
    assert exported.description == "Strength unknown. Withdrawn"


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


def test_an_ingredient_is_optional_if_its_measure_says_so():
    assert ingredient_of("1/2 oz (optional)")["optional"]
    assert ingredient_of("OPTIONAL")["optional"]
    assert not ingredient_of("1/2 oz")["optional"]


def test_what_a_recipe_allows_instead_is_a_substitute_and_its_preparation_a_note():
    line = msgspec.structs.replace(
        line_of("1 tsp"), alternatives=("Sugar", "Agave syrup"), preparation="heaped", optional=True
    )
    (ingredient,) = msgspec.to_builtins(recipe(drink_of(line)).ingredients)
    assert ingredient["substitutes"] == [{"name": "Sugar"}, {"name": "Agave syrup"}]
    assert ingredient["optional"]
    assert ingredient["note"] == "1 tsp, heaped"


def test_the_likely_strength_is_exported_if_it_is_known():
    derived = Derived(abv_served_percent_min=10.0, abv_served_percent_max=20.0)
    assert recipe(drink_of(derived=derived)).abv == 15
    likely = msgspec.structs.replace(derived, likely_abv_served_percent=12.34)
    assert recipe(drink_of(derived=likely)).abv == 12.3


def test_missing_instructions_are_mentioned():
    assert recipe(drink_of(instructions={})).instructions == ("The source gives no instructions.")


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
def test_an_image_is_exported_only_with_a_licence_and_a_valid_url(url, licence, attribution, shown):
    exported = recipe(drink_of(image=Image(url, licence, attribution)))
    assert [image.copyright for image in exported.images] == ([shown] if shown else [])
    assert all(image.uri == url for image in exported.images)


@pytest.mark.parametrize(
    ("url", "is_shown"),
    [
        ("http://x.example", True),
        ("HTTPS://X.Example/A.jpg", True),
        ("https://x.example:8080/a", True),
        ("https://x.example/a/b~c.d?e=f&g=(h)*i,j;k:l@m/n?o", True),
        ("https://x.example/%aF", True),
        ("https://x.example?a", True),
        ("https://x.example/%aF%", False),
        ("https://x.example/a#b", False),
        ("https://x.example/\u00e9", False),
        ("https://\u017f.example/a", False),  # case folding turns it into an s
        ("https://x.example:80a", False),
        ("https://x.example/a\\b", False),
        ("https:///a", False),
        ("ftp://x.example/a", False),
        ("see https://x.example/a", False),
    ],
)
def test_an_image_url_is_an_http_uri(url, is_shown):
    exported = recipe(drink_of(image=Image(url, "CC", "Ada")))
    assert [image.uri for image in exported.images] == [url] * is_shown
