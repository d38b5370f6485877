"""What replaces what, by examples a bartender would agree with."""

import pytest

from mocktailverse.drinks.ingredients import all_ingredients
from mocktailverse.drinks.substitutions.replaceable import (
    counts_for,
    is_as_good_as,
    replaceable_with,
)
from mocktailverse.drinks.substitutions.substitution_table import substitution_table


def confidence(use, name):
    substitution = replaceable_with(use).get(name)
    return substitution.confidence if substitution else None


@pytest.mark.parametrize(
    ("use", "name", "expected"),
    [
        ("Lime", "Lime juice", "same"),
        ("Lemon", "Lemon peel", "same"),
        ("Sugar", "Sugar syrup", "same"),
        ("Sugar syrup", "Powdered sugar", "same"),
        ("Superfine sugar", "Sugar syrup", "same"),
        ("Egg", "Egg white", "same"),
        ("Heavy cream", "Whipped cream", "same"),
        ("Light rum", "Rum", "same"),
        ("Bacardi", "Rum", "same"),
        ("Bourbon", "Whiskey", "same"),
        ("Bourbon", "Blended whiskey", "near"),
        ("Cointreau", "Triple sec", "near"),
        ("Cointreau", "Orange liqueur", "near"),
        ("Triple sec", "Cointreau", "near"),
        ("Triple sec", "Curaçao", "near"),
        ("Gin", "London dry gin", "near"),
        ("Beefeater", "Tanqueray", "near"),
        ("Tequila", "Blanco tequila", "near"),
        ("Smirnoff", "Absolut Vodka", "near"),
        ("Angostura bitters", "Bitters", "same"),
        ("Crème de cassis", "Blackcurrant liqueur", "same"),
        ("Cream", "Light cream", "near"),
        ("Lemon juice", "Lime juice", "acceptable"),
        ("Lemon", "Lime juice", "acceptable"),
        ("Grand Marnier", "Triple sec", "acceptable"),
        ("Scotch", "Whiskey", "acceptable"),
        ("Rum", "Light rum", "acceptable"),
        ("Prosecco", "Champagne", "acceptable"),
        ("Dry vermouth", "Vermouth", "acceptable"),
        ("Espresso", "Coffee", "acceptable"),
        ("Aquafaba", "Egg white", "acceptable"),
        ("Spiced rum", "Rum", "acceptable"),
        ("Mezcal", "Tequila", "acceptable"),
        ("Absolut Citron", "Vodka", "acceptable"),
        ("Vodka", "Citron vodka", "acceptable"),
        ("Orange bitters", "Angostura bitters", "acceptable"),
        ("Cream of coconut", "Coconut milk", "acceptable"),
        ("Pineapple", "Pineapple juice", "acceptable"),
        ("Ransom Old Tom", "Gin", "acceptable"),
        ("Diet ginger ale", "Ginger ale", "acceptable"),
        ("Champagne", "Prosecco", "near"),
        ("Pernod", "Absinthe", "near"),
    ],
)
def test_one_replaces_the_other(use, name, expected):
    assert confidence(use, name) == expected


@pytest.mark.parametrize(
    ("use", "name"),
    [
        ("Lime juice", "Lime"),
        ("Lemon", "Lime"),
        ("White crème de menthe", "Green crème de menthe"),
        ("Green crème de menthe", "White crème de menthe"),
        ("Kilchoman", "Scotch"),
        ("Connemara", "Jameson"),
        ("Jack Daniel's rye", "Bourbon"),
        ("Bombay Bramble", "Gin"),
        ("Disaronno Velvet", "Amaretto"),
        ("Dunkel", "Lager"),
        ("Doppelbock", "Corona"),
        ("Shaoxing", "Red wine"),
        ("Maraschino cherry", "Cherry"),
        ("Lime peel", "Lime"),
        ("Lime cordial", "Lime juice"),
        ("Sour mix", "Lemon juice"),
        ("Coconut rum", "Rum"),
        ("Malibu", "Rum"),
        ("151 proof rum", "Rum"),
        ("Smith & Cross", "Rum"),
        ("Navy rum", "Rum"),
        ("Light rum", "Dark rum"),
        ("Rum", "151 proof rum"),
        ("Rum", "Coconut rum"),
        ("Sloe gin", "Gin"),
        ("Pink gin", "Gin"),
        ("Genever", "Gin"),
        ("Navy strength gin", "Gin"),
        ("Gin", "Navy strength gin"),
        ("Gin", "Sloe gin"),
        ("Vanilla vodka", "Vodka"),
        ("Vodka", "Vanilla vodka"),
        ("Everclear", "Vodka"),
        ("Laphroaig", "Scotch"),
        ("Scotch", "Islay Scotch"),
        ("Irish whiskey", "Redbreast"),
        ("Irish whiskey", "Bourbon"),
        ("Scotch", "Bourbon"),
        ("Moonshine", "Whiskey"),
        ("Wild Turkey 101", "Bourbon"),
        ("Tequila", "Mezcal"),
        ("Pisco", "Brandy"),
        ("Cherry brandy", "Brandy"),
        ("Cherry brandy", "Kirsch"),
        ("Blue curaçao", "Curaçao"),
        ("Blue curaçao", "Triple sec"),
        ("Triple sec", "Blue curaçao"),
        ("Maraschino liqueur", "Cherry liqueur"),
        ("Kahlua", "Coffee"),
        ("Dry vermouth", "Sweet vermouth"),
        ("Sweet vermouth", "Dry vermouth"),
        ("Sherry", "Wine"),
        ("Angostura bitters", "Orange bitters"),
        ("Tonic water", "Soda water"),
        ("Soda water", "Tonic water"),
        ("7-Up", "Soda water"),
        ("Coconut milk", "Cream of coconut"),
        ("Egg white", "Egg"),
        ("Milk", "Cream"),
        ("Condensed milk", "Milk"),
        ("Chamomile tea", "Tea"),
        ("Elderflower cordial", "Elderflower liqueur"),
        ("Sugar syrup", "Honey"),
        ("Grenadine", "Sugar syrup"),
        ("Sugar syrup", "Grenadine"),
        ("Non-alcoholic gin", "Gin"),
        ("Gin", "Non-alcoholic gin"),
        ("Lime", "Juice"),
        ("Vodka", "Spirit"),
        ("Amaretto", "Liqueur"),
    ],
)
def test_one_does_not_replace_the_other(use, name):
    assert confidence(use, name) is None


def test_no_blocked_pair_is_replaced():
    replaced = [pair for pair in substitution_table().blocked if confidence(*pair)]
    assert replaced == []


def test_no_alcohol_replaces_an_alcohol_free_ingredient_by_default():
    ingredients = {ingredient.name: ingredient for ingredient in all_ingredients()}
    crossed = [
        (use.name, name)
        for use in ingredients.values()
        for name, substitution in replaceable_with(use.name).items()
        if substitution.confidence != "acceptable" and use.alcoholic != ingredients[name].alcoholic
    ]
    assert crossed == []


def test_what_counts_for_a_general_ingredient_also_replaces_it():
    names = [ingredient.name for ingredient in all_ingredients()]
    assert all(
        confidence(name, general) in {"same", "near"}
        for name in names
        for general in counts_for(name)
    )


def test_the_same_in_another_form_has_a_direction():
    assert is_as_good_as("Lime", "Lime juice", "same")
    assert not is_as_good_as("Lime juice", "Lime", "same")
    assert is_as_good_as("Sugar", "Sugar syrup", "same")
    assert is_as_good_as("Sugar syrup", "Sugar", "same")
    assert not is_as_good_as("Light rum", "Rum", "same")


def test_an_ingredient_outside_the_reference_replaces_nothing():
    assert replaceable_with("Unobtainium") == {}
    assert counts_for("Unobtainium") == frozenset()
