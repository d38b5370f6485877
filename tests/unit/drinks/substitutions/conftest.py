"""Lines and drinks as the pipeline reads them."""

from collections.abc import Callable

import pytest

from mocktailverse.drinks.drink import Drink, IngredientLine, Lineage
from mocktailverse.drinks.normalize import normalize
from mocktailverse.drinks.record import RawLine, Record


def _read_drink(name: str, *lines: tuple[str, str | None], instructions: str = "") -> Drink:
    record = Record(
        "1", name, None, None, None, None, (),
        {"en": instructions} if instructions else {},
        tuple(RawLine(n, *line) for n, line in enumerate(lines, 1)),
        None, None, (),
    )  # fmt: skip
    register = normalize(record, "test", 1_000, Lineage("data", "raw/test", "1", 0, 1))
    assert register.drink
    return register.drink


@pytest.fixture(scope="session")
def read_drink() -> Callable[..., Drink]:
    """Return the function: `read_drink("Daiquiri", ("Light rum", "2 oz"), ("Lime", "1"))`."""
    return _read_drink


@pytest.fixture(scope="session")
def read_line() -> Callable[[str, str | None], IngredientLine]:
    """Return the function: `read_line("Lime", "Juice of 1/2")`."""
    return lambda name, measure: _read_drink("Any", (name, measure)).ingredients[0]
