"""The ingredients of the catalogue: the list, one among the others, and what was meant."""

import sqlite3
from bisect import bisect_right
from difflib import get_close_matches

import msgspec

from mocktailverse.catalogue.answers import Facet, IngredientDetail, IngredientEntry, Page
from mocktailverse.catalogue.cursors import Cursor, fingerprint, read_cursor
from mocktailverse.catalogue.index import Index
from mocktailverse.catalogue.ingredient_index import IngredientIndex, rank
from mocktailverse.catalogue.postings import Selection, folded
from mocktailverse.catalogue.rows import name_key
from mocktailverse.drinks.ingredients import LONGEST_NAME, ancestors, match_ingredient
from mocktailverse.errors import UsageError

PAIRINGS = 10
SPELLINGS = 20
SUGGESTIONS = 5
MOST_COMPARED = 5_000
"""A misspelt name is compared with the most used ones only; with all it could take seconds."""

_SPELLINGS = """
SELECT name_raw FROM drink_ingredients WHERE name = ?
GROUP BY name_raw ORDER BY count(*) DESC, name_raw LIMIT ?
"""


def listed(
    index: IngredientIndex, q: str, kind: tuple[str, ...], limit: int, after: str | None
) -> Page[IngredientEntry]:
    """The ingredients in use, most used first, then by name."""
    if limit < 1:
        raise UsageError("A page has at least one item; ask for a limit of 1 or more.")
    question = fingerprint("ingredients", q, kind)
    entries = _matching(index, q, kind)
    start = 0
    if after is not None:
        cursor = read_cursor(after, question)
        behind = (-(cursor.value or 0), cursor.name, cursor.id)
        start = bisect_right(entries, behind, key=rank)
    shown = entries[start : start + limit]
    if start + limit >= len(entries):
        return Page(shown, None)
    value, name, last = rank(shown[-1])
    return Page(shown, Cursor(question, -value, name, last).encode())


def detail(index: Index, connection: sqlite3.Connection, text: str) -> IngredientDetail | None:
    """What is known of an ingredient in any spelling; None if no drink has it or a kind of it."""
    ingredients = index.ingredients
    entries = filter(None, map(ingredients.entry, ingredients.meant(text)))
    entry = min(entries, key=lambda entry: (entry.name != text, *rank(entry)), default=None)
    if entry is None:
        return None
    rows = connection.execute(_SPELLINGS, (entry.name, SPELLINGS))
    return IngredientDetail(
        **msgspec.structs.asdict(entry),
        general=list(ancestors(entry.name)),
        kinds=sorted(filter(ingredients.entry, ingredients.kinds_of(entry.name))),
        pairings=_pairings(index, entry.name),
        spellings=[spelling for (spelling,) in rows],
    )


def similar(index: IngredientIndex, text: str) -> list[str]:
    """Up to five ingredients in use whose names look like a text, the most alike first."""
    names = {folded(entry.name): entry.name for entry in index.entries[:MOST_COMPARED]}
    close = get_close_matches(folded(text[:LONGEST_NAME]), names, SUGGESTIONS)
    return [names[name] for name in close]


def _matching(index: IngredientIndex, q: str, kind: tuple[str, ...]) -> list[IngredientEntry]:
    kinds = {folded(one) for one in kind}
    wanted, meant = name_key(q), match_ingredient(q)
    if q.strip() and not wanted:  # accents only
        return []
    return [
        entry
        for entry in index.entries
        if (not kinds or entry.kind in kinds)
        and (wanted in name_key(entry.name) or (meant and meant.name == entry.name))
    ]


def _pairings(index: Index, name: str) -> list[Facet]:
    """What the ingredient is used with, other than its own kinds and the more general ones."""
    ingredients = index.ingredients
    within = Selection(ingredients.with_kinds.bits(name) & index.present, index.size)
    kin = {*ingredients.kinds_of(name), *ingredients.generals_of(name)}
    found = ingredients.named.counts(within, PAIRINGS + len(kin))
    return [facet for facet in found if facet.value not in kin][:PAIRINGS]
