"""Sugar, acid, energy and dilution of drinks as served."""

import msgspec
import pytest

from mocktailverse.drinks.derivation.served import served_of
from mocktailverse.drinks.derivation.served_figures import Served
from mocktailverse.drinks.drink import IngredientLine
from mocktailverse.drinks.ingredients import canonical_name
from mocktailverse.drinks.measures import parse_measure

SHAKE = "Shake with ice and strain into a glass."
DAIQUIRI = (("Light rum", "60 ml"), ("Lime juice", "22.5 ml"), ("Sugar syrup", "22.5 ml"))


def line(name: str, measure: str | None, **fields) -> IngredientLine:
    read = parse_measure(measure, name)
    return IngredientLine(
        1, canonical_name(name)[0], name, measure, read.amount_min, read.amount_max, read.unit,
        read.ml_min, read.ml_max, read.kind, read.certainty, **fields,
    )  # fmt: skip


def served(*lines: tuple[str, str | None], how: str | None = None, glass: str | None = None):
    return served_of([line(*one) for one in lines], how, glass)


def known(figure):
    assert figure is not None
    return figure


def test_a_daiquiri_has_its_known_balance():
    daiquiri = served(*DAIQUIRI, how=SHAKE)

    assert known(daiquiri.served_ml).usual == pytest.approx(159.5, abs=0.1)
    assert known(daiquiri.abv_served_percent).usual == pytest.approx(15.0, abs=0.1)
    assert known(daiquiri.sugar_served_g_per_100ml).usual == pytest.approx(8.9, abs=0.1)
    assert known(daiquiri.acid_served_g_per_100ml).least < 0.85  # with the bar's 6 % lime
    assert known(daiquiri.acid_served_g_per_100ml).most > 0.85
    assert known(daiquiri.standard_drinks).usual == pytest.approx(18.936 / 14, abs=0.001)


def test_a_mocktail_takes_the_least_melt_water_and_so_is_sweeter_and_sourer():
    drink = served(*DAIQUIRI, how=SHAKE)
    mocktail = served(("Non-alcoholic rum", "60 ml"), *DAIQUIRI[1:], how=SHAKE)

    assert known(mocktail.served_ml).usual == pytest.approx(105 * 1.203)
    assert (
        known(mocktail.sugar_served_g_per_100ml).usual > 1.2 * drink.sugar_served_g_per_100ml.usual
    )
    assert known(mocktail.acid_served_g_per_100ml).usual > 1.2 * drink.acid_served_g_per_100ml.usual


FRENCH_75 = (("Gin", "30 ml"), ("Lemon juice", "15 ml"), ("Sugar syrup", "15 ml"))


@pytest.mark.parametrize(
    ("topping", "how"),
    [
        (("Champagne", "60 ml"), SHAKE),
        (("Sparkling wine", "60 ml"), SHAKE),
        (("Soda water", "60 ml"), SHAKE),
        (("Cranberry juice", "60 ml"), SHAKE + " Top with the cranberry juice."),
        (
            ("Heavy cream", "60 ml"),
            "Shake all but the cream, strain. Float the heavy cream on top.",
        ),
        (("Red wine", "60 ml"), SHAKE + " Slowly add red wine over a spoon."),
    ],
)
def test_what_is_poured_on_top_takes_no_melt_water(topping: tuple[str, str], how: str):
    drink = served(*FRENCH_75, topping, how=how)

    shaken_ml = 60 * (1 + 0.203 + 1.742 * 0.2 - 1.567 * 0.2**2)
    assert known(drink.served_ml).usual == pytest.approx(shaken_ml + 60)


@pytest.mark.parametrize(
    ("line_of", "how"),
    [
        (("Cranberry juice", "60 ml"), "Shake the cranberry juice with the rest, strain. Top up."),
        (("Cranberry juice", "60 ml"), SHAKE + " Garnish with a cranberry."),
        (("Soda water", "60 ml"), "Stir in a highball glass full of ice."),
        (("Soda water", "60 ml"), "Blend with ice."),
    ],
)
def test_everything_else_takes_melt_water(line_of: tuple[str, str], how: str):
    with_water = known(served(*FRENCH_75, line_of, how=how).served_ml)
    alone = known(served(*FRENCH_75, how=how).served_ml)

    assert with_water.most - alone.most > 60.1


def test_a_french_75_is_as_strong_as_it_is_served():
    strength = known(served(*FRENCH_75, ("Champagne", "60 ml"), how=SHAKE).abv_served_percent)
    assert strength.usual == pytest.approx(12.86, abs=0.01)
    assert strength.least <= strength.usual <= strength.most < 14.3


@pytest.mark.parametrize(
    "how",
    [
        "Pour the boiling water over the rum in a mug.",
        "Heat the rum and the water in a saucepan.",
        "Add hot water and stir.",
    ],
)
def test_hot_drinks_take_no_melt_water(how: str):
    toddy = served(("Dark rum", "50 ml"), ("Water", "150 ml"), how=how)
    assert known(toddy.served_ml) == (200, 200, 200)


def test_a_syrup_that_is_boiled_does_not_make_the_drink_hot():
    how = "Boil the syrup. Let it cool. Build in a glass over ice."
    assert known(served(*DAIQUIRI, how=how).served_ml).most == pytest.approx(105 * 1.24)


def test_a_drink_of_an_unknown_method_takes_no_more_water_than_a_shaken_one():
    drink = served(*DAIQUIRI)

    assert drink.abv_served_percent is None
    assert known(drink.served_ml).least == 105
    assert drink.served_ml.most == pytest.approx(159.5, abs=0.1)
    assert known(drink.sugar_served_g_per_100ml).most == pytest.approx(16.56 / 1.05, abs=0.01)


@pytest.mark.parametrize(
    ("name", "measure", "sugar_g"),
    [
        ("Sugar", "1 tsp", (3.9, 4.2, 4.6)),
        ("Powdered sugar", "1 tsp", (2.4, 3.3, 4.2)),
        ("Sugar", "1 cube", (2.2, 3.3, 4)),
        ("Sugar", "10 g", (9.7, 10, 10)),
        ("Sugar", "1 cup", (185, 200, 221)),
        ("Sugar", None, (0, 4.2, 20)),
        ("Honey", "1 tbsp", (15.7, 17.3, 17.7)),
        ("Maraschino cherry", "1", (0, 0, 3)),
    ],
)
def test_sweeteners_count_by_their_weight(name: str, measure: str | None, sugar_g: tuple):
    figure = known(served(("Soda water", "100 ml"), (name, measure), how="Build.").sugar_g)
    assert figure.least == pytest.approx(sugar_g[0], abs=0.15, rel=0.02)
    assert figure.most == pytest.approx(sugar_g[2], abs=0.15, rel=0.02)


def test_dissolved_sugar_adds_volume_and_leaves_the_strength_alone():
    sweet = served(("Gin", "50 ml"), ("Sugar", "10 g"), how=SHAKE)
    dry = served(("Gin", "50 ml"), how=SHAKE)

    assert sweet.abv_served_percent == dry.abv_served_percent
    assert known(sweet.served_ml).usual > known(dry.served_ml).usual + 6.2


@pytest.mark.parametrize(
    ("name", "measure", "how", "is_counted"),
    [
        ("Lime", "1", "Muddle the lime, add ice and soda.", True),
        ("Lime", "1/2", "Squeeze the lime into the glass.", True),
        ("Lime", "Juice of 1", "Build in the glass.", True),
        ("Strawberry", "5", "Blend with ice until smooth.", True),
        ("Banana", "1", "Put all in a blender and blend.", True),
        ("Lime", "1 wedge", "Build. Garnish with the lime wedge.", False),
        ("Lime", "1", "Build. Garnish with the lime.", False),
        ("Orange", "1 slice", "Build in the glass.", False),
        ("Strawberry", "1", "Shake and strain. Decorate with a strawberry.", False),
        ("Lemon peel", "1 twist", "Muddle the peel.", False),
        ("Mint", "6 leaves", "Muddle the mint.", False),
        ("Salt", "1 pinch", "Build.", False),
    ],
)
def test_fruit_counts_as_it_is_used(name, measure, how, is_counted):
    figure = known(served(("Soda water", "100 ml"), (name, measure), how=how).acid_g)
    assert (figure.least > 0.05) == is_counted
    assert is_counted or figure.most <= 0.05


def test_fruit_whose_use_is_not_stated_counts_from_nothing_to_all_of_its_juice():
    figure = known(served(("Gin", "50 ml"), ("Lime", "1"), how=SHAKE).acid_g)
    assert figure.least == 0
    assert figure.most == pytest.approx(35 * 0.0604, abs=0.01)


def test_the_sugar_of_parts_is_known_by_ratio():
    by_parts = served(("Gin", "1 part"), ("Lime cordial", "1 part"), how=SHAKE)
    by_volume = served(("Gin", "1 oz"), ("Lime cordial", "1 oz"), how=SHAKE)

    assert by_parts.served_ml is by_parts.sugar_g is by_parts.energy_kcal is None
    assert by_parts.sugar_served_g_per_100ml == pytest.approx(by_volume.sugar_served_g_per_100ml)


def test_the_glass_bounds_what_fills_it():
    figure = known(
        served(("Gin", "50 ml"), ("Tonic water", "Top"), how="Build over ice.",
               glass="Highball glass").sugar_g
    )  # fmt: skip
    assert figure.least == pytest.approx(46 * 0.0465, abs=0.01)  # 96 ml in the glass at least
    assert figure.most == pytest.approx(195 * 0.1034, abs=0.01)  # 245 ml at most


def test_an_ingredient_of_unknown_composition_leaves_the_figures_unknown():
    assert served(("Gin", "50 ml"), ("Unicorn tears", "50 ml"), how=SHAKE).sugar_g is None
    assert served(("Gin", "50 ml"), ("Unicorn tears", "1 ml"), how=SHAKE).sugar_g is not None
    assert served(("Gin", "50 ml"), ("Unicorn tears", "3"), how=SHAKE).sugar_g is None


def test_energy_is_unknown_if_fat_and_protein_are():
    assert served(("Gin", "50 ml"), ("Cream", "20 ml"), how=SHAKE).energy_kcal is None
    assert known(served(("Gin", "50 ml"), ("Heavy cream", "20 ml"), how=SHAKE).energy_kcal)


def test_the_energy_is_that_of_alcohol_sugar_acid_and_the_rest():
    figure = known(served(("Vodka", "50 ml"), ("Orange juice", "100 ml"), how=SHAKE).energy_kcal)
    alcohol, juice = 50 * 0.4 * 0.789 * 7, 1.048 * (4 * 8.4 + 3 * 0.87 + 9 * 0.2 + 4 * 0.7)
    assert figure.usual == pytest.approx(alcohol + juice)


def test_a_choice_of_ingredients_covers_all_of_them():
    either = line("Sugar syrup", "20 ml", alternatives=("Honey", "Soda water"))
    figure = known(served_of([line("Gin", "50 ml"), either], SHAKE).sugar_g)

    assert figure.least == 0
    assert figure.usual == pytest.approx(12.3)
    assert figure.most == pytest.approx(0.84 * 1.42 * 20, rel=0.01)


def test_a_drink_without_lines_has_no_figures():
    assert served() == Served()


def test_an_optional_solid_may_be_left_out():
    sugar = IngredientLine(1, "Sugar", "", None, 2, 2, "cube", None, None, "count", "exact")
    lemon = IngredientLine(2, "Lemon juice", "", None, 30, 30, "ml", 30, 30, "volume", "exact")
    optional = served_of([msgspec.structs.replace(sugar, optional=True), lemon], "Shake.")
    without, whole = served_of([lemon], "Shake."), served_of([sugar, lemon], "Shake.")
    assert optional.sugar_g.least == pytest.approx(without.sugar_g.least)
    assert optional.sugar_g.most == pytest.approx(whole.sugar_g.most)
