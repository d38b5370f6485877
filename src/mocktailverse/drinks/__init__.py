"""The domain, as pure functions: drinks, raw records, measures, lines, ingredients, strength.

Nothing here uses AWS, the clock, the environment or files other than the package's own tables.
"""

from typing import TYPE_CHECKING

from mocktailverse.drinks.measures import parse_measure

if TYPE_CHECKING:
    from mocktailverse.drinks.lines import parse_line

__all__ = ["parse_line", "parse_measure"]


def __getattr__(name: str) -> object:
    """Return `parse_line`, imported on first use: no Lambda function needs it at its start."""
    if name == "parse_line":
        from mocktailverse.drinks import lines  # noqa: PLC0415 - saves 8 ms of each cold start

        return lines.parse_line
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
