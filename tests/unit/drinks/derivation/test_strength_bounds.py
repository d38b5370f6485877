"""Properties of the derived facts of every drink: bounded, ordered, plausible."""

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mocktailverse.drinks.codes import Quality
from mocktailverse.drinks.drink import Drink, Lineage
from mocktailverse.drinks.ingredients import all_ingredients
from mocktailverse.drinks.normalize import normalize
from mocktailverse.drinks.record import RawLine, Record
from mocktailverse.drinks.strength.pours import NON_ALCOHOLIC_PERCENT
from mocktailverse.drinks.units import LARGEST_RECIPE_ML, ML_PER_UNIT

FIGURES = ("total_ml", "alcohol_g", "abv_percent", "abv_served_percent", "standard_drinks")
ALCOHOL_FIGURES = ("alcohol_g", "abv_percent", "abv_served_percent", "standard_drinks")


def drink_of(*lines: tuple[str, str | None], how: str | None = None, glass: str | None = None):
    """Return the drink of a record with these pairs of ingredient and measure."""
    record = Record(
        id="1",
        name="Test",
        category=None,
        alcoholic=None,
        glass=glass,
        iba=None,
        tags=(),
        instructions={"en": how} if how else {},
        lines=tuple(RawLine(place, *line) for place, line in enumerate(lines, 1)),
        image=None,
        video=None,
        quality=(),
    )
    return normalize(record, "test", 1, Lineage("", "", "", 0, 1)).drink


def ranges(drink: Drink, figures=FIGURES):
    return {
        name: (getattr(drink.derived, f"{name}_min"), getattr(drink.derived, f"{name}_max"))
        for name in figures
    }


@pytest.mark.parametrize(
    ("ingredient", "measure"),
    [
        ("Red wine", "5000 bottles"),
        ("Beer", "101 cans"),
        ("Gin", "40000 oz"),
        ("Gin", "3000 parts"),
        ("Champagne", "101 glasses"),
        ("Irish cream", "21 kg"),
        ("Egg", "5000"),
        ("Lemon", "Juice of 5000"),
        ("Angostura bitters", "2 l"),
        ("Cloves", "5000"),
        ("Sugar", "50 kg"),
        ("Unicorn tears", "40000 oz"),
    ],
)
def test_figures_that_depend_on_an_implausible_amount_are_unknown(ingredient: str, measure: str):
    drink = drink_of(("Gin", "5 cl"), (ingredient, measure), glass="Highball glass")

    assert Quality.MEASURE_IMPLAUSIBLE in drink.quality
    assert drink.derived.total_ml_max is None
    assert drink.derived.abv_percent_max is None
    assert drink.derived.certainty == "unknown"


def test_an_implausible_amount_without_alcohol_leaves_the_alcohol_known():
    drink = drink_of(("Gin", "5 cl"), ("Tonic water", "40000 oz"))

    assert ranges(drink)["alcohol_g"] == (15.78, 15.78)
    assert ranges(drink)["total_ml"] == (50, None)


def test_an_implausible_amount_without_alcohol_leaves_a_drink_without_alcohol():
    drink = drink_of(("Milk", "5000 bottles"))

    assert ranges(drink, ALCOHOL_FIGURES) == dict.fromkeys(ALCOHOL_FIGURES, (0, 0))
    assert drink.derived.is_mocktail is True


def test_an_implausible_amount_does_not_make_a_spirit_the_first_one():
    assert drink_of(("Gin", "5000 bottles"), ("Rum", "1 cl")).derived.spirits == ("Rum", "Gin")


def test_a_recipe_is_plausible_up_to_the_largest_one():
    largest = drink_of(("Red wine", "15 l"), ("Orange juice", "5 l"))
    larger = drink_of(("Red wine", "15 l"), ("Orange juice", "5 l"), ("Gin", "1 ml"))

    assert ranges(largest)["total_ml"] == (LARGEST_RECIPE_ML, LARGEST_RECIPE_ML)
    assert Quality.VOLUME_IMPLAUSIBLE not in largest.quality
    assert ranges(larger) == dict.fromkeys(FIGURES, (None, None))
    assert Quality.VOLUME_IMPLAUSIBLE in larger.quality


def test_a_recipe_that_may_be_too_large_keeps_its_minimum_volume():
    drink = drink_of(("Red wine", "1 l"), ("Orange juice", "1 to 20 l"))

    assert ranges(drink)["total_ml"] == (2000, None)
    assert ranges(drink, ALCOHOL_FIGURES) == dict.fromkeys(ALCOHOL_FIGURES, (None, None))
    assert Quality.VOLUME_IMPLAUSIBLE in drink.quality


@pytest.mark.parametrize("filled", ["fill", None])
def test_unmeasured_pours_next_to_implausible_amounts_have_no_volume(filled: str | None):
    drink = drink_of(("Red wine", "15 l"), ("Gin", "9 l"), ("Soda water", filled))

    assert ranges(drink)["total_ml"] == (None, None)
    assert Quality.VOLUME_IMPLAUSIBLE in drink.quality


def test_a_mocktail_that_is_too_large_is_still_a_mocktail():
    drink = drink_of(("Orange juice", "15 l"), ("Milk", "9 l"))

    assert drink.derived.is_mocktail is True
    assert ranges(drink)["total_ml"] == (None, None)
    assert ranges(drink)["abv_percent"] == (0, 0)


def test_an_unknown_number_of_fruits_gives_an_unknown_amount_of_juice():
    drink = drink_of(("Gin", "5 cl"), ("Lime", "Juice of limes"))

    assert ranges(drink)["total_ml"] == (50, None)
    assert ranges(drink)["abv_percent"] == (None, None)


def test_the_juice_of_a_fruit_without_a_known_yield_is_bounded_by_the_glass():
    drink = drink_of(("Gin", "5 cl"), ("Cantaloupe", "Juice of 1/2"), glass="Highball glass")

    assert ranges(drink)["total_ml"] == (50, 350)


INGREDIENTS = st.sampled_from([row.name for row in all_ingredients()]) | st.sampled_from(
    [
        "Unicorn tears",
        "Foo gin",
        "Gooseberry liqueur",
        "Non-alcoholic gin",
        "0.0% rum",
        "NA bitters",
    ]
)
NUMBERS = (
    st.integers(1, 9).map(str)
    | st.sampled_from(["1/2", "1-2", "0.001", "99", "150 to 300", "1000", "5000", "99999999"])
    | st.floats(0, 1e6).map("{:.3f}".format)
)
COUNTED = """
    part piece slice leaf cube scoop bottle can package pinch g kg lb glass handful garnish fill
    float
"""
UNITS = st.sampled_from([*ML_PER_UNIT, *COUNTED.split(), ""])
MEASURES = (
    st.none()
    | st.sampled_from(
        ["to taste", "garnish", "fill up", "float", "Juice of 1/2", "Juice of", "dash"]
    )
    | st.builds("{} {}".format, NUMBERS, UNITS)
)
RECIPES = st.lists(st.tuples(INGREDIENTS, MEASURES), max_size=15)
METHODS = st.sampled_from(
    [None, "Shake with ice.", "Stir with ice.", "Build in a glass.", "Blend."]
)
GLASSES = st.sampled_from([None, "Highball glass", "Shot glass", "Punch bowl"])


@given(RECIPES, METHODS, GLASSES)
@example([("Red wine", "5000 bottles")], None, None)
@example([("Champagne", "90 glasses"), ("Gin", "1 cl")], None, "Highball glass")
def test_derived_figures_are_finite_ordered_and_plausible(recipe, how, glass):
    drink = drink_of(*recipe, how=how, glass=glass)

    for low, high in ranges(drink).values():
        assert all(math.isfinite(end) and end >= 0 for end in (low, high) if end is not None)
        assert low is None or high is None or low <= high
        assert low is not None or high is None
    for name in ("abv_percent", "abv_served_percent"):
        assert (ranges(drink)[name][1] or 0) <= 100
    assert max(filter(None, ranges(drink)["total_ml"]), default=0) <= LARGEST_RECIPE_ML
    assert (drink.derived.alcohol_g_max or 0) <= LARGEST_RECIPE_ML * 0.789


@given(RECIPES, METHODS, GLASSES)
def test_an_implausible_line_makes_the_volume_unknown(recipe, how, glass):
    drink = drink_of(("Gin", "40000 oz"), *recipe, how=how, glass=glass)

    assert Quality.MEASURE_IMPLAUSIBLE in drink.quality
    assert drink.derived.total_ml_max is None
    assert ranges(drink, ALCOHOL_FIGURES) == dict.fromkeys(ALCOHOL_FIGURES, (None, None))


@given(RECIPES, METHODS, GLASSES)
@example([("Vanilla extract", "1 oz")], None, None)
@example([("Vanilla extract", None), ("Milk", "1 cup")], None, None)
@example([("Orange juice", "3 parts"), ("Angostura bitters", "2 dashes")], None, None)
@example([("Non-alcoholic beer", None)], None, None)
@example([("Unicorn tears", "to taste"), ("Non-alcoholic spirit", "1 ml")], None, None)
def test_a_mocktail_is_never_stronger_than_the_limit_nor_of_unknown_strength(recipe, how, glass):
    derived = drink_of(*recipe, how=how, glass=glass).derived

    if derived.is_mocktail is True:
        assert derived.abv_percent_max is not None
        assert derived.abv_percent_max <= NON_ALCOHOLIC_PERCENT
    if derived.is_mocktail is None and derived.abv_percent_min is not None:
        assert derived.certainty != "exact"


@given(RECIPES, METHODS, GLASSES)
def test_a_drink_that_is_too_strong_in_any_case_is_not_a_mocktail(recipe, how, glass):
    derived = drink_of(("Gin", "5 cl"), *recipe, how=how, glass=glass).derived

    assert derived.is_mocktail is False
