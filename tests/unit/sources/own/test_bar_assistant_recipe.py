"""Bar Assistant's recipes: its schemas, and what its fields mean."""

import pytest

from mocktailverse.drinks.drink import Credit, Image, Stated
from mocktailverse.drinks.record import RawLine, StatedLine
from mocktailverse.errors import RecordRejectedError
from mocktailverse.sources.own.own_reader import recipe_record


def record_of(*ingredients, **fields):
    lines = list(ingredients) or [{"name": "Gin", "amount": 45, "units": "ml"}]
    recipe = {"name": "Airmail", "instructions": "Shake.", "ingredients": lines}
    return recipe_record("airmail", "bar-assistant", recipe | fields)


def line_of(**fields) -> RawLine:
    (line,) = record_of({"name": "Gin", "amount": 45, "units": "ml"} | fields).lines
    return line


@pytest.mark.parametrize(
    ("fields", "measure"),
    [
        ({}, "45 ml"),
        ({"amount": 22.5}, "22.5 ml"),
        ({"amount": "22.5"}, "22.5 ml"),
        ({"amount_max": 60}, "45 to 60 ml"),
        ({"amount_max": 45}, "45 ml"),
        ({"amount": 2, "units": "dashes"}, "2 dashes"),
        ({"amount": 0, "units": "topup"}, "topup"),
        ({"amount": 0, "units": "dash"}, "0 dash"),
        ({"amount": None, "units": None}, None),
        ({"amount": 2, "units": "unspecified"}, "2"),
        ({"amount": 1e-9}, "0 ml"),
    ],
)
def test_amount_and_units_become_a_measure(fields, measure):
    assert line_of(**fields).measure == measure


@pytest.mark.parametrize(
    ("fields", "measure", "preparation"),
    [
        ({"note": "Preferably dry"}, "45 ml", "Preferably dry"),
        ({"note": "1 1/2 oz", "amount": 1.5, "units": "oz"}, "1 1/2 oz", None),
        ({"note": "1 tsp, heaped", "amount": 1, "units": "tsp"}, "1 tsp", "heaped"),
        ({"note": "2 dashes (approximate)", "amount": 2, "units": "dash"}, "2 dashes", None),
        ({"note": "to taste (amount unknown)", "amount": 0, "units": "unspecified"},
         "to taste", None),
        ({"note": "no measure given, fresh (amount unknown)", "amount": 0,
          "units": "unspecified"}, None, "fresh"),
        ({"note": "3 oz", "amount": 45, "units": "ml"}, "45 ml", "3 oz"),
    ],
)  # fmt: skip
def test_a_note_is_a_preparation_unless_it_is_the_same_measure(fields, measure, preparation):
    line = line_of(**fields)
    assert (line.measure, line.stated.preparation) == (measure, preparation)


def test_what_is_optional_or_allowed_instead_is_kept():
    substitutes = [{"name": "Vodka", "amount": None}, {"ingredient": {"name": "Rum"}}, {}]
    line = line_of(optional=True, substitutes=substitutes)
    assert line.ingredient == "Gin"
    assert line.stated == StatedLine(optional=True, alternatives=("Vodka", "Rum"))


def test_lines_are_in_the_order_of_their_sort():
    lines = [{"name": name, "amount": 1, "units": "oz", "sort": place} for name, place in
             (("B", 2), ("A", 1), ("C", 3))]  # fmt: skip
    assert [line.ingredient for line in record_of(*lines).lines] == ["A", "B", "C"]
    del lines[0]["sort"]
    assert [line.ingredient for line in record_of(*lines).lines] == ["B", "A", "C"]


def test_the_other_fields_are_read():
    record = record_of(
        source="https://x.example/r", description="Old.", garnish="Peel", abv=16.46,
        tags=["Citrusy", {"name": "Long"}, "Citrusy"], glass={"name": "Coupe"}, method="Shake",
        images=[{"uri": "file:///a.jpg", "copyright": "x"},
                {"uri": "https://x.example/a.jpg", "copyright": "Ada, CC BY 4.0"}],
    )  # fmt: skip
    assert record.credit == Credit(None, "https://x.example/r", None)
    assert (record.description, record.garnish) == ("Old.", "Peel")
    assert record.stated == Stated(16.46)
    assert record.tags == ("Citrusy", "Long")
    assert (record.glass, record.method) == ("Coupe", "shaken")
    assert record.image == Image("https://x.example/a.jpg", "CC BY 4.0", "Ada")
    assert record.instructions == {"en": "Shake."}


def test_a_book_is_credited_as_the_author():
    assert record_of(source="A Book, p. 7").credit == Credit("A Book, p. 7", None, None)


@pytest.mark.parametrize("value", [-1, 101, "x", [], True, float("inf")])
def test_an_impossible_strength_is_not_stated(value):
    assert record_of(abv=value).stated is None


def test_a_draft_2_recipe_names_its_ingredients_beside_it():
    recipe = {
        "recipe": {
            "_id": "airmail", "name": "Airmail", "instructions": "Shake.",
            "ingredients": [{"_id": "gin", "amount": 45, "units": "ml",
                             "substitutes": [{"_id": "rum"}]},
                            {"_id": "lime-juice_58", "amount": 15, "units": "ml"}],
        },
        "ingredients": [{"_id": "gin", "name": "Gin"}, {"_id": "rum", "name": "Rum"}],
    }  # fmt: skip
    line, unlisted = recipe_record("airmail", "bar-assistant", recipe).lines
    assert unlisted.ingredient == "lime juice"
    assert (line.ingredient, line.stated.alternatives) == ("Gin", ("Rum",))


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"name": " "}, "name_missing"),
        ({"name": 5}, None),
        ({"ingredients": []}, "ingredients_missing"),
        ({"ingredients": None}, "ingredients_missing"),
        ({"ingredients": [{"amount": 1, "units": "oz"}]}, "wrong_type"),
        ({"ingredients": [{"name": "Gin", "amount": [], "units": "oz"}]}, "wrong_type"),
        ({"ingredients": [{"name": "Gin", "amount": -1, "units": "oz"}]}, "wrong_type"),
        ({"ingredients": [{"name": "Gin"}] * 10_000}, "too_many_lines"),
    ],
)
def test_what_would_change_the_drink_is_rejected(fields, code):
    if code is None:
        assert record_of(**fields).name == "5"
        return
    with pytest.raises(RecordRejectedError) as caught:
        record_of(**fields)
    assert caught.value.code == code
