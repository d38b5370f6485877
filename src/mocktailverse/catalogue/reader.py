"""The catalogue, read: drinks by id and by query, facets, ingredients, what can be made."""

import random
import weakref
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from threading import Lock

from mocktailverse.catalogue import facets, ingredients, stored_drinks
from mocktailverse.catalogue.answers import (
    Facet,
    Facets,
    IngredientDetail,
    IngredientEntry,
    Makeable,
    MakeableDrink,
    Page,
    Pairing,
    Statistics,
    StrengthBin,
    Unlock,
)
from mocktailverse.catalogue.bits import ordinals
from mocktailverse.catalogue.connections import Connections
from mocktailverse.catalogue.cursors import fingerprint
from mocktailverse.catalogue.index import Index
from mocktailverse.catalogue.makeable import MOST_MISSING, Makeability
from mocktailverse.catalogue.meta import Meta, read_meta
from mocktailverse.catalogue.paging import Asked, page_of_ranks
from mocktailverse.catalogue.query import DrinkQuery
from mocktailverse.catalogue.search import Search
from mocktailverse.catalogue.statistics import statistics
from mocktailverse.drinks.drink import Drink
from mocktailverse.errors import UsageError

__all__ = [
    "Catalogue",
    "Facet",
    "Facets",
    "IngredientDetail",
    "IngredientEntry",
    "Makeable",
    "MakeableDrink",
    "Meta",
    "Page",
    "Pairing",
    "Statistics",
    "StrengthBin",
    "Unlock",
]


@dataclass(frozen=True)
class _InMemory:
    """What is read from the file once, when the first query needs it."""

    index: Index
    search: Search
    makeability: Makeability


class Catalogue:
    """One catalogue file, open for reading by any number of threads.

    Drinks by id and whole exports are read from the file; everything else goes by an index in
    memory, which the first query builds (see `warm`). Every method raises CatalogueError when the
    file turns out to be damaged or is closed.
    """

    def __init__(self, path: Path) -> None:
        """Open a file.

        Raises:
            CatalogueError: it is missing, or no catalogue of this code's format.
        """
        self._connections = Connections(path)
        self._close = weakref.finalize(self, self._connections.close)
        self._building = Lock()
        self._built: _InMemory | None = None
        self._statistics: Statistics | None = None
        with self._connections.borrow() as connection:
            self._meta = read_meta(connection)

    @property
    def meta(self) -> Meta:
        """What the file says of itself."""
        return self._meta

    def close(self) -> None:
        """Close the file; who still iterates over it can finish."""
        self._close()

    def warm(self) -> None:
        """Build the index now, so that no query has to wait for it."""
        self._in_memory()

    def drink(self, drink_id: str) -> Drink | None:
        """One drink, withdrawn or not; None if there is none with this id."""
        return next(iter(self.drinks([drink_id])), None)

    def drinks(self, ids: Sequence[str]) -> list[Drink]:
        """The drinks with these ids, in their order; unknown ones are left out."""
        with self._connections.borrow() as connection:
            return stored_drinks.by_ids(connection, ids)

    def all_drinks(self) -> Iterator[Drink]:
        """Every drink in name order, withdrawn ones included; streams."""
        with self._connections.borrow() as connection:
            yield from stored_drinks.in_name_order(connection)

    def search(
        self, query: DrinkQuery, *, limit: int = 25, after: str | None = None
    ) -> Page[Drink]:
        """A page of the drinks that a query selects; `after` is the `next` of the page before.

        Raises:
            UsageError: the cursor is damaged or of another query, or the limit is below 1.
        """
        page = self._in_memory().search.page(query, limit, after)
        return Page(self._at(page.ordinals), page.next)

    def count(self, query: DrinkQuery) -> int:
        """How many drinks a query selects."""
        return self._in_memory().search.selected(query).bit_count()

    def facets(self, query: DrinkQuery) -> Facets:
        """For each field the values that the query's drinks have, the field's own filter aside.

        Of each field the 100 most frequent values; those of mocktail are "true" and "false".
        """
        built = self._in_memory()
        return facets.facets(built.index, built.search, query)

    def random(self, query: DrinkQuery) -> Drink | None:
        """One of the drinks that a query selects, each as likely; None if there is none."""
        built = self._in_memory()
        selected = built.search.selected(query)
        if not selected:
            return None
        chosen = random.randrange(selected.bit_count())  # noqa: S311 - which drink is no secret
        size = built.index.size
        (drink,) = self._at(list(islice(ordinals(selected, size), chosen, chosen + 1)))
        return drink

    def ingredients(
        self, *, q: str = "", kind: tuple[str, ...] = (), limit: int = 50, after: str | None = None
    ) -> Page[IngredientEntry]:
        """A page of the ingredients in use, most used first, then by name.

        `q` is a part of the name, or any spelling of it.

        Raises:
            UsageError: the cursor is damaged or of another query, or the limit is below 1.
        """
        return ingredients.listed(self._in_memory().index.ingredients, q, kind, limit, after)

    def ingredient(self, name: str) -> IngredientDetail | None:
        """An ingredient in any spelling; None if no drink has it or a kind of it."""
        index = self._in_memory().index
        with self._connections.borrow() as connection:
            return ingredients.detail(index, connection, name)

    def similar_ingredients(self, name: str) -> list[str]:
        """What may have been meant: at most five names, the most alike first."""
        return ingredients.similar(self._in_memory().index.ingredients, name)

    def makeable(
        self,
        have: Sequence[str],
        *,
        missing: int = 0,
        mocktail: bool | None = None,
        limit: int = 25,
        after: str | None = None,
    ) -> Makeable:
        """The drinks for which at most `missing` (0 to 2) of their ingredients are not there.

        Every distinct ingredient is asked for, ice and water too. What one has counts for every
        more general ingredient: White rum for Rum, never the other way. Fewer missing come
        first, then it goes by name. Left out are withdrawn drinks, and those without any
        ingredient: what they need is not known.

        Raises:
            UsageError: `missing` is none of 0, 1, 2; the cursor is damaged or of another query;
                the limit is below 1.
        """
        if not 0 <= missing <= MOST_MISSING:
            raise UsageError(f"Ask for drinks with 0 to {MOST_MISSING} missing ingredients.")
        built = self._in_memory()
        shelf = built.makeability.shelf(have)
        among = built.search.selected(DrinkQuery(mocktail=mocktail))
        exactly = built.makeability.missing(shelf, among)
        question = fingerprint("makeable", sorted(shelf.covers), missing, mocktail)
        asked = Asked(question, limit, after)
        page = page_of_ranks(built.index, exactly[: missing + 1], asked)
        return Makeable(
            shelf.have,
            shelf.unknown,
            {str(number): drinks.bit_count() for number, drinks in enumerate(exactly)},
            built.makeability.unlocks(shelf, among & ~exactly[0], exactly[1]),
            [MakeableDrink(drink, shelf.missing_for(drink)) for drink in self._at(page.ordinals)],
            page.next,
        )

    def statistics(self) -> Statistics:
        """The catalogue in figures; counted once."""
        built = self._in_memory()
        if self._statistics is None:
            with self._connections.borrow() as connection:
                self._statistics = statistics(built.index, connection)
        return self._statistics

    def _at(self, ordinals: Sequence[int]) -> list[Drink]:
        rows = self._in_memory().index.rows
        with self._connections.borrow() as connection:
            return stored_drinks.by_rows(connection, [rows[ordinal] for ordinal in ordinals])

    def _in_memory(self) -> _InMemory:
        if self._built is None:
            with self._building, self._connections.borrow() as connection:
                if self._built is None:
                    index = Index(connection)
                    self._built = _InMemory(
                        index, Search(index, self._connections), Makeability(index)
                    )
        return self._built
