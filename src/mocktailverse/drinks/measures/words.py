"""The vocabulary of measures: units, numbers, adjectives and phrases, without accents.

The words are data, in the tables `units.csv`, `numbers.csv` and `measure_words.csv`; `grammar`
decides how they combine.
"""

from typing import NamedTuple

from mocktailverse.drinks.drink import MeasureKind
from mocktailverse.drinks.measures.misspellings import misspellings
from mocktailverse.drinks.reference.tables import read_table
from mocktailverse.drinks.text import word_set
from mocktailverse.drinks.units import GRAMS_PER_UNIT, UNIT_SIZES, UNITS


class UnitWord(NamedTuple):
    """The unit that a word means."""

    unit: str
    ml: tuple[float, float] | None
    """Minimum and maximum volume of one unit; None if the unit is not a volume."""
    plural: bool = False
    """A plural has no amount without a number ("slices"); a singular counts as one ("slice")."""
    weighs: bool = False
    """True for the ounce, which is a mass if the ingredient is solid."""
    approximate: bool = False
    """True for the measure, whose size depends on the country."""

    @property
    def kind(self) -> MeasureKind:
        """What the unit measures; `count` for things, such as a slice or a bottle."""
        if self.ml is not None:
            return "volume"
        if self.unit in {"part", "glass"}:
            return "part"
        if self.unit == "float":
            return "qualitative"
        return "mass" if self.unit in GRAMS_PER_UNIT else "count"


def _forms(words: str, irregular: str, one: UnitWord) -> dict[str, UnitWord]:
    """Return the words of a unit with their plurals: the regular ones in -s and -es, and others."""
    many = one._replace(plural=True)
    table: dict[str, UnitWord] = {}
    for word in words.split("|"):
        if word == "c":
            continue  # "cs" is the French tablespoon
        table[word + "s"] = table[word + "es"] = many
    table.update(dict.fromkeys(irregular.split("|") if irregular else (), many))
    table.update(dict.fromkeys(words.split("|"), one))
    return table


def _unit_words() -> tuple[dict[str, UnitWord], dict[tuple[str, str], UnitWord]]:
    """Return the unit words, and those that the word before them gives another size."""
    table: dict[str, UnitWord] = {}
    qualified: dict[tuple[str, str], UnitWord] = {}
    for unit, ml, _, words, irregular, _ in UNITS:
        volume = (float(ml), float(ml)) if ml else None
        table |= _forms(words, irregular, UnitWord(unit, volume, weighs=unit == "oz"))
    for unit, before, words, irregular, low, high, rough, _ in UNIT_SIZES:
        one = UnitWord(unit, (float(low), float(high)), approximate=rough == "yes")
        forms = _forms(words, irregular, one)
        if before:
            qualified |= {
                (first, w): form for first in before.split("|") for w, form in forms.items()
            }
        else:
            table |= forms
    return table, qualified


def _words(languages: list[str]) -> list[str]:
    """Return the words in a row of a table, of all languages."""
    return "|".join(filter(None, languages)).split("|")


def _value(text: str) -> float:
    """Return the value of a decimal or fraction: "0.5", "1/3"."""
    over, _, under = text.partition("/")
    return float(over) / float(under or 1)


_LISTS = {
    name: frozenset(_words(languages)) for name, *languages in read_table("measure_words.csv")
}
_NUMBERS = [
    (word, _value(value), multiplies == "yes")
    for value, multiplies, *languages in read_table("numbers.csv")
    for word in _words(languages)
]


def _taken_words() -> frozenset[str]:
    """Return the words that have a meaning of their own in measures."""
    return frozenset(word for word, _, _ in _NUMBERS).union(*_LISTS.values())


UNIT_WORDS, QUALIFIED_UNITS = _unit_words()
"""`QUALIFIED_UNITS` has the units whose size the word before them changes: "imperial pint"."""
FLUID_OUNCE = UNIT_WORDS["floz"]
PIECE = UNIT_WORDS["piece"]
FLOAT = UnitWord("float", None)
OTHER = UnitWord("other", None)
NO_UNIT = UnitWord("none", None)
PART = UNIT_WORDS["part"]

APOTHECARY = frozenset({"dr", "dram", "drams", "scruple", "scruples"})
"""Units after "fluid" that are not supported. Another word follows "Fl.", a German bottle."""

SPOONS = {"bar": "barspoon", "tea": "tsp", "table": "tbsp", "dessert": "dessertspoon"}
"""First words of spoons written as two words: "tea spoon"."""
SPOONS_OF = {
    "soupe": "tbsp",
    "s": "tbsp",
    "sopa": "tbsp",
    "sopera": "tbsp",
    "soperas": "tbsp",
    "cafe": "tsp",
    "c": "tsp",
    "the": "tsp",
    "cha": "tsp",
    "te": "tsp",
}
"""The words after "cuillère à", "c. à", "colher de"."""
SPOON = word_set(
    "c cuillere cuilleres cuilleree cuillerees cuil cuill colher colheres cucharada cucharadas"
)
"""The words for a spoon that one of `SPOONS_OF` follows."""

ABBREVIATION_LENGTH = 2
"""Words up to this length are units only directly after a number, ..."""
SAFE_ABBREVIATIONS = frozenset({"oz", "tb"})
"""... except these, which may follow adjectives: "2 large oz". "T" is read as "tb"."""

CORRECTABLE = {
    first: sorted(word for word in _LISTS["correctable"] if word[0] == first)
    for first in {word[0] for word in _LISTS["correctable"]}
}
"""Unit words by first letter, in which another wrong letter is corrected: "ounze"."""
REAL_WORDS = _LISTS["like a unit"]
"""Real words that differ from a unit in one letter; they are not corrected."""

MISSPELLED = misspellings(_LISTS["abbreviation"], UNIT_WORDS, _taken_words())
"""Short units with one slip of the keyboard, which are corrected only after a number: "2 tbps"."""

LENGTHS = _LISTS["length"]
SIZES = _LISTS["size"]
"""Words that end the size of a piece: "quarter-sized", "1/2-inch-thick"."""
ARTICLES = _LISTS["article"]
NUMBER_WORDS = {word: value for word, value, multiplies in _NUMBERS if not multiplies}
TENS = frozenset(word for word, value in NUMBER_WORDS.items() if value in range(20, 100, 10))
"""Number words that the next one is added to: "twenty-five"."""
MULTIPLES = {word: value for word, value, multiplies in _NUMBERS if multiplies}
"""Numbers that also multiply the number before them: "two thirds", "half a dozen"."""
FRACTIONS_OF_THINGS = frozenset({"halves", "thirds", "quarters"})
"""Multiples that are things without a number before them: "peach halves"."""
DOUBLED = {"double": 2.0, "triple": 3.0, "treble": 3.0}
"""Multiples of a shot: "double shot". Elsewhere they describe: "double cream"."""
NUMERALS = frozenset({*NUMBER_WORDS, *MULTIPLES, *DOUBLED})
"""All words with which a quantity may begin."""
RANGE_WORDS = _LISTS["range"]
AND = _LISTS["and"]
PLUS = AND | {"+", "plus"}
NOT_AMOUNTS = _LISTS["not an amount"]
"""A number before one of these describes the ingredient: "80 proof"."""

APPROXIMATE = _LISTS["approximate"]
APPROXIMATE_AFTER = _LISTS["approximate after"]
"""The words that make an amount approximate when they come after the unit."""
APPROXIMATE_UNITS = frozenset({"dash", "splash", "drop", "pinch"})

ADJECTIVES = ARTICLES | _LISTS["adjective"]
FEW = _LISTS["few"]
FILLERS = ADJECTIVES | APPROXIMATE | FEW | _LISTS["filler"]
"""Words that may come before a bare number."""
STOPS = _LISTS["stop"]
"""Words that end the search for the unit of a number."""

JUICE = _LISTS["juice"]
OF = ARTICLES | {"of", "from", "de", "di", "von"}
"""Words between "juice" and its fruit."""
UNMEASURED = _LISTS["unmeasured"]
"""Words that leave the amount to the drinker: "to taste"."""
QUALITATIVE = {word: unit for unit in ("fill", "garnish", "float") for word in sorted(_LISTS[unit])}
"""The unit of a measure that is an instruction: "to garnish"."""
