"""The derived facts: volume, alcohol, strength, spirits, mocktails, contradictions."""

import math

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mocktailverse.drinks.codes import Quality
from mocktailverse.drinks.derivation.derive import derive
from mocktailverse.drinks.derivation.outcome import outcome_of
from mocktailverse.drinks.derivation.portions import portion_of
from mocktailverse.drinks.drink import IngredientLine
from mocktailverse.drinks.strength import pours
from mocktailverse.drinks.strength.dilution import dilution
from mocktailverse.drinks.strength.glasses import vessel_of
from mocktailverse.drinks.strength.methods import preparation_of
from mocktailverse.drinks.units import LARGEST_RECIPE_ML, ML_PER_UNIT

SHAKE = "Shake with ice and strain into a glass."
STIR = "Stir with ice and strain."
BUILD = "Pour into a glass over ice and top up."


def line(name, amount=None, unit="none", kind=None, *, top=None):
    """Return a line of `amount` (to `top`) `unit`s; volumes also have their ml."""
    top = amount if top is None else top
    ml = ML_PER_UNIT.get(unit)
    kind = kind or ("volume" if ml else "part" if unit in {"part", "glass"} else "none")
    ml_min, ml_max = (amount * ml, top * ml) if ml and amount is not None else (None, None)
    return IngredientLine(1, name, name, None, amount, top, unit, ml_min, ml_max, kind, "exact")


def facts(*lines, how=None, alcoholic=None, glass=None, category=None):
    portions = [portion_of(one) for one in lines]
    return derive(outcome_of(portions, preparation_of(how), glass, category), alcoholic)[0]


NEGRONI = (line("Gin", 1, "oz"), line("Campari", 1, "oz"), line("Sweet vermouth", 1, "oz"))
MARTINI = (line("Gin", 6, "cl"), line("Dry vermouth", 1, "cl"))
MARGARITA = (
    line("Tequila", 1.5, "oz"),
    line("Triple sec", 0.5, "oz"),
    line("Lime juice", 1, "oz"),
)
DAIQUIRI = (line("Light rum", 6, "cl"), line("Lime juice", 2, "cl"), line("Sugar syrup", 2, "cl"))


@pytest.mark.parametrize(
    ("lines", "how", "mixed", "served"),
    [
        (NEGRONI, STIR, (26, 27), (19, 23)),
        (MARTINI, STIR, (36, 37), (25, 31)),
        (MARGARITA, SHAKE, (26, 27), (16, 22)),
        (DAIQUIRI, SHAKE, (24, 24), (15, 20)),
    ],
)
def test_famous_drinks_have_their_known_strength(lines, how, mixed, served):
    derived = facts(*lines, how=how)

    assert mixed[0] <= derived.abv_percent_min == derived.abv_percent_max <= mixed[1]
    assert (
        served[0] <= derived.abv_served_percent_min <= derived.abv_served_percent_max <= served[1]
    )


def test_volume_alcohol_and_standard_drinks_follow_from_the_lines():
    derived = facts(line("Vodka", 50, "ml"), line("Orange juice", 150, "ml"))

    assert (derived.total_ml_min, derived.total_ml_max) == (200, 200)
    assert derived.alcohol_g_min == pytest.approx(50 * 0.4 * 0.789, abs=0.01)
    assert derived.abv_percent_max == 10
    assert derived.standard_drinks_max == pytest.approx(15.78 / 14, abs=0.01)


def test_the_measured_dilution_formulas_bound_the_served_strength():
    stirred, shaken = facts(*NEGRONI, how=STIR), facts(*NEGRONI, how=SHAKE)
    abv = 0.8 / 3

    assert stirred.abv_served_percent_min == pytest.approx(
        100 * abv / (1 + 0.145 + 1.246 * abv - 1.21 * abv**2), abs=0.01
    )
    assert shaken.abv_served_percent_min == pytest.approx(
        100 * abv / (1 + 0.203 + 1.742 * abv - 1.567 * abv**2), abs=0.01
    )


@pytest.mark.parametrize(
    ("method", "abv_percent", "ice_named", "iced_glass", "water"),
    [
        ("stirred", 0, False, False, (0.145, 0.2)),
        ("stirred", 30, True, True, (0.2, 0.4099)),
        ("shaken", 0, False, False, (0.203, 0.25)),
        ("shaken", 30, True, True, (0.25, 0.58457)),
        ("layered", 30, True, True, (0, 0)),
        ("blended", 30, True, True, (0.5, 0.9)),
        ("blended", 30, True, False, (0.5, 0.9)),
        ("blended", 30, False, True, (0, 0.9)),
        ("blended", 30, False, False, (0, 0.9)),
        ("built", 30, True, True, (0.1, 0.24)),
        ("built", 30, True, False, (0.1, 0.24)),
        ("built", 30, False, True, (0, 0.24)),
        ("built", 30, False, False, (0, 0)),
        ("muddled", 30, True, False, (0.1, 0.24)),
        ("muddled", 30, False, True, (0, 0.24)),
        ("muddled", 30, False, False, (0, 0)),
    ],
)
def test_method_strength_and_ice_determine_the_dilution(
    method, abv_percent, ice_named, iced_glass, water
):
    melted = dilution(method, abv_percent, ice_named=ice_named, iced_glass=iced_glass)
    assert melted == pytest.approx(water)


def test_a_shot_without_ice_is_not_diluted_and_an_unknown_method_is_unknown():
    layered = facts(*NEGRONI, how="Layer in a shot glass.")

    assert layered.abv_served_percent_min == layered.abv_percent_min
    assert facts(*NEGRONI).abv_served_percent_min is None


def test_a_mocktail_with_traces_has_a_strength_as_served_by_any_method():
    derived = facts(line("Kombucha", 1, "dl"), line("Orange juice", 1, "dl"))

    assert derived.is_mocktail
    assert derived.abv_percent_max == 0.25
    assert (derived.abv_served_percent_min, derived.abv_served_percent_max) == (0.2, 0.25)


def test_solids_ice_and_garnish_add_no_liquid():
    derived = facts(
        line("Vodka", 50, "ml"),
        line("Sugar", 2, "tsp"),
        line("Ice", 1, "cup"),
        line("Strawberry", 1, "cup"),
        line("Mint", 4),
        line("Whipped cream", None, "garnish", "qualitative"),
    )

    assert derived.total_ml_max == 50


def test_the_juice_of_half_a_lemon_is_a_range():
    derived = facts(line("Gin", 50, "ml"), line("Lemon", 0.5, "piece", "qualitative"))

    assert (derived.total_ml_min, derived.total_ml_max) == (67.5, 77.5)
    assert derived.certainty == "range"


def test_parts_determine_the_strength_but_not_the_volume():
    derived = facts(
        line("Gin", 3, "part"), line("Sweet vermouth", 1, "part"), line("Bitters", 1, "dash")
    )

    assert derived.abv_percent_min == derived.abv_percent_max == 34
    assert derived.total_ml_max is None
    assert derived.alcohol_g_max is None
    assert derived.certainty == "approximate"


def test_parts_next_to_volumes_have_no_strength():
    assert facts(line("Gin", 1, "part"), line("Tonic water", 1, "oz")).abv_percent_max is None


def test_shares_of_a_glass_next_to_volumes_use_its_size():
    derived = facts(line("Ricard", 3, "cl"), line("Water", 1, "glass"), glass="Collins glass")

    assert derived.total_ml_min == 330
    assert derived.total_ml_max == 450


def test_a_filled_up_glass_gives_a_range_within_its_size():
    derived = facts(
        line("Gin", 6, "cl"),
        line("Tonic water", None, "fill", "qualitative"),
        how=BUILD,
        glass="Highball glass",
    )

    assert derived.total_ml_min == 96
    assert derived.total_ml_max == 245
    assert 9 < derived.abv_percent_min < derived.abv_percent_max == 25
    assert derived.alcohol_g_min == derived.alcohol_g_max


@pytest.mark.parametrize("glass", [None, "Punch bowl", "Shot glass"])
def test_a_fill_that_cannot_be_bounded_has_no_maximum_and_no_strength(glass):
    derived = facts(
        line("Gin", 6, "cl"),
        line("Tonic water", None, "fill", "qualitative"),
        how=BUILD,
        glass=glass,
    )

    assert derived.total_ml_min == 60
    assert derived.total_ml_max is None
    assert derived.abv_percent_max is None
    assert derived.alcohol_g_max == pytest.approx(18.94, abs=0.01)
    assert derived.certainty == "unknown"


def test_a_punch_is_not_bounded_by_the_glass_it_is_served_in():
    lines = (line("Rum", 1, "l"), line("Ginger ale", None, "fill", "qualitative"))

    assert facts(*lines, glass="Collins glass", category="Punch / Party Drink").total_ml_max is None


def test_a_spirit_without_an_amount_leaves_the_alcohol_unknown():
    derived = facts(line("Gin"), line("Tonic water", 10, "cl"), how=BUILD, glass="Highball glass")

    assert derived.alcohol_g_max is None
    assert derived.abv_percent_max is None
    assert derived.spirits == ("Gin",)


def test_an_unknown_ingredient_makes_the_strength_unknown_unless_negligible():
    much = facts(line("Gin", 50, "ml"), line("Unicorn tears", 20, "ml"))
    little = facts(line("Gin", 50, "ml"), line("Unicorn tears", 1, "drop"))

    assert much.abv_percent_max is None
    assert (much.total_ml_min, much.total_ml_max) == (50, 70)
    assert much.certainty == "unknown"
    assert little.abv_percent_max == pytest.approx(40, abs=0.1)


def test_an_unknown_name_of_a_known_family_has_its_familys_strength():
    derived = facts(line("Gooseberry liqueur", 50, "ml"), line("Soda water", 50, "ml"))

    assert (derived.abv_percent_min, derived.abv_percent_max) == (7.5, 20)
    assert derived.is_mocktail is False


def test_eggs_bottles_and_cans_have_customary_volumes():
    sour = facts(line("Bourbon", 60, "ml"), line("Egg white", 1))
    sangria = facts(line("Red wine", 2, "bottle", "count"))

    assert (sour.total_ml_min, sour.total_ml_max) == (87, 97)
    assert sangria.total_ml_max == 1500


def test_spirits_are_named_by_family_largest_first():
    derived = facts(
        line("Kahlua", 5, "cl"),
        line("Bacardi", 1, "cl"),
        line("Cognac", 3, "cl"),
        line("Spiced rum", 1, "cl"),
        line("Vodka", 1, "cl"),
        line("Absolut Citron", 2, "cl"),
    )

    assert derived.spirits == ("Brandy", "Vodka", "Rum")


@pytest.mark.parametrize(
    ("lines", "mocktail"),
    [
        ((line("Orange juice", 1, "cl"), line("Mint")), True),
        ((line("Milk", 1, "cup"), line("Vanilla extract", 0.5, "tsp")), True),
        ((line("Milk", 1, "cup"), line("Vanilla extract", 1, "tsp")), False),
        ((line("Milk", 1, "cup"), line("Vanilla extract")), None),
        ((line("Milk"), line("Vanilla extract", 1, "drop")), None),
        ((line("Milk", 1, "cup"), line("Vanilla extract", None, "garnish")), None),
        (
            (line("Milk", 1, "cup"), line("Ice cream", 1, "cup"), line("Rum extract", 1, "tsp")),
            True,
        ),
        (
            (line("Milk", 1, "cup"), line("Ice cream", 1, "scoop"), line("Rum extract", 1, "tsp")),
            None,
        ),
        ((line("Vanilla extract", 1, "oz"),), False),
        ((line("Soda water", 20, "cl"), line("Angostura bitters", None, "garnish")), None),
        ((line("Soda water", 5, "cl"), line("Cherry", 1), line("Bitters", 2, "dash")), False),
        ((line("Orange juice", 3, "part"), line("Bitters", 2, "dash")), None),
        ((line("Non-alcoholic beer"),), True),
        ((line("Foo 5.0% lager", 33, "cl"),), False),
        ((line("0% sugar vodka", 5, "cl"),), False),
        ((line("Non-alcoholic beer", 33, "cl"), line("Kombucha", 10, "cl")), True),
        ((line("Soda water", 20, "cl"), line("Angostura bitters", 1, "dash")), True),
        ((line("Soda water", 2, "cl"), line("Angostura bitters", 1, "dash")), False),
        ((line("Soda water"), line("Angostura bitters")), None),
        ((line("Orange juice", 20, "cl"), line("Rum", 1, "drop")), False),
        ((line("Orange juice", 20, "cl"), line("Unicorn tears", 1, "cl")), None),
        ((line("Orange juice", 20, "cl"), line("Unicorn horn", 1, "slice", "count")), True),
        ((line("Gin"), line("Unicorn tears")), False),
        ((line("Non-alcoholic gin", 5, "cl"), line("Tonic water", 10, "cl")), True),
        ((), None),
    ],
)
def test_a_mocktail_has_no_alcoholic_ingredient_but_traces_of_bitters(lines, mocktail):
    assert facts(*lines).is_mocktail is mocktail


@pytest.mark.parametrize(
    ("least", "most", "mocktail"),
    [(1, 1, True), (1.02, 1.02, False), (1, 2, None), (0.5, 1, True), (1.02, 2, False)],
)
def test_bitters_and_extracts_count_up_to_half_a_percent(least, most, mocktail):
    """1 ml of vanilla extract, 35 % vol, in 70 ml is exactly half a percent."""
    lines = line("Vanilla extract", least, "ml", top=most), line("Water", 69, "ml")

    assert facts(*lines).is_mocktail is mocktail


def test_an_unknown_ingredient_in_juice_leaves_the_strength_unknown():
    derived = facts(line("Orange juice", 20, "cl"), line("Unicorn tears", 1, "cl"))

    assert derived.abv_percent_max is None
    assert derived.alcohol_g_max is None


def test_an_ignored_dash_does_not_matter_if_nothing_is_strong():
    lines = line("Non-alcoholic beer", 3, "part"), line("Grenadine", 1, "dash")

    assert facts(*lines).is_mocktail is True


@pytest.mark.parametrize(("amount", "unit"), [(2, "dash"), (9, "drop"), (0.5, "splash")])
def test_dashes_drops_and_splashes_next_to_parts_are_ignored(amount, unit):
    lines = line("Gin", 1, "part"), line("Water", 1, "part"), line("Campari", amount, unit)

    assert facts(*lines).abv_percent_max == 20


@pytest.mark.parametrize(
    ("glass", "how", "least"),
    [
        ("Champagne flute", "Pour into a glass.", 40),
        ("Highball glass", "Pour into a glass.", 32.26),
        (None, "Pour into a glass.", 32.26),
        ("Champagne flute", "Pour into a glass over ice.", 32.26),
    ],
)
def test_a_drink_built_in_a_glass_without_ice_is_not_diluted(glass, how, least):
    assert facts(line("Gin", 5, "cl"), how=how, glass=glass).abv_served_percent_min == least


def test_spirits_are_ordered_by_volume_not_by_number():
    by_volume = facts(line("Gin", 5, "cl"), line("Light rum", 2, "oz"))
    by_parts = facts(line("Gin", 1, "part"), line("Light rum", 2, "part"))

    assert by_volume.spirits == by_parts.spirits == ("Rum", "Gin")


def test_solids_bring_no_alcohol():
    lines = line("Gin", 50, "ml"), line("Sugar", 1, "cube"), line("Mint", 4, "leaf")

    assert facts(*lines).alcohol_g_max == facts(lines[0]).alcohol_g_max == 15.78


def test_without_alcohol_the_strength_is_zero_for_any_amounts():
    derived = facts(line("Orange juice"), line("Banana", 1), how=SHAKE)

    assert derived.abv_percent_min == derived.abv_percent_max == 0
    assert derived.abv_served_percent_max == 0
    assert derived.alcohol_g_max == 0
    assert derived.total_ml_max is None
    assert facts(line("Orange juice")).abv_served_percent_max == 0


def test_a_drink_of_one_percent_is_diluted_like_any_other():
    derived = facts(line("Vanilla extract", 1, "ml"), line("Water", 34, "ml"), how=SHAKE)

    assert derived.abv_percent_max == 1
    assert derived.abv_served_percent_max == pytest.approx(1 / (1 + 0.22026), abs=0.005)


@pytest.mark.parametrize(
    ("claim", "name", "contradicts"),
    [
        ("non_alcoholic", "Gin", True),
        ("alcoholic", "Milk", True),
        ("alcoholic", "Gin", False),
        ("non_alcoholic", "Milk", False),
        ("optional_alcohol", "Gin", False),
        ("optional_alcohol", "Milk", False),
        ("alcoholic", "Unicorn tears", False),
        (None, "Gin", False),
    ],
)
def test_only_a_clear_contradiction_is_noted(claim, name, contradicts):
    outcome = outcome_of([portion_of(line(name, 5, "cl"))], preparation_of(None))
    quality = derive(outcome, claim)[1]

    assert quality == ((Quality.STRENGTH_CONTRADICTS,) if contradicts else ())


@pytest.mark.parametrize(
    ("lines", "certainty"),
    [
        ((line("Cointreau", 3, "cl"), line("Soda water", 3, "cl")), "exact"),
        ((line("Gin", 3, "cl"), line("Soda water", 3, "cl")), "approximate"),
        ((line("Cointreau", 3, "cl"), line("Soda water", 1, "splash")), "approximate"),
        ((line("Cointreau", 3, "cl", top=4), line("Soda water", 3, "cl")), "range"),
        ((line("Cointreau", 3, "cl", top=4),), "range"),
        ((line("Foo liqueur", 3, "cl"),), "range"),
        ((line("Cointreau"), line("Soda water", 3, "cl")), "unknown"),
        ((), "unknown"),
    ],
)
def test_the_certainty_is_that_of_the_least_certain_line(lines, certainty):
    assert facts(*lines).certainty == certainty


def test_a_glass_is_found_by_any_of_its_spellings():
    assert vessel_of("MARTINI GLASS") == vessel_of("Cocktail glass")
    assert vessel_of("Margarita/Coupette glass").name == "Margarita glass"
    assert vessel_of("Old-Fashioned glass").iced
    assert vessel_of("Punch bowl") is None
    assert vessel_of("x" * 10_000) is None


def test_a_punch_has_no_vessel_even_with_long_labels():
    assert vessel_of("Highball glass", "Cocktail") == vessel_of("Highball glass")
    assert vessel_of("Highball glass", "Punch / Party Drink") is None
    assert vessel_of("Highball glass", "x" * 10_000) == vessel_of("Highball glass")
    assert vessel_of("x" * 10_000, None) is None
    assert vessel_of(None, "Cocktail") is None


def test_names_and_labels_are_read_up_to_their_longest():
    assert "strong" in portion_of(line("Gin".ljust(120), 5, "cl")).traits
    assert "doubtful" in portion_of(line("Gin".ljust(121), 5, "cl")).traits
    assert vessel_of("Highball glass".ljust(60))
    assert vessel_of("Highball glass".ljust(61)) is None
    assert vessel_of("Highball glass".ljust(60), None)
    assert vessel_of("Highball glass".ljust(61), None) is None


def test_a_portion_ignores_the_position_of_a_line():
    first = line("Gin", 5, "cl")
    ninth = IngredientLine(9, "Gin", "GIN", "5cl", 5, 5, "cl", 50.0, 50.0, "volume", "exact")

    assert portion_of(first) == portion_of(ninth)
    assert portion_of(first) != portion_of(line("Gin", 5, "cl", top=6))


def test_a_sentence_as_a_name_is_not_cached():
    endless = line("gin " * 1000, 5, "cl")

    cached = pours._substance.cache_info().currsize  # noqa: SLF001 - the cache must not grow

    assert portion_of(endless) == portion_of(endless)
    assert pours._substance.cache_info().currsize == cached  # noqa: SLF001 - the cache must not grow


names = st.sampled_from(
    ["Gin", "Campari", "Kahlua", "Red wine", "Beer", "Lime juice", "Grenadine", "Soda water",
     "Bitters", "Everclear", "Unicorn tears", "Foo liqueur", "Sugar", "Egg white", "Ice"]
)  # fmt: skip
amounts = st.integers(1, 400).map(lambda quarter: quarter / 4)
volumes = st.builds(
    lambda name, unit, low, more: line(name, low, unit, top=low + more),
    names,
    st.sampled_from(["ml", "cl", "oz", "tsp", "dash", "cup"]),
    amounts,
    st.one_of(st.just(0.0), amounts),
)
others = st.builds(
    line,
    names,
    st.one_of(st.none(), amounts),
    st.sampled_from(["none", "part", "glass", "fill", "piece", "bottle", "g", "slice", "float"]),
    st.sampled_from(["none", "count", "part", "mass", "qualitative"]),
)
recipes = st.lists(st.one_of(volumes, others), max_size=8)
methods = st.sampled_from([None, SHAKE, STIR, BUILD, "Blend.", "Layer.", "Muddle, add ice."])
glasses = st.sampled_from([None, "Highball glass", "Shot glass", "Cocktail glass", "Pitcher"])
RANGES = ("total_ml", "alcohol_g", "abv_percent", "abv_served_percent", "standard_drinks")


@given(recipes, methods, glasses)
def test_every_range_is_ordered_and_finite(lines, how, glass):
    derived = facts(*lines, how=how, glass=glass)

    for figure in RANGES:
        low, high = getattr(derived, f"{figure}_min"), getattr(derived, f"{figure}_max")
        assert low is None or high is None or 0 <= low <= high
        assert all(math.isfinite(value) for value in (low, high) if value is not None)
    if derived.abv_percent_max is not None:
        assert derived.abv_percent_max <= 96
    else:
        assert derived.certainty == "unknown"
    if derived.abv_served_percent_max is not None:
        assert derived.abv_served_percent_max <= derived.abv_percent_max
        assert derived.abv_served_percent_min <= derived.abv_percent_min


@given(recipes, methods, glasses, st.randoms())
def test_the_order_of_the_lines_does_not_matter(lines, how, glass, random):
    shuffled = random.sample(lines, len(lines))
    derived = facts(*lines, how=how, glass=glass)
    other = facts(*shuffled, how=how, glass=glass)

    assert set(derived.unknown_because) == set(other.unknown_because)
    assert derived == msgspec.structs.replace(other, unknown_because=derived.unknown_because)


@given(recipes, methods, glasses)
def test_every_unknown_has_a_cause_among_the_lines(lines, how, glass):
    derived = facts(*lines, how=how, glass=glass)
    is_unknown = derived.abv_percent_max is None or derived.is_mocktail is None

    assert bool(derived.unknown_because) == (is_unknown and bool(lines))
    assert set(derived.unknown_because) <= {one.name for one in lines}


@given(recipes)
def test_exact_recipes_are_added_up_like_recipes_with_a_range(lines):
    """A range from 0 to almost 0 ml makes an exact recipe take the general code path."""
    nothing = IngredientLine(1, "Water", "Water", None, 0, 0, "ml", 0.0, 1e-12, "volume", "exact")
    exact, general = facts(*lines), facts(*lines, nothing)

    for figure in RANGES:
        for end in ("min", "max"):
            once, again = getattr(exact, f"{figure}_{end}"), getattr(general, f"{figure}_{end}")
            if once is not None and again is not None:
                assert once == pytest.approx(again, abs=0.011)


known_volumes = st.lists(
    volumes.filter(lambda line: line.name not in {"Egg white", "Unicorn tears"}),
    min_size=1,
    max_size=6,
)


@given(known_volumes, st.sampled_from([2, 3, 10]))
def test_scaling_all_amounts_scales_the_volume_and_leaves_the_strength(lines, factor):
    once = facts(*lines)
    assume(sum(one.ml_max for one in lines) * factor <= LARGEST_RECIPE_ML)
    scaled = facts(
        *(
            line(one.name, one.amount_min * factor, one.unit, top=one.amount_max * factor)
            for one in lines
        )
    )

    assert (scaled.abv_percent_min, scaled.abv_percent_max) == pytest.approx(
        (once.abv_percent_min, once.abv_percent_max), abs=0.011
    )
    if once.total_ml_max is not None:
        assert scaled.total_ml_max == pytest.approx(once.total_ml_max * factor, abs=0.01 * factor)


@given(known_volumes, amounts)
def test_adding_water_never_makes_a_drink_stronger(lines, amount):
    assume(sum(one.ml_max for one in lines) + amount * 10 <= LARGEST_RECIPE_ML)
    dry, wet = facts(*lines), facts(*lines, line("Water", amount, "cl"))

    if dry.abv_percent_max:
        assert wet.abv_percent_max <= dry.abv_percent_max
        assert wet.abv_percent_min <= dry.abv_percent_min
        assert wet.alcohol_g_max == dry.alcohol_g_max
