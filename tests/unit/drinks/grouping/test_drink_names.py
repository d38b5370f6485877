"""Names of drinks: which mean the same drink."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mocktailverse.drinks.grouping.drink_names import name_keys, name_relation
from strategies.effort import examples
from strategies.texts import texts

SAME = [
    ("Mojito", "The MOJITO cocktail"),
    ("Piña colada", "Pina Colada"),
    ("Dark 'n' Stormy", "Dark & Stormy"),
    ("Planter\N{RIGHT SINGLE QUOTATION MARK}s Punch", "Planters Punch"),
    ("Sea Breeze", "Seabreeze"),
    ("B-52", "B52"),
    ("Three Wise Men", "3 Wise Men"),
    ("Lassi - Mango", "Mango Lassi"),
    ("Long Island Iced Tea", "Long Island Ice Tea"),
    ("Margarita (frozen)", "Frozen Margarita"),
    ("Caipirinha (Brazil)", "Caipirinha"),
    ("Virgin Mojito", "Mojito (non-alcoholic)"),
    ("Snake Bite (UK)", "Snakebite"),
    ("French Seventy-Five", "French 75"),
    ("Agua de Sandía", "Watermelon Agua Fresca"),
    ("Royal Gin Fizz", "Royal Fizz (Gin)"),
    ("A.B.C.", "ABC"),
]
OTHER = [
    ("Bellini", "Rossini"),
    ("Martini", "Martinez"),
    ("Dry Martini", "Espresso Martini"),
    ("French Martini", "Apple Martini"),
    ("Negroni", "Negroni Sbagliato"),
    ("Margarita", "Italian Margarita"),
    ("Satan's Whiskers (straight)", "Satan's Whiskers (curled)"),
    ("Frozen Strawberry Daiquiri", "Strawberry Daiquiri"),
    ("Lemonade", "Lavender Fizz Lemonade"),
    ("Cuba Libre", "Spiced Cuba Libre"),
    ("Bacardi Cocktail", "Bacardi Daiquiri"),
    ("Tom Collins", "John Collins"),
    ("Margarita", "Margarita (frozen)"),
    ("Blue Hawaii", "Blue Hawaiian"),
    ("Kir", "Kir Royal"),
    ("Manhattan", "Perfect Manhattan"),
    ("After Five", "After Eight"),
    ("B-52", "B-53"),
]


def have_a_key_in_common(first, second):
    return not name_keys(first).isdisjoint(name_keys(second))


@pytest.mark.parametrize(("first", "second"), SAME)
def test_spelling_order_and_praise_do_not_change_a_name(first, second):
    assert name_relation(first, second) == "same"
    assert have_a_key_in_common(first, second)


@pytest.mark.parametrize(("first", "second"), OTHER)
def test_a_word_that_makes_another_drink_keeps_names_apart(first, second):
    assert name_relation(first, second) is None


@pytest.mark.parametrize(
    ("first", "second", "relation"),
    [
        ("Egg Nog #4", "Eggnog", "near"),
        ("Martinez No. 2", "Martinez", "near"),
        ("Corpse Reviver II", "Corpse Reviver", "near"),
        ("Kamikaze shot", "Kamikaze", "near"),
        ("Papa Doble", "Hemingway Daiquiri", "alias"),
        ("Nojito", "Virgin Mojito", "alias"),
        ("Virgin Mojito", "Mojito", "near"),
        ("Zombie (1934)", "Zombie", "same"),
        ("Satan's Whiskers (curled)", "Satan's Whiskers", "near"),
        ("Frozen Mint Lemonade (Limonana)", "Limonana", "alias"),
        ("Dry Martini", "Classic Martini", "alias"),
        ("Gin Bramble", "Bramble", "detail"),
        ("Mint Mojito", "Mojito", "detail"),
        ("Bajan Rum Punch", "Rum Punch", "detail"),
        ("Raffles Singapore Sling", "Singapore Sling", "detail"),
        ("Green Chartreuse Swizzle", "Chartreuse Swizzle", "detail"),
        ("Cucumber Mint Cooler", "Cucumber Cooler", "detail"),
        ("Abbey Martini", "Abbey Cocktail", "detail"),
        ("Zanzibar Moonrise", "Moonrise", "detail"),
        ("Daquiri", "Daiquiri", "typo"),
        ("Pina Collada", "Piña Colada", "typo"),
    ],
)
def test_names_that_are_less_alike_have_their_relation(first, second, relation):
    assert name_relation(first, second) == name_relation(second, first) == relation
    assert have_a_key_in_common(first, second)


@pytest.mark.parametrize("name", ["", " ", "🍸", "cocktail", "The", "#2", "()", "x" * 10_000])
def test_any_name_has_a_relation_to_itself(name):
    assert name_relation(name, name) == "same"


@settings(max_examples=examples(200))
@given(texts | st.sampled_from([name for pair in SAME + OTHER for name in pair]), texts)
def test_the_relation_is_symmetric_and_implies_an_equal_key(first, second):
    relation = name_relation(first, second)
    assert relation == name_relation(second, first)
    if relation:
        assert have_a_key_in_common(first, second)
