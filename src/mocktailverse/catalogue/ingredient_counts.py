"""The catalogue's ingredients and how many drinks have each: kept by adding up differences."""

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from mocktailverse.drinks.ingredients import ancestors, match_ingredient
from mocktailverse.drinks.normalize import TRANSFORM_VERSION
from mocktailverse.drinks.reference.tables import read_table


class IngredientCounts:
    """Notes the drinks that come and go, then brings the tables up to date.

    A small edit of a big catalogue thus costs little. Withdrawn drinks count as no use, as in
    searches, but their ingredients are listed.
    """

    def __init__(self) -> None:
        self._drinks: Counter[str] = Counter()
        self._drinks_with_kinds: Counter[str] = Counter()
        self._came: set[str] = set()
        self._went: set[str] = set()

    def came(self, names: Iterable[str], *, is_withdrawn: bool) -> None:
        """Note a drink with these ingredients that is now in the catalogue."""
        self._note(set(names), 0 if is_withdrawn else 1, self._came)

    def went(self, names: Iterable[str], *, is_withdrawn: bool) -> None:
        """Note a drink with these ingredients that was in the catalogue and is no more."""
        self._note(set(names), 0 if is_withdrawn else -1, self._went)

    def _note(self, names: set[str], difference: int, moved: set[str]) -> None:
        moved |= names
        for name in names:
            self._drinks[name] += difference
        for name in _with_generals(names):
            self._drinks_with_kinds[name] += difference

    def write(self, connection: sqlite3.Connection) -> None:
        """Write `ingredients` and `ingredient_kinds`; the drinks' own rows stand already."""
        touched = _with_generals(self._came | self._went)
        connection.executemany(
            "INSERT INTO ingredients VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET"
            " drinks = drinks + excluded.drinks,"
            " drinks_with_kinds = drinks_with_kinds + excluded.drinks_with_kinds",
            (
                (*_facts(name), self._drinks[name], self._drinks_with_kinds[name])
                for name in touched
            ),
        )
        kinds = ((general, name) for name in touched for general in _line(name))
        connection.executemany("INSERT OR IGNORE INTO ingredient_kinds VALUES (?, ?)", kinds)
        _delete(connection, (n for n in _with_generals(self._went) if not _is_used(connection, n)))


def reference_digest() -> str:
    """Stands in the file: under another reference its counts could not be kept up."""
    rows = f"{TRANSFORM_VERSION}{read_table('ingredients.csv')}"
    return hashlib.sha256(rows.encode()).hexdigest()[:16]


def _is_used(connection: sqlite3.Connection, general: str) -> bool:
    """Whether a drink, withdrawn or not, has the ingredient or a kind of it."""
    query = (
        "SELECT 1 FROM ingredient_kinds AS k CROSS JOIN drink_ingredients AS d ON d.name = k.name"
        " WHERE k.general = ? LIMIT 1"
    )
    return connection.execute(query, (general,)).fetchone() is not None


def _delete(connection: sqlite3.Connection, unused: Iterable[str]) -> None:
    """Delete ingredients of which no kind is used; the kinds themselves are among them."""
    names = list(unused)
    connection.executemany("DELETE FROM ingredients WHERE name = ?", ((name,) for name in names))
    connection.executemany(
        "DELETE FROM ingredient_kinds WHERE general = ? AND name = ?",
        ((general, name) for name in names for general in _line(name)),
    )


def _with_generals(names: Iterable[str]) -> set[str]:
    return {general for name in names for general in _line(name)}


@lru_cache(maxsize=8192)
def _line(name: str) -> tuple[str, ...]:
    """The ingredient itself and the more general ones, the nearest first.

    A name that older code took for one of its own is a kind of what it means today.
    """
    found = match_ingredient(name)
    return tuple(dict.fromkeys((name, found.name, *ancestors(name)))) if found else (name,)


def _facts(name: str) -> tuple[object, ...]:
    """The row of an ingredient up to its counts; nothing is known of an unknown one."""
    found = match_ingredient(name)
    if found is None:
        return (name, None, None, None, None)
    parent = next(iter(_line(name)[1:]), None)
    return (name, found.kind, parent, found.abv_percent, found.alcoholic)
