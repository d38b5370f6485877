"""Melt water of a drink and of its mocktail, as the product computes it."""

from typing import NamedTuple

from mocktailverse.drinks.balance.outcome import outcome_of
from mocktailverse.drinks.conversion.usual_content import content_of_line
from mocktailverse.drinks.drink import Drink, Method
from mocktailverse.drinks.strength.dilution import usual_dilution
from mocktailverse.drinks.strength.glasses import vessel_of
from mocktailverse.drinks.strength.portions import portion_of


class Melts(NamedTuple):
    """Usual melt water for each ml that is iced."""

    before: float
    after: float
    """Without alcohol, which melts more ice."""


def melts_of(drink: Drink, method: Method) -> Melts:
    """Return the melt water of a drink and of one without alcohol, made in the same way."""
    portions = [portion_of(line) for line in drink.ingredients]
    traits = frozenset().union(*[portion.traits for portion in portions])
    outcome = outcome_of(
        portions, traits, drink.instructions.get("en"), drink.glass, drink.category
    )
    if not outcome.melt.most:
        return Melts(0.0, 0.0)
    vessel = vessel_of(drink.glass, drink.category)
    after = usual_dilution(
        method,
        0.0,
        ice_named=outcome.preparation.ice_named or "ice" in traits,
        iced_glass=vessel is None or vessel.iced,
    )
    return Melts(outcome.melt.usual, after)


def unmeasured_ml(drink: Drink, melts: Melts, served_ml: float) -> float:
    """Return the usual volume of the lines that only the glass limits."""
    contents = [content_of_line(line) for line in drink.ingredients]
    if None not in contents:
        return 0.0
    measured = sum(
        content.ml * (1 + content.melts_ice * melts.before) for content in contents if content
    )
    return max(0.0, served_ml - measured)
