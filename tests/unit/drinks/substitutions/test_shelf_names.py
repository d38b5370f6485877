"""What is on a shelf, as people write it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocktailverse.drinks.ingredients import match_ingredient
from mocktailverse.drinks.reference.tables import read_table
from mocktailverse.drinks.substitutions.needs import needs_of
from mocktailverse.drinks.substitutions.shelf import StockedShelf
from mocktailverse.drinks.substitutions.shelf_names import stocked_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("gin", "Gin"),
        ("a bottle of gin", "Gin"),
        ("half a bottle of white rum", "Light rum"),
        ("70cl bottle of Bacardi", "Bacardi"),
        ("6 eggs", "Egg"),
        ("a few limes", "Lime"),
        ("carton of orange juice", "Orange juice"),
        ("mint from the garden", "Mint"),
        ("leftover prosecco", "Prosecco"),
        ("the rest of the red wine", "Red wine"),
        ("my cheap vodka", "Vodka"),
        ("soda", "Soda water"),
        ("a bottle of soda", "Soda water"),
        ("soft drink", "Soda"),
        ("pop", "Soda"),
    ],
)
def test_an_amount_or_a_container_does_not_change_what_it_is(text, name):
    assert stocked_name(text) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Schweppes tonic", "Tonic water"),
        ("a can of schweppes soda water", "Soda water"),
        ("Bols peach schnapps", "Peach schnapps"),
        ("DeKuyper triple sec", "Triple sec"),
        ("Monin vanilla syrup", "Vanilla syrup"),
        ("Tesco vodka", "Vodka"),
        ("Gordon's pink gin", "Pink gin"),
        ("Appleton Estate gold rum", "Gold rum"),
        ("Don Julio blanco", "Blanco tequila"),
        ("Stolichnaya vanilla", "Vanilla vodka"),
        ("Hennessy VS", "Hennessy"),
        ("Chivas Regal 12", "Chivas Regal"),
    ],
)
def test_a_house_makes_what_it_says(text, name):
    assert stocked_name(text) == name


@pytest.mark.parametrize(
    "text",
    [
        "Whitley Neill rhubarb gin",
        "birthday cake vodka",
        "Grey Goose L'Orange",
        "Bols peach",
        "Giffard vanilla",
        "Heineken 0%",
        "Tesco 0% gin",
        "gin or vodka",
        "Jameson orange",
        "x" * 500,
    ],
)
def test_what_is_not_understood_stays_as_written(text):
    assert stocked_name(text) == text


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Monin amaretto", "Amaretto syrup"),
        ("Lyre's amaretto", "Lyre's"),
        ("Seedlip Garden 108", "Seedlip"),
        ("alcohol-free gin", "Non-alcoholic gin"),
    ],
)
def test_a_house_without_alcohol_makes_no_bottle_with_alcohol(text, name):
    assert stocked_name(text) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("dried mint", "Dried mint"),
        ("a jar of ground ginger", "Ground ginger"),
        ("ginger powder", "Ground ginger"),
        ("candied ginger", "Candied ginger"),
        ("dried orange slices", "Dried orange slice"),
        ("ground cinnamon", "Cinnamon"),
        ("fresh mint", "Mint"),
    ],
)
def test_dried_herbs_and_fruit_are_not_fresh(text, name):
    assert stocked_name(text) == name


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (("Mint", "1/4 tsp dried"), "Dried mint"),
        (("Dried lavender", "1 tsp"), "Dried lavender"),
        (("Ginger", "2 pieces"), "Ginger"),
        (("Strawberries", "1 cup frozen"), "Strawberry"),
    ],
)
def test_a_line_may_ask_for_dried_pieces(read_drink, line, name):
    (need,) = needs_of(read_drink("Any", line))

    assert need.name == name
    assert StockedShelf([stocked_name(name)]).supplies(need)
    assert StockedShelf([need.names[0]], "acceptable").supplies(need)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Bacardi 10 years", "Aged rum"),
        ("Plantation 3 Stars", "Plantation 3 Stars"),
        ("Havana Club 3 year", "Havana Club"),
    ],
)
def test_an_old_rum_of_a_house_of_light_rum_is_aged(text, name):
    assert stocked_name(text) == name


@given(st.text(max_size=40))
def test_a_name_read_again_stays_the_same(text):
    once = stocked_name(text)

    assert stocked_name(once) == once


def test_each_house_makes_something_and_is_no_ingredient_with_alcohol():
    for name, makes, source in read_table("houses.csv"):
        assert makes in {"with alcohol", "without alcohol", "both"}
        assert source
        row = match_ingredient(name)
        assert makes != "without alcohol" or row is None or row.alcoholic is False
