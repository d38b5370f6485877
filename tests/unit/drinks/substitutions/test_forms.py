"""The form that a line asks for, by examples a bartender would agree with."""

import time

import pytest

from mocktailverse.drinks.substitutions.forms import NOT_NEEDED, form_of, forms_of

MUDDLE = "Muddle the mint with lime and sugar. Top with soda water."
GARNISH = "Shake with ice and strain. Garnish with a lime wheel and a cherry."


@pytest.mark.parametrize(
    ("name", "measure", "method", "text", "form"),
    [
        ("Lime", "Juice of 1/2", "shaken", "", "juice"),
        ("Lime", "juice of 1, freshly squeezed", "muddled", MUDDLE, "juice"),
        ("Lemon", "2 cl", "shaken", "", "juice"),
        ("Lime", "4 wedges", "muddled", MUDDLE, "fresh"),
        ("Lime", "1", "muddled", MUDDLE, "fresh"),
        ("Lime", "1", "shaken", GARNISH, "garnish"),
        ("Lime", "1", "built", "", "fresh"),
        ("Lime", "2 wedges", "built", "Squeeze the lime wedges into the glass.", "fresh"),
        ("Lemon", "1 wedge", "shaken", "Rub the rim with the wedge of lemon.", "garnish"),
        ("Lemon", "1/2 slice", "shaken", "Strain, garnish and serve.", "garnish"),
        ("Orange", "1", "built", "Pour all over ice. Garnish. Serve.", "garnish"),
        ("Orange", "3", "built", "Pour all over ice. Garnish. Serve.", "fresh"),
        ("Maraschino cherry", "1", "stirred", "", "garnish"),
        ("Cherry", "12", "blended", "", "fresh"),
        ("Olive", "1", "stirred", "Add the olive.", "garnish"),
        ("Lemon peel", "1 twist of", "stirred", "", "garnish"),
        ("Lemon peel", "1", "built", "Simmer the wine with the lemon peel.", "fresh"),
        ("Banana", "1/2", "blended", "Blend. Garnish with a piece of banana.", "fresh"),
        ("Strawberry", "5", "blended", "Garnish with a strawberry.", "fresh"),
        ("Mint", "1 sprig", "built", "Garnish with a mint sprig.", "garnish"),
        ("Mint", "1 sprig", "muddled", MUDDLE, "fresh"),
        ("Mint", "8 leaves", "shaken", "Garnish with mint.", "fresh"),
        ("Mint", "1 sprig", "shaken", "", "fresh"),
        ("Nutmeg", None, "shaken", "Sprinkle nutmeg on top and serve.", "garnish"),
        ("Nutmeg", "1 tsp", "built", "Simmer the milk with nutmeg.", "used"),
        ("Cinnamon", "1 stick", "built", "Heat the wine with the cinnamon.", "used"),
        ("Salt", None, "shaken", "Rub the rim with lime and dip it in salt.", "rim"),
        ("Salt", "1 pinch", "shaken", "", "pinch"),
        ("Salt", "1 tsp", "blended", "", "used"),
        ("Celery salt", "1 dash", "shaken", "", "used"),
        ("Sugar", "Around rim", "built", "", "rim"),
        ("Sugar", "2 tsp", "shaken", "Strain into a sugar-rimmed glass.", "used"),
        ("Sugar", "1 cup", "built", "", "dry"),
        ("Sugar", "1 cube", "built", "Drop the sugar cube into the flute.", "dry"),
        ("Ice", "cubes", "shaken", "", "ice"),
        ("Hot water", "1 cup", "built", "", "water"),
        ("Angostura bitters", "2 dashes", "stirred", "Garnish with bitters.", "used"),
        ("Grenadine", "1 dash", "shaken", "", "used"),
        ("Egg white", "1", "shaken", "", "used"),
        ("Honey", "1 tsp", "built", "", "used"),
        ("Whipped cream", None, "built", "Top with whipped cream.", "used"),
        ("Something unheard of", "1 slice", "built", "Garnish with it.", "used"),
    ],
)  # fmt: skip
def test_a_line_asks_for(read_line, name, measure, method, text, form):
    assert form_of(read_line(name, measure), method, text) == form


def test_blended_whiskey_is_not_something_blended(read_drink):
    drink = read_drink(
        "New York sour", ("Blended whiskey", "2 oz"), ("Lemon", None),
        instructions="Shake the blended whiskey. Decorate with the half-slice of lemon.",
    )  # fmt: skip
    assert forms_of(drink.ingredients, "shaken", drink.instructions["en"]) == ["used", "garnish"]


@pytest.mark.parametrize(("juice", "form"), [(True, "garnish"), (False, "fresh")])
def test_a_fruit_that_also_gives_the_juice_is_not_only_a_garnish(read_drink, juice, form):
    text = "Add the gin and the lime juice. Garnish with a lime wedge."
    lines = [("Lime", "1"), ("Gin", "2 oz"), *([("Lime juice", "1 oz")] if juice else [])]
    drink = read_drink("Any", *lines, instructions=text)
    assert forms_of(drink.ingredients, "built", text)[0] == form


def test_a_fruit_that_is_stated_as_a_garnish_is_one(read_drink):
    text = "Add the gin and the lime juice."
    drink = read_drink("Any", ("Lime wedges, for garnish", "2"), instructions=text)
    assert forms_of(drink.ingredients, "built", text) == ["garnish"]


def test_what_is_not_needed_never_includes_what_makes_the_drink():
    assert not NOT_NEEDED & {"used", "juice", "fresh", "dry"}


@pytest.mark.parametrize("text", ["garnish " * 5000, "add " * 5000, "lime, " * 5000, "a" * 50_000])
def test_hostile_instructions_take_linear_time(read_line, text):
    line = read_line("Lime", "1")
    start = time.perf_counter()
    form_of(line, "built", text)
    assert time.perf_counter() - start < 0.2
