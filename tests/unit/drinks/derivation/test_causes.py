"""Which ingredients are named as the cause of an unknown, and what a choice adds to a drink."""

import msgspec
import pytest

from mocktailverse.drinks.derivation.derive import derive
from mocktailverse.drinks.derivation.outcome import outcome_of
from mocktailverse.drinks.derivation.portions import portion_of
from mocktailverse.drinks.drink import IngredientLine
from mocktailverse.drinks.strength.methods import preparation_of
from mocktailverse.drinks.strength.pours import Pour, choice_of, either_pour, substance_of


def line(name: str, ml: float | None = None, *others: str, optional: bool = False, **fields):
    """Return a line of `ml` of a name or of one of the others."""
    kind, unit = ("none", "none") if ml is None else ("volume", "ml")
    plain = IngredientLine(
        1, name, name, None, ml, ml, unit, ml, ml, kind, "exact", None, others, optional
    )
    return msgspec.structs.replace(plain, **fields)


def facts(*lines: IngredientLine, glass: str | None = None, how: str | None = None):
    portions = [portion_of(one) for one in lines]
    return derive(outcome_of(portions, preparation_of(how), glass), None)[0]


JUICE, GIN, UNKNOWN = line("Orange juice", 100), line("Gin", 50), line("Unicorn tears", 50)
PARTS = {"unit": "part", "kind": "part", "ml_min": None, "ml_max": None}


@pytest.mark.parametrize(
    ("lines", "causes"),
    [
        ((JUICE, GIN), ()),
        ((JUICE, UNKNOWN), ("Unicorn tears",)),
        ((UNKNOWN, GIN, line("Dragon tears", 20)), ("Unicorn tears", "Dragon tears")),
        ((GIN, line("Soda water")), ("Soda water",)),
        ((line("Gin"), JUICE), ("Gin",)),
        ((line("Gin", 1, **PARTS), JUICE), ("Gin",)),
        ((line("Gin", 15_000), line("Water", 10_000)), ("Gin",)),
        ((JUICE, line("Sparkling cider", 100)), ("Sparkling cider",)),
        ((line("Milk"), line("Vanilla extract", 5)), ("Milk", "Vanilla extract")),
        ((line("Milk"), line("Water")), ()),
        ((), ()),
    ],
)
def test_the_cause_of_an_unknown_is_named(lines, causes):
    assert facts(*lines).unknown_because == causes


@pytest.mark.parametrize(
    ("lines", "mocktail", "strength"),
    [
        ((line("Honey", 10, "Sugar"), line("Water", 90)), True, (0, 0)),
        ((line("Gin", 50, "Vodka"), JUICE), False, (13.33, 13.33)),
        ((line("Rum", 50, "Coconut rum"), JUICE), False, (7, 13.33)),
        ((line("Hard cider", 100, "Apple juice"), JUICE), None, (0, 2.5)),
        ((line("Apple juice", 100, "Unicorn tears"), JUICE), None, (None, None)),
        ((line("Angostura bitters", 1, "Orange bitters"), JUICE), True, (0.28, 0.44)),
        ((line("Gin", 50, optional=True), JUICE), None, (0, 13.33)),
        ((line("Gin", 50, optional=True), GIN), False, (40, 40)),
        ((line("Angostura bitters", 1, optional=True), JUICE), True, (0, 0.44)),
        ((line("Honey", 10, optional=True), JUICE), True, (0, 0)),
    ],
)
def test_a_choice_is_a_mocktail_only_if_each_option_is(lines, mocktail, strength):
    derived = facts(*lines)

    assert derived.is_mocktail is mocktail
    assert (derived.abv_percent_min, derived.abv_percent_max) == strength


def test_only_the_doubtful_options_of_a_choice_are_causes():
    mixed = line("Apple juice", 100, "Hard cider")

    assert facts(mixed, JUICE).unknown_because == ("Hard cider",)


def test_a_liquid_or_a_solid_adds_anything_up_to_the_liquid():
    assert facts(line("Honey", 10, "Sugar"), JUICE).total_ml_min == 100
    assert facts(line("Honey", 10, "Sugar"), JUICE).total_ml_max == 110


@pytest.mark.parametrize(
    ("pours", "expected"),
    [
        ((None, None), None),
        ((Pour("ml", 5, 6, 0, 0), None), Pour("ml", 0, 6, 0, 0)),
        ((Pour("ml", 5, 6, 1, 2), Pour("ml", 4, 5, 0, 1)), Pour("ml", 4, 6, 0, 2)),
        ((Pour("ml", 5, 6, 1, 2), Pour("rest", 0, 0, 3, 3)), Pour("unbounded", 0, 0, 1, 3)),
        (
            (Pour("ml", 5, 6, 0, 0, has_strength=False), Pour("ml", 5, 6, 2, 2)),
            Pour("ml", 5, 6, 0, 2, has_strength=False),
        ),
    ],
)
def test_a_choice_pours_the_range_over_its_options(pours, expected):
    assert either_pour(pours) == expected


def test_a_choice_keeps_what_its_options_share():
    both = choice_of([substance_of("Light rum"), substance_of("Dark rum")])
    mixed = choice_of([substance_of("Gin"), substance_of("Orange juice")])

    assert (both.kind, both.spirit, both.alcoholic) == ("spirit", "Rum", True)
    assert (mixed.kind, mixed.spirit, mixed.alcoholic) == (None, None, None)
    assert mixed.abv_percent == (0, 40)


@pytest.mark.parametrize(
    ("fields", "least"),
    [
        ({"preparation": "juiced"}, 20),
        ({"preparation": "zested and juiced", "unit": "piece"}, 20),
        ({"preparation": "sliced"}, None),
        ({}, None),
    ],
)
def test_a_fruit_that_is_juiced_adds_its_juice(fields, least):
    lime = line("Lime", None, amount_min=1, amount_max=1, **fields)

    assert facts(lime).total_ml_min == least


@pytest.mark.parametrize(
    "name",
    [
        "vodka-soaked gummy bears",
        "rum soaked raisins",
        "boozy cherries",
        "drunken grapes",
        "tipsy grapes",
        "wine-poached pears",
        "bourbon cherries",
        "rum cake",
    ],
)
def test_a_food_named_after_a_drink_may_hold_alcohol_even_by_weight_or_piece(name: str):
    by_weight = line(name, unit="g", kind="mass", amount_min=50, amount_max=50)

    assert facts(JUICE, by_weight).is_mocktail is None
    assert facts(JUICE, by_weight).unknown_because == (name,)


@pytest.mark.parametrize("name", ["soaked raisins", "red wine vinegar", "gummy bears"])
def test_other_food_by_weight_holds_no_alcohol(name: str):
    by_weight = line(name, unit="g", kind="mass", amount_min=50, amount_max=50)

    assert facts(JUICE, by_weight).is_mocktail is True
