"""Strength: the facts derived from a drink's lines, each a range with its certainty."""

from mocktailverse.drinks.strength.derive import derive

__all__ = ["derive"]
