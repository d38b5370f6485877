"""Properties of the figures of every recipe: ordered, covering, monotonic, scaling."""

import math
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import astuple, replace

from mocktailverse.drinks.balance.composition import composition_of
from mocktailverse.drinks.derivation.derive import derive
from mocktailverse.drinks.derivation.outcome import outcome_of
from mocktailverse.drinks.derivation.portions import portion_of
from mocktailverse.drinks.derivation.served import served_of
from mocktailverse.drinks.derivation.served_figures import Served
from mocktailverse.drinks.drink import IngredientLine
from mocktailverse.drinks.strength.dilution import MEASURED, dilution, melt_of
from mocktailverse.drinks.strength.methods import preparation_of
from mocktailverse.drinks.strength.mixture import concentration

LIQUIDS = ("Gin", "Liqueur", "Lime juice", "Sugar syrup", "Soda water", "Cola", "Champagne", "Milk")
METHODS = (None, "Shake and strain.", "Stir and strain.", "Build over ice.", "Blend.", "Layer.",
           "Heat in a pan, pour into a mug.")  # fmt: skip
GLASSES = (None, "Highball glass", "Cocktail glass", "Pitcher")


def ml_line(name: str, low: float, high: float) -> IngredientLine:
    return IngredientLine(1, name, name, None, low, high, "ml", low, high, "volume", "range")


amounts = st.floats(0.5, 300).map(lambda ml: round(ml, 1))
volumes = st.builds(
    lambda name, ends: ml_line(name, min(ends), max(ends)),
    st.sampled_from(LIQUIDS),
    st.tuples(amounts, amounts),
)
others = st.sampled_from(
    [
        IngredientLine(1, "Sugar", "", None, 1, 2, "cube", None, None, "count", "range"),
        IngredientLine(1, "Lime", "", None, 1, 1, "piece", None, None, "qualitative", "exact"),
        IngredientLine(1, "Lime", "", None, 1, 1, "none", None, None, "count", "exact"),
        IngredientLine(1, "Strawberry", "", None, 3, 5, "none", None, None, "count", "range"),
        IngredientLine(1, "Ice cream", "", None, 1, 1, "scoop", None, None, "count", "exact"),
        IngredientLine(1, "Tonic water", "", None, None, None, "fill", None, None, "qualitative",
                       "unknown"),
        IngredientLine(1, "Orange juice", "", None, None, None, "none", None, None, "none",
                       "unknown"),
        IngredientLine(1, "Gin", "", None, None, None, "none", None, None, "none", "unknown"),
        IngredientLine(1, "Unicorn tears", "", None, 1, 1, "oz", 29.57, 29.57, "volume", "exact"),
    ]
)  # fmt: skip
recipes = st.lists(st.one_of(volumes, others), max_size=7)
methods, glasses = st.sampled_from(METHODS), st.sampled_from(GLASSES)


def figures(served: Served) -> list:
    return [figure for figure in astuple(served) if figure is not None]


@given(recipes, methods, glasses)
def test_every_figure_is_finite_and_ordered(lines, how, glass):
    for least, usual, most in figures(served_of(lines, how, glass)):
        assert 0 <= least <= usual <= most
        assert math.isfinite(most)


@given(st.lists(volumes, min_size=1, max_size=5), methods, st.data())
def test_the_figures_cover_every_concrete_recipe(lines, how, data):
    ranges = served_of(lines, how)
    amounts = [data.draw(st.floats(one.ml_min, one.ml_max), label=one.name) for one in lines]
    concrete = served_of(
        [ml_line(one.name, ml, ml) for one, ml in zip(lines, amounts, strict=True)], how
    )
    for outer, inner in zip(astuple(ranges), astuple(concrete), strict=True):
        if outer is not None and inner is not None:
            assert outer[0] <= inner[0] * (1 + 1e-9) + 1e-9
            assert inner[2] <= outer[2] * (1 + 1e-9) + 1e-9


@given(recipes, methods, glasses, st.randoms(use_true_random=False))
def test_the_order_of_the_lines_does_not_matter(lines, how, glass, random):
    shuffled = list(lines)
    random.shuffle(shuffled)

    before, after = served_of(lines, how, glass), served_of(shuffled, how, glass)
    for one, other in zip(astuple(before), astuple(after), strict=True):
        assert one == (other and pytest.approx(other))


@given(st.lists(volumes, min_size=1, max_size=5), methods, st.integers(2, 9))
def test_masses_scale_with_the_recipe_and_concentrations_stay(lines, how, factor):
    one = served_of(lines, how)
    many = served_of(
        [ml_line(line.name, line.ml_min * factor, line.ml_max * factor) for line in lines], how
    )
    for field in Served.__struct_fields__:
        before, after = getattr(one, field), getattr(many, field)
        times = 1 if field.endswith(("percent", "per_100ml")) else factor
        assert after == (before and pytest.approx([times * figure for figure in before]))


@given(st.lists(volumes, min_size=1, max_size=5), methods)
def test_more_sugar_never_lowers_the_sugar(lines, how):
    sugar = IngredientLine(1, "Sugar", "", None, 5, 5, "g", None, None, "mass", "exact")

    before, after = served_of(lines, how), served_of([*lines, sugar], how)
    for field in ("sugar_g", "sugar_served_g_per_100ml"):
        assert all(
            less <= more for less, more in zip(getattr(before, field), getattr(after, field),
                                               strict=True)
        )  # fmt: skip


@given(recipes, methods, glasses)
def test_derived_facts_and_served_figures_agree(lines, how, glass):
    portions = [portion_of(line) for line in lines]
    derived, _ = derive(outcome_of(portions, preparation_of(how), glass), None)
    served = served_of(lines, how, glass)

    for field in ("sugar_g", "acid_g", "sugar_served_g_per_100ml", "energy_kcal"):
        figure = getattr(served, field)
        low, high = getattr(derived, f"{field}_min"), getattr(derived, f"{field}_max")
        if figure is not None:
            assert (low, high) == pytest.approx((figure.least, figure.most), abs=0.00501)
    likely = derived.likely_abv_served_percent
    assert likely is None or (
        derived.abv_served_percent_min <= likely <= derived.abv_served_percent_max
    )


@given(st.sampled_from(sorted(MEASURED)), st.floats(0, 96), st.floats(0, 96), st.floats(0, 1))
def test_the_melt_water_covers_every_strength_of_its_range(method, one, other, place):
    low, high = min(one, other), max(one, other)
    melt = melt_of(method, (low, high), ice_named=True, iced_glass=True)
    least, most = dilution(method, low + (high - low) * place, ice_named=True, iced_glass=True)
    assert melt.least <= least + 1e-12
    assert most <= melt.most + 1e-12
    assert melt.least <= melt.usual <= melt.most


parts = st.tuples(st.floats(0, 50), st.floats(0, 50), st.floats(0, 60), st.floats(0, 60))


@given(st.lists(parts, min_size=1, max_size=5))
def test_concentrations_are_the_exact_extremes_over_all_amounts(mixture):
    low = [min(part[:2]) + 0.1 for part in mixture]
    high = [max(part[:2]) + 0.1 for part in mixture]
    weak, strong = [min(part[2:]) for part in mixture], [max(part[2:]) for part in mixture]

    def mean(amounts, contents):
        return math.fsum(map(math.prod, zip(amounts, contents, strict=True))) / math.fsum(amounts)

    corners = list(product(*zip(low, high, strict=True)))
    assert concentration(low, high, weak, strong) == pytest.approx(
        (min(mean(one, weak) for one in corners), max(mean(one, strong) for one in corners))
    )


@given(st.sampled_from(LIQUIDS), st.sampled_from(LIQUIDS))
def test_a_choice_covers_both_ingredients(name, other):
    line = replace(ml_line(name, 30, 30), alternatives=(other,))
    either = served_of([line], "Shake.").sugar_g
    for one in (name, other):
        composition = composition_of(one)
        assert either.least <= composition.sugar_g.least * 0.3 + 1e-9
        assert composition.sugar_g.most * 0.3 <= either.most + 1e-9
