"""The JSON of drinks, encoded from their rows: the bytes of the drinks, in half of the time.

No Drink is built. The structs here have the fields of `Drink` and of its parts, in their order, and
hold what SQLite returns. Lists and dicts are stored as JSON, which is copied.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

import msgspec
from msgspec import Raw, Struct

from mocktailverse.catalogue.rows import JSON_COLUMNS, PART_COLUMNS, json_list
from mocktailverse.drinks.drink import (
    Credit,
    Derived,
    Drink,
    Image,
    IngredientLine,
    Lineage,
    Stated,
)

_LINES: Final = "ingredients"
_FLAG: Final = "is_mocktail"
_FLAGS: Final[Mapping[int | None, bool | None]] = {None: None, 0: False, 1: True}

Build = Callable[..., Struct]


def _struct_of(kind: type[Struct]) -> Build:
    """Return a struct with the fields of another one, of any type."""
    return msgspec.defstruct(f"Stored{kind.__name__}", kind.__struct_fields__, gc=False)


_drink, _line = _struct_of(Drink), _struct_of(IngredientLine)
_PARTS: Final = {
    "image": _struct_of(Image),
    "derived": _struct_of(Derived),
    "lineage": _struct_of(Lineage),
    "credit": _struct_of(Credit),
    "stated": _struct_of(Stated),
}

_COLUMNS: Final = [
    column
    for name in Drink.__struct_fields__
    if name != _LINES
    for column in PART_COLUMNS.get(name, (name,))
]
_JSON_AT: Final = [at for at, column in enumerate(_COLUMNS) if column in JSON_COLUMNS]
_FLAG_AT: Final = _COLUMNS.index(_FLAG)
_PARTS_AT: Final = [
    (slice(at, at + len(columns)), _PARTS[name])
    for name, columns in reversed(PART_COLUMNS.items())
    for at in [_COLUMNS.index(columns[0])]
]
"""From the last to the first, so that no place changes before it is used."""
_LINES_AT: Final = Drink.__struct_fields__.index(_LINES)

_SELECT_DRINKS: Final = f"""
SELECT d.row, {", ".join(f"d.{name}" for name in _COLUMNS)}
FROM json_each(?) AS requested CROSS JOIN drinks AS d ON d.row = requested.value
"""  # noqa: S608 - the names above
_SELECT_LINES: Final = f"""
SELECT d.row, {", ".join(f"l.{name}" for name in IngredientLine.__struct_fields__)}
FROM json_each(?) AS requested CROSS JOIN drinks AS d ON d.row = requested.value
CROSS JOIN drink_ingredients AS l ON l.drink_id = d.id
"""  # noqa: S608 - the names above


def encoded_by_row(connection: sqlite3.Connection, rows: Sequence[int]) -> list[Raw]:
    """Return the JSON of the drinks with these values of drinks.row, in their order."""
    requested = json_list(rows)
    # In order already, but SQLite does not promise it without a sort, which is slower there.
    lines = sorted(connection.execute(_SELECT_LINES, (requested,)), key=itemgetter(0, 1))
    lines_of = {row: list(map(_to_line, group)) for row, group in groupby(lines, itemgetter(0))}
    encoded = {
        row: Raw(msgspec.json.encode(_to_drink(values, lines_of.get(row, []))))
        for row, *values in connection.execute(_SELECT_DRINKS, (requested,))
    }
    return [encoded[row] for row in rows]


def _to_line(row: Sequence[Any]) -> Struct:
    _, *fields, alternatives, optional = row
    return _line(*fields, Raw(alternatives), bool(optional))


def _to_drink(values: list[Any], lines: list[Struct]) -> Struct:
    """Return the drink of the values of _COLUMNS, which are changed."""
    for at in _JSON_AT:
        values[at] = Raw(values[at])
    values[_FLAG_AT] = _FLAGS[values[_FLAG_AT]]
    for place, build in _PARTS_AT:
        part = values[place]
        values[place] = [build(*part) if part.count(None) < len(part) else None]
    values.insert(_LINES_AT, lines)
    return _drink(*values)
