"""What the drinks without alcohol need: mocktails, and cocktails by their pantry conversion."""

import sqlite3
from collections.abc import Collection, Sequence
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

import msgspec

from mocktailverse.catalogue.rows import json_list
from mocktailverse.catalogue.search.drink_needs import (
    DrinkNeeds,
    Line,
    drinks_by_line,
)
from mocktailverse.catalogue.search.groups_of_drinks import Borrow
from mocktailverse.catalogue.search.index import CatalogueIndex
from mocktailverse.catalogue.search.set_edits import edited_arrays, edits_between
from mocktailverse.drinks.substitutions.forms import Form

if TYPE_CHECKING:
    from array import array

_OF_MOCKTAILS = """
SELECT l.name, l.form, l.variety, l.alternatives, l.optional, d.row
FROM drinks AS d JOIN drink_ingredients AS l ON l.drink_id = d.id WHERE d.is_mocktail
"""
_OF_CONVERSIONS = "SELECT row, mocktail_needs FROM drinks WHERE mocktail_needs IS NOT NULL"
_OF_SOME_ROWS = " AND row IN (SELECT value FROM json_each(?))"
_OF_SOME = """
SELECT id, mocktail_needs FROM drinks
WHERE mocktail_needs IS NOT NULL AND id IN (SELECT value FROM json_each(?))
"""


class AlcoholFreeNeeds:
    """The needs of the drinks without alcohol; read when first asked for."""

    def __init__(self, index: CatalogueIndex, borrow: Borrow) -> None:
        self._index = index
        self._borrow = borrow
        self._needs: dict[bool, DrinkNeeds] = {}

    def needs(self, *, strict: bool) -> DrinkNeeds:
        """Return the needs of all these drinks; `strict` as for `DrinkNeeds`."""
        if strict not in self._needs:
            self._needs[strict] = DrinkNeeds(self._index.size, self._lines, strict=strict)
        return self._needs[strict]

    def converted(self, ids: Sequence[str]) -> dict[str, list[Line]]:
        """Return the lines of the conversions of drinks, by id; mocktails are left out."""
        with self._borrow() as connection:
            rows = connection.execute(_OF_SOME, (msgspec.json.encode(ids).decode(),)).fetchall()
        return {drink_id: _lines(needs) for drink_id, needs in rows}

    @cached_property
    def new_names(self) -> list[str]:
        """The ingredients that only conversions need, in alphabetical order."""
        named = self._index.ingredients.named.spellings
        return sorted({line[0] for line in self._lines if not named(line[0])})

    def updated(
        self,
        index: CatalogueIndex,
        borrow: Borrow,
        old: sqlite3.Connection,
        new: sqlite3.Connection,
        rows: Collection[int],
    ) -> "AlcoholFreeNeeds":
        """Return the needs of a newer file, as far as these have been read; see `index`.

        `index` is the updated one, `borrow` lends connections to the newer file.
        """
        needs = AlcoholFreeNeeds(index, borrow)
        if "_lines" in vars(self):
            before = _read_lines(old, self._index, rows)
            after = _read_lines(new, index, rows)
            needs._lines = edited_arrays(self._lines, edits_between(before, after))
            needs._needs = {
                strict: held.updated(index.size, before, after)
                for strict, held in self._needs.copy().items()
            }
        return needs

    @cached_property
    def _lines(self) -> dict[Line, "array[int]"]:
        with self._borrow() as connection:
            return _read_lines(connection, self._index)


def _read_lines(
    connection: sqlite3.Connection, index: CatalogueIndex, rows: Collection[int] | None = None
) -> dict[Line, "array[int]"]:
    """Return the sorted ordinals of the drinks of each line; only of some rows, if given."""
    some = "" if rows is None else _OF_SOME_ROWS
    parameters = () if rows is None else (json_list(rows),)
    own = connection.execute(_OF_MOCKTAILS + some, parameters)
    converted = (
        (*line, row)
        for row, needs in connection.execute(_OF_CONVERSIONS + some, parameters)
        for line in _lines(needs)
    )
    return drinks_by_line(chain(own, converted), index.ordinal_of_row)


class _StoredLine(msgspec.Struct, array_like=True):
    """A line of `mocktail_needs`."""

    name: str
    form: Form
    variety: str
    alternatives: msgspec.Raw
    optional: bool


_DECODER = msgspec.json.Decoder(list[_StoredLine])


def _lines(needs: str) -> list[Line]:
    return [
        (line.name, line.form, line.variety, bytes(line.alternatives).decode(), int(line.optional))
        for line in _DECODER.decode(needs)
    ]
