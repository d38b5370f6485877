"""Writes catalogues: fills a new file, or edits a copy of the published one.

The file is private while it is written: no journal, no other reader. Discard a file that was not
sealed.
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
from mocktailverse.catalogue.changes.row_edits import Action, RowEdit
from mocktailverse.catalogue.conversions import MOST_AT_ONCE, add_conversions
from mocktailverse.catalogue.fingerprint import Fingerprint
from mocktailverse.catalogue.ingredient_counts import IngredientCounts, reference_digest
from mocktailverse.catalogue.meta import Meta, read_meta
from mocktailverse.catalogue.rows import (
    DRINK_COLUMNS,
    LINE_COLUMNS,
    TEXT_COLUMNS,
    drink_row,
    line_rows,
    text_row,
)
from mocktailverse.drinks.drink import Drink
from mocktailverse.drinks.grouping.drink_names import name_keys
from mocktailverse.errors import CatalogueError

WRITE_CHUNK = 500
"""Number of drinks that are looked up and written together."""

CACHE_KIB = 64 * 1024

T = TypeVar("T")


class OtherReferenceError(CatalogueError):
    """The file was built with another ingredient reference; see `reference_update`."""


class _StoredDrink(NamedTuple):
    """Row and fingerprint of a drink in the file."""

    row: int
    fingerprint: Fingerprint


def catalogue_version(now_ms: int) -> str:
    """Return a new version, `<ms>-<8 hex digits>`: unique, and sorted by time."""
    return f"{now_ms}-{secrets.token_hex(4)}"


class CatalogueWriter:
    """Edits one catalogue file, and seals it; without that, a file that was opened stays as it was.

    Every method raises CatalogueError if the file is damaged.
    """

    def __init__(self, connection: sqlite3.Connection, sealed: Meta | None) -> None:
        """Use `create` or `open`."""
        self._connection = connection
        self._sealed = sealed
        self._withdrawn = sealed.withdrawn if sealed else 0
        self._counts = IngredientCounts()
        self.edits: list[RowEdit] = []
        """What was done to the file that was opened; of a new file, nothing is recorded."""

    @classmethod
    def create(cls, path: Path) -> Self:
        """Start an empty catalogue; an existing file is replaced."""
        path.unlink(missing_ok=True)
        with _damage_translated():
            connection = sqlite3.connect(path, isolation_level=None)
            _trade_safety_for_speed(connection)
            schema.create(connection)
            connection.execute("BEGIN")
        return cls(connection, None)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open a sealed catalogue to edit it in place.

        Raises:
            OtherReferenceError: it was built with another ingredient reference.
            CatalogueError: it is not a catalogue, or has another format.
        """
        if not path.is_file():
            raise CatalogueError(f"`{path}` is not a file.")
        connection = sqlite3.connect(path, isolation_level=None)
        try:
            sealed = read_meta(connection)
            _require_same_reference(connection)
            _trade_safety_for_speed(connection)
            connection.execute("BEGIN")
        except CatalogueError:
            connection.close()
            raise
        return cls(connection, sealed)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file, unfinished; does nothing after `seal`."""
        self._connection.close()

    @property
    def is_new(self) -> bool:
        """Whether the file has not been sealed yet."""
        return self._sealed is None

    @property
    def meta(self) -> Meta:
        """The version, format and counts of the file that was opened."""
        return read_meta(self._connection)

    def put(self, drinks: Iterable[Drink]) -> int:
        """Upsert drinks; those with an equal fingerprint are skipped. Return how many changed."""
        return sum(self._put(chunk) for chunk in _chunks(drinks))

    def remove(self, ids: Iterable[str]) -> int:
        """Remove drinks; return how many were in the catalogue."""
        return sum(self._erase(self._stored(chunk)) for chunk in _chunks(ids))

    def seal(
        self,
        *,
        version: str,
        built_at: int,
        table: str,
        most_conversions: int | None = MOST_AT_ONCE,
        commit: bool = True,
    ) -> Meta:
        """Update ingredients, conversions, counts and meta; then `commit`, unless that is to wait.

        `built_at` in ms; `table` is the name of the drinks table that it was built from;
        `most_conversions` limits how many drinks are newly converted, None does not.
        """
        with _damage_translated():
            if self._sealed is None:
                self._create_indexes()
            add_conversions(self._connection, self._edit, most_conversions)
            self._counts.write(self._connection, self._edit)
            self._write_meta({"version": version, "built_at": built_at, "table": table})
        meta = self.meta
        if commit:
            self.commit()
        return meta

    def commit(self) -> None:
        """Make the edits last, and close the file."""
        with self, _damage_translated():
            self._connection.execute("COMMIT")

    def _stored(self, ids: Collection[str]) -> dict[str, _StoredDrink]:
        columns = "id, row, quality, content_hash, transform_version, withdrawn_at, previous_name"
        query = f"SELECT {columns} FROM drinks WHERE id IN ({_placeholders(ids)})"  # noqa: S608 - question marks
        with _damage_translated():
            return {
                drink_id: _StoredDrink(row, Fingerprint(tuple(msgspec.json.decode(quality)), *rest))
                for drink_id, row, quality, *rest in self._connection.execute(query, tuple(ids))
            }

    def _put(self, drinks: Sequence[Drink]) -> int:
        by_id = {drink.id: drink for drink in drinks}
        stored = self._stored(by_id)
        changed = [
            drink
            for drink in by_id.values()
            if drink.id not in stored or stored[drink.id].fingerprint != Fingerprint.of(drink)
        ]
        self._erase({d.id: stored[d.id] for d in changed if d.id in stored})
        with _damage_translated():
            self._insert(changed)
        for drink in changed:
            is_withdrawn = drink.withdrawn_at is not None
            self._withdrawn += is_withdrawn
            self._counts.add((line.name for line in drink.ingredients), is_withdrawn=is_withdrawn)
        return len(changed)

    def _insert(self, drinks: Sequence[Drink]) -> None:
        ((last,),) = self._connection.execute("SELECT coalesce(max(row), 0) FROM drinks")
        numbered = list(enumerate(drinks, last + 1))
        self._edit(
            "insert", "drinks", ("row", *DRINK_COLUMNS), ((n, *drink_row(d)) for n, d in numbered)
        )
        lines = (line for d in drinks for line in line_rows(d))
        self._edit("insert", "drink_ingredients", LINE_COLUMNS, lines)
        tags = ((d.id, tag) for d in drinks for tag in sorted(set(d.tags)))
        self._edit("insert", "tags", ("drink_id", "tag"), tags)
        spirits = ((d.id, spirit) for d in drinks for spirit in sorted(set(d.derived.spirits)))
        self._edit("insert", "drink_spirits", ("drink_id", "spirit"), spirits)
        keys = ((d.id, key) for d in drinks for key in sorted(name_keys(d.name)))
        self._edit("insert", "drink_name_keys", ("drink_id", "key"), keys)
        texts = ((n, *text_row(d)) for n, d in numbered)
        self._edit("insert", "drink_texts", ("rowid", *TEXT_COLUMNS), texts)

    def _erase(self, stored: Mapping[str, _StoredDrink]) -> int:
        ids = [(drink_id,) for drink_id in stored]
        rows = [(drink.row,) for drink in stored.values()]
        names: dict[str, list[str]] = {drink_id: [] for drink_id in stored}
        query = (
            f"SELECT drink_id, name FROM drink_ingredients WHERE drink_id IN ({_placeholders(ids)})"  # noqa: S608 - question marks
        )
        with _damage_translated():
            for drink_id, name in self._connection.execute(query, tuple(stored)):
                names[drink_id].append(name)
            for table in ("drink_ingredients", "tags", "drink_spirits", "drink_name_keys"):
                self._edit("delete", table, ("drink_id",), ids)
            self._edit("delete", "drink_texts", ("rowid",), rows)
            self._edit("delete", "drinks", ("row",), rows)
        for drink_id, drink in stored.items():
            is_withdrawn = drink.fingerprint.withdrawn_at is not None
            self._withdrawn -= is_withdrawn
            self._counts.remove(names[drink_id], is_withdrawn=is_withdrawn)
        return len(stored)

    def _edit(
        self, action: Action, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]
    ) -> None:
        """Change rows of the file, and record how."""
        edit = RowEdit(action, table, tuple(columns), list(map(tuple, rows)))
        edit.apply(self._connection)
        if self._sealed:
            self.edits.append(edit)

    def _create_indexes(self) -> None:
        """Create the indexes after the first filling, which is faster without them."""
        self._connection.execute("INSERT INTO drink_texts (drink_texts) VALUES ('optimize')")
        for statement in filter(str.strip, schema.INDEXES.split(";")):
            self._connection.execute(statement)

    def _write_meta(self, values: Mapping[str, object]) -> None:
        ((drinks, ingredients, newest),) = self._connection.execute(
            "SELECT (SELECT count(*) FROM drinks), (SELECT count(*) FROM ingredients),"
            " (SELECT max(observed_at) FROM drinks)"
        )
        rows = {
            **values,
            "format": schema.FORMAT,
            "drinks": drinks,
            "ingredients": ingredients,
            "withdrawn": self._withdrawn,
            "newest_observed_at": newest,
            "reference": reference_digest(),
        }
        self._edit("insert", "meta", ("key", "value"), rows.items())


def _require_same_reference(connection: sqlite3.Connection) -> None:
    query = "SELECT value FROM meta WHERE key = 'reference'"
    if connection.execute(query).fetchone() != (reference_digest(),):
        raise OtherReferenceError("The file was built with another ingredient reference.")


def _trade_safety_for_speed(connection: sqlite3.Connection) -> None:
    """Write a private file without what protects one from a crash."""
    connection.executescript(
        "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;"
        f"PRAGMA temp_store = MEMORY; PRAGMA cache_size = -{CACHE_KIB}"
    )


@contextmanager
def _damage_translated() -> Iterator[None]:
    try:
        yield
    except (sqlite3.DatabaseError, msgspec.DecodeError) as error:
        raise CatalogueError(f"The catalogue cannot be written: {error}.") from error


def _placeholders(values: Collection[object]) -> str:
    """Return a question mark for each value."""
    return ", ".join("?" * len(values))


def _chunks(items: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while chunk := list(islice(rest, WRITE_CHUNK)):
        yield chunk
