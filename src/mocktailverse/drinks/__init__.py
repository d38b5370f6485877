"""The domain, pure: drinks, raw records, measures, ingredients, strength.

Nothing here knows of AWS, files, clocks or the environment: values in, values out.
"""

from mocktailverse.drinks.measures import parse_measure

__all__ = ["parse_measure"]
