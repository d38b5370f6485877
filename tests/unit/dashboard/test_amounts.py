"""Amounts of a recipe, scaled and converted."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocktailverse.dashboard.amounts import (
    SYSTEMS,
    amount,
    fraction,
    milliliters,
    part_ml,
    span,
)
from mocktailverse.drinks.drink import IngredientLine
from mocktailverse.drinks.measures import parse_measure

SIGNS = {"⅛": 1 / 8, "¼": 1 / 4, "⅓": 1 / 3, "½": 1 / 2, "⅔": 2 / 3, "¾": 3 / 4}
DASH = "\N{EN DASH}"


def line(measure, name="Gin"):
    measured = parse_measure(measure, name)
    return IngredientLine(
        1, name, name, measure, measured.amount_min, measured.amount_max, measured.unit,
        measured.ml_min, measured.ml_max, measured.kind, measured.certainty,
    )  # fmt: skip


def amount_text(measure, system="ml", servings=1, name="Gin", part=None):
    return amount(line(measure, name), system, servings, part)


def value(text):
    """Return the value of a text from `fraction`."""
    whole, sign = re.fullmatch(r"([\d.,]*)(\D?)", text).groups()
    return float(whole.replace(",", "") or 0) + SIGNS.get(sign, 0)


@pytest.mark.parametrize(
    ("measure", "ml", "oz"),
    [
        ("1 oz", "30 ml", "1 oz"),
        ("1 1/2 oz", "44 ml", "1½ oz"),
        ("3/4 oz", "22 ml", "¾ oz"),
        ("1/4 oz", "7.5 ml", "¼ oz"),
        ("1 tsp", "5 ml", "1 tsp"),
        ("6 cl", "60 ml", "2 oz"),
        ("1 l", "1 l", "34 oz"),
        ("1-2 oz", f"30{DASH}59 ml", f"1{DASH}2 oz"),
        ("1 tsp to 1 oz", f"5{DASH}30 ml", f"1 tsp {DASH} 1 oz"),
        ("2 dashes", "2 dashes", "2 dashes"),
        ("1 dash", "1 dash", "1 dash"),
    ],
)
def test_volumes_in_both_systems(measure, ml, oz):
    assert (amount_text(measure), amount_text(measure, "oz")) == (ml, oz)


@pytest.mark.parametrize(
    ("measure", "name", "servings", "expected"),
    [
        ("1 oz", "Gin", 4, "118 ml"),
        ("1/2", "Lime", 3, "1½"),
        ("2 slices", "Orange", 2, "4 slices"),
        ("1 leaf", "Mint", 6, "6 leaves"),
        ("1-2 slices", "Orange", 2, f"2{DASH}4 slices"),
        ("500 g", "Sugar", 3, "1.5 kg"),
        ("2 parts", "Gin", 5, "2 parts"),
        ("1 oz", "Gin", 20, "591 ml"),
    ],
)
def test_servings_multiply_all_but_ratios(measure, name, servings, expected):
    assert amount_text(measure, servings=servings, name=name) == expected


@pytest.mark.parametrize("measure", [None, "", "to taste", "Fill with", "Garnish with", "a bit"])
@pytest.mark.parametrize("system", SYSTEMS)
def test_a_measure_without_a_number_has_no_amount(measure, system):
    assert amount_text(measure, system, 3) is None


def test_ounces_of_solids_are_shown_by_weight():
    assert amount_text("8 oz", name="Chocolate") == "227 g"
    assert amount_text("8 oz", "oz", name="Chocolate") == "8 oz"


def test_a_part_is_the_smallest_amount_poured():
    lines = [line("1 1/2 oz"), line("1/2 oz"), line("2 dashes"), line("1 tsp")]
    part = part_ml(lines)
    assert part == pytest.approx(29.5735 / 2, rel=1e-4)
    assert [amount(each, "parts", 3, part) for each in lines] == [
        "3 parts", "1 part", "6 dashes", "⅓ part",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("ml", "text"), [(22.5, "22.5 ml"), (22.4, "22 ml"), (7.3, "7.5 ml"), (1.25, "1.2 ml")]
)
def test_only_halves_of_millilitres_stay_in_larger_amounts(ml, text):
    assert milliliters(ml) == text


@pytest.mark.parametrize("measures", [["1 oz"], ["1 part", "1 oz", "2 oz"], [], ["2 dashes"]])
def test_a_recipe_without_two_volumes_has_no_part(measures):
    assert part_ml([line(measure) for measure in measures]) is None


@given(st.floats(1 / 16, 10_000))
def test_a_fraction_is_near_its_value(number):
    assert value(fraction(number)) == pytest.approx(number, abs=0.126 if number < 20 else 0.51)


@given(st.floats(0, 1 / 16, exclude_max=True))
def test_tiny_amounts_are_never_shown_as_zero(number):
    assert value(fraction(number)) == pytest.approx(number, abs=0.0011)
    assert (fraction(number) == "0") == (number == 0)


@given(st.floats(0.05, 100_000))
def test_millilitres_are_near_their_value(ml):
    text = milliliters(ml)
    number, unit = text.replace(",", "").split(" ")
    amount_ml = float(number) * (1000 if unit == "l" else 1)
    assert amount_ml == pytest.approx(ml, abs=0.051 if ml < 2.5 else 0.51 if ml < 1000 else 5.1)


@given(st.floats(0.1, 500), st.floats(0.1, 500), st.integers(1, 20), st.sampled_from(SYSTEMS))
def test_a_range_stays_a_range(one, other, servings, system):
    low, high = sorted((one, other))
    each = IngredientLine(1, "Gin", "Gin", "x", low, high, "ml", low, high, "volume", "range")
    text = amount(each, system, servings, None)
    ends = [amount(_exact(ml), system, servings, None) for ml in (low, high)]
    assert text == span(*ends)
    assert (DASH in text) == (ends[0] != ends[1])


def _exact(ml):
    return IngredientLine(1, "Gin", "Gin", "x", ml, ml, "ml", ml, ml, "volume", "exact")
