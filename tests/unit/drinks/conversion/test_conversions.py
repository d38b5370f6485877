"""Conversions: the rules that each mocktail keeps, refusals with their reasons, known pairs."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mocktailverse.drinks import to_mocktail
from mocktailverse.drinks.ingredients import all_ingredients
from strategies.effort import examples
from strategies.mocktails import has_composition, recipe, violations

SHAKE = "Shake all ingredients with ice and strain into a chilled cocktail glass."
STIR = "Stir all ingredients with ice and strain into a cocktail glass."
BUILD = "Pour all ingredients into a highball glass filled with ice. Stir gently."
TOP = "Pour everything else into a highball glass with ice and top with the last ingredient."
BLEND = "Blend all ingredients with ice until smooth. Pour into a glass."
STYLES = ("pantry", "bottle")

DAIQUIRI = recipe(
    "Daiquiri",
    [("60 ml", "White rum"), ("22.5 ml", "Lime juice"), ("22.5 ml", "Sugar syrup")],
    SHAKE,
)
WHISKEY_SOUR = recipe(
    "Whiskey Sour",
    [("45 ml", "Bourbon"), ("25 ml", "Lemon juice"), ("20 ml", "Sugar syrup")],
    SHAKE,
)
GIN_AND_TONIC = recipe(
    "Gin and Tonic", [("50 ml", "Gin"), ("150 ml", "Tonic water")], BUILD, glass="Highball glass"
)
WHITE_RUSSIAN = recipe(
    "White Russian",
    [("50 ml", "Vodka"), ("20 ml", "Kahlua"), ("40 ml", "Cream"), ("60 ml", "Milk")],
    SHAKE,
)  # fmt: skip
MARTINI = recipe("Martini", [("60 ml", "Gin"), ("10 ml", "Dry vermouth")], STIR)
NEGRONI = recipe(
    "Negroni", [("30 ml", "Gin"), ("30 ml", "Campari"), ("30 ml", "Sweet vermouth")],
    "Pour all ingredients into an old-fashioned glass with ice and stir.",
)  # fmt: skip

PAIRS = {
    "Mojito": (
        [("45 ml", "White Cuban rum"), ("20 ml", "Lime juice"), ("6", "Mint sprigs"),
         ("2 tsp", "White sugar"), ("90 ml", "Soda water")],
        "Muddle mint with sugar and lime juice. Add ice, pour the rum and top with soda water.",
        {"Lime juice", "Mint", "Sugar", "Soda water"},
    ),
    "Pina Colada": (
        [("50 ml", "White rum"), ("30 ml", "Cream of coconut"), ("50 ml", "Pineapple juice")],
        BLEND,
        {"Cream of coconut", "Pineapple juice"},
    ),
    "Moscow Mule": (
        [("45 ml", "Vodka"), ("120 ml", "Ginger beer"), ("10 ml", "Lime juice")],
        "Combine vodka and ginger beer in a mug with ice. Add lime juice. Stir gently.",
        {"Ginger beer", "Lime juice"},
    ),
    "Bloody Mary": (
        [("45 ml", "Vodka"), ("90 ml", "Tomato juice"), ("15 ml", "Lemon juice"),
         ("2 dashes", "Worcestershire sauce"), ("2 dashes", "Tabasco")],
        "Stir gently all ingredients in a mixing glass with ice, pour into a rocks glass.",
        {"Tomato juice", "Lemon juice", "Worcestershire sauce", "Tabasco sauce"},
    ),
    "Paloma": (
        [("50 ml", "Tequila"), ("5 ml", "Lime juice"), ("100 ml", "Grapefruit soda")],
        "Pour tequila into a highball glass, add lime juice and ice, top with grapefruit soda.",
        {"Lime juice", "Grapefruit soda"},
    ),
    "Painkiller": (
        [("60 ml", "Dark rum"), ("120 ml", "Pineapple juice"), ("30 ml", "Orange juice"),
         ("30 ml", "Cream of coconut")],
        SHAKE,
        {"Pineapple juice", "Orange juice", "Cream of coconut"},
    ),
    "Cosmopolitan": (
        [("40 ml", "Vodka citron"), ("15 ml", "Cointreau"), ("15 ml", "Lime juice"),
         ("30 ml", "Cranberry juice")],
        SHAKE,
        {"Lime juice", "Cranberry juice"},
    ),
    "Margarita": (
        [("50 ml", "Tequila"), ("20 ml", "Triple sec"), ("15 ml", "Lime juice")],
        SHAKE,
        {"Lime juice"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", PAIRS)
def test_a_known_pair_keeps_the_lines_that_its_mocktail_has(name, style):
    lines, how, kept = PAIRS[name]
    drink = recipe(name, lines, how, glass="Highball glass" if "highball" in how else None)

    result = to_mocktail(drink, style)

    assert result.possible, result.reason
    assert violations(drink, result, style) == []
    assert kept <= {line.name for line in result.drink.ingredients}


@pytest.mark.parametrize(
    ("lines", "how", "kept"),
    [
        ([("100 ml", "Prosecco"), ("50 ml", "Peach puree")],
         "Pour peach puree into a champagne flute and add prosecco. Stir gently.",
         {"Peach purée"}),
        ([("750 ml", "Red wine"), ("250 ml", "Orange juice"), ("60 ml", "Sugar syrup"),
          ("60 ml", "Brandy")],
         "Pour all ingredients into a pitcher with ice and stir.",
         {"Orange juice"}),
    ],
)  # fmt: skip
def test_wine_as_the_drink_itself_takes_a_bottle(lines, how, kept):
    drink = recipe("Wine drink", lines, how)

    pantry, bottle = to_mocktail(drink, "pantry"), to_mocktail(drink, "bottle")

    assert not pantry.possible
    assert "wine" in pantry.reason.casefold()
    assert "bottle" in pantry.would_help
    assert bottle.possible, bottle.reason
    assert violations(drink, bottle, "bottle") == []
    assert kept <= {line.name for line in bottle.drink.ingredients}


def test_water_takes_the_place_of_the_melt_water_that_a_weaker_drink_does_not_get():
    result = to_mocktail(DAIQUIRI, "bottle")

    assert result.before.served_ml_usual == pytest.approx(159.5, rel=0.01)
    assert result.after.served_ml_usual == pytest.approx(159.5, rel=0.1)
    assert result.before.sugar_served_g_per_100ml_usual == pytest.approx(
        result.after.sugar_served_g_per_100ml_usual, rel=0.15
    )
    assert "Water" in {line.name for line in result.drink.ingredients}
    assert "water" in result.drink.instructions["en"]


def test_a_mocktail_is_returned_unchanged_and_the_result_says_so():
    drink = recipe("Lemonade", [("30 ml", "Lemon juice"), ("200 ml", "Soda water")], BUILD)

    result = to_mocktail(drink)

    assert result.possible
    assert result.unchanged
    assert result.drink == drink
    assert "already" in result.reason


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("drink", [DAIQUIRI, WHISKEY_SOUR, GIN_AND_TONIC, WHITE_RUSSIAN])
def test_converting_twice_changes_nothing(drink, style):
    once = to_mocktail(drink, style)

    again = to_mocktail(once.drink, style)

    assert once.possible
    assert again.unchanged
    assert again.drink == once.drink


@pytest.mark.parametrize(
    ("drink", "reason"),
    [
        (MARTINI, "nothing but spirit"),
        (NEGRONI, "nothing but spirit"),
        (recipe("Rum", [("60 ml", "Rum"), ("30 ml", "Lime juice"), ("30 ml", "Chartreuse")], SHAKE),
         "Chartreuse"),
        (recipe("Sloe", [("1 l", "Gin"), ("500 g", "Sugar")], BUILD, category="Homemade Liqueur"),
         "home-made liqueur"),
        (recipe("Infusion", [("750 ml", "Vodka"), ("3", "Vanilla beans")],
                "Seal the beans in the vodka and let steep for two weeks."),
         "home-made liqueur"),
        (recipe("No method", [("60 ml", "Gin"), ("90 ml", "Orange juice")], "Enjoy."),
         "how it is mixed"),
        (recipe("No amount", [(None, "Gin"), ("90 ml", "Orange juice")], SHAKE), "unknown"),
        (recipe("Unknown", [("60 ml", "Zorblax"), ("90 ml", "Orange juice")], SHAKE), "Zorblax"),
    ],
)  # fmt: skip
def test_a_drink_that_cannot_be_converted_names_the_reason_and_what_would_help(drink, reason):
    result = to_mocktail(drink, "pantry")

    assert not result.possible
    assert result.drink is None
    assert reason in result.reason
    assert result.would_help


@pytest.mark.parametrize("drink", [MARTINI, NEGRONI])
def test_a_drink_that_is_nothing_but_spirit_is_possible_with_bottles(drink):
    result = to_mocktail(drink, "bottle")

    assert result.possible, result.reason
    assert violations(drink, result, "bottle") == []


def test_a_loss_that_is_part_of_another_is_named_once():
    lines = [("50 ml", "Tequila"), ("20 ml", "Triple sec"), ("20 ml", "Lime juice")]
    drink = recipe("Margarita", lines, "Shake with ice and strain into a cocktail glass.")
    assert to_mocktail(drink, "bottle").lost == ("some warmth and body",)


def test_a_reader_s_own_bottle_goes_before_its_kind():
    own = to_mocktail(GIN_AND_TONIC, "bottle", have=("Heineken 0.0", "Tanqueray 0.0"))
    general = to_mocktail(GIN_AND_TONIC, "bottle")

    assert "Non-alcoholic gin" in {line.name for line in general.drink.ingredients}
    assert "Tanqueray 0.0" in {line.name for line in own.drink.ingredients}
    assert own.replacements[0].to == ("Tanqueray 0.0",)


def test_a_drink_whose_extract_is_too_strong_is_refused_with_that_reason():
    drink = recipe("Vanilla Milk", [("240 ml", "Milk"), ("2 tsp", "Vanilla extract")], BUILD)

    result = to_mocktail(drink)

    assert not result.possible
    assert "extract" in result.reason


def test_the_json_names_what_a_replacement_is_from():
    replacement = msgspec.to_builtins(to_mocktail(GIN_AND_TONIC))["replacements"][0]

    assert set(replacement) == {"position", "from", "to", "role", "why"}
    assert replacement["from"] == "Gin"


def test_hostile_instructions_take_no_longer_than_their_length():
    steps = "Shake juice " * 8000
    drink = recipe("Long", [("60 ml", "Gin"), ("30 ml", "Lemon juice"), ("1", "Lime")], steps)

    result = to_mocktail(drink)

    assert result.possible
    assert len(result.drink.instructions["en"]) < 1000


def names(result):
    return {line.name for line in result.drink.ingredients}


def test_a_fizzy_drink_is_lengthened_with_soda():
    drink = recipe("Vodka Cola", [("50 ml", "Vodka"), ("150 ml", "Cola")], BUILD)

    assert "Soda water" in names(to_mocktail(drink, "pantry"))
    assert "Water" not in names(to_mocktail(drink, "pantry"))


def test_soda_is_not_a_fourth_new_ingredient():
    lines = [("20 ml", "Vodka"), ("10 ml", "Coconut liqueur"), ("10 ml", "Blue curacao"),
             ("150 ml", "Sprite")]  # fmt: skip
    result = to_mocktail(recipe("Belgian Blue", lines, BUILD, glass="Highball glass"), "bottle")
    drink = recipe("Any", lines, BUILD)

    assert result.possible, result.reason
    assert len(names(result) - {line.name for line in drink.ingredients}) == 3


@pytest.mark.parametrize("spirit", ["Whiskey", "Gin", "Tequila", "Dark rum", "Brandy"])
def test_coffee_and_dairy_take_no_tea_citrus_or_verjus(spirit):
    drink = recipe("Creamy", [("40 ml", spirit), ("60 ml", "Milk"), ("40 ml", "Cream"),
                              ("10 ml", "Sugar syrup")], SHAKE)  # fmt: skip

    result = to_mocktail(drink, "pantry")

    assert result.possible, result.reason
    assert violations(drink, result, "pantry") == []
    assert "tea" not in result.drink.instructions["en"].casefold().split()


def test_a_neutral_spirit_is_lengthened_not_imitated():
    drink = recipe("Screwdriver", [("50 ml", "Vodka"), ("100 ml", "Orange juice")], BUILD,
                   glass="Highball glass")  # fmt: skip

    result = to_mocktail(drink, "pantry")

    assert result.possible
    assert names(result) <= {"Orange juice", "Soda water"}


def test_several_base_spirits_become_one_replacement():
    drink = recipe(
        "Iced Tea",
        [("15 ml", "Gin"), ("15 ml", "White rum"), ("15 ml", "Tequila"), ("15 ml", "Vodka"),
         ("30 ml", "Lemon juice"), ("20 ml", "Sugar syrup"), ("100 ml", "Cola")],
        BUILD,
    )  # fmt: skip

    result = to_mocktail(drink, "pantry")

    assert result.possible, result.reason
    assert len({one.to for one in result.replacements}) == 1
    assert len(result.replacements) == 4


def test_a_liqueur_is_replaced_by_its_flavour():
    drink = recipe("Fuzzy Navel", [("50 ml", "Peach schnapps"), ("100 ml", "Orange juice")], BUILD)

    assert "Peach syrup" in names(to_mocktail(drink, "pantry"))


@pytest.mark.parametrize(("ml", "stays"), [("120 ml", True), ("20 ml", False)])
def test_a_dash_of_bitters_stays_where_it_is_below_the_limit(ml, stays):
    drink = recipe(
        "Bitter", [("30 ml", "Gin"), (ml, "Tonic water"), ("1 dash", "Angostura bitters")], BUILD
    )

    result = to_mocktail(drink, "pantry")

    assert result.possible, result.reason
    assert violations(drink, result, "pantry") == []
    assert ("Angostura bitters" in names(result)) == stays


def test_a_hot_drink_takes_coffee_or_milk_and_no_ice():
    drink = recipe(
        "Irish Coffee",
        [("50 ml", "Irish whiskey"), ("120 ml", "Hot coffee"), ("2 tsp", "Sugar"),
         ("40 ml", "Cream")],
        "Pour hot coffee and whiskey into a warm mug, add sugar and stir. Float the cream on top.",
    )  # fmt: skip

    result = to_mocktail(drink, "pantry")

    assert result.possible, result.reason
    assert violations(drink, result, "pantry") == []
    assert " ice" not in result.drink.instructions["en"]


@pytest.mark.parametrize(
    ("lines", "how", "steps"),
    [
        ([("45 ml", "Gin"), ("25 ml", "Lemon juice"), ("20 ml", "Sugar syrup")],
         "Shake gin, lemon juice and syrup with ice, strain and garnish with a cherry.",
         "ml of water, lemon juice and syrup with ice for 10 seconds, strain"),
        ([("45 ml", "Gin"), ("25 ml", "Lemon juice"), ("20 ml", "Sugar syrup")],
         "Shake all ingredients with ice and strain.",
         "of water with ice for 10 seconds and strain."),
        ([("50 ml", "Vodka"), ("120 ml", "Ginger beer"), ("10 ml", "Lime juice")],
         "Pour all ingredients into a mug with ice. Garnish with lime.",
         "of soda water. Garnish with lime."),
        ([("60 ml", "Cachaca"), ("1", "Lime"), ("2 tsp", "Sugar")],
         "Muddle lime with sugar, add ice and the spirit.",
         "Muddle lime and sugar in"),
        ([("45 ml", "Mezcal"), ("3", "Cucumber slices"), ("15 ml", "Lime juice"),
          ("7.5 ml", "Agave syrup"), ("90 ml", "Ginger beer")],
         "Muddle cucumber with lime, add mezcal, shake, strain and top with ginger beer.",
         "Muddle cucumber in a shaker. Shake"),
        ([("60 ml", "Rye whiskey"), ("30 ml", "Lemon juice"), ("20 ml", "Sugar syrup"),
          ("15 ml", "Red wine")],
         "Shake whiskey, lemon and syrup with ice, strain over ice and float the red wine.",
         "float red grape juice."),
        ([("60 ml", "Bourbon"), ("25 ml", "Lemon juice"), ("20 ml", "Sugar syrup")],
         "Shake with ice, strain the contents into a glass.",
         "of water with ice for 10 seconds and strain"),
        ([("90 ml", "White rum"), ("45 ml", "Coconut milk"), ("3 tbsp", "Pineapple")],
         "Mix with crushed ice in a blender until smooth.",
         "and pineapple with ice until smooth"),
    ],
)  # fmt: skip
def test_each_new_step_is_where_it_is_done(lines, how, steps):
    result = to_mocktail(recipe("Any", lines, how))

    assert result.possible, result.reason
    assert steps in result.drink.instructions["en"]


@pytest.mark.parametrize(
    ("lines", "glass", "reason"),
    [
        ([("1 oz", "Vodka"), ("1 oz", "Triple sec"), ("1 oz", "Orange juice")], "Shot glass",
         "shot"),
        ([("2 oz", "Gin"), ("5 oz", "Soda water")], "Highball glass", "nothing but spirit"),
        ([("1 1/2 oz", "Vodka"), ("1 tbsp", "Pineapple juice")], "Cocktail glass", "than drink"),
    ],
)  # fmt: skip
def test_a_drink_that_has_too_little_flavour_left_is_refused_in_pantry_style(lines, glass, reason):
    result = to_mocktail(recipe("Any", lines, BUILD, glass=glass))

    assert not result.possible
    assert reason in result.reason


def test_milk_does_not_meet_juice():
    drink = recipe("Any", [("45 ml", "Rum"), ("15 ml", "Kahlua"), ("60 ml", "Orange juice")], SHAKE)

    result = to_mocktail(drink, "pantry")

    assert "Milk" not in (names(result) if result.possible else ())


def test_a_word_in_the_measure_decides_the_role():
    drink = recipe(
        "Alexander", [("1/2 oz", "Gin"), ("1/2 oz white", "Creme de Cacao"), ("2 oz", "Cream")],
        SHAKE,
    )  # fmt: skip

    assert "Cacao syrup" in {line.name_raw for line in to_mocktail(drink).drink.ingredients}


def test_the_instructions_say_what_to_infuse_and_how_long_to_shake():
    text = to_mocktail(WHISKEY_SOUR, "pantry").drink.instructions["en"]

    assert "black tea" in text
    assert "10 seconds" in text


def test_the_result_is_a_recipe_of_the_same_shape():
    result = to_mocktail(WHISKEY_SOUR, "pantry")
    drink = result.drink

    assert drink.id == "own:1~pantry"
    assert drink.name == "Whiskey Sour (alcohol-free)"
    assert drink.alcoholic == "non_alcoholic"
    assert drink.lineage == WHISKEY_SOUR.lineage
    assert [line.position for line in drink.ingredients] == list(
        range(1, len(drink.ingredients) + 1)
    )
    assert result.lost
    assert result.confidence


ALCOHOLIC = sorted(row.name for row in all_ingredients() if row.alcoholic)
KEPT = sorted(
    row.name
    for row in all_ingredients()
    if not row.alcoholic and row.abv_percent == 0 and row.kind != "other"
    and has_composition(row.name)
)  # fmt: skip
amounts = st.sampled_from(
    ["15 ml", "30 ml", "45 ml", "60 ml", "100 ml", "1 oz", "1 1/2 oz", "2 oz", "3 cl", "1 part",
     "2 parts", "1 dash", "1 tsp", "1/2 cup", "Top up", None, "1", "Juice of 1/2"]
)  # fmt: skip
generated = st.builds(
    recipe,
    st.just("Any"),
    st.tuples(
        st.lists(st.tuples(amounts, st.sampled_from(ALCOHOLIC)), min_size=1, max_size=3),
        st.lists(st.tuples(amounts, st.sampled_from(KEPT)), max_size=4),
    ).map(lambda both: [*both[0], *both[1]]),
    st.sampled_from([SHAKE, STIR, BUILD, TOP, BLEND, "Heat gently and pour into a mug."]),
    glass=st.sampled_from([None, "Cocktail glass", "Highball glass", "Shot glass", "Mug"]),
)
plain = st.builds(
    recipe,
    st.just("Plain"),
    st.tuples(
        st.lists(
            st.tuples(
                st.sampled_from(["30 ml", "45 ml", "1 1/2 oz"]),
                st.sampled_from(["Gin", "Vodka", "Bourbon", "Light rum", "Tequila", "Triple sec",
                                 "Amaretto", "Sweet vermouth", "Campari", "Peach schnapps"]),
            ),
            min_size=1, max_size=2,
        ),
        st.lists(
            st.tuples(
                st.sampled_from(["15 ml", "30 ml", "60 ml", "100 ml", "3 oz"]),
                st.sampled_from(["Lemon juice", "Orange juice", "Sugar syrup", "Soda water", "Cola",
                                 "Milk", "Cream", "Coffee", "Pineapple juice", "Tonic water"]),
            ),
            min_size=1, max_size=3,
        ),
    ).map(lambda both: [*both[0], *both[1]]),
    st.sampled_from([SHAKE, STIR, BUILD, BLEND]),
    glass=st.sampled_from([None, "Cocktail glass", "Highball glass"]),
)  # fmt: skip


@settings(max_examples=examples(150), deadline=None)
@given(generated | plain, st.sampled_from(STYLES))
def test_every_conversion_keeps_all_limits_and_is_deterministic(drink, style):
    result = to_mocktail(drink, style)

    assert violations(drink, result, style) == []
    assert to_mocktail(drink, style) == result
    if result.drink:
        assert to_mocktail(result.drink, style).unchanged
