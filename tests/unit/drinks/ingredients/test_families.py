"""What the words of an unknown name say about its alcohol."""

import csv
from pathlib import Path

import pytest

from mocktailverse.drinks import reference
from mocktailverse.drinks.ingredients import family_of, match_ingredient
from mocktailverse.drinks.ingredients.denials import without_denial
from mocktailverse.drinks.strength.pours import substance_of

FAMILIES = list(
    csv.DictReader(
        (Path(reference.__file__).parent / "families.csv").read_text("utf-8").splitlines()
    )
)


def alcoholic(name: str) -> bool | None:
    return substance_of(name).alcoholic


FREE = """
Guinness 0.0, Heineken 0,0, Foo lager 0.0%, Guinness Zero, NA beer, beer (NA), N/A bitters,
dealcoholised wine, wine free of alcohol, alcohol-removed red wine, virgin rum, mock gin,
vodka alternative, Foo apple vodka alternative, alkoholfreies Bier, vin rouge sans alcool,
cerveza sin alcohol, birra analcolica, Seedlip Garden 108, Lyre's Italian Orange, Monday gin,
rum-flavoured foo syrup, whiskey barrel-aged maple syrup, Baileys foo coffee creamer, gin foo jam,
champagne glass, foo wine vinegar, bourbon foo salt, Foo Dr Pepper, foo ginger beer,
foo snapdragon berry, foo cheddar cheese, orange slices and maraschino cherries,
whipped cream & nuts, extra virgin olive oil, zero sugar cola, milk alternative,
alcohol-free foo lemonade,
Caleno Dark & Spicy, sirop de menthe, zumo de mango, liqueur-style foo syrup, foo (black salt),
imitation rum extract, Lyre's Aperitif Rosso, Noughty sparkling Chardonnay, foo hemp hearts
"""
ALCOHOLIC = """
Foo gin, foo light beer, low alcohol beer, session foo ale, hard foo tea, spiked apple juice,
hard root beer, Foo spiked lemonade, cooking foo wine, Smirnoff Foo, Rum Foo, Foo navy strength gin,
creme de foo, crème de cherry, Cruzan Virgin Islands rum, zero sugar vodka, gluten-free beer,
5.0% lager, Ron Foo, Cerveza Foo, vino tinto, Kirschwasser, eau de vie de poire, extra dry vermouth,
Svedka lime, Absolut mango, Truly wild berry, White Claw hard seltzer lime, Effen cucumber,
Almave con tequila, foo (Thai rum)
"""
UNKNOWN = """
sparkling cider, spruce beer, water kefir, amazake, kvass, hot cider, rum raisin ice cream,
foo rum cake, vodka-infused melon, gin-soaked raisins, beer cheese, whiskey sauce, gin substitute,
hard-boiled egg, Unicorn tears, imitation rum, bourbon cherries, prosecco grapes, tipsy grapes,
foo (with black salt), Bundaberg, Tapatio, non-alcoholic beer and tequila, orange juice with vodka,
non-alcoholic beer plus rum, spiked, no,
rum (omit for non-alcoholic), gin (alcohol-free if you like), Foo (raspberry), Foo: lime syrup,
Coke Zero Bacardi, sweet cider, brandied cherries, Monday Hendrick's
"""


def names(text: str) -> list[str]:
    return [name.strip() for name in text.replace("\n", " ").split(", ") if name.strip(" ,")]


@pytest.mark.parametrize("name", names(FREE.replace("0,0", "0.00")))
def test_names_without_alcohol(name: str):
    assert alcoholic(name) is False


@pytest.mark.parametrize("name", names(ALCOHOLIC))
def test_names_with_alcohol(name: str):
    assert alcoholic(name) is True


@pytest.mark.parametrize("name", names(UNKNOWN))
def test_names_that_may_be_either(name: str):
    assert alcoholic(name.strip()) is None


@pytest.mark.parametrize(
    "name", ["ginger beer to gin", "lime such as gin", "Monday: gin", "Seedlip and gin"]
)
def test_a_note_with_alcohol_makes_no_name_free(name: str):
    assert alcoholic(name) is not False


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("Foo stout 0.0", "Non-alcoholic beer"),
        ("alcohol-free Foo champagne", "Non-alcoholic sparkling wine"),
        ("virgin Foo bourbon", "Non-alcoholic whiskey"),
        ("non-alcoholic Foo bitters", "Non-alcoholic bitters"),
        ("Non-alcoholic foo", "Non-alcoholic spirit"),
        ("NA foo lemonade", "Lemonade"),
        ("hard foo lemonade", "Malt beverage"),
        ("foo dragon berry", "Berries"),
        ("Foo Dr Pepper", "Dr Pepper"),
        ("mint and lime juice", "Lime juice"),
    ],
)
def test_a_family_is_that_of_the_last_thing_named(name: str, family: str):
    assert family_of(name).name == family


def test_a_guessed_food_that_is_poured_may_be_a_bottle():
    assert family_of("Foo raspberry").guessed
    assert not family_of("red wild raspberry berry").guessed
    assert not family_of("Foo raspberry syrup").guessed


def test_a_product_has_the_strengths_of_its_row_and_its_family():
    family = family_of("Foo navy strength gin")

    assert (family.abv_percent_min, family.abv_percent_max) == (37.5, 57)


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("Guinness 0.0", "Guinness"),
        ("Foo NA", "Foo"),
        ("na bitters", "bitters"),
        ("rum alternatives", "rum"),
        ("zero gin", "gin"),
    ],
)
def test_a_denial_is_taken_out_of_a_name(text: str, bare: str):
    assert without_denial(text).split() == bare.split()


@pytest.mark.parametrize(
    "text",
    [
        *[
            "low alcohol beer",
            "light rum",
            "session ale",
            "zero sugar cola",
            "0% fat milk",
            "0.5% ale",
        ],
        *["extra virgin oil", "Virgin Islands rum", "alternative milk", "0.0 oz gin", "10.0 ale"],
        *["not non-alcoholic", "banana", "no alcohol added", "10.0% ale", "nada", "canal"],
    ],
)
def test_other_words_and_figures_are_no_denial(text: str):
    assert without_denial(text) is None


@pytest.mark.parametrize("row", FAMILIES, ids=[row["word"] for row in FAMILIES])
def test_every_family_is_a_row_of_equal_alcohol_with_a_source(row: dict[str, str]):
    match = match_ingredient(row["family"])

    assert match
    assert match.name == row["family"]
    assert row["source"]
    assert row["absorbs"] in {"yes", "no"}
    assert 0 <= float(row["abv_percent_min"]) <= float(row["abv_percent_max"]) <= 96
    assert match.alcoholic or float(row["abv_percent_max"]) <= 0.5 or match.kind == "flavouring"


@pytest.mark.parametrize(
    "name", ["gin and tonic", "Tanqueray & soda", "Foo beer and lemonade", "Bud Light & Clamato"]
)
def test_a_bottle_with_what_is_drunk_with_it_is_alcoholic(name: str):
    assert alcoholic(name) is True


@pytest.mark.parametrize("name", ["Foo & soda", "rum and raisin ice cream", "whiskey and honey"])
def test_an_unknown_or_a_food_beside_and_stays_unknown(name: str):
    assert alcoholic(name) is None


def test_a_house_of_soft_drinks_is_no_other_house():
    assert alcoholic("Vittel vodka") is True
    assert alcoholic("Laurent-Perrier rosé") is True
    assert alcoholic("Foo-Perrier") is None
