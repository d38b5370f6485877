"""The tables of the converter: every name, style and setting in them is valid."""

from typing import get_args

import pytest

from mocktailverse.drinks.conversion.conversion_result import Style
from mocktailverse.drinks.conversion.drink_setting import Setting, nature_of, settings_of
from mocktailverse.drinks.conversion.roles import role_of, substitute_for
from mocktailverse.drinks.ingredients import match_ingredient
from mocktailverse.drinks.reference.tables import read_table
from mocktailverse.drinks.strength.pours import substance_of
from strategies.mocktails import has_composition

ROLES = read_table("roles.csv")
REPLACEMENTS = read_table("replacements.csv")
BREWS = {name for name, _, _ in read_table("brews.csv")}
NAMES = sorted(
    {
        part.partition("*")[0].removesuffix("=sugar")
        for _, _, _, to, *_ in REPLACEMENTS
        for part in to.split("|")
        if part not in {"", "-"}
    }
)


@pytest.mark.parametrize("row", ROLES, ids=lambda row: row[0])
def test_a_bottle_with_a_role_is_an_alcoholic_ingredient(row):
    ingredient = match_ingredient(row[0])

    assert ingredient
    assert ingredient.name == row[0]
    assert ingredient.alcoholic
    assert row[2] in {"", "yes"}


@pytest.mark.parametrize("role", sorted({row[1] for row in ROLES}))
def test_every_role_has_a_replacement_with_bottles(role):
    assert any(row[0] == role and row[3] != "-" for row in REPLACEMENTS)


@pytest.mark.parametrize("row", REPLACEMENTS, ids=lambda row: "-".join(row[:3]))
def test_a_replacement_names_its_role_style_setting_reason_and_source(row):
    role, style, setting, to, why, lost, source = row

    assert role in {one[1] for one in ROLES}
    assert style in get_args(Style)
    assert setting in {"", *get_args(Setting)}
    assert to == "-" or (why and lost and source)


@pytest.mark.parametrize("name", NAMES)
def test_a_replacement_is_known_without_alcohol_with_its_composition(name):
    assert match_ingredient(name)
    assert not substance_of(name).alcoholic
    assert has_composition(name)


@pytest.mark.parametrize("name", [name for name in NAMES if nature_of(name).is_brew])
def test_every_brew_says_how_it_is_made(name):
    assert name in BREWS


@pytest.mark.parametrize("name", sorted(BREWS))
def test_how_a_brew_is_made_changes_neither_the_method_nor_the_ice(name):
    steps = next(steps for brew, steps, _ in read_table("brews.csv") if brew == name)

    assert not any(word in steps for word in ("boil", "steep", "hot", "strain", "ice ", "top"))


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("Absolut Citron", "neutral spirit"),
        ("Beefeater", "juniper spirit"),
        ("Laphroaig", "smoky oak spirit"),
        ("Foo whiskey", "oak spirit"),
        ("Cointreau", "orange liqueur"),
        ("Champagne", "sparkling wine"),
        ("Fernet-Branca", "amaro"),
        ("Baileys", "cream liqueur"),
    ],
)
def test_a_bottle_has_the_role_of_the_nearest_more_general_one(name, role):
    assert role_of(name).name == role


@pytest.mark.parametrize("name", ["Chartreuse", "Liqueur", "Zorblax"])
def test_a_bottle_that_nothing_is_known_about_has_no_role(name):
    assert role_of(name) is None


def test_bottles_go_before_the_pantry_and_the_first_setting_decides():
    gin = role_of("Gin")

    pantry = substitute_for(gin, "pantry", ())
    creamy = substitute_for(gin, "pantry", ("creamy", "fizzy"))
    bottle = substitute_for(gin, "bottle", ("creamy",))

    assert [part.name for part in pantry.shares] == ["Juniper tea"]
    assert creamy.shares == ()
    assert [part.name for part in bottle.shares] == ["Non-alcoholic gin"]


@pytest.mark.parametrize(
    ("kept", "settings"),
    [
        (["Milk"], ("creamy",)),
        (["Light cream"], ("milky", "creamy")),
        (["Espresso"], ("creamy",)),
        (["Tomato juice"], ("savoury",)),
        (["Tonic water"], ("fizzy",)),
        (["Pineapple juice"], ("tropical",)),
        (["Lemon juice", "Sugar syrup"], ()),
    ],
)
def test_the_kept_lines_make_the_setting(kept, settings):
    assert settings_of([nature_of(name) for name in kept], []) == settings
