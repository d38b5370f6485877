"""What the measure parser makes of the ways recipes write amounts."""

import csv
import math
from pathlib import Path

import pytest

from mocktailverse.drinks import parse_measure
from mocktailverse.drinks.measures import Measure
from mocktailverse.drinks.units import FIFTH_ML, ML_PER_UNIT

_OWN_LABELS = Path(__file__).with_name("measures_labelled.csv")
_COUNTED = [
    *("part", "piece", "slice", "wedge", "twist", "leaf", "sprig", "cube", "scoop", "bottle"),
    *("can", "package", "pinch", "g", "kg", "lb", "glass"),
]
_OPEN_LABELS = Path(__file__).parents[3] / "shared" / "data" / "measures_truth_open.csv"


def _labels(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _is_close(read: float | None, label: str, tolerance: float) -> bool:
    if read is None or not label:
        return read is None and not label
    return math.isclose(read, float(label), rel_tol=tolerance)


@pytest.mark.parametrize(
    "label", _labels(_OWN_LABELS), ids=lambda label: f"{label['measure']}, {label['note']}"
)
def test_a_labelled_measure_is_read_as_labelled(label: dict[str, str]):
    measure = parse_measure(label["measure"], label["ingredient_example"])
    assert (measure.unit, measure.kind) == (label["unit"], label["kind"])
    for name in ("amount_min", "amount_max", "ml_min", "ml_max"):
        assert _is_close(getattr(measure, name), label[name], 1e-4), (name, measure)


@pytest.mark.skipif(not _OPEN_LABELS.exists(), reason="the shared labels are not on this machine")
def test_the_open_labels_of_thecocktaildb_are_met():
    wrong = 0
    for label in _labels(_OPEN_LABELS):
        measure = parse_measure(label["measure"], label["ingredient_example"].split("|")[0])
        wrong += not (
            measure.unit == label["unit"]
            and _is_close(measure.amount_min, label["amount_min"], 1e-4)
            and _is_close(measure.amount_max, label["amount_max"], 1e-4)
        )
        assert _is_close(measure.ml_min, label["ml_min"], 0.02), label
        assert _is_close(measure.ml_max, label["ml_max"], 0.02), label
    assert wrong <= 1  # a bare quarter of "Lemon|Vodka": of the fruit or of the drink


@pytest.mark.parametrize("text", [None, "", " ", "\n", "\t \r\n", "\N{NO-BREAK SPACE}"])
def test_a_blank_measure_says_nothing(text: str | None):
    measure = parse_measure(text, "Ice")
    assert measure == Measure()
    assert not measure.unread
    assert not measure.implausible


def test_a_range_stays_a_range():
    measure = parse_measure("2-3 oz", "Light rum")
    assert (measure.amount_min, measure.amount_max) == (2, 3)
    assert (measure.ml_min, measure.ml_max) == (59.147, 88.7205)
    assert measure.certainty == "range"


@pytest.mark.parametrize("unit", sorted(ML_PER_UNIT))
def test_every_volume_unit_reads_itself(unit: str):
    measure = parse_measure(f"2 {unit}", "Water")
    assert (measure.unit, measure.kind, measure.ml_min) == (
        unit,
        "volume",
        pytest.approx(2 * ML_PER_UNIT[unit], abs=1e-4),
    )


@pytest.mark.parametrize("unit", _COUNTED)
def test_every_other_unit_reads_itself_without_ml(unit: str):
    measure = parse_measure(f"2 {unit}", "Lemon")
    assert (measure.amount_min, measure.unit, measure.ml_min) == (2, unit, None)


def test_a_fifth_is_a_bottle_of_known_volume():
    measure = parse_measure("4 fifth", "Champagne")
    assert (measure.unit, measure.ml_min, measure.kind) == ("bottle", 4 * FIFTH_ML, "volume")


@pytest.mark.parametrize(
    ("text", "certainty"),
    [
        ("2 oz", "exact"),
        ("1 dash", "approximate"),
        ("splash", "approximate"),
        ("3 drops", "approximate"),
        ("1 pinch", "approximate"),
        ("handful", "approximate"),
        ("about 2 oz", "approximate"),
        ("ca. 2 cl", "approximate"),
        ("~2 cl", "approximate"),
        ("1 heaping tsp", "approximate"),
        ("2 oz or so", "approximate"),
        ("2 oz good", "exact"),
        ("1 oz plus 1 tsp", "exact"),
        ("1 oz plus 1 dash", "approximate"),
        ("1 dash plus 1 oz", "approximate"),
        ("1 bottle plus 75 cl", "approximate"),
        ("Juice of lime", "approximate"),
        ("Juice of limes", "unknown"),
        ("a couple of oz", "approximate"),
        ("2-3 drops", "range"),
        ("wedges", "unknown"),
        ("to taste", "unknown"),
        ("Coarse", "unknown"),
    ],
)
def test_an_estimate_says_so(text: str, certainty: str):
    assert parse_measure(text, "Lemon juice").certainty == certainty


@pytest.mark.parametrize(
    ("text", "ingredient"),
    [
        ("4 oz", "Chocolate"),
        ("4 oz", "Milk chocolate"),
        ("4 oz chopped dark chocolate", None),
        ("4 oz", "Cream cheese"),
        ("4 oz", "Peanut butter"),
        ("4 oz", "Powdered sugar"),
        ("4 oz", "Sugar, superfine"),
        ("4 oz", "Strawberries"),
        ("4 oz fresh", "Mint"),
        ("4 oz", "Frozen peach"),
        ("4 oz", "Almonds"),
        ("4 oz", "Gummy bears"),
        ("4 oz", "Coffee beans"),
        ("4 oz ground", "Coffee"),
        ("4 oz", "Milk powder"),
        ("4 oz", "Leaves of mint"),
        ("4 oz", "Lemon"),
        ("4 oz", "Beets"),
        ("4 oz", "Potato"),
        ("4 oz", "Peaches"),
        ("4 oz", "Cherry tomato"),
        ("4 oz", "Crushed cardamom"),
    ],
)
def test_ounces_of_solids_are_mass(text: str, ingredient: str | None):
    measure = parse_measure(text, ingredient)
    assert (measure.amount_min, measure.unit, measure.kind, measure.ml_min) == (
        4,
        "oz",
        "mass",
        None,
    )


@pytest.mark.parametrize(
    "ingredient",
    [
        "Chocolate liqueur",
        "Chocolate milk",
        "Hot Chocolate",
        "Cream of coconut",
        "Creme de Cacao",
        "Crème de menthe",
        "Peach schnapps",
        "Absolut Peach",
        "Fresh Absolut Peach",
        "Squeezed lime",
        "Coffee",
        "Iced tea",
        "Strawberry puree",
        "Sugar syrup",
        "Half-and-half",
        "Dr. Pepper",
        "Bitter lemon",
        "Egg white",
        "Juice of a lemon",
        "Cream (sugar free)",
        "151 proof rum",
        None,
    ],
)
def test_ounces_of_liquids_are_volume(ingredient: str | None):
    assert parse_measure("4 oz", ingredient).ml_min == 118.294


def test_fluid_ounces_are_volume_of_anything():
    assert parse_measure("4 fl oz", "Chocolate").ml_min == 118.294


@pytest.mark.parametrize(
    ("text", "ingredient", "unit"),
    [
        ("1/2", "Vodka", "part"),
        ("1/2", "Lime", "none"),
        ("1/2", "Jalapeño", "none"),
        ("1/2 Fresh", "Egg White", "none"),
        ("1/3", None, "part"),
        ("1/2", None, "none"),
        ("1 1/2", "Light rum", "none"),
        ("12", "Cloves", "none"),
    ],
)
def test_a_bare_fraction_of_a_liquid_is_a_share(text: str, ingredient: str | None, unit: str):
    measure = parse_measure(text, ingredient)
    assert (measure.unit, measure.ml_min) == (unit, None)


@pytest.mark.parametrize(
    ("text", "ingredient", "amount"),
    [
        ("three pints", "Salt", 3),
        ("three pints of salt", None, 3),
        ("1 gallon", "Angostura bitters", 1),
        ("50 kg", "Sugar", 50),
        ("1000000000 oz", "Gin", 1e9),
        ("5000", "Cloves", 5000),
        ("200 bottles", "Gin", 200),
    ],
)
def test_an_implausible_amount_is_shown_not_believed(
    text: str, ingredient: str | None, amount: float
):
    measure = parse_measure(text, ingredient)
    assert measure.implausible
    assert (measure.amount_min, measure.ml_min, measure.certainty) == (amount, None, "unknown")


@pytest.mark.parametrize(
    ("most", "more", "ingredient"),
    [
        ("20 l", "20.001 l", "Gin"),
        ("20000 g", "20001 g", "Sugar"),
        ("20 kg", "20.1 kg", "Sugar"),
        ("44 lb", "45 lb", "Sugar"),
        ("705 oz", "706 oz", "Sugar"),
        ("1000 leaves", "1001 leaves", "Mint"),
        ("100 glasses", "101 glasses", "Red wine"),
        ("100 bottles", "101 bottles", "Red wine"),
        ("100 cans", "101 cans", "Beer"),
        ("100 packages", "101 packages", "Candy"),
        ("250 ml", "251 ml", "Angostura bitters"),
        ("250 ml", "251 ml", "Vanilla extract"),
        ("250 ml", "251 ml", "Tabasco"),
        ("250 g", "251 g", "Salt"),
        ("250 g", "251 g", "Cumin"),
    ],
)
def test_an_amount_is_plausible_up_to_its_limit(most: str, more: str, ingredient: str):
    assert not parse_measure(most, ingredient).implausible
    assert parse_measure(more, ingredient).implausible


def test_a_number_has_six_decimals_and_a_volume_four():
    measure = parse_measure("1/3-2/3 oz", "Gin")
    assert (measure.amount_min, measure.amount_max) == (0.333333, 0.666667)
    assert (measure.ml_min, measure.ml_max) == (9.8578, 19.7157)


NUMBER_WORDS = """
0.5   half halves demi demie medio media mezzo mezza halb halbe halben halber halbes
0.25  quarter quarters
1     one equal
2     two zwei deux dos due couple pair
3     three drei trois tres tre
4     four vier quatre cuatro quattro
5     five fünf cinq cinco cinque
6     six sechs seis sei
7     seven
8     eight
9     nine
10    ten
11    eleven
12    twelve dozen dutzend douzaine docena dozzina
"""


@pytest.mark.parametrize(
    ("number", "word"),
    [
        (row[0], word)
        for row in map(str.split, NUMBER_WORDS.strip().splitlines())
        for word in row[1:]
    ],
)
def test_every_number_word_counts(number: str, word: str):
    assert parse_measure(f"{word} oz", "Gin").amount_min == float(number)


def test_a_description_says_nothing_of_an_amount():
    assert parse_measure("Coarse", "Salt") == Measure()


def test_the_first_200_characters_are_read():
    assert parse_measure("(" * 196 + "2 oz", "Gin").ml_min == 59.147
    assert parse_measure("(" * 197 + "2 oz", "Gin").ml_min is None
    assert parse_measure("\N{EN DASH} " * 98 + "2 oz", "Gin").ml_min == 59.147
    assert parse_measure("2 oz", "," * 199 + "x").ml_min == 59.147


def test_a_number_above_a_billion_is_not_read_at_all():
    assert parse_measure("1000000000000 oz", "Gin").amount_min == 1e12
    assert parse_measure("1000000000001 oz", "Gin") == Measure(unread=True)


def test_a_punch_bowl_is_plausible():
    assert parse_measure("4 gal", "Orange juice").ml_min == 15141.64
    assert not parse_measure("1 gal", "Dr. Pepper").implausible


@pytest.mark.parametrize(
    "text",
    [
        "-1 oz",
        "shot -1",
        "1/0 oz",
        "0/0",
        "1e5 oz",
        "1.2.3 oz",
        "1-2-3 oz",
        "1 5 oz",
        "11/2 oz",
        "9" * 150 + " oz",
        "\N{CJK UNIFIED IDEOGRAPH-4E09} shot",
        "\N{CIRCLED NUMBER THIRTY FIVE}/\N{CIRCLED DIGIT TWO} shot",
        "151 proof",
    ],
)
def test_a_number_that_makes_no_sense_leaves_the_measure_unknown(text: str):
    assert parse_measure(text, "Gin") == Measure(unread=True)


@pytest.mark.parametrize(
    "text", ["NaN shot", "inf shot", "1 Pimm's cup", "V8", "Turkish apple", "T", "c", "el", "l"]
)
def test_no_volume_is_invented(text: str):
    assert parse_measure(text, "Gin").ml_min is None


@pytest.mark.parametrize(
    "text",
    [
        "\N{ARABIC-INDIC DIGIT TWO} oz",
        "\N{FULLWIDTH DIGIT TWO} \N{FULLWIDTH LATIN SMALL LETTER O}z",
        "2\N{NO-BREAK SPACE}oz",
        "2\N{ZERO WIDTH SPACE} oz",
        " \n2   oz\r\n",
        "(2 oz)",
        "- 2 oz",
        "two ounces",
        "2 oz",
        "2 ounzes",
        "2 fl. oz.",
    ],
)
def test_two_ounces_are_two_ounces(text: str):
    measure = parse_measure(text, "Gin")
    assert (measure.amount_min, measure.unit, measure.ml_min) == (2, "oz", 59.147)


def test_a_sum_in_one_unit_keeps_the_unit():
    assert parse_measure("1 oz plus 1/2 oz").unit == "oz"
    assert parse_measure("1 cup + 2 tbsp").ml_min == pytest.approx(266.1616)


def test_a_sum_that_cannot_be_added_is_approximate():
    measure = parse_measure("10 leaves plus 1 sprig", "Mint")
    assert (measure.amount_min, measure.unit, measure.certainty) == (10, "leaf", "approximate")


def test_a_stated_metric_volume_is_believed_unless_it_contradicts():
    assert parse_measure("1 cup (250 ml)").ml_min == 250
    assert parse_measure("1 cup (2 ml)").ml_min == 236.588
    assert parse_measure("1 lime (30 ml)", "Lime").ml_min is None


def test_an_overlong_text_is_read_up_to_its_limit():
    assert parse_measure("2 oz " + "very " * 100_000, "Gin").ml_min == 59.147
    assert parse_measure("2 oz", "Gin " * 100_000).ml_min == 59.147


def test_amounts_are_never_nan_nor_infinite():
    for text in ("1e999 oz", "9" * 19 + " x " + "9" * 19 + " l", "dozen " * 33, "0.0000001 oz"):
        measure = parse_measure(text)
        for value in (measure.amount_min, measure.amount_max, measure.ml_min, measure.ml_max):
            assert value is None or math.isfinite(value)
