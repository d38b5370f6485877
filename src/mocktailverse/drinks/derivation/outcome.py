"""What the lines of a recipe come to: the strength as mixed, and the figures as served."""

from collections.abc import Sequence

from msgspec import Struct

from mocktailverse.drinks.balance.figures import (
    NO_FIGURES,
    Figures,
    diluted_strength,
    figures_of,
    served_strength,
    usual_strength,
)
from mocktailverse.drinks.balance.settling import Settled, settle
from mocktailverse.drinks.derivation.portions import Portion, Trait
from mocktailverse.drinks.strength.dilution import MEASURED, NO_MELT, Melt, dilution, melt_of
from mocktailverse.drinks.strength.glasses import Glass, vessel_of
from mocktailverse.drinks.strength.methods import Preparation
from mocktailverse.drinks.strength.pours import NON_ALCOHOLIC_PERCENT, Range
from mocktailverse.drinks.strength.totals import (
    Totals,
    capped,
    exact_totals,
    totals_of,
    within_largest_recipe,
)

_MAY_HOLD_ALCOHOL = frozenset({"strong", "doubtful"})


class Mixed(Struct, frozen=True, gc=False):
    """A recipe as mixed: before its fruit is used, and before ice melts into it."""

    portions: Sequence[Portion]
    traits: frozenset[Trait]
    """Those of all portions."""
    preparation: Preparation
    vessel: Glass | None
    """The glass that bounds ingredients without an amount; None if its size is unknown."""
    ice_named: bool
    """Whether a line or the instructions mention ice."""
    totals: Totals
    """Volume, alcohol and strength."""
    is_plausible: bool
    """Whether the lines add up to no more than one recipe makes."""


class Outcome(Struct, frozen=True, gc=False):
    """Everything that is computed from the portions of a recipe."""

    mixed: Mixed
    settled: Settled
    melt: Melt
    abv_served_percent: Range | None
    likely_abv_served_percent: float | None
    figures: Figures
    """Sugar, acid and energy."""


def outcome_of(
    portions: Sequence[Portion],
    preparation: Preparation,
    glass: str | None = None,
    category: str | None = None,
) -> Outcome:
    """Return what the portions of a recipe come to; see `mixed_of`."""
    mixed = mixed_of(portions, preparation, glass, category)
    return served_outcome(mixed, settled_of(mixed))


def mixed_of(
    portions: Sequence[Portion], preparation: Preparation, glass: str | None, category: str | None
) -> Mixed:
    """Return the recipe of some portions, in any order, as mixed.

    The size of the `glass` bounds ingredients without an amount, except those of a punch or a
    home-made liqueur (by `category`).
    """
    traits: frozenset[Trait] = frozenset().union(*[portion.traits for portion in portions])
    vessel = vessel_of(glass, category)
    ice_named = preparation.ice_named or "ice" in traits
    if "open" in traits:
        liquids = [portion.pour for portion in portions if portion.pour]
        totals = totals_of(liquids, vessel, ice_named=ice_named, filled=preparation.filled)
    else:
        totals = exact_totals(
            [portion.ml for portion in portions], [portion.pure for portion in portions]
        )
    unchecked, totals = totals, within_largest_recipe(totals)
    is_plausible = totals is unchecked
    if portions and traits.isdisjoint(_MAY_HOLD_ALCOHOL):
        totals = capped(NON_ALCOHOLIC_PERCENT if "trace" in traits else 0.0, totals)
    return Mixed(portions, traits, preparation, vessel, ice_named, totals, is_plausible)


def settled_of(mixed: Mixed) -> Settled:
    """Return how much of each portion the drink gets."""
    doses = [portion.dose for portion in mixed.portions if portion.dose]
    return settle(doses, mixed.preparation, mixed.vessel, ice_named=mixed.ice_named)


def served_outcome(mixed: Mixed, settled: Settled) -> Outcome:
    """Return what the recipe comes to as served, with its melt water."""
    melt, served = _diluted(mixed, settled)
    return Outcome(
        mixed,
        settled,
        melt,
        served,
        _likely(mixed.totals.abv_percent, served, settled, melt),
        figures_of(settled, melt) if mixed.is_plausible else NO_FIGURES,
    )


def _diluted(recipe: Mixed, settled: Settled) -> tuple[Melt, Range | None]:
    """Return the melt water and the strength as served."""
    preparation, ice_named, vessel = recipe.preparation, recipe.ice_named, recipe.vessel
    method, iced_glass = preparation.method, vessel is None or vessel.iced
    strength = mixed = recipe.totals.abv_percent
    if preparation.is_hot and not ice_named:
        return NO_MELT, mixed
    if strength is None or settled.is_topped:
        # Only the melt water of shaking and stirring depends on the strength.
        is_needed = method is None or method in MEASURED
        strength = diluted_strength(settled) if is_needed else (0.0, 0.0)
    melt = melt_of(method, strength, ice_named=ice_named, iced_glass=iced_glass)
    if mixed is None or mixed[1] == 0:
        return melt, mixed
    low, high = mixed
    if method is None:
        # Water cannot lift a drink above the limit, so that its strength needs no method.
        is_weak = high <= NON_ALCOHOLIC_PERCENT
        return melt, (low / (1 + melt.most), high) if is_weak else None
    if settled.is_topped:
        served = served_strength(settled, melt) or (low / (1 + melt.most), high)
        return melt, (min(served[0], low), min(served[1], high))
    most = (
        melt.most
        if low == high
        else dilution(method, low, ice_named=ice_named, iced_glass=iced_glass)[1]
    )
    least = (
        melt.least
        if low == high
        else dilution(method, high, ice_named=ice_named, iced_glass=iced_glass)[0]
    )
    return melt, (low / (1 + most), high / (1 + least))


def _likely(
    mixed: Range | None, served: Range | None, settled: Settled, melt: Melt
) -> float | None:
    """Return the strength as served with usual amounts and usual dilution."""
    if mixed is None or served is None:
        return None
    if mixed[0] == mixed[1] and not settled.is_topped:
        return mixed[0] / (1 + melt.usual)
    likely = usual_strength(settled, melt)
    return None if likely is None else min(max(likely, served[0]), served[1])
