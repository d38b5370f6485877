"""Rules for what is new in a mocktail: how much of it, beside what, and when nothing is."""

import pytest

from mocktailverse.drinks import to_mocktail
from mocktailverse.drinks.conversion import trials
from strategies.mocktails import recipe, violations

SHAKE = "Shake all ingredients with ice and strain into a chilled cocktail glass."
BUILD = "Pour all ingredients into a highball glass filled with ice. Stir gently."
STYLES = ("pantry", "bottle")


def names(result):
    assert result.possible, result.reason
    return {line.name for line in result.drink.ingredients}


def ml(result, name):
    assert result.possible, result.reason
    return next(line.ml_max for line in result.drink.ingredients if line.name == name)


@pytest.mark.parametrize("style", STYLES)
def test_in_a_long_drink_no_replacement_exceeds_the_largest_kept_line(style):
    drink = recipe(
        "Hurricane",
        [("60 ml", "Dark rum"), ("60 ml", "Light rum"), ("60 ml", "Passion fruit juice"),
         ("30 ml", "Orange juice"), ("15 ml", "Lime juice"), ("15 ml", "Sugar syrup")],
        SHAKE, glass="Hurricane glass",
    )  # fmt: skip

    result = to_mocktail(drink, style)

    new = "Coconut water" if style == "pantry" else "Non-alcoholic rum"
    assert ml(result, new) <= 60
    assert violations(drink, result, style) == []


def test_wine_may_be_the_largest_line_of_a_long_drink_as_it_was():
    lines = [("60 ml", "White wine"), ("120 ml", "Cola"), ("90 ml", "Prosecco")]
    result = to_mocktail(recipe("Any", lines, BUILD), "bottle")

    assert "Non-alcoholic sparkling wine" in names(result)


def test_wine_without_alcohol_makes_a_spritzer():
    lines = [("90 ml", "White wine"), ("60 ml", "Soda water")]
    how = "Fill a wine glass with ice. Add the wine and top with soda water."
    drink = recipe("White Wine Spritzer", lines, how, glass="Wine glass")

    result = to_mocktail(drink, "bottle")

    assert "Non-alcoholic white wine" in names(result)
    assert violations(drink, result, "bottle") == []


@pytest.mark.parametrize("style", STYLES)
def test_a_splash_of_soda_is_enough_for_no_plain_water(style):
    lines = [("45 ml", "Gin"), ("30 ml", "Lemon juice"), ("15 ml", "Sugar syrup"),
             ("10 ml", "Soda water")]  # fmt: skip
    result = to_mocktail(recipe("Fizz", lines, "Shake with ice, strain and top with soda."), style)

    assert "Water" not in names(result)


def test_bottled_lemonade_takes_no_plain_water():
    lines = [("45 ml", "Vodka"), ("120 ml", "Lemonade"), ("15 ml", "Lime juice")]

    assert "Water" not in names(to_mocktail(recipe("Any", lines, SHAKE)))


def test_cream_of_coconut_takes_no_soda():
    lines = [("60 ml", "Dark rum"), ("90 ml", "Pineapple juice"), ("30 ml", "Orange juice"),
             ("30 ml", "Cream of coconut")]  # fmt: skip
    result = to_mocktail(recipe("Painkiller", lines, SHAKE, glass="Hurricane glass"))

    assert "Soda water" not in names(result)


def test_the_tea_of_a_drink_takes_no_second_tea():
    lines = [("60 ml", "Whiskey"), ("180 ml", "Black tea"), ("15 ml", "Lemon juice"),
             ("1 tsp", "Honey")]  # fmt: skip
    result = to_mocktail(recipe("Irish Tea", lines, "Pour hot tea into a mug, add the rest, stir."))

    assert [line.name for line in result.drink.ingredients].count("Black tea") == 1
    assert ml(result, "Black tea") > 180
    assert result.replacements[0].to == ("Black tea",)


def test_a_syrup_that_a_drink_has_is_not_a_second_line():
    lines = [("40 ml", "Rum"), ("20 ml", "Passoa"), ("30 ml", "Lime juice"),
             ("15 ml", "Passion fruit syrup")]  # fmt: skip
    result = to_mocktail(recipe("Passion", lines, SHAKE))

    assert [line.name for line in result.drink.ingredients].count("Passion fruit syrup") == 1


def test_bitters_that_are_left_out_have_no_replacement():
    lines = [("45 ml", "Scotch"), ("15 ml", "Sweet vermouth"), ("15 ml", "Dry vermouth"),
             ("6 dashes", "Angostura bitters")]  # fmt: skip
    how = "Stir with ice and strain into a cocktail glass."
    result = to_mocktail(recipe("Affinity", lines, how), "bottle")

    assert [one.to for one in result.replacements if one.role == "bitters"] == [()]
    assert "the bitters" in result.lost


def test_what_fills_the_glass_takes_the_place_of_a_spirit_that_nothing_imitates():
    lines = [("45 ml", "White rum"), ("20 ml", "Lime juice"), ("2 tsp", "Sugar"),
             (None, "Soda water")]  # fmt: skip
    how = "Build in a highball glass with ice and fill with soda water."
    result = to_mocktail(recipe("Mojito", lines, how, glass="Highball glass"))

    assert result.possible, result.reason
    assert result.replacements[0].to == ("Soda water",)


def test_a_hint_is_left_out_before_a_flavour_is():
    lines = [("60 ml", "White chocolate liqueur"), ("15 ml", "White creme de menthe"),
             ("30 ml", "Vanilla vodka")]  # fmt: skip
    result = to_mocktail(recipe("Nice Holiday", lines, SHAKE), "bottle")

    assert "Mint syrup" in {line.name_raw for line in result.drink.ingredients}


def test_a_little_of_a_bottle_takes_no_tea():
    lines = [("15 ml", "Rum"), ("150 ml", "Ginger ale")]

    assert "Black tea" not in names(to_mocktail(recipe("Any", lines, BUILD)))


def test_black_tea_does_not_meet_blue():
    lines = [("60 ml", "Rum"), ("15 ml", "Blue curacao"), ("60 ml", "Sour mix")]

    assert "Black tea" not in names(to_mocktail(recipe("Blue", lines, SHAKE)))


def test_juice_of_a_kind_that_the_reference_lacks_is_juice():
    lines = [("60 ml", "Gin"), ("90 ml", "Valencia orange juice"), ("15 ml", "Lemon juice")]

    assert to_mocktail(recipe("Any", lines, SHAKE)).possible


def test_only_wine_that_is_much_of_the_whole_glass_is_the_drink_itself():
    lines = [("60 ml", "Red wine"), ("30 ml", "Grenadine"), (None, "Lemon-lime soda")]
    how = "Pour wine and grenadine over ice. Fill with lemon-lime soda and stir."
    result = to_mocktail(recipe("Queen Charlotte", lines, how, glass="Collins glass"))

    assert result.possible, result.reason


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([("60 ml", "Gin"), ("10 ml", "Lemon juice"), ("10 ml", "Triple sec")], "than drink"),
        ([("50 ml", "Vodka"), ("70 ml", "Lemon juice")], "too sour"),
        ([("30 ml", "Vodka"), ("90 ml", "Coffee")], "nothing but `Coffee`"),
    ],
)
def test_tea_and_water_or_lemon_or_coffee_alone_are_no_mocktail(lines, reason):
    result = to_mocktail(recipe("Any", lines, SHAKE))

    assert not result.possible
    assert reason in result.reason


@pytest.mark.parametrize(
    ("lines", "how", "step"),
    [
        ([("50 ml", "Gin"), ("75 ml", "Tonic water"), ("2 wedges", "Lime"),
          ("15 ml", "Elderflower cordial")],
         "Squeeze two lime wedges into a glass, add the cordial and 50 ml gin. Top with tonic.",
         "Squeeze lime into the glass."),
        ([("50 ml", "Vodka"), ("20 ml", "Grenadine"), (None, "Orange juice")],
         "Pour 50 ml vodka and grenadine over ice. Fill with orange juice.",
         "Top with orange juice"),
        ([("50 ml", "Vodka"), ("20 ml", "Grenadine"), ("100 ml", "Sprite")],
         "Pour 50 ml vodka and grenadine over ice. Top with Sprite.",
         "Top with Sprite"),
        ([("45 ml", "Gin"), ("10 ml", "Maraschino"), ("30 ml", "Lemon juice"),
          ("1", "Maraschino cherry")],
         "Shake gin, maraschino and lemon juice with ice and strain. Add a maraschino cherry.",
         "Garnish with maraschino cherry."),
        ([("50 ml", "Irish whiskey"), ("120 ml", "Coffee"), ("40 ml", "Cream"), ("1 tsp", "Sugar")],
         "Pour hot coffee into a mug. Whiskey and sugar are added. Float the cream on top.",
         "Vanilla syrup"),
    ],
)  # fmt: skip
def test_a_step_says_what_is_done_with_each_line(lines, how, step):
    result = to_mocktail(recipe("Any", lines, how, glass="Highball glass"))

    assert result.possible, result.reason
    assert step in result.drink.instructions["en"]


def test_a_stirred_drink_with_a_brew_is_still_read_as_stirred():
    lines = [("90 ml", "Grape soda"), ("45 ml", "Tequila")]
    drink = recipe("Paloma", lines, "Stir together and serve over ice.", glass="Collins glass")

    result = to_mocktail(drink)

    assert result.possible, result.reason
    assert result.drink.derived.method == drink.derived.method == "stirred"


def test_only_the_accepted_draft_is_normalized(monkeypatch):
    normalized = []

    def normalize(*arguments):
        normalized.append(arguments)
        return real(*arguments)

    real = trials.normalize
    monkeypatch.setattr(trials, "normalize", normalize)
    lines = [("2 oz", "Tequila"), ("1 oz", "Strawberry schnapps"), ("1/2 oz", "Triple sec"),
             ("1 oz", "Lime juice"), ("1 oz", "Strawberries")]  # fmt: skip

    assert to_mocktail(recipe("Strawberry Margarita", lines, SHAKE)).possible
    assert len(normalized) == 1
