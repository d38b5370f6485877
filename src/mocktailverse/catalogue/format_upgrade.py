"""Upgrades a downloaded catalogue of an earlier format, so that a deployment has no outage.

New code meets the file of the old code until one of its own format is built. Formats so far only
added columns and tables, so the copy gets the missing columns with their defaults, null or an
empty list, and the missing tables without rows.
SQLite notes a new column in the schema without touching the rows, which takes a few milliseconds
for any size. Only readers do this; the file of a new format is built from the drinks table.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from mocktailverse.catalogue import schema
from mocktailverse.catalogue.rows import add_columns
from mocktailverse.errors import CatalogueError

_NEW_TABLES = frozenset({"drink_name_keys"})
"""Tables that earlier formats do not have; without another one a file is damaged."""

_TABLES = "SELECT name, sql FROM sqlite_schema WHERE sql LIKE 'CREATE TABLE%'"


def upgrade(path: Path, *, complete: bool = False) -> None:
    """Give a private copy of an earlier format the tables and columns of this one, in place.

    A file of any other format is left as it is. A `complete` one has a column for each field of
    this code, even if its format lacks it.

    Raises:
        CatalogueError: the file is not a database, or is damaged.
    """
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as file:
            ((number,),) = file.execute("PRAGMA user_version")
            if schema.OLDEST_FORMAT <= number < schema.FORMAT:
                _upgrade(file)
            if complete:
                add_columns(file)
    except sqlite3.DatabaseError as error:
        raise CatalogueError(f"Not a sealed catalogue: {error}.") from error


def _upgrade(file: sqlite3.Connection) -> None:
    file.execute("BEGIN")
    for statement in _missing_parts(file):
        file.execute(statement)
    set_meta = "UPDATE meta SET value = ? WHERE key = ?"
    file.execute(set_meta, (schema.FORMAT, "format"))
    # Another version, so that responses and exports cached of the published file expire.
    ((version,),) = file.execute("SELECT value FROM meta WHERE key = 'version'")
    file.execute(set_meta, (f"{version}-{schema.FORMAT}", "version"))
    file.execute(f"PRAGMA user_version = {schema.FORMAT}")
    file.execute("COMMIT")


def _missing_parts(file: sqlite3.Connection) -> Iterator[str]:
    """Yield a statement for each table and column of this format that the file does not have."""
    with closing(sqlite3.connect(":memory:")) as current:
        schema.create(current)
        for table, definition in current.execute(_TABLES).fetchall():
            existing = {name for _, name, *_ in _columns(file, table)}
            if table in _NEW_TABLES and not existing:
                yield definition
                continue
            for _, name, kind, not_null, default, _ in _columns(current, table):
                if name not in existing:
                    constraint = f"NOT NULL DEFAULT {default}" if not_null else ""
                    yield f"ALTER TABLE {table} ADD COLUMN {name} {kind} {constraint}"


def _columns(connection: sqlite3.Connection, table: str) -> list[tuple[Any, ...]]:
    """Return number, name, type, not null, default and key position of a table's columns."""
    return connection.execute(f"PRAGMA table_info({table})").fetchall()
