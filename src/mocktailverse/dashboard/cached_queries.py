"""What the pages ask of the catalogue; the answers are kept and shared by all visitors.

They are kept by the catalogue's version, so a new catalogue is asked anew. Lists of drinks are
read page by page, never whole.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec
import streamlit as st

from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.catalogue.search.query import DrinkQuery, Facets, Makeable, Page, Statistics
from mocktailverse.dashboard.shelves import Shelf
from mocktailverse.dashboard.similar_drinks import similar_drinks
from mocktailverse.drinks.drink import Drink

MOST_INGREDIENTS = 1000
"""Offered in lists; rarer ones can be typed."""

_HASHED: dict[str | type[Any], Callable[[Any], Any]] = {
    Catalogue: lambda catalogue: catalogue.meta.version,
    DrinkQuery: msgspec.json.encode,
    Shelf: msgspec.json.encode,
    Drink: lambda drink: drink.id,
}

_kept = st.cache_data(max_entries=300, show_spinner=False, hash_funcs=_HASHED)
_kept_few = st.cache_data(max_entries=3, show_spinner=False, hash_funcs=_HASHED)


@_kept
def page_of(catalogue: Catalogue, query: DrinkQuery, limit: int, after: str | None) -> Page[Drink]:
    """A page of the drinks that a query finds.

    Raises:
        UsageError: the cursor is damaged or of another query.
    """
    return catalogue.search(query, limit=limit, after=after)


@_kept
def hits(catalogue: Catalogue, query: DrinkQuery) -> int:
    """How many drinks a query finds."""
    return catalogue.count(query)


@_kept
def facets(catalogue: Catalogue, query: DrinkQuery) -> Facets:
    """How many drinks have each value, field by field."""
    return catalogue.facets(query)


@_kept
def similar(catalogue: Catalogue, drink: Drink) -> list[Drink]:
    """The drinks that share most ingredients with one."""
    return similar_drinks(catalogue, drink)


@_kept
def makeable(catalogue: Catalogue, shelf: Shelf, limit: int, after: str | None) -> Makeable:
    """What can be made of a shelf: the drinks that lack exactly so many ingredients.

    Raises:
        UsageError: the cursor is damaged or of another shelf.
    """
    ask = partial(catalogue.makeable, shelf.have, missing=shelf.missing, mocktail=shelf.mocktail)
    if after is None and shelf.missing:
        first = ask(limit=1)
        if not first.counts[str(shelf.missing)]:
            return msgspec.structs.replace(first, items=[], next=None)
        fewer = sum(first.counts[str(number)] for number in range(shelf.missing))
        after = ask(limit=fewer).next if fewer else None
    return ask(limit=limit, after=after)


@_kept_few
def statistics(catalogue: Catalogue) -> Statistics:
    """The catalogue in figures."""
    return catalogue.statistics()


@_kept_few
def ingredient_names(catalogue: Catalogue) -> list[str]:
    """The ingredients, most used first."""
    return [entry.name for entry in catalogue.ingredients(limit=MOST_INGREDIENTS).items]
