"""A drink as rows of the catalogue, and back: the same drink, to the last field."""

import sqlite3
import unicodedata
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import TypeVar

import msgspec
from msgspec.structs import astuple

from mocktailverse.drinks.drink import (
    Credit,
    Derived,
    Drink,
    Image,
    IngredientLine,
    Lineage,
    Stated,
)
from mocktailverse.drinks.field_differences import FieldDifference
from mocktailverse.drinks.substitutions.forms import forms_of
from mocktailverse.drinks.substitutions.needs import variety_of

NAME_KEY_LENGTH = 100
"""Characters of the name's sort key; the id settles ties."""

READ_CHUNK = 500
"""Number of drinks that are read together."""

_DERIVED = Derived.__struct_fields__
_LINE = IngredientLine.__struct_fields__
_DERIVED_LISTS = ("spirits", "unknown_because")
_TEXT_LISTS = ("tags", "instructions", "quality")
_PLAIN = tuple(
    name
    for name in Drink.__struct_fields__
    if name not in {"ingredients", "image", "derived", "lineage", "credit", "stated", *_TEXT_LISTS}
)

_IMAGE = tuple(f"image_{name}" for name in Image.__struct_fields__)
_CREDIT = tuple(f"credit_{name}" for name in Credit.__struct_fields__)
_STATED = tuple(f"stated_{name}" for name in Stated.__struct_fields__)
_LINEAGE = tuple(
    name if name == "transform_version" else f"lineage_{name}" for name in Lineage.__struct_fields__
)

PART_COLUMNS = {
    "image": _IMAGE,
    "derived": _DERIVED,
    "lineage": _LINEAGE,
    "credit": _CREDIT,
    "stated": _STATED,
}
"""The columns of each field of a drink that is a struct, in the order of the drink's fields."""

JSON_COLUMNS = frozenset({*_TEXT_LISTS, *_DERIVED_LISTS})
"""The columns of a drink that hold a list or a dict, as JSON."""

_Optional = TypeVar("_Optional", Credit, Stated)

DRINK_COLUMNS = (
    *(*_PLAIN, *_TEXT_LISTS, "name_key", *_IMAGE, *_DERIVED, *_LINEAGE),
    *_CREDIT,
    *_STATED,
)
LINE_COLUMNS = ("drink_id", *_LINE, "form", "variety")
TEXT_COLUMNS = ("name", "ingredients", "instructions", "tags")
_CONVERSION_COLUMNS = ("convertible", "not_convertible_because", "mocktail_needs")

_SELECT_ROW = "SELECT row FROM drinks WHERE id = ?"
_SELECT_DRINKS = "SELECT * FROM drinks WHERE row IN (SELECT value FROM json_each(?))"
_SELECT_LINES = f"""
SELECT {", ".join(f"l.{name}" for name in LINE_COLUMNS)} FROM json_each(?) AS requested
CROSS JOIN drinks AS d ON d.row = requested.value
CROSS JOIN drink_ingredients AS l ON l.drink_id = d.id
ORDER BY requested.key, l.position
"""  # noqa: S608 - the names above
_ROWS_IN_NAME_ORDER = "SELECT row FROM drinks ORDER BY name_key, id"


def name_key(name: str) -> str:
    """Return the sort key of a name: without case, accents and surrounding white space."""
    plain = unicodedata.normalize("NFKD", name[:NAME_KEY_LENGTH].strip().casefold())
    key = "".join(c for c in plain if not unicodedata.combining(c))
    return key[:NAME_KEY_LENGTH]  # one character may have become eighteen


def text_key(text: str) -> str:
    """Return a text as it is searched: without case, ligatures and widths; ß is ss."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def drink_row(drink: Drink) -> tuple[object, ...]:
    """Return the values of DRINK_COLUMNS."""
    derived_values = [
        _json(value) if name in _DERIVED_LISTS else value
        for name, value in zip(_DERIVED, astuple(drink.derived), strict=True)
    ]
    return (
        *(getattr(drink, name) for name in _PLAIN),
        *(_json(getattr(drink, name)) for name in _TEXT_LISTS),
        name_key(drink.name),
        *(astuple(drink.image) if drink.image else (None,) * len(_IMAGE)),
        *derived_values,
        *astuple(drink.lineage),
        *(astuple(drink.credit) if drink.credit else (None,) * len(_CREDIT)),
        *(astuple(drink.stated) if drink.stated else (None,) * len(_STATED)),
    )


def line_rows(drink: Drink) -> list[tuple[object, ...]]:
    """Return the values of LINE_COLUMNS for each ingredient line."""
    lines = drink.ingredients
    forms = forms_of(lines, drink.derived.method, drink.instructions.get("en"))
    return [
        (
            drink.id,
            *astuple(line)[:-2],  # all but alternatives and optional
            _json(line.alternatives),
            line.optional,
            form,
            variety_of(line),
        )
        for line, form in zip(lines, forms, strict=True)
    ]


def text_row(drink: Drink) -> tuple[str, str, str, str]:
    """Return the row of the full-text index: name, ingredients, instructions, tags."""
    names = dict.fromkeys(name for line in drink.ingredients for name in (line.name, line.name_raw))
    return (
        _searchable(drink.name),
        _searchable("\n".join(names)),
        _searchable("\n".join(drink.instructions.values())),
        _searchable("\n".join(drink.tags)),
    )


def _searchable(text: str) -> str:
    """Return the text, followed by the keys of words that SQLite's tokenizer folds differently."""
    if text.isascii():
        return text
    folded_by_sqlite = unicodedata.normalize("NFC", text).lower().split()
    return " ".join((text, *sorted({*text_key(text).split()}.difference(folded_by_sqlite))))


def to_drink(row: sqlite3.Row, lines: Iterable[Sequence[object]]) -> Drink:
    """Return the drink of a row with DRINK_COLUMNS and its lines with LINE_COLUMNS."""
    image = Image(*map(row.__getitem__, _IMAGE)) if row["image_url"] is not None else None
    derived = {name: row[name] for name in _DERIVED}
    derived |= {name: tuple(msgspec.json.decode(row[name])) for name in _DERIVED_LISTS}
    derived["is_mocktail"] = None if row["is_mocktail"] is None else bool(row["is_mocktail"])
    return Drink(
        **{name: row[name] for name in _PLAIN},
        tags=tuple(msgspec.json.decode(row["tags"])),
        instructions=msgspec.json.decode(row["instructions"]),
        quality=tuple(msgspec.json.decode(row["quality"])),
        ingredients=tuple(map(_to_line, lines)),
        image=image,
        derived=Derived(**derived),
        lineage=Lineage(*map(row.__getitem__, _LINEAGE)),
        credit=_stated(Credit, row, _CREDIT),
        stated=_stated(Stated, row, _STATED),
    )


def _stated(kind: type[_Optional], row: sqlite3.Row, columns: Iterable[str]) -> _Optional | None:
    """Return the struct of some columns; None if all of them are null."""
    values = [row[name] for name in columns]
    return None if all(value is None for value in values) else kind(*values)


def _to_line(row: Sequence[object]) -> IngredientLine:
    fields = dict(zip(_LINE, row[1:], strict=False))
    fields["alternatives"] = tuple(msgspec.json.decode(str(fields["alternatives"])))
    fields["optional"] = bool(fields["optional"])
    return IngredientLine(**fields)  # type: ignore[arg-type]  # as stored


def drinks_by_row(connection: sqlite3.Connection, rows: Sequence[int]) -> list[Drink]:
    """Return the drinks with these values of drinks.row, in their order."""
    requested = json_list(rows)
    lines = {
        drink_id: list(group)
        for drink_id, group in groupby(
            connection.execute(_SELECT_LINES, (requested,)), key=itemgetter(0)
        )
    }
    cursor = connection.cursor()
    cursor.row_factory = sqlite3.Row
    drinks = {
        row["row"]: to_drink(row, lines.get(row["id"], ()))
        for row in cursor.execute(_SELECT_DRINKS, (requested,))
    }
    return [drinks[row] for row in rows]


def rows_of_ids(connection: sqlite3.Connection, ids: Iterable[str]) -> list[int]:
    """Return the values of drinks.row of these ids, in their order; unknown ids are skipped."""
    # A lone surrogate is in no stored text and cannot be sent to SQLite.
    texts = (drink_id.encode(errors="replace").decode() for drink_id in ids)
    rows = [connection.execute(_SELECT_ROW, (text,)).fetchone() for text in texts]
    return [row for (row,) in filter(None, rows)]


def drinks_by_id(connection: sqlite3.Connection, ids: Iterable[str]) -> list[Drink]:
    """Return the drinks with these ids, in their order; unknown ids are skipped."""
    return drinks_by_row(connection, rows_of_ids(connection, ids))


def drinks_in_name_order(connection: sqlite3.Connection) -> Iterator[Drink]:
    """Stream all drinks, one chunk in memory at a time."""
    rows = array("q", (row for (row,) in connection.execute(_ROWS_IN_NAME_ORDER)))
    for start in range(0, len(rows), READ_CHUNK):
        yield from drinks_by_row(connection, rows[start : start + READ_CHUNK])


def add_columns(connection: sqlite3.Connection) -> None:
    """Add the columns of fields that the file does not have: null, as not known."""
    for table, columns in (("drinks", DRINK_COLUMNS), ("drink_ingredients", LINE_COLUMNS)):
        existing = _column_names(connection, table)
        for name in columns:
            if name not in existing:
                connection.execute(f"ALTER TABLE {table} ADD COLUMN {name}")


def unread(connection: sqlite3.Connection) -> Iterator[tuple[str, FieldDifference]]:
    """Yield id and value of what the file says in columns that this code has no fields for."""
    read = {"row", *DRINK_COLUMNS, *_CONVERSION_COLUMNS}
    for name in _column_names(connection, "drinks") - read:
        for drink_id, value in connection.execute(
            f"SELECT id, {name} FROM drinks WHERE {name} IS NOT NULL"  # noqa: S608 - a column
        ):
            yield drink_id, FieldDifference(name, value, None)
    for name in _column_names(connection, "drink_ingredients") - {*LINE_COLUMNS}:
        query = f"SELECT drink_id, {name}, position || ' ' || name FROM drink_ingredients"  # noqa: S608 - a column
        for drink_id, value, line in connection.execute(f"{query} WHERE {name} IS NOT NULL"):
            yield drink_id, FieldDifference(f"ingredients[].{name}", value, None, line=line)


def _column_names(connection: sqlite3.Connection, table: str) -> set[str]:
    return {name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")}


def json_list(rows: Iterable[int]) -> str:
    """Return numbers of rows as the parameter of `json_each`."""
    return _json([*rows])


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
