"""The reader's own bottles: what they replace, and how the recipe names them."""

import pytest

from mocktailverse.drinks import to_mocktail
from mocktailverse.drinks.conversion.conversion_result import UnknownBottleError
from mocktailverse.drinks.conversion.own_bottles import kinds_of
from mocktailverse.drinks.reference.tables import read_table
from strategies.mocktails import recipe, violations

NEGRONI = recipe(
    "Negroni",
    [("30 ml", "Gin"), ("30 ml", "Campari"), ("30 ml", "Sweet vermouth")],
    "Pour all ingredients into an old-fashioned glass with ice and stir.",
)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Tanqueray 0.0", "Non-alcoholic gin"),
        ("Seedlip Spice 94", "Non-alcoholic gin"),
        ("Lyre's Italian Orange", "Non-alcoholic aperitif"),
        ("Ritual Whiskey Alternative", "Non-alcoholic whiskey"),
        ("alcohol-free dry vermouth", "Non-alcoholic dry vermouth"),
        ("Crodino", "Non-alcoholic aperitif"),
    ],
)
def test_a_bottle_replaces_its_kind(name, kind):
    assert kind in kinds_of(name)


@pytest.mark.parametrize("name", ["Zorblax", "Gordon's Gin", "Orange juice", "", "x" * 1000])
def test_a_name_that_is_no_bottle_without_alcohol_is_refused(name):
    with pytest.raises(UnknownBottleError):
        to_mocktail(NEGRONI, "bottle", (name,))


def test_the_recipe_names_the_reader_s_bottles_with_their_kinds():
    result = to_mocktail(NEGRONI, "bottle", ("Seedlip Spice 94", "Lyre's Italian Orange"))

    assert result.possible, result.reason
    assert violations(NEGRONI, result, "bottle") == []
    assert result.replacements[0].to == ("Non-alcoholic gin (Seedlip Spice 94)",)
    assert result.replacements[1].to == ("Non-alcoholic aperitif (Lyre's Italian Orange)",)


def test_every_word_of_the_table_names_a_bottle_of_the_replacements():
    bottles = {row[3].partition("*")[0] for row in read_table("replacements.csv")}

    assert {bottle for _, bottle, _ in read_table("own_bottles.csv")} <= bottles
