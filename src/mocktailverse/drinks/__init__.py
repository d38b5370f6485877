"""The domain, as pure functions: drinks, raw records, measures, ingredients, strength.

Nothing here uses AWS, the clock, the environment or files other than the package's own tables.
"""

from mocktailverse.drinks.conversion.convert import to_mocktail
from mocktailverse.drinks.measures import parse_measure

__all__ = ["parse_measure", "to_mocktail"]
