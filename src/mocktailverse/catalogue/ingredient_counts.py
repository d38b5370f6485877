"""The catalogue's ingredients and how many drinks have each, updated by differences."""

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Iterable
from functools import cache, lru_cache

from mocktailverse.catalogue.changes.row_edits import Edit
from mocktailverse.drinks.ingredients import ancestors, match_ingredient
from mocktailverse.drinks.reference.tables import read_table
from mocktailverse.drinks.transform_version import TRANSFORM_VERSION

_TABLES = (
    "ingredients.csv", "composition.csv", "roles.csv", "replacements.csv", "brews.csv",
    "drink_names.csv", "drink_aliases.csv", "known_drinks.csv",
)  # fmt: skip
"""What the counts, the conversions and the keys of groups of a file are made with."""

_COLUMNS = ("name", "kind", "parent", "abv_percent", "alcoholic", "drinks", "drinks_with_kinds")
_KIND_COLUMNS = ("general", "name")


class IngredientCounts:
    """Collects the drinks that are added and removed, then updates the tables.

    So a small edit of a big catalogue costs little. Withdrawn drinks do not count, as in
    searches, but their ingredients are listed.
    """

    def __init__(self) -> None:
        self._drinks: Counter[str] = Counter()
        self._drinks_with_kinds: Counter[str] = Counter()
        self._added: set[str] = set()
        self._removed: set[str] = set()

    def add(self, names: Iterable[str], *, is_withdrawn: bool) -> None:
        """Count a drink with these ingredients that is now in the catalogue."""
        self._count(set(names), 0 if is_withdrawn else 1, self._added)

    def remove(self, names: Iterable[str], *, is_withdrawn: bool) -> None:
        """Count off a drink with these ingredients that is no longer in the catalogue."""
        self._count(set(names), 0 if is_withdrawn else -1, self._removed)

    def _count(self, names: set[str], difference: int, changed: set[str]) -> None:
        changed |= names
        for name in names:
            self._drinks[name] += difference
        for name in _with_generals(names):
            self._drinks_with_kinds[name] += difference

    def write(self, connection: sqlite3.Connection, edit: Edit) -> None:
        """Update `ingredients` and `ingredient_kinds`; the drinks' own rows are written already."""
        touched = sorted(_with_generals(self._added | self._removed))
        edit("insert", "ingredients", _COLUMNS, [self._row(connection, name) for name in touched])
        kinds = [(general, name) for name in touched for general in _with_ancestors(name)]
        edit("insert", "ingredient_kinds", _KIND_COLUMNS, kinds)
        removed = sorted(_with_generals(self._removed))
        unused = [name for name in removed if not _is_used(connection, name)]
        kinds = [(general, name) for name in unused for general in _with_ancestors(name)]
        edit("delete", "ingredients", ("name",), [(name,) for name in unused])
        edit("delete", "ingredient_kinds", _KIND_COLUMNS, kinds)

    def _row(self, connection: sqlite3.Connection, name: str) -> tuple[object, ...]:
        query = "SELECT drinks, drinks_with_kinds FROM ingredients WHERE name = ?"
        drinks, with_kinds = connection.execute(query, (name,)).fetchone() or (0, 0)
        counts = drinks + self._drinks[name], with_kinds + self._drinks_with_kinds[name]
        return (*_reference_row(name), *counts)


@cache
def reference_digest() -> str:
    """Return a digest of the reference; with another one, counts or conversions are outdated."""
    rows = f"{TRANSFORM_VERSION}{[read_table(name) for name in _TABLES]}"
    return hashlib.sha256(rows.encode()).hexdigest()[:16]


def _is_used(connection: sqlite3.Connection, general: str) -> bool:
    """Return whether a drink, withdrawn or not, has the ingredient or a kind of it."""
    query = (
        "SELECT 1 FROM ingredient_kinds AS k CROSS JOIN drink_ingredients AS d ON d.name = k.name"
        " WHERE k.general = ? LIMIT 1"
    )
    return connection.execute(query, (general,)).fetchone() is not None


def _with_generals(names: Iterable[str]) -> set[str]:
    return {general for name in names for general in _with_ancestors(name)}


@lru_cache(maxsize=8192)
def _with_ancestors(name: str) -> tuple[str, ...]:
    """Return the ingredient itself and the more general ones, nearest first.

    A name that older code took for an ingredient of its own is a kind of what it means today.
    """
    match = match_ingredient(name)
    return tuple(dict.fromkeys((name, match.name, *ancestors(name)))) if match else (name,)


def _reference_row(name: str) -> tuple[object, ...]:
    """Return an ingredient's row up to its counts; one outside the reference has only a name."""
    match = match_ingredient(name)
    if match is None:
        return (name, None, None, None, None)
    parent = next(iter(_with_ancestors(name)[1:]), None)
    return (name, match.kind, parent, match.abv_percent, match.alcoholic)
