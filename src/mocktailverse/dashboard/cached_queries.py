"""Queries of the catalogue; results are cached for all visitors.

The version of the catalogue is part of each cache key, so a new catalogue gets new results.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec
import streamlit as st

from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.catalogue.search.query import DrinkQuery, Makeable
from mocktailverse.dashboard.shelves import Shelf
from mocktailverse.dashboard.similar_drinks import similar_drinks
from mocktailverse.drinks.drink import Drink

_MAX_INGREDIENTS = 1000
"""Ingredients in lists; rarer ones can be typed."""

_CACHE_KEYS: dict[str | type[Any], Callable[[Any], Any]] = {
    Catalogue: lambda catalogue: catalogue.meta.version,
    DrinkQuery: msgspec.json.encode,
    Shelf: msgspec.json.encode,
    Drink: lambda drink: drink.id,
}

_cached = st.cache_data(max_entries=300, show_spinner=False, hash_funcs=_CACHE_KEYS)

search = _cached(Catalogue.search)
count = _cached(Catalogue.count)
facets = _cached(Catalogue.facets)
similar = _cached(similar_drinks)


@_cached
def makeable(catalogue: Catalogue, shelf: Shelf, limit: int, after: str | None) -> Makeable:
    """Return a page of the drinks that miss exactly `shelf.missing` ingredients.

    Raises:
        UsageError: the cursor is invalid, or belongs to another shelf.
    """
    read = partial(catalogue.makeable, shelf.have, missing=shelf.missing, mocktail=shelf.mocktail)
    if after is None and shelf.missing:
        # The catalogue lists drinks with at most `missing` ingredients missing, fewest first. A
        # page as long as all drinks with fewer gives the cursor at which those with exactly as
        # many begin.
        head = read(limit=1)
        if not head.counts[str(shelf.missing)]:
            return msgspec.structs.replace(head, items=[], next=None)
        fewer = sum(head.counts[str(number)] for number in range(shelf.missing))
        after = read(limit=fewer).next if fewer else None
    return read(limit=limit, after=after)


@st.cache_data(max_entries=3, show_spinner=False, hash_funcs=_CACHE_KEYS)
def ingredient_names(catalogue: Catalogue) -> list[str]:
    """Return the ingredients, most used first."""
    return [entry.name for entry in catalogue.ingredients(limit=_MAX_INGREDIENTS).items]
