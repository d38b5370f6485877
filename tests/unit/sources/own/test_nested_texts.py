"""Ingredients and instructions in simple JSON, as people and tools nest them."""

import pytest

from mocktailverse.drinks.drink import Credit
from mocktailverse.errors import RecordRejectedError
from mocktailverse.sources.own.own_reader import recipe_record


def record_of(ingredients, **fields):
    recipe = {"name": "Fizz", "ingredients": ingredients} | fields
    return recipe_record("fizz", "columns", recipe)


@pytest.mark.parametrize(
    ("ingredients", "lines"),
    [
        ("2 oz gin; lime\n1 tsp sugar", ["2 oz gin", "lime", "1 tsp sugar"]),
        ([{"name": "gin", "amount": "1/2", "unit": "oz"}], ["1/2 oz gin"]),
        ([{"name": "gin", "amount": "1-2", "units": "oz"}], ["1-2 oz gin"]),
        ([{"name": "gin", "amount": "1½ oz"}], ["1½ oz gin"]),
        ([{"name": "gin", "amount": 1, "amount_max": 2, "unit": "oz"}], ["1 to 2 oz gin"]),
        ([{"name": "mint", "amount": 8}, {"name": "ice"}], ["8 mint", "ice"]),
        ([{"ingredient": {"name": "gin"}, "measure": "2 oz"}], ["2 oz gin"]),
        ([{"text": "gin", "quantity": "2 oz"}], ["2 oz gin"]),
        ([{"item": "gin", "quantity": {"value": 2, "unit": "oz"}}], ["2 oz gin"]),
        ([{"text": "2 oz gin"}, {"@value": "lime"}, [["ice"], None]], ["2 oz gin", "lime", "ice"]),
        ([{"gin": "2 oz"}, {"special": "Fill up with tonic"}], ["2 oz gin", "Fill up with tonic"]),
        ({"gin": "2 oz", "lime": None, "mint": 8}, ["2 oz gin", "lime", "8 mint"]),
        ({"Base": ["2 oz gin"], "Top": ["soda", {"name": "ice"}]}, ["2 oz gin", "soda", "ice"]),
        ([{"name": "Base", "items": ["2 oz gin"]}, {"ingredients": ["ice"]}], ["2 oz gin", "ice"]),
    ],
)
def test_ingredients_are_read_in_every_form(ingredients, lines):
    record = record_of(ingredients)
    assert [line.ingredient for line in record.lines] == lines
    assert [line.position for line in record.lines] == [*range(1, len(lines) + 1)]


def test_what_an_ingredient_states_besides_its_name_is_kept():
    line = {"name": "gin", "note": "cold", "optional": True, "substitutes": ["rum", {"name": "x"}]}
    (read,) = record_of([line]).lines
    assert (read.stated.preparation, read.stated.optional) == ("cold", True)
    assert read.stated.alternatives == ("rum", "x")


@pytest.mark.parametrize(
    ("ingredients", "path"),
    [
        (["gin", 7], "$.recipe.ingredients[1]"),
        ([True], "$.recipe.ingredients[0]"),
        ([{"amount": 1, "unit": "oz"}], "$.recipe.ingredients[0]"),
        ([{"name": "gin", "amount": [1]}], "$.recipe.ingredients[0]"),
        ([{"name": "gin", "unit": True}], "$.recipe.ingredients[0]"),
        ([{"@type": "Thing"}], "$.recipe.ingredients[0]"),
    ],
)
def test_an_ingredient_that_cannot_be_read_is_rejected(ingredients, path):
    with pytest.raises(RecordRejectedError) as caught:
        record_of(ingredients)
    assert (caught.value.code, caught.value.path) == ("wrong_type", path)


@pytest.mark.parametrize(
    ("instructions", "text"),
    [
        (["Shake.", {"text": "Strain."}, [{"@value": "Serve."}]], "Shake.\nStrain.\nServe."),
        (
            [{"name": "Base", "steps": ["Shake."]}, {"description": "Serve."}],
            "Base:\nShake.\nServe.",
        ),
        ({"1": "Shake.", "2": "Serve."}, "Shake.\nServe."),
        ([{"step": 1, "instruction": "Shake.", "url": "https://x.example"}], "Shake."),
        ({"text": "Shake."}, "Shake."),
        (
            {"@type": "HowTo", "step": [{"text": "Shake."}, {"image": "https://x.example"}]},
            "Shake.",
        ),
    ],
)
def test_instructions_are_read_in_every_form(instructions, text):
    assert record_of(["gin"], instructions=instructions).instructions == {"en": text}
    for name in ("directions", "preparation", "method"):
        assert record_of(["gin"], **{name: instructions}).instructions == {"en": text}


def test_instructions_in_several_languages_are_kept():
    record = record_of(["gin"], instructions={"de": "Mixen.", "en": ["Shake.", "Serve."], "fr": ""})
    assert record.instructions == {"de": "Mixen.", "en": "Shake.\nServe."}


def test_columns_have_other_names_as_well():
    record = record_of(
        ["gin"], source="https://x.example", abv="12,5 %", license="MIT", keywords="a;b"
    )
    assert record.credit == Credit(None, "https://x.example", "MIT")
    assert (record.stated.abv_percent, record.tags) == (12.5, ("a", "b"))


@pytest.mark.parametrize(
    ("value", "alcoholic"),
    [(True, "alcoholic"), ("No", "non_alcoholic"), ("optional-alcohol", "optional_alcohol"),
     (None, None), ("maybe", None)],
)  # fmt: skip
def test_what_a_recipe_states_about_alcohol_is_read_in_other_words(value, alcoholic):
    assert record_of("gin", alcoholic=value).alcoholic == alcoholic


def test_a_picture_is_found_in_every_form():
    for image in ("https://x.example/a", ["https://x.example/a"], [{"url": "https://x.example/a"}]):
        assert record_of(["gin"], image=image).image.url == "https://x.example/a"


def test_a_recipe_that_is_nested_too_deeply_is_rejected():
    nested: object = "gin"
    for _ in range(300):
        nested = [nested]
    with pytest.raises(RecordRejectedError, match="200 levels"):
        record_of(nested)
