"""Derive the facts of a drink: volume, alcohol, strength, spirits, method, whether a mocktail.

Each figure is a range that covers everything that the recipe leaves open. A figure without bounds
is None. For the formulas and their sources see docs/explanation/strength.md.
"""

from collections.abc import Sequence

from mocktailverse.drinks.codes import Quality
from mocktailverse.drinks.drink import Alcoholic, Certainty, Derived, Method
from mocktailverse.drinks.strength.causes import causes_of
from mocktailverse.drinks.strength.dilution import dilution
from mocktailverse.drinks.strength.glasses import Glass, vessel_of
from mocktailverse.drinks.strength.methods import preparation_of
from mocktailverse.drinks.strength.portions import Portion, Trait
from mocktailverse.drinks.strength.pours import NON_ALCOHOLIC_PERCENT, Range
from mocktailverse.drinks.strength.totals import (
    capped,
    exact_totals,
    totals_of,
    within_largest_recipe,
)

ETHANOL_G_PER_ML = 0.789
"""Density of ethanol at 20 °C."""

STANDARD_DRINK_G = 14.0
"""Alcohol in a US standard drink (NIAAA)."""

_Figure = tuple[float | None, float | None]

_CONTRADICTED: dict[tuple[str | None, bool | None], tuple[Quality, ...]] = {
    ("alcoholic", True): (Quality.STRENGTH_CONTRADICTS,),
    ("non_alcoholic", False): (Quality.STRENGTH_CONTRADICTS,),
}

_MAY_HOLD_ALCOHOL = frozenset({"strong", "doubtful"})


def derive(
    portions: Sequence[Portion],
    instructions: str | None,
    alcoholic: Alcoholic | None,
    glass: str | None = None,
    category: str | None = None,
) -> tuple[Derived, tuple[Quality, ...]]:
    """Return a drink's derived facts, and quality codes where they contradict the source.

    `portions` are what the ingredient lines add, in any order; `instructions` are in English. The
    size of the `glass` bounds ingredients without an amount, except those of a punch or a home-made
    liqueur (by `category`). `alcoholic` is what the source states.

    The code is `strength_contradicts` if the source calls a drink with alcohol non-alcoholic or the
    reverse, and `volume_implausible` if the lines add up to more than one recipe makes.
    """
    # Turn the portions (rows) into one tuple for each field (columns).
    columns = zip(*portions, strict=True) if portions else ((),) * len(Portion._fields)
    line_traits, spirits, amounts, pours, ml, pure, _names, food_ml = columns
    traits: frozenset[Trait] = frozenset().union(*line_traits)
    preparation = preparation_of(instructions)
    method = preparation.method
    vessel = vessel_of(glass, category)
    ice_named = preparation.ice_named or "ice" in traits
    if "open" in traits:
        liquids = [pour for pour in pours if pour]
        totals = totals_of(liquids, vessel, ice_named=ice_named, filled=preparation.filled)
    else:
        totals = exact_totals(ml, pure)
    unchecked, totals = totals, within_largest_recipe(totals)
    quality = () if totals is unchecked else (Quality.VOLUME_IMPLAUSIBLE,)
    if portions and traits.isdisjoint(_MAY_HOLD_ALCOHOL):
        totals = capped(NON_ALCOHOLIC_PERCENT if "trace" in traits else 0.0, totals)
    mixed = totals.abv_percent
    served = _served(mixed, method, vessel, ice_named=ice_named)
    thinned = _thinned(served or mixed, totals.total_ml[1], sum(food_ml))
    mocktail = _is_mocktail(traits, thinned, partial=totals.partial) if portions else None
    grams = _scaled(totals.alcohol_ml, ETHANOL_G_PER_ML)
    total_ml, abv_percent = _rounded(totals.total_ml), _rounded(mixed)
    derived = Derived(
        *total_ml,
        *_rounded(grams),
        *abv_percent,
        *_rounded(served),
        *_rounded(_scaled(grams, 1 / STANDARD_DRINK_G)),
        _certainty(total_ml, abv_percent, rough="imprecise" in traits),
        _spirits(spirits, amounts),
        method,
        mocktail,
        causes_of(
            portions,
            is_strength_known=mixed is not None,
            is_mocktail_known=mocktail is not None,
        ),
    )
    return derived, (*_CONTRADICTED.get((alcoholic, mocktail), ()), *quality)


def _served(
    mixed: Range | None, method: Method | None, vessel: Glass | None, *, ice_named: bool
) -> Range | None:
    if mixed is None or mixed[1] == 0:
        return mixed
    if method is None:
        return None
    low, high = mixed
    iced_glass = vessel is None or vessel.iced
    _, most_water = dilution(method, low, ice_named=ice_named, iced_glass=iced_glass)
    least_water, _ = dilution(method, high, ice_named=ice_named, iced_glass=iced_glass)
    return low / (1 + most_water), high / (1 + least_water)


def _certainty(total_ml: _Figure, abv_percent: _Figure, *, rough: bool) -> Certainty:
    if abv_percent[0] is None:
        return "unknown"
    if abv_percent[0] != abv_percent[1] or total_ml[0] != total_ml[1]:
        return "range"
    return "approximate" if rough else "exact"


def _spirits(spirits: Sequence[str | None], amounts: Sequence[float]) -> tuple[str, ...]:
    """Return the base spirits by amount, the largest first; equal ones by name."""
    sums = dict.fromkeys(filter(None, spirits), 0.0)
    for spirit, amount in zip(spirits, amounts, strict=True):
        if spirit:
            sums[spirit] += amount
    return tuple(sorted(sums, key=lambda spirit: (-sums[spirit], spirit)))


def _thinned(abv_percent: Range | None, most_ml: float | None, food_ml: float) -> Range | None:
    """Return the strength in a drink with food, whose volume the totals leave out."""
    if abv_percent is None or most_ml is None:
        return abv_percent
    share = most_ml / (most_ml + food_ml)
    return abv_percent[0] * share, abv_percent[1] * share


def _is_mocktail(
    traits: frozenset[Trait], abv_percent: Range | None, *, partial: bool
) -> bool | None:
    """Return whether the drink certainly has at most 0.5 % vol as served; None if unknown.

    Any alcoholic ingredient makes it False. Bitters and extracts count by the resulting strength.
    The result is unknown if an ingredient may be alcoholic, if the strength is unbounded or
    partial, or if food may make a drink with an extract weaker than computed.
    """
    if "alcoholic" in traits:
        return False
    if "doubtful" in traits:
        return None
    if "strong" not in traits:
        return True
    if abv_percent is None or partial:
        return None
    weakest, strongest = abv_percent
    if strongest <= NON_ALCOHOLIC_PERCENT:
        return True
    is_thinned = "food" in traits and "bitters" not in traits
    return None if weakest <= NON_ALCOHOLIC_PERCENT or is_thinned else False


def _scaled(figure: Range | None, factor: float) -> Range | None:
    return (figure[0] * factor, figure[1] * factor) if figure else None


def _rounded(figure: _Figure | None) -> _Figure:
    """Return the figure with two decimals: precise enough, and equal on every machine."""
    low, high = figure or (None, None)
    return None if low is None else round(low, 2), None if high is None else round(high, 2)
