"""The catalogue, read: drinks by id and by query, facets, ingredients, makeable drinks."""

import sqlite3
import weakref
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock

from msgspec import Raw

from mocktailverse.catalogue.encoded_drinks import EncodedDrinks
from mocktailverse.catalogue.in_memory import InMemory, MakeableRequest
from mocktailverse.catalogue.ingredient_list import (
    ingredient_detail,
    list_ingredients,
    similar_ingredients,
)
from mocktailverse.catalogue.meta import Meta, read_meta
from mocktailverse.catalogue.rows import (
    drinks_by_id,
    drinks_by_row,
    drinks_in_name_order,
    rows_of_ids,
    unread,
)
from mocktailverse.catalogue.search.groups_of_drinks import variants_in
from mocktailverse.catalogue.search.query import (
    DrinkQuery,
    Facets,
    IngredientDetail,
    IngredientEntry,
    Makeable,
    MakeableDrink,
    Page,
    Statistics,
)
from mocktailverse.catalogue.statistics import compute_statistics
from mocktailverse.drinks.drink import Drink
from mocktailverse.drinks.field_differences import FieldDifference
from mocktailverse.drinks.substitutions.shelf import Allowance
from mocktailverse.errors import CatalogueError


class Catalogue:
    """One catalogue file, open for reading by any number of threads.

    Drinks by id and whole exports are read from the file; everything else uses an index in
    memory, which the first query builds (see `warm`). Every method raises CatalogueError if the
    file is damaged or closed.
    """

    def __init__(self, path: Path) -> None:
        """Open a file.

        Raises:
            CatalogueError: it is missing, or not a catalogue of this code's format. Call
                `format_upgrade.upgrade` first on a copy that may be of an earlier one.
        """
        self.path = path
        self._connections = ConnectionPool(path)
        self._close = weakref.finalize(self, self._connections.close)
        self._encoded = EncodedDrinks(self._connections.borrow)
        self._building = Lock()
        self._built: InMemory | None = None
        self._statistics: Statistics | None = None
        with self._connections.borrow() as connection:
            self.meta: Meta = read_meta(connection)
            """The file's version, format and counts."""

    def close(self) -> None:
        """Close the file; iterators that are under way can finish."""
        self._close()

    @property
    def is_warm(self) -> bool:
        """Whether the index is built."""
        return self._built is not None

    def warm(self, earlier: "Catalogue | None" = None, rows: Collection[int] | None = None) -> None:
        """Build the index now, so that no query has to wait for it.

        What an earlier catalogue has in memory is taken over and updated, if `rows` are all those
        of `drinks` in which the two may differ; `earlier` stays valid. Purchases, statistics,
        groups and some orders are computed when needed.
        """
        if earlier is not None and rows is not None:
            self._encoded.take_over(earlier._encoded, rows)  # noqa: SLF001 - of this class, too
            if held := earlier._built:  # noqa: SLF001 - of this class, too
                with suppress(CatalogueError):  # the earlier file may be damaged; this one is built
                    self._built = held.updated(self._connections.borrow, rows)
        self._in_memory()

    def drink(self, drink_id: str) -> Drink | None:
        """Return one drink, withdrawn or not; None if no drink has this id."""
        return next(iter(self.drinks([drink_id])), None)

    def drinks(self, ids: Sequence[str]) -> list[Drink]:
        """Return the drinks with these ids, in their order; unknown ids are skipped."""
        with self._connections.borrow() as connection:
            return drinks_by_id(connection, ids)

    def variants(self, drink: Drink) -> list[Drink]:
        """Return the recipes of the same drink from other sources, without withdrawn ones."""
        with self._connections.borrow() as connection:
            return variants_in(connection, drink)

    def groups(self, drinks: Sequence[Drink]) -> dict[str, list[str]]:
        """Return for each drink the ids of its group, itself included, in name order.

        Drinks that are alone are left out. A group has at most one drink of each source.
        """
        return self._in_memory().search.groups.ids_of(drinks)

    def all_drinks(self) -> Iterator[Drink]:
        """Stream every drink in name order, withdrawn ones included."""
        with self._connections.borrow() as connection:
            yield from drinks_in_name_order(connection)

    def unread_fields(self) -> Iterator[tuple[str, FieldDifference]]:
        """Yield drink id and value of each field that the code which built the file had, alone."""
        with self._connections.borrow() as connection:
            yield from unread(connection)

    def search(
        self, query: DrinkQuery, *, limit: int = 25, after: str | None = None
    ) -> Page[Drink]:
        """Return a page of the drinks that match a query; `after` is `next` of the last page.

        Raises:
            UsageError: the cursor is invalid or of another query, or the limit is below 1.
        """
        page = self._in_memory().search.page(query, limit, after)
        return Page(self._drinks_at(page.items), page.next)

    def encoded_page(self, query: DrinkQuery, limit: int, after: str | None) -> Page[Raw]:
        """Return the page that `search` returns, with the drinks as JSON."""
        built = self._in_memory()
        page = built.search.page(query, limit, after)
        rows = [built.index.rows[ordinal] for ordinal in page.items]
        return Page(self._encoded.by_row(rows), page.next)

    def encoded_drink(self, drink_id: str) -> Raw | None:
        """Return the drink that `drink` returns, as JSON."""
        with self._connections.borrow() as connection:
            rows = rows_of_ids(connection, [drink_id])
        return next(iter(self._encoded.by_row(rows)), None)

    def count(self, query: DrinkQuery) -> int:
        """Return how many drinks match a query."""
        return self._in_memory().search.matches(query).bit_count()

    def facets(self, query: DrinkQuery) -> Facets:
        """Return for each field the values of the query's drinks, the field's own filter aside.

        At most the 100 most frequent values of each; those of mocktail are "true" and "false".
        """
        return self._in_memory().search.facets(query)

    def random(self, query: DrinkQuery) -> Drink | None:
        """Return one of the drinks that match a query, all equally likely; None without any."""
        ordinal = self._in_memory().search.random(query)
        return None if ordinal is None else self._drinks_at([ordinal])[0]

    def ingredients(
        self, *, q: str = "", kind: tuple[str, ...] = (), limit: int = 50, after: str | None = None
    ) -> Page[IngredientEntry]:
        """Return a page of the ingredients in use, most used first, then by name.

        `q` is a part of the name, or any spelling of it.

        Raises:
            UsageError: the cursor is invalid or of another query, or the limit is below 1.
        """
        return list_ingredients(self._in_memory().index.ingredients, q, kind, limit, after)

    def ingredient(self, name: str) -> IngredientDetail | None:
        """Return an ingredient in any spelling; None if no drink has it or a kind of it."""
        index = self._in_memory().index
        with self._connections.borrow() as connection:
            return ingredient_detail(index, connection, name)

    def similar_ingredients(self, name: str) -> list[str]:
        """Return at most five suggestions for a name, most similar first."""
        return similar_ingredients(self._in_memory().index.ingredients, name)

    def makeable(  # noqa: PLR0913 - the parameters of one query
        self,
        have: Sequence[str],
        *,
        missing: int = 0,
        mocktail: bool | None = None,
        convertible: bool = False,
        allowance: Allowance = "near",
        group: bool = False,
        limit: int = 25,
        after: str | None = None,
    ) -> Makeable:
        """Return the drinks for which at most `missing` (0 to 2) ingredients are missing.

        Garnishes, rims, ice, water and a pinch of salt are not needed. By default an ingredient
        replaces what is the same or near equal: lime juice the juice of a lime, Cointreau triple
        sec. With the allowance `acceptable`, lemon also replaces lime; `strict` needs every line,
        by its name or a kind of it. Drinks with fewer missing ingredients come first, then by name.
        Withdrawn drinks are left out, and those without any ingredient: their needs are not known.

        With `convertible`, the drinks are the mocktails and the cocktails that become one by their
        pantry conversion, which then count by what that needs; with `mocktail` False as well, only
        the cocktails. With `group`, of the recipes of one drink only the one with the fewest
        missing ingredients counts.

        Raises:
            UsageError: as `search`, or `missing` is not 0, 1 or 2.
        """
        built = self._in_memory()
        kind = None if convertible and mocktail else mocktail
        request = MakeableRequest(tuple(have), allowance, kind, missing, convertible, group)
        return built.makeable(request, limit, after, self._drinks_at)

    def from_shelf(
        self, drink: Drink, have: Sequence[str], allowance: Allowance = "near"
    ) -> MakeableDrink:
        """Return a drink with what is missing and what replaces what; see `makeable`."""
        return self._in_memory().missing.inventory(have, allowance).makeable(drink)

    def statistics(self) -> Statistics:
        """Return the catalogue in figures; computed once."""
        built = self._in_memory()
        if self._statistics is None:
            with self._connections.borrow() as connection:
                self._statistics = compute_statistics(built.index, connection)
        return self._statistics

    def _drinks_at(self, ordinals: Sequence[int]) -> list[Drink]:
        rows = self._in_memory().index.rows
        with self._connections.borrow() as connection:
            return drinks_by_row(connection, [rows[ordinal] for ordinal in ordinals])

    def _in_memory(self) -> InMemory:
        if self._built is None:
            with self._building:
                self._built = self._built or InMemory.read(self._connections.borrow)
        return self._built


class ConnectionPool:
    """Read-only connections, each used by one thread at a time and then reused.

    SQLite opens the file as immutable: without locks, so it can be deleted while it is open.
    """

    def __init__(self, path: Path) -> None:
        """Open no connection yet."""
        self._uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        self._idle: list[sqlite3.Connection] = []
        self._lock = Lock()
        self._closed = False

    @contextmanager
    def borrow(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection.

        Raises:
            CatalogueError: the file cannot be read, or is closed.
        """
        try:
            connection = self._take()
            try:
                yield connection
            finally:
                self._give_back(connection)
        except sqlite3.DatabaseError as error:
            raise CatalogueError(f"The catalogue cannot be read: {error}.") from error

    def close(self) -> None:
        """Close all connections: idle ones now, lent ones when they are given back."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _take(self) -> sqlite3.Connection:
        with self._lock:
            if self._closed:
                raise CatalogueError("The catalogue is closed.")
            if self._idle:
                return self._idle.pop()
        return sqlite3.connect(self._uri, uri=True, check_same_thread=False)

    def _give_back(self, connection: sqlite3.Connection) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(connection)
                return
        connection.close()
