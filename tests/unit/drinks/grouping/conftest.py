"""Drinks of several sources, from a name and lines of text."""

from collections.abc import Callable

import pytest

from mocktailverse.drinks.drink import Drink, Lineage
from mocktailverse.drinks.lines.recipe_line import parse_line
from mocktailverse.drinks.normalize import normalize
from mocktailverse.drinks.record import RawLine, Record


def _drink_of(source: str, name: str, *lines: str, glass: str | None = None) -> Drink:
    parsed = list(map(parse_line, lines))
    raw = tuple(
        RawLine(position, line.name_raw, line.measure_raw or None)
        for position, line in enumerate(parsed, 1)
    )
    record = Record(name.casefold(), name, None, None, glass, None, (), {}, raw, None, None, ())
    drink = normalize(record, source, 0, Lineage("", "", "", 0, 0)).drink
    assert drink
    return drink


@pytest.fixture(scope="session")
def drink_of() -> Callable[..., Drink]:
    """Return the function: `drink_of("a", "Daiquiri", "2 oz rum", "1 oz lime juice")`."""
    return _drink_of
