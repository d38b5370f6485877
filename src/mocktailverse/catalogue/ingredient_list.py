"""The ingredients of the catalogue: the list, one in detail, and suggestions for a wrong name."""

import sqlite3
from bisect import bisect_right
from difflib import get_close_matches

import msgspec

from mocktailverse.catalogue.rows import name_key
from mocktailverse.catalogue.search.bitmaps import Selection
from mocktailverse.catalogue.search.index import CatalogueIndex
from mocktailverse.catalogue.search.ingredient_index import IngredientIndex, list_key
from mocktailverse.catalogue.search.paging import Keyset, PageRequest, query_digest
from mocktailverse.catalogue.search.posting_lists import fold_case
from mocktailverse.catalogue.search.query import Facet, IngredientDetail, IngredientEntry, Page
from mocktailverse.drinks.ingredients import LONGEST_NAME, ancestors, match_ingredient

PAIRINGS = 10
SPELLINGS = 20
SUGGESTIONS = 5
MAX_COMPARED = 5_000
"""A misspelt name is compared with the most used ingredients only; all could take seconds."""

_SPELLINGS = """
SELECT name_raw FROM drink_ingredients WHERE name = ?
GROUP BY name_raw ORDER BY count(*) DESC, name_raw LIMIT ?
"""


def list_ingredients(
    index: IngredientIndex, q: str, kind: tuple[str, ...], limit: int, after: str | None
) -> Page[IngredientEntry]:
    """Return a page of the ingredients in use, most used first, then by name."""
    request = PageRequest(query_digest("ingredients", q, kind), limit, after)
    entries = _matching(index, q, kind)
    start = 0
    if keyset := request.keyset():
        last_key = (-(keyset.value or 0), keyset.name, keyset.id)
        start = bisect_right(entries, last_key, key=list_key)
    shown = entries[start : start + limit]
    if start + limit >= len(entries):
        return Page(shown, None)
    value, name, name_id = list_key(shown[-1])
    return Page(shown, Keyset(request.digest, -value, name, name_id).encode())


def ingredient_detail(
    index: CatalogueIndex, connection: sqlite3.Connection, text: str
) -> IngredientDetail | None:
    """Return an ingredient in any spelling; None if no drink has it or a kind of it."""
    ingredients = index.ingredients
    entries = filter(None, map(ingredients.entry_of.get, ingredients.names_of(text)))
    entry = min(entries, key=lambda entry: (entry.name != text, *list_key(entry)), default=None)
    if entry is None:
        return None
    rows = connection.execute(_SPELLINGS, (entry.name, SPELLINGS))
    return IngredientDetail(
        **msgspec.structs.asdict(entry),
        general=list(ancestors(entry.name)),
        kinds=sorted(filter(ingredients.entry_of.get, ingredients.kinds_of(entry.name))),
        pairings=_pairings(index, entry.name),
        spellings=[spelling for (spelling,) in rows],
    )


def similar_ingredients(index: IngredientIndex, text: str) -> list[str]:
    """Return up to five ingredients in use with a similar name, most similar first."""
    names = {fold_case(entry.name): entry.name for entry in index.entries[:MAX_COMPARED]}
    close = get_close_matches(fold_case(text[:LONGEST_NAME]), names, SUGGESTIONS)
    return [names[name] for name in close]


def _matching(index: IngredientIndex, q: str, kind: tuple[str, ...]) -> list[IngredientEntry]:
    kinds = {fold_case(one) for one in kind}
    key, match = name_key(q), match_ingredient(q)
    if q.strip() and not key:  # accents only
        return []
    return [
        entry
        for entry in index.entries
        if (not kinds or entry.kind in kinds)
        and (key in name_key(entry.name) or (match and match.name == entry.name))
    ]


def _pairings(index: CatalogueIndex, name: str) -> list[Facet]:
    """Return what the ingredient is used with, without its kinds and more general ones."""
    ingredients = index.ingredients
    within = Selection(ingredients.with_kinds.bitmap(name) & index.present, index.size)
    related = {*ingredients.kinds_of(name), *ingredients.generals_of(name)}
    top = ingredients.named.top(within, PAIRINGS + len(related))
    return [facet for facet in top if facet.value not in related][:PAIRINGS]
