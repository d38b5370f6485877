"""The domain, as pure functions: drinks, raw records, measures, ingredients, strength, mocktails.

Nothing here uses AWS, the clock, the environment or files other than the package's own tables.
"""

from typing import TYPE_CHECKING

from mocktailverse.drinks.measures import parse_measure

if TYPE_CHECKING:
    from mocktailverse.drinks.conversion.convert import to_mocktail

__all__ = ["parse_measure", "to_mocktail"]


def __getattr__(name: str) -> object:
    """Return the converter; it is imported on first use, so that pipelines do not load it."""
    if name == "to_mocktail":
        from mocktailverse.drinks.conversion.convert import to_mocktail  # noqa: PLC0415 - on use

        return to_mocktail
    raise AttributeError(name)
