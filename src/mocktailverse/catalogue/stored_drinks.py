"""Drinks as they are stored in the catalogue's file."""

import sqlite3
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter

import msgspec

from mocktailverse.catalogue.rows import to_drink
from mocktailverse.drinks.drink import Drink

CHUNK = 500
"""Drinks that are read together."""

_ROW = "SELECT row FROM drinks WHERE id = ?"
_DRINKS = "SELECT * FROM drinks WHERE row IN (SELECT value FROM json_each(?))"
_LINES = """
SELECT l.* FROM json_each(?) AS wanted
CROSS JOIN drinks AS d ON d.row = wanted.value
CROSS JOIN drink_ingredients AS l ON l.drink_id = d.id
ORDER BY wanted.key, l.position
"""
_IN_NAME_ORDER = "SELECT row FROM drinks ORDER BY name_key, id"


def by_rows(connection: sqlite3.Connection, rows: Sequence[int]) -> list[Drink]:
    """The drinks with these values of drinks.row, in their order."""
    wanted = msgspec.json.encode(list(rows)).decode()
    lines = {
        drink_id: list(group)
        for drink_id, group in groupby(connection.execute(_LINES, (wanted,)), key=itemgetter(0))
    }
    cursor = connection.cursor()
    cursor.row_factory = sqlite3.Row
    found = {
        row["row"]: to_drink(row, lines.get(row["id"], ()))
        for row in cursor.execute(_DRINKS, (wanted,))
    }
    return [found[row] for row in rows]


def by_ids(connection: sqlite3.Connection, ids: Iterable[str]) -> list[Drink]:
    """The drinks with these ids, in their order; unknown ones are left out."""
    # A lone surrogate is in no stored text and cannot be sent to SQLite.
    texts = (drink_id.encode(errors="replace").decode() for drink_id in ids)
    rows = [connection.execute(_ROW, (text,)).fetchone() for text in texts]
    return by_rows(connection, [row for (row,) in filter(None, rows)])


def in_name_order(connection: sqlite3.Connection) -> Iterator[Drink]:
    """All drinks, a chunk in memory at a time."""
    rows = array("q", (row for (row,) in connection.execute(_IN_NAME_ORDER)))
    for start in range(0, len(rows), CHUNK):
        yield from by_rows(connection, rows[start : start + CHUNK])
