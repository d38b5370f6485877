"""Bar measures: what is written can be read again as the same amount."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocktailverse.drinks import parse_measure
from mocktailverse.drinks.conversion.bar_measures import (
    FINENESS,
    measure_text,
    ml_of,
    new_amount,
    unit_for_new,
)


@given(st.floats(3, 3000), st.sampled_from(["ml", "cl", "oz", "part"]), st.sampled_from(FINENESS))
def test_a_written_amount_is_read_again_as_the_same(ml, unit, fineness):
    amount, its_unit = new_amount(ml, unit, fineness)
    parsed = parse_measure(measure_text(amount, its_unit))

    if amount:
        assert parsed.unit == its_unit
        assert parsed.amount_min == pytest.approx(amount, abs=0.006)
        assert ml_of(amount, its_unit) == pytest.approx(ml, rel=0.35, abs=8)


@pytest.mark.parametrize(
    ("amount", "unit", "text"),
    [
        (1.5, "oz", "1 1/2 oz"),
        (0.75, "oz", "3/4 oz"),
        (22.5, "ml", "22.5 ml"),
        (2, "cup", "2 cups"),
    ],
)
def test_amounts_are_written_as_a_bartender_does(amount, unit, text):
    assert measure_text(amount, unit) == text


@pytest.mark.parametrize(
    ("units", "unit"),
    [(["oz", "oz", "tsp"], "oz"), (["cl", "ml", "cl"], "cl"), (["shot"], "oz"), ([], "ml"),
     (["part", "part"], "part")],
)  # fmt: skip
def test_new_lines_take_the_usual_unit_of_the_recipe(units, unit):
    assert unit_for_new(units) == unit
