"""Doses: the volume, sugar, acid and energy that one ingredient line adds to a drink.

Liquids are counted as in strength. Solids count here, too: sugar dissolves, fruit is pressed,
muddled or blended, ice cream melts. Herbs, spices, salt, ice and garnish add nothing.
"""

from functools import lru_cache
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import astuple, replace

from mocktailverse.drinks.balance.composition import KCAL_PER_G, Spread
from mocktailverse.drinks.balance.contents import NONE, UNKNOWN, Contents, contents_of
from mocktailverse.drinks.balance.solid_masses import PIECES, grams_of
from mocktailverse.drinks.drink import IngredientLine
from mocktailverse.drinks.ingredients import SOLID, Kind, ancestors
from mocktailverse.drinks.strength.pours import Measured, Pour, Substance, juice_ml

ETHANOL_G_PER_ML = 0.789
"""Density of ethanol at 20 °C."""

KCAL_PER_ML_PERCENT = KCAL_PER_G["alcohol"] * ETHANOL_G_PER_ML
"""Energy of alcohol in 100 ml for each % vol."""

ALL = Spread(1.0, 1.0, 1.0)

TO_TASTE_G = Spread(0.0, 4.2, 20.0)
"""Sugar "to taste": usually a teaspoon, at most the sugar of an ounce of syrup. An estimate."""

TOPPING_G = Spread(0.0, 10.0, 30.0)
"""Whipped cream, chocolate and other food without an amount. An estimate."""

LEAST_MUDDLED = 0.3
"""Least share of its juice that a muddled fruit gives; at most, it gives all. An estimate."""

_ADDS_NOTHING = frozenset({"herb", "spice", "ice", "other"})
_FRUITS = frozenset({"fruit", "vegetable"})
_GARNISHES = frozenset({"slice", "wedge", "twist", "leaf", "sprig", "garnish", "float"})
_TRACES = _GARNISHES | {"pinch"}
_SHARES = {"slice": 0.125, "wedge": 0.125}
_ON_TOP = frozenset({"fill", "float"})
_FIZZY = frozenset({"soda", "beer", "cider"})
_PEELS = ("peel", "zest", "twist")


class Sums(NamedTuple):
    """What is added up over the doses of a drink; masses in hundredths of g or kcal.

    `weak` and `strong` are of the least and the most contents, `low` and `high` of the least and
    the most amount.
    """

    low_ml: float
    high_ml: float
    low_weak_sugar: float
    low_strong_sugar: float
    high_strong_sugar: float
    low_weak_acid: float
    low_strong_acid: float
    high_strong_acid: float
    low_weak_kcal: float
    high_strong_kcal: float
    without_energy: float
    """1 for a dose of unknown energy, so that the sum counts them."""


class Dose(Struct, frozen=True, gc=False):
    """What a line adds: an amount, and what 100 ml of it contain."""

    measured: Measured
    """The unit of the amount."""
    low: float
    usual: float
    high: float
    weak: float
    """Least % vol."""
    strong: float
    """Most % vol."""
    contents: Contents
    melt: Spread
    """Share that melt water is added to, with the least and the most water; 0 on top."""
    has_strength: bool
    """Whether the strength is known; an unknown one is recorded as 0."""
    is_liquid: bool
    """Whether the strength counts it; False for solids."""
    name: str
    """Name in lower case, to find it in the instructions."""
    sums: tuple[float, ...]
    """Its part of the `Sums`; a plain tuple, which is faster to make and to add."""

    @property
    def usual_percent(self) -> float:
        """The usual % vol: the middle of the range."""
        return (self.weak + self.strong) / 2

    def with_amount(self, low: float, usual: float, high: float) -> "Dose":
        """Return the same of another amount, in ml."""
        return make_dose("ml", low, usual, high, *astuple(self)[4:-1])

    def usually(self) -> "Dose":
        """Return the same with the usual figures only."""
        usual, percent, melt = self.usual, self.usual_percent, self.melt.usually()
        contents = self.contents.usually()
        return make_dose(
            self.measured,
            usual,
            usual,
            usual,
            percent,
            percent,
            contents,
            melt,
            *astuple(self)[8:-1],
        )


def make_dose(  # noqa: PLR0913, PLR0917 - these are its fields
    measured: Measured,
    low: float,
    usual: float,
    high: float,
    weak: float,
    strong: float,
    contents: Contents,
    melt: Spread = ALL,
    has_strength: bool = True,  # noqa: FBT001, FBT002 - a field
    is_liquid: bool = True,  # noqa: FBT001, FBT002 - a field
    name: str = "",
) -> Dose:
    """Return a dose with its sums."""
    kcal, has_energy = contents.kcal, contents.has_energy
    sums = (
        low,
        high,
        *_masses(low, high, contents.sugar_g),
        *_masses(low, high, contents.acid_g),
        low * (kcal[0] + weak * KCAL_PER_ML_PERCENT),
        high * (kcal[2] + strong * KCAL_PER_ML_PERCENT),
        0.0 if has_energy and has_strength else 1.0,
    )
    return Dose(
        measured,
        low,
        usual,
        high,
        weak,
        strong,
        contents,
        melt,
        has_strength,
        is_liquid,
        name,
        sums,
    )


def _masses(low: float, high: float, content: Spread) -> tuple[float, ...]:
    """Return the least, the most of the least amount, and the most; without new objects for 0."""
    weak, _, strong = content
    if not strong:
        return NONE
    most = low * strong
    return low * weak, most, most if low == high else high * strong


class Fruit(NamedTuple):
    """A fruit or vegetable in pieces: what it adds depends on how the instructions use it."""

    stem: str
    """Beginning of the word that names it in a text, in singular and plural."""
    whole: Dose | None
    """All of it, blended; None if its amount is unknown."""
    juice: Dose | None
    """What is pressed out of it; None if it is not a fruit for juice."""
    garnish: bool
    """Whether it is a garnish unless the text says otherwise."""


def dose_of(line: IngredientLine, substance: Substance, pour: Pour | None) -> Dose | Fruit | None:
    """Return what a line adds; None if it adds nothing."""
    if pour is not None:
        return _of_liquid(line, substance, pour)
    dose = _without_liquid(line, substance.kind)
    return _left_out(dose) if line.optional and dose else dose


def _without_liquid(line: IngredientLine, kind: Kind | None) -> Dose | Fruit | None:
    if kind is None:
        return None if line.unit in _TRACES else _unknown(line)
    if kind in _ADDS_NOTHING or line.name.casefold().endswith(_PEELS):
        return None
    if kind in _FRUITS:
        return None if line.unit == "garnish" else _of_fruit(line, kind)
    if kind not in SOLID:
        # Dry tea and coffee, and the garnish of a liquid, such as a dash of cream.
        is_plain = kind == "tea_coffee" or line.unit in _GARNISHES
        return None if is_plain else _unknown(line)
    return _of_solid(line, kind)


def _left_out(dose: Dose | Fruit) -> Dose | Fruit:
    """Return what an optional solid adds: from nothing to all of it."""
    if isinstance(dose, Fruit):
        whole, juice = (one and _from_nothing(one) for one in (dose.whole, dose.juice))
        return dose._replace(whole=whole, juice=juice)
    return _from_nothing(dose) if dose.measured == "ml" else dose


def _from_nothing(dose: Dose) -> Dose:
    return dose.with_amount(0.0, dose.usual / 2, dose.high)


def _of_liquid(line: IngredientLine, substance: Substance, pour: Pour) -> Dose:
    is_misread = line.certainty == "unknown" and line.amount_min is not None
    form = " juice" if substance.kind in _FRUITS else ""
    measured, low, high, weak, strong, has_strength, _ = pour
    is_on_top = line.unit in _ON_TOP or substance.kind in _FIZZY or _is_fizzy(line.name)
    return make_dose(
        measured,
        low,
        (low + high) / 2,
        high,
        weak,
        strong,
        UNKNOWN if is_misread else contents_of(line, form),
        NONE if is_on_top else ALL,
        has_strength,
        name=line.name.casefold(),
    )


def _of_solid(line: IngredientLine, kind: Kind) -> Dose | None:
    grams = None if line.unit == "garnish" else grams_of(line, kind)
    if grams is None:
        if line.unit in _GARNISHES:
            return None
        if line.amount_min is not None:
            return _unknown(line)
        grams = TO_TASTE_G if kind == "sweetener" else TOPPING_G
    return _dissolved(line, grams, contents_of(line))


def _dissolved(line: IngredientLine, amount: Spread, contents: Contents) -> Dose:
    """Return the dose of a solid, whose volume is its mass divided by its density."""
    ml = amount.times(contents.ml_per_g)
    return make_dose("ml", *ml, 0.0, 0.0, contents, is_liquid=False, name=line.name.casefold())


def _unknown(line: IngredientLine) -> Dose:
    return replace(UNKNOWN_DOSE, name=line.name)


UNKNOWN_DOSE = make_dose("unbounded", 0.0, 0.0, 0.0, 0.0, 0.0, UNKNOWN, is_liquid=False)


def _of_fruit(line: IngredientLine, kind: Kind) -> Fruit:
    contents, grams = contents_of(line), grams_of(line, kind)
    whole = _dissolved(line, grams, contents) if contents.is_complete and grams else None
    word = line.name.casefold().rpartition(" ")[2]
    is_garnish = line.unit in _GARNISHES or line.amount_min is None
    return Fruit(word.removesuffix("y").removesuffix("s"), whole, _juice(line), is_garnish)


def _juice(line: IngredientLine) -> Dose | None:
    """Return the juice of whole fruits, a slice or wedge being an eighth of one."""
    one, contents = juice_ml(line.name), contents_of(line, " juice")
    share = 1.0 if line.unit in PIECES else _SHARES.get(line.unit)
    if not (one and share and contents.is_complete):
        return None
    if line.amount_min is None or line.amount_max is None:
        return None
    low, high = line.amount_min * one[0] * share, line.amount_max * one[1] * share
    name = line.name.casefold()
    return make_dose(
        "ml", low, (low + high) / 2, high, 0.0, 0.0, contents, is_liquid=False, name=name
    )


@lru_cache(maxsize=2048)
def _is_fizzy(name: str) -> bool:
    return "sparkling" in name.casefold() or "Sparkling wine" in (name, *ancestors(name))
