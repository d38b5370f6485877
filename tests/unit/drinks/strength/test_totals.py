"""Volume, alcohol and strength of pours with different measures or without one."""

import pytest

from mocktailverse.drinks.strength.glasses import vessel_of
from mocktailverse.drinks.strength.pours import Pour
from mocktailverse.drinks.strength.totals import (
    Totals,
    capped,
    exact_totals,
    totals_of,
    within_largest_recipe,
)
from mocktailverse.drinks.units import LARGEST_RECIPE_ML

HIGHBALL = vessel_of("Highball glass")  # 240 to 350 ml
NOTHING = Totals()


def ml(low: float, percent: float | None = 0, high: float | None = None, *, dash: bool = False):
    """Return a pour in ml; `percent` None is an unknown strength."""
    return Pour("ml", low, low if high is None else high, percent or 0, percent or 0,
                percent is not None, dash)  # fmt: skip


def of(measured: str, amount: float, percent: float | None = 0):
    """Return a pour with another measure."""
    return Pour(measured, amount, amount, percent or 0, percent or 0, percent is not None)


GIN = ml(60, 40)
SODA = of("rest", 0)
UP_TO_THE_TOP = of("fill", 0)


def totals(*pours: Pour, vessel=HIGHBALL, ice: bool = False, filled: bool = False):
    return totals_of(pours, vessel, ice_named=ice, filled=filled)


@pytest.mark.parametrize(
    ("pours", "total_ml", "alcohol_ml", "abv_percent"),
    [
        ((GIN, ml(40)), (100, 100), (24, 24), (24, 24)),
        ((ml(60, 40, 120), ml(40)), (100, 160), (24, 48), (24, 30)),
        ((), (None, None), None, None),
        ((ml(0, 40),), (None, None), None, None),
        ((ml(0, 40, 10),), (0, 10), (0, 4), None),
        ((ml(0.5, 40, 0.8),), (0.5, 0.8), (0.2, 0.32), (40, 40)),
        # too much of unknown strength, and an amount just below the limit
        ((GIN, ml(0, None, 1.3)), (60, 61.3), None, None),
        ((ml(100, 40), ml(0, None, 2)), (100, 102), (40, 40), (39.2157, 40)),
        ((ml(100, 40), ml(0, None, 2.1)), (100, 102.1), None, None),
        # shares of the glass
        ((of("glass", 1, 40), ml(60)), (300, 410), (96, 140), (32, 34.1463)),
        ((of("glass", 1, 40), of("glass", 3)), (None, None), None, (10, 10)),
        # parts
        ((of("part", 1, 40), of("part", 3)), (None, None), None, (10, 10)),
        ((of("part", 1, 40), of("part", 3, None)), (None, None), None, None),
        ((of("part", 1, 40), ml(60)), (None, None), None, None),
        ((of("part", 1, 40), of("glass", 1)), (None, None), None, None),
        ((of("part", 1, 40), ml(2, 40)), (None, None), None, None),
        # unbounded pours
        ((GIN, of("unbounded", 0)), (60, None), (24, 24), None),
        ((GIN, of("unbounded", 0, 40)), (60, None), None, None),
        ((GIN, of("unbounded", 0, None)), (60, None), None, None),
        ((GIN, of("unbounded", 0), of("unbounded", 0, 40)), (60, None), None, None),
        ((GIN, ml(5, None), of("unbounded", 0)), (65, None), None, None),
        ((GIN, ml(1, None), of("unbounded", 0)), (61, None), (24, 24), None),
        ((of("unbounded", 0),), (None, None), (0, 0), None),
        ((ml(0.5, 40), of("unbounded", 0)), (0.5, None), (0.2, 0.2), None),
        # up to the capacity of the glass
        ((GIN, SODA), (60, 350), (24, 24), (6.857, 40)),
        ((GIN, UP_TO_THE_TOP), (96, 350), (24, 24), (6.857, 25)),
        ((GIN, UP_TO_THE_TOP, SODA), (96, 350), (24, 24), (6.857, 25)),
        ((GIN, SODA, of("rest", 0, 12)), (60, 350), (24, 58.8), (6.857, 40)),
        ((SODA, of("rest", 0, 12)), (0, 350), (0, 42), None),
        ((GIN, of("fill", 0, 12)), (96, 350), (28.32, 58.8), (16.8, 29.5)),
        ((ml(200), of("fill", 0, 12)), (200, 350), (0, 18), (0, 5.1429)),
        ((ml(350, 40), SODA), (350, None), (140, 140), None),
        ((ml(349, 40), SODA), (349, 350), (139.6, 139.6), (39.886, 40)),
        ((ml(300, 40, 400), SODA), (300, 400), (120, 160), (34.286, 40)),
        ((GIN, of("rest", 0, None)), (60, 350), None, None),
        ((GIN, ml(5, None), SODA), (65, 350), None, None),
        ((GIN, ml(1, None), SODA), (61, 350), (24, 24), (6.857, 39.3443)),
    ],
)  # fmt: skip
def test_pours_add_up_as_far_as_they_are_known(pours, total_ml, alcohol_ml, abv_percent):
    result = totals(*pours)

    assert result.total_ml == pytest.approx(total_ml)
    assert result.alcohol_ml == (alcohol_ml and pytest.approx(alcohol_ml))
    assert (result.abv_percent is None) == (abv_percent is None)
    if abv_percent is not None:
        assert result.abv_percent == pytest.approx(abv_percent, abs=1e-3)
    assert not result.partial


def test_the_instructions_and_ice_change_the_capacity_of_a_glass():
    assert totals(GIN, SODA, filled=True).total_ml == (96, 350)
    assert totals(GIN, SODA, filled=True, ice=True).total_ml == pytest.approx((96, 245))


@pytest.mark.parametrize("pour", [SODA, UP_TO_THE_TOP, of("glass", 1)])
def test_without_a_vessel_unmeasured_pours_are_unbounded(pour: Pour):
    assert totals(GIN, pour, vessel=None) == Totals((60, None), (24, 24))


def test_up_to_three_dashes_next_to_parts_are_ignored():
    parts = of("part", 1, 40), of("part", 3)
    not_a_volume = Pour("unbounded", 0, 0, 40, 40, imprecise_unit=True)

    assert totals(*parts, ml(2.99, 40, dash=True)) == Totals(abv_percent=(10, 10), partial=True)
    assert totals(*parts, ml(3, 40, dash=True)) == NOTHING
    assert totals(*parts, not_a_volume) == NOTHING
    assert totals(*parts, of("part", 0.08, None)).abv_percent == pytest.approx(
        (9.804, 9.804), abs=1e-3
    )
    assert totals(*parts, of("part", 0.09, None)) == NOTHING


def test_exact_figures_are_added_up():
    assert exact_totals([60, 40], [2400, 0]) == Totals((100, 100), (24, 24), (24, 24))
    assert exact_totals([0.05], [2]) == Totals((0.05, 0.05), (0.02, 0.02), (40, 40))
    assert exact_totals([0, 0], [0, 0]) == exact_totals([], []) == NOTHING


@pytest.mark.parametrize(
    ("total_ml", "plausible"),
    [
        ((LARGEST_RECIPE_ML, LARGEST_RECIPE_ML), (LARGEST_RECIPE_ML, LARGEST_RECIPE_ML)),
        ((LARGEST_RECIPE_ML, LARGEST_RECIPE_ML + 1), (LARGEST_RECIPE_ML, None)),
        ((LARGEST_RECIPE_ML + 1, LARGEST_RECIPE_ML + 1), (None, None)),
        ((0, LARGEST_RECIPE_ML + 1), (0, None)),
        ((LARGEST_RECIPE_ML + 1, None), (None, None)),
        ((60, None), (60, None)),
        ((None, None), (None, None)),
    ],
)
def test_totals_are_plausible_up_to_the_largest_recipe(total_ml, plausible):
    poured = Totals(total_ml, (24, 24), (10, 10))
    result = within_largest_recipe(poured)

    assert result.total_ml == plausible
    assert (result is poured) == (total_ml == plausible)
    assert result is poured or result == Totals(plausible)


def test_totals_are_at_most_as_strong_as_the_strongest_ingredient():
    unknown = Totals((60, None))
    weak = Totals((60, 60), (0.1, 0.1), (0.2, 0.2))

    assert capped(0.5, unknown) == Totals((60, None), None, (0, 0.5))
    assert capped(0.5, weak) == weak
    assert capped(0, unknown) == Totals((60, None), (0, 0), (0, 0))
