"""The differences between two versions of a drink, with paths, values and proportions."""

import msgspec
import pytest
from hypothesis import given

from mocktailverse.drinks.drink import Drink, Lineage
from mocktailverse.drinks.field_differences import FieldDifference, field_differences
from strategies.drinks import drinks

replace = msgspec.structs.replace


@pytest.fixture
def drink(new_drink):
    return new_drink("1", "Gimlet", ("Gin", "Lime juice"))


@given(drinks)
def test_a_drink_does_not_differ_from_itself(drink):
    assert (
        field_differences(drink, msgspec.json.decode(msgspec.json.encode(drink), type=Drink)) == []
    )


@given(drinks, drinks)
def test_drinks_differ_exactly_when_their_content_does(one, other):
    content = [
        replace(d, content_hash="", observed_at=0, lineage=one.lineage) for d in (one, other)
    ]
    assert bool(field_differences(one, other)) == (content[0] != content[1])


def test_lineage_time_and_hash_are_no_difference(drink):
    lineage = Lineage("b", "k", "v", 7, 99)
    later = replace(drink, observed_at=5, content_hash="f", lineage=lineage)
    assert field_differences(drink, later) == []


def test_a_number_has_its_proportion(drink):
    old, new = (replace(drink, derived=replace(drink.derived, sugar_g_max=g)) for g in (4.0, 3.0))
    assert field_differences(old, new) == [
        FieldDifference("derived.sugar_g_max", 4.0, 3.0, -0.25, None)
    ]


@pytest.mark.parametrize(
    ("old", "new", "relative", "size"),
    [
        (0.0, 3.0, None, 3.0),
        (0.01, 0.03, 2.0, 0.02),
        (None, 3.0, None, 0),
        (-2.0, -1.0, 0.5, 0.5),
    ],
)
def test_the_size_of_a_difference_needs_two_numbers(drink, old, new, relative, size):
    before, after = (
        replace(drink, derived=replace(drink.derived, sugar_g_max=value)) for value in (old, new)
    )
    (difference,) = field_differences(before, after)
    assert (difference.relative, difference.size) == pytest.approx((relative, size))


def test_a_time_and_a_truth_value_have_no_proportion(drink):
    mocktail = replace(drink, withdrawn_at=1, derived=replace(drink.derived, is_mocktail=False))
    other = replace(drink, withdrawn_at=2, derived=replace(drink.derived, is_mocktail=True))
    differences = field_differences(mocktail, other)
    assert [one.field for one in differences] == ["derived.is_mocktail", "withdrawn_at"]
    assert [one.size for one in differences] == [0, 0]


def test_texts_by_language_differ_by_language(drink):
    old = replace(drink, instructions={"en": "Stir.", "de": "Rühren."})
    differences = field_differences(old, replace(drink, instructions={"en": "Shake."}))
    assert [(one.field, one.old, one.new) for one in differences] == [
        ("instructions.en", "Stir.", "Shake."),
        ("instructions.de", "Rühren.", None),
    ]


def test_lines_are_matched_by_their_position(drink):
    gin, lime = drink.ingredients
    changed = replace(drink, ingredients=(replace(lime, ml_min=5.0), replace(lime, position=4)))
    differences = field_differences(drink, changed)
    assert [(one.field, one.line) for one in differences] == [
        ("ingredients[]", f"{gin.position} Gin"),
        ("ingredients[].ml_min", f"{lime.position} Lime juice"),
        ("ingredients[]", "4 Lime juice"),
    ]
    assert [(one.old is None, one.new is None) for one in differences] == [
        (False, True),
        (True, False),
        (True, False),
    ]
