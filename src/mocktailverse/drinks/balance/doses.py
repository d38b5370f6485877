"""Doses: the volume, sugar, acid and energy that one ingredient line adds to a drink.

Liquids are counted as in strength. Solids count here, too: sugar dissolves, fruit is pressed,
muddled or blended, ice cream melts. Herbs, spices, salt, ice and garnish add nothing.
"""

from functools import cache
from typing import NamedTuple

from mocktailverse.drinks.balance.composition import (
    KCAL_PER_G,
    Composition,
    Spread,
    composition_of,
)
from mocktailverse.drinks.drink import IngredientLine
from mocktailverse.drinks.ingredients import SOLID, Kind, ancestors
from mocktailverse.drinks.reference.tables import read_table
from mocktailverse.drinks.strength.pours import Measured, Pour, Substance, juice_ml
from mocktailverse.drinks.units import GRAMS_PER_UNIT

ETHANOL_G_PER_ML = 0.789
"""Density of ethanol at 20 °C."""

OUNCE_G = 28.3495

NONE = Spread(0.0, 0.0, 0.0)
ALL = Spread(1.0, 1.0, 1.0)

TO_TASTE_G = Spread(0.0, 4.2, 20.0)
"""Sugar "to taste": usually a teaspoon, at most the sugar of an ounce of syrup. An estimate."""

TOPPING_G = Spread(0.0, 10.0, 30.0)
"""Whipped cream, chocolate and other food without an amount. An estimate."""

MUDDLED = (0.3, 1.0)
"""Share of its juice that a muddled fruit gives. An estimate."""

_ADDS_NOTHING = frozenset({"herb", "spice", "ice", "other"})
_FRUITS = frozenset({"fruit", "vegetable"})
_GARNISHES = frozenset({"slice", "wedge", "twist", "leaf", "sprig", "garnish", "float"})
_PIECES = frozenset({"none", "other", "piece"})
_FIZZY = frozenset({"soda", "beer", "cider"})
_PEELS = ("peel", "zest", "twist")


class Dose(NamedTuple):
    """What a line adds: an amount, and its alcohol, sugar, acid and energy in 100 ml."""

    measured: Measured
    """The unit of the amount."""
    amount: Spread
    abv_percent: Spread
    sugar_g: Spread
    acid_g: Spread
    kcal: Spread
    melt: Spread = ALL
    """Share that melt water is added to, with the least and the most water; 0 on top."""
    is_known: bool = True
    """Whether the composition is known; an unknown one is recorded as 0."""
    has_energy: bool = True
    """Whether the energy is known."""
    has_strength: bool = True
    """Whether the strength is known; an unknown one is recorded as 0."""
    is_liquid: bool = True
    """Whether the strength counts it; False for solids."""
    name: str = ""
    """Name in lower case, to find it in the instructions."""

    def usually(self) -> "Dose":
        """Return the dose without its ranges."""
        return self._replace(
            amount=self.amount.usually(),
            abv_percent=self.abv_percent.usually(),
            sugar_g=self.sugar_g.usually(),
            acid_g=self.acid_g.usually(),
            kcal=self.kcal.usually(),
            melt=self.melt.usually(),
        )


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
    kind = substance.kind
    if pour is not None:
        is_juice = kind in _FRUITS
        is_misread = line.certainty == "unknown" and line.amount_min is not None
        composition = None if is_misread else _composition_of(line, " juice" if is_juice else "")
        return _liquid(line, substance, pour, composition)
    if kind is None:
        is_trace = line.unit in _GARNISHES or line.unit == "pinch"
        return None if is_trace else _unknown(line)
    if kind in _ADDS_NOTHING or line.name.casefold().endswith(_PEELS):
        return None
    if kind in _FRUITS:
        return _fruit(line, kind)
    if kind not in SOLID:
        # Dry tea and coffee, and the garnish of a liquid, such as a dash of cream.
        is_plain = kind == "tea_coffee" or line.unit in _GARNISHES
        return None if is_plain else _unknown(line)
    grams = None if line.unit == "garnish" else _grams(line, kind)
    if grams is None:
        if line.unit in _GARNISHES:
            return None
        if line.amount_min is not None:
            return _unknown(line)
        grams = TO_TASTE_G if kind == "sweetener" else TOPPING_G
    composition = _composition_of(line)
    return _dissolved(line, grams, composition) if composition else _unknown(line)


def _liquid(
    line: IngredientLine, substance: Substance, pour: Pour, composition: Composition | None
) -> Dose:
    is_poured_on_top = _stays_out_of_the_shaker(line, substance)
    usual = (pour.low + pour.high) / 2
    abv = Spread(pour.abv_low, (pour.abv_low + pour.abv_high) / 2, pour.abv_high)
    return _dose(
        pour.measured,
        Spread(pour.low, usual, pour.high),
        abv,
        composition,
        melt=NONE if is_poured_on_top else ALL,
        has_strength=pour.has_strength,
        is_liquid=True,
        name=line.name,
    )


def _dissolved(line: IngredientLine, grams: Spread, composition: Composition) -> Dose:
    """Return the dose of a solid, whose volume is its mass divided by its density."""
    volume = grams.times(1 / composition.density_g_per_ml)
    return _dose("ml", volume, NONE, composition.per_100_ml(), is_liquid=False, name=line.name)


def _dose(
    measured: Measured,
    amount: Spread,
    abv: Spread,
    composition: Composition | None,
    *,
    melt: Spread = ALL,
    has_strength: bool = True,
    is_liquid: bool,
    name: str,
) -> Dose:
    if composition is None:
        sugar, acid, other_kcal = NONE, NONE, None
    else:
        sugar, acid, other_kcal = composition.sugar_g, composition.acid_g, composition.other_kcal
    kcal = Spread(
        *(
            KCAL_PER_G["alcohol"] * ETHANOL_G_PER_ML * alcohol
            + KCAL_PER_G["sugar"] * sweet
            + KCAL_PER_G["acid"] * sour
            + (other_kcal or 0.0)
            for alcohol, sweet, sour in zip(abv, sugar, acid, strict=True)
        )
    )
    return Dose(
        measured,
        amount,
        abv,
        sugar,
        acid,
        kcal,
        melt,
        composition is not None,
        other_kcal is not None and has_strength,
        has_strength,
        is_liquid,
        name.casefold(),
    )


def _composition_of(line: IngredientLine, form: str = "") -> Composition | None:
    """Return the composition of the line's ingredient, covering all that the recipe allows."""
    composition = composition_of(line.name + form)
    for name in line.alternatives:
        other = composition_of(name + form)
        composition = composition and other and composition.covering(other)
    return composition


def _unknown(line: IngredientLine) -> Dose:
    return _dose("unbounded", NONE, NONE, None, is_liquid=False, name=line.name)


def _fruit(line: IngredientLine, kind: Kind) -> Fruit | None:
    if line.unit == "garnish":
        return None
    composition, grams = _composition_of(line), _grams(line, kind)
    whole = None
    if composition and grams:
        whole = _dissolved(line, grams, composition)
    word = line.name.casefold().rpartition(" ")[2]
    is_garnish = line.unit in _GARNISHES or line.amount_min is None
    return Fruit(word.removesuffix("y").removesuffix("s"), whole, _juice(line), is_garnish)


def _juice(line: IngredientLine) -> Dose | None:
    """Return the juice of whole fruits, a slice or wedge being an eighth of one."""
    one = juice_ml(line.name)
    composition = _composition_of(line, " juice")
    if one is None or composition is None or line.amount_min is None or line.amount_max is None:
        return None
    if line.unit in _PIECES:
        share = 1.0
    elif line.unit in {"slice", "wedge"}:
        share = 0.125
    else:
        return None
    low, high = line.amount_min * one[0] * share, line.amount_max * one[1] * share
    amount = Spread(low, (low + high) / 2, high)
    return _dose("ml", amount, NONE, composition, is_liquid=False, name=line.name)


def _stays_out_of_the_shaker(line: IngredientLine, substance: Substance) -> bool:
    """Return whether it is fizzy, or is poured on top by its measure."""
    return (
        substance.kind in _FIZZY
        or line.unit in {"fill", "float"}
        or "sparkling" in line.name.casefold()
        or "Sparkling wine" in ancestors(line.name)
    )


def _grams(line: IngredientLine, kind: Kind) -> Spread | None:
    """Return the mass of a solid; None if it is unknown."""
    if line.amount_min is None or line.amount_max is None or line.certainty == "unknown":
        return None
    amount = line.amount_min, line.amount_max
    if line.unit in GRAMS_PER_UNIT or (line.unit == "oz" and line.kind == "mass"):
        one = Spread(*[GRAMS_PER_UNIT.get(line.unit, OUNCE_G)] * 3)
    elif line.ml_min is not None and line.ml_max is not None:
        weight = _weight_of(line.name, kind, "ml")
        if weight is None:
            return None
        one, amount = weight, (line.ml_min, line.ml_max)
    else:
        weight = _weight_of(line.name, kind, "piece" if line.unit in _PIECES else line.unit)
        if weight is None:
            return None
        one = weight
    low, high = amount
    return Spread(low * one.least, (low + high) / 2 * one.usual, high * one.most)


def _weight_of(name: str, kind: Kind, form: str) -> Spread | None:
    """Return the mass of one piece or one ml of an ingredient."""
    table = _weights()
    for of in (name, *ancestors(name), kind):
        if weight := table.get((of, form)):
            return weight
    return None


@cache
def _weights() -> dict[tuple[str, str], Spread]:
    return {
        (of, form): Spread(float(least), float(usual), float(most))
        for of, form, least, usual, most, _source in read_table("weights.csv")
    }
