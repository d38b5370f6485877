"""Measures: parse the amount of an ingredient from the words of a recipe."""

from mocktailverse.drinks.measures.measure import Measure, parse_measure, remark_in

__all__ = ["Measure", "parse_measure", "remark_in"]
