"""Writes catalogues: fills a new file, or edits a copy of the one that is published.

The file is private while it is written: no journal, no other reader. One that was not sealed is
to be thrown away.
"""

import secrets
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import NamedTuple, Self, TypeVar

import msgspec

from mocktailverse.catalogue import schema
from mocktailverse.catalogue.ingredient_counts import IngredientCounts, reference_digest
from mocktailverse.catalogue.meta import Meta, read_meta
from mocktailverse.catalogue.rows import (
    DRINK_COLUMNS,
    LINE_COLUMNS,
    drink_row,
    line_rows,
    text_row,
)
from mocktailverse.drinks.drink import Drink
from mocktailverse.errors import CatalogueError

CHUNK = 500
"""Drinks that are looked up and written together."""

CACHE_KIB = 64 * 1024

T = TypeVar("T")


class Fingerprint(NamedTuple):
    """What people see of a drink, in short; two that are equal look the same.

    Leaves out when and where it was last observed: that moves with every sighting.
    """

    quality: tuple[str, ...]
    content_hash: str
    transform_version: int
    withdrawn_at: int | None
    previous_name: str | None

    @classmethod
    def of(cls, drink: Drink) -> Self:
        """The fingerprint of a drink."""
        return cls(
            drink.quality,
            drink.content_hash,
            drink.lineage.transform_version,
            drink.withdrawn_at,
            drink.previous_name,
        )


class _Standing(NamedTuple):
    """A drink as it stands in the file."""

    row: int
    fingerprint: Fingerprint

    @property
    def is_withdrawn(self) -> bool:
        return self.fingerprint.withdrawn_at is not None


def catalogue_version(now_ms: int) -> str:
    """A new version, `<ms>-<8 hex digits>`: unique, and sorts by time."""
    return f"{now_ms}-{secrets.token_hex(4)}"


class CatalogueWriter:
    """Edits one catalogue file; `seal` ends it.

    Every method raises CatalogueError when the file turns out to be damaged.
    """

    def __init__(self, connection: sqlite3.Connection, sealed: Meta | None) -> None:
        """Use `create` or `open`."""
        self._connection = connection
        self._sealed = sealed
        self._withdrawn = sealed.withdrawn if sealed else 0
        self._counts = IngredientCounts()

    @classmethod
    def create(cls, path: Path) -> Self:
        """Begin an empty catalogue; a file that is there is replaced."""
        path.unlink(missing_ok=True)
        with _undamaged():
            connection = sqlite3.connect(path, isolation_level=None)
            schema.create(connection)
            _begin(connection)
        return cls(connection, None)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Begin to edit a sealed catalogue in place.

        Raises:
            CatalogueError: it is none, or has another format or reference of ingredients.
        """
        if not path.is_file():
            raise CatalogueError(f"{path} is no file.")
        connection = sqlite3.connect(path, isolation_level=None)
        try:
            sealed = read_meta(connection)
            _require_our_reference(connection)
            _begin(connection)
        except CatalogueError:
            connection.close()
            raise
        return cls(connection, sealed)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give up the file; after `seal` this does nothing."""
        self._connection.close()

    @property
    def meta(self) -> Meta:
        """What the file that was opened says of itself."""
        return read_meta(self._connection)

    def fingerprints(self, ids: Iterable[str]) -> dict[str, Fingerprint]:
        """The fingerprints of those of the drinks that are in the catalogue."""
        return {
            drink_id: standing.fingerprint
            for chunk in _chunks(ids)
            for drink_id, standing in self._standing(chunk).items()
        }

    def put(self, drinks: Iterable[Drink]) -> int:
        """Insert drinks, and replace those whose fingerprint differs; returns how many changed."""
        return sum(self._put(chunk) for chunk in _chunks(drinks))

    def remove(self, ids: Iterable[str]) -> int:
        """Remove drinks; returns how many were there."""
        return sum(self._erase(self._standing(chunk)) for chunk in _chunks(ids))

    def seal(self, *, version: str, built_at: int, table: str) -> Meta:
        """Bring ingredients and counts up to date, say what the file is, and close it.

        `built_at` in ms; `table` is the name of the drinks table that it was made from.
        """
        with self, _undamaged():
            if self._sealed is None:
                self._index()
            self._counts.write(self._connection)
            self._write_meta({"version": version, "built_at": built_at, "table": table})
            meta = read_meta(self._connection)
            self._connection.execute("COMMIT")
        return meta

    def _standing(self, ids: Collection[str]) -> dict[str, _Standing]:
        columns = "id, row, quality, content_hash, transform_version, withdrawn_at, previous_name"
        query = f"SELECT {columns} FROM drinks WHERE id IN ({_marks(ids)})"  # noqa: S608 - question marks
        with _undamaged():
            return {
                drink_id: _Standing(row, Fingerprint(tuple(msgspec.json.decode(quality)), *facts))
                for drink_id, row, quality, *facts in self._connection.execute(query, tuple(ids))
            }

    def _put(self, drinks: Sequence[Drink]) -> int:
        given = {drink.id: drink for drink in drinks}
        standing = self._standing(given)
        changed = [
            drink
            for drink in given.values()
            if drink.id not in standing or standing[drink.id].fingerprint != Fingerprint.of(drink)
        ]
        self._erase({d.id: standing[d.id] for d in changed if d.id in standing})
        with _undamaged():
            self._insert(changed)
        for drink in changed:
            is_withdrawn = drink.withdrawn_at is not None
            self._withdrawn += is_withdrawn
            self._counts.came((line.name for line in drink.ingredients), is_withdrawn=is_withdrawn)
        return len(changed)

    def _insert(self, drinks: Sequence[Drink]) -> None:
        ((last,),) = self._connection.execute("SELECT coalesce(max(row), 0) FROM drinks")
        numbered = list(enumerate(drinks, last + 1))
        tables: dict[tuple[str, ...], Iterable[tuple[object, ...]]] = {
            ("drinks", "row", *DRINK_COLUMNS): ((n, *drink_row(d)) for n, d in numbered),
            ("drink_ingredients", *LINE_COLUMNS): (line for d in drinks for line in line_rows(d)),
            ("tags", "drink_id", "tag"): ((d.id, tag) for d in drinks for tag in set(d.tags)),
            ("drink_spirits", "drink_id", "spirit"): (
                (d.id, spirit) for d in drinks for spirit in set(d.derived.spirits)
            ),
            ("drink_texts", "rowid", "name", "ingredients", "instructions", "tags"): (
                (n, *text_row(d)) for n, d in numbered
            ),
        }
        for (table, *columns), rows in tables.items():
            statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({_marks(columns)})"  # noqa: S608 - the names above
            self._connection.executemany(statement, rows)

    def _erase(self, standing: Mapping[str, _Standing]) -> int:
        execute, ids = self._connection.execute, tuple(standing)
        names: dict[str, list[str]] = {drink_id: [] for drink_id in ids}
        these = f"drink_id IN ({_marks(ids)})"
        with _undamaged():
            query = f"SELECT drink_id, name FROM drink_ingredients WHERE {these}"  # noqa: S608 - question marks
            for drink_id, name in execute(query, ids):
                names[drink_id].append(name)
            for table in ("drink_ingredients", "tags", "drink_spirits"):
                execute(f"DELETE FROM {table} WHERE {these}", ids)  # noqa: S608 - question marks
            rows = [(drink.row,) for drink in standing.values()]
            self._connection.executemany("DELETE FROM drink_texts WHERE rowid = ?", rows)
            self._connection.executemany("DELETE FROM drinks WHERE row = ?", rows)
        for drink_id, drink in standing.items():
            self._withdrawn -= drink.is_withdrawn
            self._counts.went(names[drink_id], is_withdrawn=drink.is_withdrawn)
        return len(standing)

    def _index(self) -> None:
        """After the first filling, which is faster without."""
        self._connection.execute("INSERT INTO drink_texts (drink_texts) VALUES ('optimize')")
        for statement in filter(str.strip, schema.INDEXES.split(";")):
            self._connection.execute(statement)

    def _write_meta(self, given: Mapping[str, object]) -> None:
        ((drinks, ingredients, newest),) = self._connection.execute(
            "SELECT (SELECT count(*) FROM drinks), (SELECT count(*) FROM ingredients),"
            " (SELECT max(observed_at) FROM drinks)"
        )
        rows = {
            **given,
            "format": schema.FORMAT,
            "drinks": drinks,
            "ingredients": ingredients,
            "withdrawn": self._withdrawn,
            "newest_observed_at": newest,
            "reference": reference_digest(),
        }
        self._connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", rows.items())


def _require_our_reference(connection: sqlite3.Connection) -> None:
    query = "SELECT value FROM meta WHERE key = 'reference'"
    if connection.execute(query).fetchone() != (reference_digest(),):
        raise CatalogueError("The file was made with another reference of ingredients.")


def _begin(connection: sqlite3.Connection) -> None:
    """Begin the one transaction of a private file, which needs no safety but speed."""
    connection.executescript(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;"
        f"PRAGMA temp_store = MEMORY; PRAGMA cache_size = -{CACHE_KIB}; BEGIN"
    )


@contextmanager
def _undamaged() -> Iterator[None]:
    try:
        yield
    except (sqlite3.DatabaseError, msgspec.DecodeError) as error:
        raise CatalogueError(f"The catalogue cannot be written: {error}.") from error


def _marks(values: Collection[object]) -> str:
    """A parameter's mark for each value."""
    return ", ".join("?" * len(values))


def _chunks(items: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk
