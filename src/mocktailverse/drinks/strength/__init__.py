"""Strength: the facts derived from a drink's ingredient lines, as ranges with a certainty."""

from mocktailverse.drinks.strength.derive import derive, derive_portions
from mocktailverse.drinks.strength.portions import Portion, portion_of

__all__ = ["Portion", "derive", "derive_portions", "portion_of"]
