"""Compute the figures of a recipe as it is served, after dilution."""

from collections.abc import Iterable

from mocktailverse.drinks.balance.composition import Spread
from mocktailverse.drinks.balance.doses import ETHANOL_G_PER_ML
from mocktailverse.drinks.balance.figures import usual_alcohol_ml, usual_figures
from mocktailverse.drinks.derivation.derive import STANDARD_DRINK_G
from mocktailverse.drinks.derivation.outcome import Outcome, outcome_of
from mocktailverse.drinks.derivation.portions import portion_of
from mocktailverse.drinks.derivation.served_figures import Served
from mocktailverse.drinks.drink import IngredientLine
from mocktailverse.drinks.strength.methods import preparation_of
from mocktailverse.drinks.strength.pours import Range


def served_of(
    lines: Iterable[IngredientLine],
    instructions: str | None,
    glass: str | None = None,
    category: str | None = None,
) -> Served:
    """Return the figures of a recipe; `instructions` are in English."""
    portions = [portion_of(line) for line in lines]
    return served_from(outcome_of(portions, preparation_of(instructions), glass, category))


def served_from(outcome: Outcome) -> Served:
    """Return the figures of what the portions of a recipe come to.

    The least and most cover everything that the recipe leaves open. The usual figure has the usual
    composition and strength, the middle of every range of amounts, and the usual dilution.
    """
    figures, settled = outcome.figures, outcome.settled
    usual = usual_figures(settled, outcome.melt)
    alcohol_ml = outcome.mixed.totals.alcohol_ml
    factor = ETHANOL_G_PER_ML / STANDARD_DRINK_G
    drinks = (alcohol_ml[0] * factor, alcohol_ml[1] * factor) if alcohol_ml else None
    usual_ml = usual_alcohol_ml(settled)
    return Served(
        _spread(figures.served_ml, _first(usual.served_ml)),
        _spread(outcome.abv_served_percent, outcome.likely_abv_served_percent),
        _spread(figures.sugar_g, _first(usual.sugar_g)),
        _spread(figures.acid_g, _first(usual.acid_g)),
        _spread(figures.sugar_g_per_100ml, _first(usual.sugar_g_per_100ml)),
        _spread(figures.acid_g_per_100ml, _first(usual.acid_g_per_100ml)),
        _spread(figures.energy_kcal, _first(usual.energy_kcal)),
        _spread(drinks, None if usual_ml is None else usual_ml * factor),
    )


def _first(bounds: Range | None) -> float | None:
    return bounds[0] if bounds else None


def _spread(bounds: Range | None, usual: float | None) -> Spread | None:
    """Return the figure; the usual one is inside its bounds but for rounding."""
    if bounds is None or usual is None:
        return None
    least, most = bounds
    return Spread(least, min(max(usual, least), most), most)
