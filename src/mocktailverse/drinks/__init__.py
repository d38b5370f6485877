"""The domain, as pure functions: drinks, raw records, measures, ingredients, balance, mocktails.

Nothing here uses AWS, the clock, the environment or files other than the package's own tables.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from mocktailverse.drinks.measures import parse_measure

if TYPE_CHECKING:
    from mocktailverse.drinks.conversion.convert import to_mocktail
    from mocktailverse.drinks.lines import parse_line

__all__ = ["parse_line", "parse_measure", "to_mocktail"]

_ON_FIRST_USE = {
    "parse_line": "mocktailverse.drinks.lines",
    "to_mocktail": "mocktailverse.drinks.conversion.convert",
}
"""Modules that no Lambda function needs at its start; importing them there would delay it."""


def __getattr__(name: str) -> object:
    """Return a function of this package whose module is imported on first use."""
    if name in _ON_FIRST_USE:
        return getattr(import_module(_ON_FIRST_USE[name]), name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
