"""The measure parser: the forms in which recipes write amounts."""

import csv
import math
from pathlib import Path

import pytest

from mocktailverse import drinks
from mocktailverse.drinks.measures import Measure, parse_measure
from mocktailverse.drinks.measures.words import FRACTIONS_OF_THINGS
from mocktailverse.drinks.units import ML_PER_UNIT
from strategies.private_records import needed

_OWN_LABELS = Path(__file__).with_name("measures_labelled.csv")
_COUNTED = [
    *("part", "piece", "slice", "wedge", "twist", "leaf", "sprig", "cube", "scoop", "bottle"),
    *("can", "package", "pinch", "g", "kg", "lb", "glass"),
]


def _labels(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _is_close(value: float | None, label: str, tolerance: float) -> bool:
    if value is None or not label:
        return value is None and not label
    return math.isclose(value, float(label), rel_tol=tolerance)


@pytest.mark.parametrize(
    "label", _labels(_OWN_LABELS), ids=lambda label: f"{label['measure']}, {label['note']}"
)
def test_a_labelled_measure_is_read_as_labelled(label: dict[str, str]):
    measure = parse_measure(label["measure"], label["ingredient_example"])
    assert (measure.unit, measure.kind) == (label["unit"], label["kind"])
    for name in ("amount_min", "amount_max", "ml_min", "ml_max"):
        assert _is_close(getattr(measure, name), label[name], 1e-4), (name, measure)


def test_the_private_labels_of_thecocktaildb_match():
    wrong = 0
    for label in _labels(needed("measures_truth_open.csv")):
        measure = parse_measure(label["measure"], label["ingredient_example"].split("|")[0])
        wrong += not (
            measure.unit == label["unit"]
            and _is_close(measure.amount_min, label["amount_min"], 1e-4)
            and _is_close(measure.amount_max, label["amount_max"], 1e-4)
        )
        assert _is_close(measure.ml_min, label["ml_min"], 0.02), label
        assert _is_close(measure.ml_max, label["ml_max"], 0.02), label
    assert wrong <= 1  # a bare quarter for "Lemon|Vodka" is ambiguous: of the fruit or of the drink


@pytest.mark.parametrize("text", [None, "", " ", "\n", "\t \r\n", "\N{NO-BREAK SPACE}"])
def test_a_blank_measure_is_empty(text: str | None):
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
    assert (measure.unit, measure.ml_min, measure.kind) == ("bottle", 4 * 757.08, "volume")


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
def test_an_estimate_is_approximate(text: str, certainty: str):
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
def test_an_implausible_amount_is_kept_without_ml(text: str, ingredient: str | None, amount: float):
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


NUMBER_WORDS = f"""
{1 / 3:.6f} third thirds
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
    one = "one " if word in FRACTIONS_OF_THINGS else ""
    assert parse_measure(f"{one}{word} oz", "Gin").amount_min == float(number)


def test_a_description_has_no_amount():
    assert parse_measure("Coarse", "Salt") == Measure()


def test_the_first_200_characters_are_read():
    assert parse_measure("(" * 196 + "2 oz", "Gin").ml_min == 59.147
    assert parse_measure("(" * 197 + "2 oz", "Gin").ml_min is None
    assert parse_measure("\N{EN DASH} " * 98 + "2 oz", "Gin").ml_min == 59.147
    assert parse_measure("2 oz", "," * 199 + "x").ml_min == 59.147


def test_a_number_above_a_trillion_is_unreadable():
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
def test_an_unreadable_number_leaves_the_measure_unknown(text: str):
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


def test_a_stated_metric_volume_is_used_unless_it_contradicts():
    assert parse_measure("1 cup (250 ml)").ml_min == 250
    assert parse_measure("1 cup (2 ml)").ml_min == 236.588
    assert parse_measure("1 lime (30 ml)", "Lime").ml_min is None


def test_a_sum_may_begin_with_several_containers():
    measure = parse_measure("2 (12 oz) cans plus 1 oz", "Ginger ale")
    assert (measure.amount_min, measure.unit) == (739.3375, "ml")


def test_half_and_half_is_a_cream():
    assert parse_measure("half and half cream", "Half-and-half") == Measure()


def test_an_overlong_text_is_read_up_to_its_limit():
    assert parse_measure("2 oz " + "very " * 100_000, "Gin").ml_min == 59.147
    assert parse_measure("2 oz", "Gin " * 100_000).ml_min == 59.147


def test_amounts_are_never_nan_nor_infinite():
    for text in ("1e999 oz", "9" * 19 + " x " + "9" * 19 + " l", "dozen " * 33, "0.0000001 oz"):
        measure = parse_measure(text)
        for value in (measure.amount_min, measure.amount_max, measure.ml_min, measure.ml_max):
            assert value is None or math.isfinite(value)


# ---- vocabulary

UNITS = """
ml       ml cc mil millilitre milliliter mililitro millilitro | millilitri
cl       cl centilitre centiliter centilitro zentiliter | centilitri
dl       dl decilitre deciliter decilitro deziliter | decilitri
l        l lt ltr litre liter litro | litri
oz       oz ounce onz onza unze once oncia | unzen ponies
tsp      t tsp teaspoon barspoon barspoonful bsp bs tl teelöffel cucharadita cdta cucchiaino
tsp      tspn teasp teaspoonful bspn barlöffel cdita | cucchiaini teaspoonsful
tbsp     tb tbsp tbl tablespoon el esslöffel cucharada cda cucchiaio | cucchiai tablespoonsful
cup      c cup cupful tasse taza tazza | tassen tazze cupsful
pint     pint pt pinte
quart    quart qt
gallon   gallon gal gallone
shot     shot measure nip shotglass medida misura
jigger   jigger jgr
dash     dash trait spritzer golpe
drop     drop droplet tropfen goutte gota goccia | gocce
splash   splash schuss chorrito chorro spruzzo | spruzzi
part     part teil parte | teile teilen parti
piece    piece pc stick strip chunk pod stalk stück stange morceau trozo pezzo bâton
piece    segment knob strand ribbon block hunk teabag | stücke stangen morceaux pezzi
slice    slice wheel disc ring sliver rondelle scheibe tranche rodaja fetta | scheiben fette
wedge    wedge spalte gajo spicchio | spalten spicchi
twist    twist spiral zeste
leaf     leaf leave blatt blättchen feuille hoja foglia frond | leaves blätter foglie
sprig    sprig stem zweig brin ramita rametto | zweige rametti
cube     cube würfel cubo cubetto | cubetti
scoop    scoop scoopful kugel boule bola pallina | kugeln palline
bottle   bottle btl flasche bouteille botella bottiglia magnum | flaschen bottiglie fifths
can      can tin dose canette lata lattina | dosen lattine
package  package pkg packet sachet box bag carton packung paquet paquete | packungen
pinch    pinch prise pincée pizca pizzico | prisen pizzichi
g        g gr gm grm gram gramme gramm gramo grammo | grammi
kg       kg kilo kilogram kilogramme kilogramo kilogrammo chilo chilogrammo | chilogrammi
lb       lb pound libra
glass    glass wineglass tumbler goblet mug glas verre vaso copa bicchiere | gläser bicchieri
other    handful bunch spoon squeeze dollop jug gill rinse löffel poignée puñado manciata
other    handvoll dessertspoon | löffeln manciate
"""
WORDS_OF_UNITS = [
    (unit, word, plural)
    for row in UNITS.strip().splitlines()
    for unit, words in [row.split(maxsplit=1)]
    for singular, _, irregular in [words.partition("|")]
    for plural, listed in ((False, singular), (True, irregular))
    for word in listed.split()
]


@pytest.mark.parametrize(("unit", "word", "plural"), WORDS_OF_UNITS)
def test_every_word_for_a_unit_is_known(unit: str, word: str, *, plural: bool):
    assert parse_measure(f"2 {word}", "Gin").unit == unit
    if not plural and word != "c":  # "cs" is the French tablespoon
        assert parse_measure(f"2 {word}s", "Gin").unit == unit
        assert parse_measure(f"2 {word}es", "Gin").unit == unit


@pytest.mark.parametrize(
    ("word", "plural"),
    [
        (word, plural)
        for unit, word, plural in WORDS_OF_UNITS
        if unit not in {"ml", "cl", "dl", "l", "oz", "g", "kg", "lb"}
        and len(word) > 2
        and word not in {"glas", "rinse"}  # nobody counts a rinse
    ],
)
def test_a_unit_alone_counts_as_one_and_its_plural_has_no_amount(word: str, *, plural: bool):
    assert parse_measure(word).amount_min == (None if plural else 1)
    assert plural or parse_measure(f"{word}s").amount_min is None
    assert plural or parse_measure(f"{word}es").amount_min is None


@pytest.mark.parametrize(
    ("words", "unit", "ml"),
    [
        ("bar spoons", "tsp", 5),
        ("tea spoons", "tsp", 9.8578),
        ("table spoons", "tbsp", 29.5736),
        ("dessert spoons", "other", None),
        ("cuillères à soupe", "tbsp", 29.5736),
        ("c. à s.", "tbsp", 29.5736),
        ("cuillère à café", "tsp", 9.8578),
        ("c. à c.", "tsp", 9.8578),
        ("c. à thé", "tsp", 9.8578),
        ("fl oz", "oz", 59.147),
        ("liq oz", "oz", 59.147),
        ("fluid ounces", "oz", 59.147),
        ("ponies", "oz", 59.147),
        ("fifths", "bottle", 1514.16),
    ],
)
def test_a_unit_in_several_words_has_its_volume(words: str, unit: str, ml: float | None):
    measure = parse_measure(f"2 {words}", "Gin")
    assert (measure.amount_min, measure.unit, measure.ml_min) == (2, unit, ml)


@pytest.mark.parametrize(
    "word",
    """
    ounce ounces teaspoon teaspoons tablespoon tablespoons barspoon barspoons millilitre
    milliliter millilitres milliliters centilitre centiliter litre liter litres liters
    gallon gallons quart quarts pints measure measures jigger jiggers dashes drops splash
    splashes parts piece pieces slice slices wedge wedges twist twists leaves sprig
    sprigs cubes scoop scoops bottle bottles package packages pinch pinches grams pounds
    glass glasses shots
    """.split(),  # noqa: SIM905 - a word list reads better than quoted strings
)
def test_one_wrong_letter_in_a_long_word_is_corrected(word: str):
    right, wrong = parse_measure(f"2 {word}"), parse_measure(f"2 {word[0]}q{word[1:]}")
    assert right.unit != "none"
    assert wrong == right


@pytest.mark.parametrize("word", ["spice", "spices", "shorts", "party", "sloced", "qounce"])
def test_real_words_are_not_corrected(word: str):
    assert parse_measure(f"2 {word}").unit == "none"


def words_of(text: str) -> list[str]:
    return text.split()


@pytest.mark.parametrize(
    "word", words_of("with in into for per plus or and to from cut without on by at w")
)
def test_some_words_end_the_search_for_a_unit(word: str):
    measure = parse_measure(f"2 {word} a slice", "Lemon")
    assert (measure.amount_min, measure.unit) == (2, "none")


@pytest.mark.parametrize(
    "word",
    words_of(
        "of a an the large lg small sm medium med mini little tiny long short thin thick wide tall "
        "good generous healthy hefty heaping heaped heavy light level scant rounded packed full "
        "whole fresh ripe hot cold iced chilled extra very standard metric imperial us uk american "
        "english fluid liquid fl bar nice quick single more big old new dry raw about around de du "
        "di ein une d'une petit grande gros pequeño levelled loosely"
    ),
)
def test_an_adjective_may_separate_a_number_and_its_unit(word: str):
    measure = parse_measure(f"2 {word} cups", "Water")
    assert (measure.amount_min, measure.unit) == (2, "cup")


@pytest.mark.parametrize("word", words_of("a an ein eine einen einer un une uno una d'un d'une"))
def test_an_article_counts_as_one_for_units_of_a_scale_too(word: str):
    assert parse_measure(f"{word} ounce", "Gin").amount_min == 1
    assert parse_measure("good ounce", "Gin").amount_min is None


@pytest.mark.parametrize(
    "word", words_of("few several some many einige quelques unos algunas qualche")
)
def test_a_few_of_something_has_no_amount(word: str):
    measure = parse_measure(f"{word} dash", "Bitters")
    assert (measure.amount_min, measure.unit) == (None, "dash")
    assert parse_measure(f"{word} 2", "Lime").amount_min == 2


@pytest.mark.parametrize("word", words_of("to or till bis a o ou oder - ~"))
def test_a_word_between_two_numbers_makes_a_range(word: str):
    measure = parse_measure(f"1 {word} 2 cl", "Gin")
    assert (measure.amount_min, measure.amount_max, measure.unit) == (1, 2, "cl")


@pytest.mark.parametrize("word", words_of("and & und et y e"))
def test_a_word_before_a_fraction_makes_a_mixed_number_and_between_amounts_a_sum(word: str):
    assert parse_measure(f"1 {word} 1/2 oz", "Gin").amount_min == 1.5
    assert parse_measure(f"1 oz {word} 2 oz", "Gin").amount_min == 3


@pytest.mark.parametrize("word", ["+", "plus"])
def test_amounts_with_a_plus_between_are_added_up(word: str):
    assert parse_measure(f"1 oz {word} 2 oz", "Gin").amount_min == 3


@pytest.mark.parametrize("word", words_of("proof year years yr yrs yo degrees abv alc vol alcohol"))
def test_a_number_that_describes_the_ingredient_is_not_an_amount(word: str):
    assert parse_measure(f"40 {word}", "Gin") == Measure(unread=True)


@pytest.mark.parametrize(
    "word",
    words_of('inch inches cm mm centimetre centimeter zoll pouce pouces pulgada pollice "'),
)
def test_a_length_belongs_to_one_piece(word: str):
    measure = parse_measure(f"2 {word} strip", "Lemon")
    assert (measure.amount_min, measure.unit) == (1, "piece")


@pytest.mark.parametrize(
    "word",
    words_of(
        "about approx approximately ca circa roughly around nearly almost environ env etwa "
        "ungefähr rund ~ heaping heaped scant rounded generous healthy hefty good big "
        "least most max min maximum minimum up"
    ),
)
def test_a_word_before_an_amount_makes_it_approximate(word: str):
    assert parse_measure(f"{word} 2 oz", "Gin").certainty == "approximate"


@pytest.mark.parametrize(
    "word",
    words_of("about approx approximately ca circa heaping heaped scant rounded so more taste"),
)
def test_a_word_after_an_amount_makes_it_approximate(word: str):
    assert parse_measure(f"2 oz {word}", "Gin").certainty == "approximate"


@pytest.mark.parametrize(
    "word", words_of("handful handvoll poignée puñado manciata pinch dash drop splash")
)
def test_a_handful_is_an_estimate(word: str):
    assert parse_measure(f"2 {word}", "Mint").certainty == "approximate"


@pytest.mark.parametrize(
    "word",
    words_of(
        "add plus and with put use pour muddle shake stir mix then top topped topping float fill "
        "filled up it garnish garnished rim juice x between from optional each also zwischen von "
        "jus saft zumo jugo succo mit avec con peel zest rind skin sliced freshly"
    ),
)
def test_a_bare_number_may_follow_words_that_do_not_name_an_ingredient(word: str):
    assert parse_measure(f"{word} cherry 2", "Lime").amount_min is None
    measure = parse_measure(f"{word} 2", "Lime")
    assert measure.amount_min == 2 or measure.kind == "qualitative"


QUALITATIVE = """
fill     fill filled fills filling top topped remainder rest auffüllen completer allonger rellenar
fill     completar colmare
garnish  garnish garnished garnishing decorate decorated decoration topping toppings rim rimmed
garnish  rimming sprinkle sprinkled dust dusted dusting garnieren garnitur dekoration garniture
garnish  decoración adornar guarnizione decorare
float    float floated floater
none     taste desired needed required optional lots lot plenty some any enough preference bit touch
none     hint few several many geschmack goût gusto q qb qs
"""


@pytest.mark.parametrize(
    ("unit", "word"),
    [
        (row.split()[0], word)
        for row in QUALITATIVE.strip().splitlines()
        for word in row.split()[1:]
    ],
)
def test_a_qualitative_word_has_no_amount(unit: str, word: str):
    assert parse_measure(word, "Gin") == Measure(unit=unit, kind="qualitative")


@pytest.mark.parametrize("word", words_of("juice jus saft zumo jugo succo"))
def test_the_juice_of_fruits_is_counted_in_pieces(word: str):
    measure = parse_measure(f"{word} 2", "Lime")
    assert (measure.amount_min, measure.unit, measure.kind) == (2, "piece", "qualitative")
    alone = parse_measure(f"{word} of lime", "Lime")
    assert (alone.amount_min, alone.unit, alone.kind) == (1, "piece", "qualitative")


def test_the_package_of_drinks_exports_the_parser():
    """Users import it from there: it is the public Python API."""
    assert drinks.parse_measure("1 oz", "Gin") == parse_measure("1 oz", "Gin")
