"""Row edits: what a publish does to a catalogue file, as values that any copy can repeat.

The publisher records its edits while it makes them. A reader repeats them on its own copy, which
needs neither the drinks nor the code that the rows were made with; so copies that have repeated the
same edits have the same rows, also if a publisher with other code takes turns.
"""

import gzip
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

import msgspec
from msgspec import Struct

from mocktailverse.errors import CatalogueError

Action = Literal["insert", "update", "delete"]

Edit = Callable[[Action, str, Sequence[str], Iterable[Sequence[object]]], None]
"""Makes an edit of a file, given the fields of a `RowEdit`."""


class RowEdit(Struct, frozen=True, array_like=True):
    """One statement for some rows of a table.

    insert  `rows` have the values of `columns`; a row with the same key is replaced
    update  the last one of `columns` says which row gets the values of the others
    delete  rows in which `columns` have the values of one of `rows`
    """

    action: Action
    table: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]

    def apply(self, connection: sqlite3.Connection) -> None:
        """Repeat the edit."""
        connection.executemany(_statement(self.action, self.table, self.columns), self.rows)


def pack(edits: Iterable[RowEdit]) -> bytes:
    """Return edits as they are stored: a line of JSON for each, compressed.

    The same edits give the same bytes.
    """
    lines = b"".join(msgspec.json.encode(edit) + b"\n" for edit in edits if edit.rows)
    return gzip.compress(lines, 6, mtime=0)


def unpack(stored: bytes) -> list[RowEdit]:
    """Return stored edits.

    Raises:
        CatalogueError: they are damaged.
    """
    try:
        return [_decoder.decode(line) for line in gzip.decompress(stored).splitlines()]
    except (OSError, EOFError, msgspec.MsgspecError) as error:
        raise CatalogueError(f"A change of the catalogue cannot be read: {error}.") from error


def touched_rows(edits: Iterable[RowEdit]) -> frozenset[int]:
    """Return the values of `drinks.row` that edits add, change or remove."""
    return frozenset(
        row[edit.columns.index("row")]
        for edit in edits
        if edit.table == "drinks"
        for row in edit.rows
    )


_decoder = msgspec.json.Decoder(RowEdit)


def _statement(action: Action, table: str, columns: Sequence[str]) -> str:
    if not all(map(str.isidentifier, (table, *columns))):
        raise CatalogueError(f"A change of the catalogue names no table or column: {table}.")
    places = ", ".join("?" * len(columns))
    match action:
        case "insert":
            return f"INSERT OR REPLACE INTO {table} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608 - identifiers
        case "update":
            *values, key = columns
            changes = ", ".join(f"{name} = ?" for name in values)
            return f"UPDATE {table} SET {changes} WHERE {key} = ?"  # noqa: S608 - identifiers
        case "delete":
            condition = " AND ".join(f"{name} = ?" for name in columns)
            return f"DELETE FROM {table} WHERE {condition}"  # noqa: S608 - identifiers
