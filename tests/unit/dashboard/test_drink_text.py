"""What the drink page says of strength, balance, choices and preparation."""

from hypothesis import given
from msgspec.structs import replace

from mocktailverse.dashboard.drink_text import DASH, balance, figures, headline, ingredient_name
from mocktailverse.drinks.drink import Derived, Drink, IngredientLine
from strategies.drinks import drinks, values_of

HONEY = IngredientLine(
    1, "Honey", "Honey or sugar", "1 tsp", 1, 1, "tsp", 4.9, 4.9, "volume", "exact",
    alternatives=("Sugar",),
)  # fmt: skip


def test_a_range_has_as_many_decimals_as_are_useful():
    assert figures(4, 4.5, " %") == f"4{DASH}4.5 %"
    assert figures(4.04, 4.04, " %") == "4 %"
    assert figures(9.9, 12.4, " g") == f"9.9{DASH}12 g"
    assert figures(0.8, 0.954, " g", 2) == f"0.80{DASH}0.95 g"
    assert figures(0, 0, " g", 2) == "0 g"
    assert figures(None, 3, " g") == "unknown"


def test_a_mocktail_with_traces_says_how_much_at_most(sample_catalogue):
    drink = next(sample_catalogue.all_drinks())
    for high, expected in ((0, "mocktail"), (0.144, "mocktail, up to 0.14 % vol")):
        derived = Derived(is_mocktail=True, abv_served_percent_min=0.0, abv_served_percent_max=high)
        assert headline(replace(drink, derived=derived)) == expected


def test_the_balance_has_the_rows_that_are_known():
    derived = Derived(
        sugar_g_min=7.0, sugar_g_max=9.0, sugar_served_g_per_100ml_min=5.6,
        sugar_served_g_per_100ml_max=6.9, acid_g_min=1.04, acid_g_max=1.3,
    )  # fmt: skip
    assert balance(derived) == {
        "Sugar": (f"5.6{DASH}6.9 g", f"7{DASH}9 g"),
        "Acid": ("unknown", f"1.04{DASH}1.30 g"),
    }
    assert balance(replace(derived, energy_kcal_min=90.0, energy_kcal_max=110.0))["Energy"] == (
        "", f"90{DASH}110 kcal",
    )  # fmt: skip
    assert balance(Derived()) == {}


def test_a_choice_a_preparation_and_an_optional_ingredient_are_shown_in_words():
    assert ingredient_name(HONEY) == "Honey or Sugar"
    ginger = replace(
        HONEY, name="Ginger", name_raw="Ginger, peeled", preparation="peeled", alternatives=(),
        optional=True,
    )  # fmt: skip
    assert ingredient_name(ginger) == "Ginger:gray[, peeled] :gray-badge[optional]"


def test_what_the_source_wrote_is_shown_only_if_it_says_more():
    assert "Clover" in ingredient_name(replace(HONEY, name_raw="Clover honey or sugar"))
    assert ingredient_name(replace(HONEY, name_raw=" honey (or SUGAR) ")) == "Honey or Sugar"
    many = replace(HONEY, alternatives=tuple(f"A{number}" for number in range(50)))
    assert "A4" in ingredient_name(many)
    assert "A5" not in ingredient_name(many)


@given(drinks)
def test_any_drink_has_texts(drink: Drink):
    assert headline(drink)
    assert set(balance(drink.derived)) <= {"Sugar", "Acid", "Energy"}


@given(values_of(IngredientLine))
def test_any_line_has_a_name_of_bounded_length(line: IngredientLine):
    name = ingredient_name(line)
    assert name
    assert "\n" not in name
