"""The vocabulary of measures: units, numbers, adjectives and phrases, without accents.

English first, then the words of German, French, Spanish and Italian recipes. Each word has one
meaning; `grammar` decides how words combine.
"""

from typing import NamedTuple, TypeVar

from mocktailverse.drinks.drink import MeasureKind
from mocktailverse.drinks.text import word_set
from mocktailverse.drinks.units import FIFTH_ML, GRAMS_PER_UNIT, ML_PER_UNIT, UNITS

_T = TypeVar("_T")


class UnitWord(NamedTuple):
    """The unit that a word means."""

    unit: str
    ml: float | None
    """Volume of one unit; None if the unit is not a volume."""
    plural: bool = False
    """A plural has no amount without a number ("slices"); a singular counts as one ("slice")."""
    weighs: bool = False
    """True for the ounce, which is a mass if the ingredient is solid."""

    @property
    def kind(self) -> MeasureKind:
        """What the unit measures; `count` for things, such as a slice or a bottle."""
        if self.ml is not None:
            return "volume"
        if self.unit in {"part", "glass"}:
            return "part"
        return "mass" if self.unit in GRAMS_PER_UNIT else "count"


def _unit_words() -> dict[str, UnitWord]:
    """Return the unit words of the table, with their regular plurals in -s and -es."""
    table: dict[str, UnitWord] = {}
    for unit, _, _, words, irregular, _ in UNITS:
        ml = ML_PER_UNIT.get(unit)
        one = UnitWord(unit, ml, weighs=unit == "oz")
        many = one._replace(plural=True)
        for word in words.split("|"):
            table[word + "s"] = table[word + "es"] = many
        table.update(dict.fromkeys(irregular.split("|") if irregular else (), many))
        table.update(dict.fromkeys(words.split("|"), one))
    ounce = ML_PER_UNIT["oz"]
    table["pony"], table["ponies"] = UnitWord("oz", ounce), UnitWord("oz", ounce, plural=True)
    table["floz"] = UnitWord("oz", ounce)
    table["fifth"] = UnitWord("bottle", FIFTH_ML)
    table["fifths"] = UnitWord("bottle", FIFTH_ML, plural=True)
    return table


def _by_word(words_of: dict[_T, str]) -> dict[str, _T]:
    """Return the meaning of each word, given the space-separated words of each meaning."""
    return {word: meaning for meaning, words in words_of.items() for word in words.split()}


UNIT_WORDS = _unit_words()
FLUID_OUNCE = UNIT_WORDS["floz"]
PIECE = UNIT_WORDS["piece"]
OTHER = UnitWord("other", None)
NO_UNIT = UnitWord("none", None)
PART = UNIT_WORDS["part"]

SPOONS = {"bar": "tsp", "tea": "tsp", "table": "tbsp", "dessert": "dessertspoon"}
"""First words of spoons written as two words: "tea spoon"."""
FRENCH_SPOONS = {"soupe": "tbsp", "s": "tbsp", "cafe": "tsp", "c": "tsp", "the": "tsp"}
"""The words after "cuillère à" or "c. à"."""

ABBREVIATION_LENGTH = 2
"""Words up to this length are units only directly after a number, ..."""
SAFE_ABBREVIATIONS = frozenset({"oz", "tb"})
"""... except these, which may follow adjectives: "2 large oz". "T" is read as "tb"."""

CORRECTABLE = tuple(
    sorted(
        word_set(
            "ounce ounces teaspoon teaspoons tablespoon tablespoons barspoon barspoons millilitre "
            "milliliter millilitres milliliters centilitre centiliter litre liter litres liters "
            "gallon gallons quart quarts pints measure measures jigger jiggers dashes drops splash "
            "splashes parts piece pieces slice slices wedge wedges twist twists leaves sprig "
            "sprigs cubes scoop scoops bottle bottles package packages pinch pinches grams pounds "
            "glass glasses shots"
        )
    )
)
"""Unit words in which one wrong letter is corrected: "ounze"."""
REAL_WORDS = word_set("spice spices shorts party")
"""Real words that differ from a unit in one letter; they are not corrected."""

LENGTHS = word_set('inch inches in cm mm centimetre centimeter zoll pouce pouces pulgada pollice "')

ARTICLES = word_set("a an ein eine einen einer un une uno una d'un d'une")
NUMBER_WORDS = _by_word(
    {
        1.0: "one equal",
        2.0: "two zwei deux dos due",
        3.0: "three drei trois tres tre",
        4.0: "four vier quatre cuatro quattro",
        5.0: "five funf cinq cinco cinque",
        6.0: "six sechs seis sei",
        7.0: "seven",
        8.0: "eight",
        9.0: "nine",
        10.0: "ten",
        11.0: "eleven",
        12.0: "twelve",
    }
)
MULTIPLES = _by_word(
    {
        0.5: "half halves demi demie medio media mezzo mezza halb halbe halben halber halbes",
        1 / 3: "third thirds",
        0.25: "quarter quarters",
        2.0: "couple pair",
        12.0: "dozen dutzend douzaine docena dozzina",
    }
)
"""Numbers that also multiply the number before them: "two thirds", "half a dozen"."""
RANGE_WORDS = word_set("to or till bis a o ou oder")
AND = word_set("and & und et y e")
PLUS = AND | word_set("+ plus")
NOT_AMOUNTS = word_set("proof year years yr yrs yo degrees abv alc vol alcohol")
"""A number before one of these describes the ingredient: "80 proof"."""

APPROXIMATE = word_set(
    "about approx approximately ca circa roughly around nearly almost environ env etwa ungefahr "
    "rund ~ heaping heaped scant rounded generous healthy hefty good big couple handful handvoll "
    "poignee punado manciata least most max min maximum minimum up"
)
APPROXIMATE_AFTER = word_set(
    "about approx approximately ca circa heaping heaped scant rounded so more taste"
)
"""The words that make an amount approximate when they come after the unit."""
APPROXIMATE_UNITS = word_set("dash splash drop pinch")

ADJECTIVES = ARTICLES | word_set(
    "of the large lg small sm medium med mini little tiny long short thin thick wide tall good "
    "generous healthy hefty heaping heaped heavy light level scant rounded packed full whole fresh "
    "ripe hot cold iced chilled extra very standard metric imperial us uk american english fluid "
    "liquid fl bar nice quick single more big old new dry raw about around de du di d' "
    "grosse grosser grosses kleine kleiner petit petite grand grande gros pequeno"
)
FEW = word_set("few several some many einige quelques unos unas algunas algunos qualche")
FILLERS = (
    ADJECTIVES
    | APPROXIMATE
    | FEW
    | word_set(
        "add plus and with put use pour muddle shake stir mix then top topped topping float fill "
        "filled up it garnish garnished rim juice x between from optional each also zwischen von "
        "jus saft zumo jugo succo mit avec con peel zest rind skin"
    )
)
"""Words that may come before a bare number."""
STOPS = word_set("with in into for per plus or and to from cut without on by at w")
"""Words that end the search for the unit of a number."""

JUICE = word_set("juice jus saft zumo jugo succo")
UNMEASURED = word_set(
    "taste desired needed required optional lots lot plenty some any enough preference bit touch "
    "hint few several many geschmack gout gusto q qb qs"
)
"""Words that leave the amount to the drinker: "to taste"."""
QUALITATIVE = _by_word(
    {
        "fill": "fill filled fills filling top topped remainder rest auffullen completer allonger "
        "rellenar completar colmare",
        "garnish": "garnish garnished garnishing decorate decorated decoration topping toppings "
        "rim rimmed rimming sprinkle sprinkled dust dusted dusting garnieren garnitur dekoration "
        "garniture decoracion adornar guarnizione decorare",
        "float": "float floated floater",
    }
)
"""The unit of a measure that is an instruction: "to garnish"."""
