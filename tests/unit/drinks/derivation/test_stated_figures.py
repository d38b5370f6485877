"""A strength that another tool states is compared with the computed one, and never used in it."""

import pytest

from mocktailverse.drinks.codes import Quality
from mocktailverse.drinks.derivation.stated_figures import stated_differences
from mocktailverse.drinks.drink import Derived, Lineage, Stated
from mocktailverse.drinks.normalize import normalize
from mocktailverse.drinks.record import RawLine, Record

COMPUTED = Derived(
    abv_percent_min=22.0,
    abv_percent_max=24.0,
    abv_served_percent_min=17.0,
    abv_served_percent_max=19.0,
)


@pytest.mark.parametrize("stated", [15.5, 17.0, 20.5, 24.0, 26.6])
def test_a_strength_as_mixed_or_as_served_agrees(stated):
    assert stated_differences(Stated(stated), COMPUTED) == ()


@pytest.mark.parametrize("stated", [0.0, 15.4, 26.7, 100.0])
def test_a_strength_far_outside_of_both_ranges_differs(stated):
    assert stated_differences(Stated(stated), COMPUTED) == (Quality.STATED_STRENGTH_DIFFERS,)


def test_a_weak_drink_may_differ_by_one_percent_by_volume():
    weak = Derived(abv_percent_min=0.0, abv_percent_max=0.3)
    assert stated_differences(Stated(1.3), weak) == ()
    assert stated_differences(Stated(1.4), weak) == (Quality.STATED_STRENGTH_DIFFERS,)


@pytest.mark.parametrize("stated", [None, Stated(), Stated(40.0)])
def test_nothing_is_compared_with_an_unknown_strength(stated):
    assert stated_differences(stated, Derived()) == ()


def test_a_stated_strength_changes_no_computed_figure():
    drink, stated = (
        normalize(record, "test", 0, Lineage("b", "k", "v", 0, 1)).drink
        for record in (_record(None), _record(Stated(5.0)))
    )
    assert stated.derived == drink.derived
    assert stated.stated == Stated(5.0)
    assert stated.quality == (*drink.quality, Quality.STATED_STRENGTH_DIFFERS)


def _record(stated):
    lines = (RawLine(1, "Gin", "5 cl"),)
    return Record(
        "1", "Gin", None, "alcoholic", None, None, (), {"en": "Pour."}, lines, None, None, (),
        stated=stated,
    )  # fmt: skip
