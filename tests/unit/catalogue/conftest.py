"""Fictional drinks, and catalogues of them."""

from collections.abc import Callable, Iterable, Iterator
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.catalogue.search.query import Page
from mocktailverse.catalogue.writer import CatalogueWriter, catalogue_version
from mocktailverse.drinks.drink import Derived, Drink, IngredientLine, Lineage


def _build_drink(
    name: str = "Margarita",
    *ingredients: str,
    drink_id: str | None = None,
    instructions: str = "",
    observed_at: int = 1_000,
    withdrawn_at: int | None = None,
    category: str | None = None,
    alcoholic: str | None = None,
    glass: str | None = None,
    tags: tuple[str, ...] = (),
    quality: tuple[str, ...] = (),
    **derived: object,
) -> Drink:
    """Return a drink with ingredients of canonical names; `derived` are fields of Derived."""
    lines = (
        IngredientLine(
            number, ingredient, ingredient, "1 oz", 1, 1, "oz", 29.5735, 29.5735, "volume", "exact"
        )
        for number, ingredient in enumerate(ingredients, 1)
    )
    drink_id = drink_id or f"test:{name}"
    return Drink(
        drink_id, "test", name, category, alcoholic, glass, None, tags,
        {"en": instructions} if instructions else {}, tuple(lines), None, None,
        Derived(**derived), quality, f"hash of {drink_id}", observed_at, withdrawn_at, None,
        Lineage("data", "raw/test/part.ndjson", "1", 0, 1),
    )  # fmt: skip


def write_catalogue(path: Path, drinks: Iterable[Drink]) -> Path:
    """Write a sealed catalogue file of drinks and return its path."""
    with CatalogueWriter.create(path) as writer:
        writer.put(drinks)
        writer.seal(version=catalogue_version(1_000), built_at=1_000, table="drinks")
    return path


@pytest.fixture(scope="session")
def make_drink() -> Callable[..., Drink]:
    """Return the function: `make_drink("Daiquiri", "Light rum", category="Cocktail")`."""
    return _build_drink


@pytest.fixture(scope="session")
def new_file() -> Callable[[Path, Iterable[Drink]], Path]:
    """Return the function: `new_file(path, drinks)` writes a catalogue."""
    return write_catalogue


@pytest.fixture(scope="session")
def open_catalogue() -> Iterator[Callable[[Iterable[Drink]], Catalogue]]:
    """Yield the function: `open_catalogue(drinks)` opens a catalogue until the session ends."""
    with TemporaryDirectory() as folder:
        catalogues, numbers = [], count()

        def make(drinks: Iterable[Drink]) -> Catalogue:
            path = write_catalogue(Path(folder, f"{next(numbers)}.sqlite"), drinks)
            catalogues.append(Catalogue(path))
            return catalogues[-1]

        yield make
        for catalogue in catalogues:
            catalogue.close()


@pytest.fixture(scope="session")
def two_drinks(open_catalogue, make_drink):
    return open_catalogue([make_drink("A", abv_percent_max=5), make_drink("B", abv_percent_max=6)])


@pytest.fixture(scope="session")
def all_items() -> Callable[[Callable[[str | None], Page]], list]:
    """Return the function: `all_items(fetch)` reads a listing; `fetch(cursor)` returns a page."""

    def read(fetch: Callable[[str | None], Page]) -> list:
        items, after = [], None
        for _ in range(100):
            page = fetch(after)
            assert len(page.items) <= 1
            items += page.items
            after = page.next
            if after is None:
                return items
        return pytest.fail("The pages do not end.")

    return read
