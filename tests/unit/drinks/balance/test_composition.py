"""The composition of ingredients: lookup, units, and the table itself."""

from typing import get_args

import pytest

from mocktailverse.drinks.balance.composition import (
    KCAL_PER_G,
    Composition,
    SourceKind,
    Spread,
    composition_of,
)
from mocktailverse.drinks.ingredients import Kind, all_ingredients
from mocktailverse.drinks.reference.tables import read_table

COMPOSITIONS, WEIGHTS = read_table("composition.csv"), read_table("weights.csv")
NAMES = {row.name for row in all_ingredients()} | set(get_args(Kind))


def composition(name: str) -> Composition:
    result = composition_of(name)
    assert result is not None
    return result


def test_an_ingredient_without_a_row_takes_that_of_the_next_more_general_one():
    assert composition("Beefeater") == composition("London dry gin") == composition("Gin")
    assert composition("Kahlua") == composition("Coffee liqueur")


def test_an_ingredient_without_any_row_takes_that_of_its_kind():
    assert composition("Everclear").source == composition("Spirit").source
    assert composition("Rosemary").sugar_g.usual == 0


def test_an_unknown_name_takes_the_row_of_its_family():
    assert composition("gooseberry liqueur") == composition("Liqueur")
    assert composition_of("Unicorn tears") is None
    assert composition_of("gin " * 200) is None


def test_a_generic_liqueur_never_borrows_the_figure_of_a_brand():
    cointreau, triple_sec = composition("Cointreau"), composition("Triple sec")

    assert cointreau.source_kind == "producer"
    assert triple_sec.sugar_g.least == 10  # 100 g/l, the minimum of EU 2019/787
    assert triple_sec.sugar_g != cointreau.sugar_g


@pytest.mark.parametrize(
    ("name", "least_g_per_100ml"),
    [
        ("Liqueur", 10),
        ("Crème de cacao", 25),
        ("Crème de menthe", 25),
        ("Crème de cassis", 40),
        ("Sambuca", 35),
        ("Maraschino liqueur", 25),
        ("Advocaat", 15),
        ("Sweet vermouth", 13),
    ],
)
def test_the_least_sugar_of_a_class_is_its_legal_minimum(name: str, least_g_per_100ml: float):
    assert composition(name).sugar_g.least == pytest.approx(least_g_per_100ml, rel=0.01)


@pytest.mark.parametrize(
    ("name", "most"), [("Dry vermouth", 5), ("Champagne", 1.2), ("Vodka", 0.8)]
)
def test_the_most_sugar_of_a_class_is_its_legal_maximum(name: str, most: float):
    assert composition(name).sugar_g.most == most


def test_figures_per_100_g_are_converted_by_the_density():
    honey = composition("Honey")  # a liquid, given per 100 g

    assert honey.per == "ml"
    assert honey.sugar_g.usual == pytest.approx(82.12 * 1.42)
    assert honey.other_kcal == pytest.approx(0.3 * 1.42 * KCAL_PER_G["protein"])


def test_solids_are_given_per_100_g_and_can_be_converted():
    sugar = composition("Sugar")

    assert sugar.per == "g"
    assert 1 / sugar.density_g_per_ml == pytest.approx(0.62, abs=0.002)
    assert sugar.per_100_ml().sugar_g.usual == pytest.approx(99.8 * 1.61)
    assert sugar.per_100_ml().per_100_ml() == sugar.per_100_ml()


def test_one_of_two_ingredients_covers_both_and_is_usually_the_first():
    lemon, sugar = composition("Lemon juice"), composition("Sugar")
    either = lemon.covering(sugar)

    assert either.per == "ml"
    assert either.acid_g == Spread(0, lemon.acid_g.usual, lemon.acid_g.most)
    assert either.sugar_g.most == pytest.approx(161)
    assert either.other_kcal is None


def test_every_row_is_of_a_known_ingredient_or_kind_and_none_is_twice():
    for rows, key_length in ((COMPOSITIONS, 1), (WEIGHTS, 2)):
        keys = [tuple(row[:key_length]) for row in rows]
        assert len(set(keys)) == len(keys)
        assert {key[0] for key in keys} <= NAMES


@pytest.mark.parametrize("row", COMPOSITIONS, ids=lambda row: row[0])
def test_each_composition_is_ordered_plausible_and_has_its_sources(row: list[str]):
    _, per, density, *figures, kind, source, acid_source = row
    sugar, acid, rest = figures[:3], figures[3:6], figures[6:]

    assert per in {"ml", "g"}
    assert 0.8 <= float(density) <= 10
    for spread in (sugar, acid):
        least, usual, most = map(float, spread)
        assert 0 <= least <= usual <= most <= (100 if per == "g" else 100 * float(density))
    assert all(0 <= float(figure) <= 107 for figure in rest if figure)
    assert bool(rest[0]) == bool(rest[1]), "fat and protein are known together"
    assert kind in get_args(SourceKind)
    assert source
    assert acid_source


@pytest.mark.parametrize("row", WEIGHTS, ids=lambda row: f"{row[0]} {row[1]}")
def test_each_weight_is_ordered_and_has_its_source(row: list[str]):
    _, _, *grams, source = row
    least, usual, most = map(float, grams)

    assert 0 < least <= usual <= most
    assert source


def test_only_mixes_and_food_of_unknown_recipe_have_no_composition():
    unknown = {row.kind for row in all_ingredients() if composition_of(row.name) is None}
    assert unknown <= {"mixer", "food", "other"}
