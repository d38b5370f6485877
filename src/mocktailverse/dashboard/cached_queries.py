"""Queries of the catalogue; results are cached for all visitors.

The version of the catalogue is part of each cache key, so a new catalogue gets new results.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import combinations
from typing import Any

import msgspec
import streamlit as st

from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.catalogue.search.query import DrinkQuery, Makeable
from mocktailverse.dashboard.shelves import Shelf
from mocktailverse.drinks.drink import Drink

_MAX_INGREDIENTS = 1000
"""Ingredients in lists; rarer ones can be typed."""

MAX_SIMILAR = 6
_RAREST = 4
"""How many of the rarest ingredients characterize a drink; common ones such as ice do not."""

_CANDIDATES = 40
"""Drinks compared per pair of these ingredients."""

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


@_cached
def groups(catalogue: Catalogue, drinks: Sequence[Drink]) -> dict[str, list[str]]:
    """Return for each drink the ids of its group; drinks that are alone are left out."""
    return catalogue.groups(drinks)


@_cached
def makeable(catalogue: Catalogue, shelf: Shelf, limit: int, after: str | None) -> Makeable:
    """Return a page of the drinks that miss exactly `shelf.missing` ingredients.

    Raises:
        UsageError: the cursor is invalid, or belongs to another shelf.
    """
    read = partial(
        catalogue.makeable,
        shelf.have,
        missing=shelf.missing,
        mocktail=shelf.mocktail,
        convertible=shelf.convertible,
        allowance=shelf.allowance,
        group=True,
    )
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


def similar_drinks(catalogue: Catalogue, drink: Drink) -> list[Drink]:
    """Return up to six drinks, the most similar first.

    Similarity is the share of common ingredients (Jaccard index). Candidates have two of the
    drink's rarest ingredients, or one if it has only one.
    """
    names = frozenset(line.name for line in drink.ingredients)
    own = {drink.id, *(variant.id for variant in catalogue.variants(drink))}
    candidates = {
        other.id: other
        for pair in _rare_pairs(catalogue, names)
        for other in catalogue.search(
            DrinkQuery(ingredient=pair, group=True), limit=_CANDIDATES
        ).items
        if other.id not in own
    }
    ranked = sorted(
        candidates.values(), key=lambda other: (-_similarity(names, other), other.name, other.id)
    )
    return ranked[:MAX_SIMILAR]


def _rare_pairs(catalogue: Catalogue, names: frozenset[str]) -> Iterator[tuple[str, ...]]:
    uses = {name: catalogue.count(DrinkQuery(ingredient=(name,))) for name in sorted(names)}
    shared = sorted((n for n in uses if uses[n] > 1), key=lambda name: (uses[name], name))
    yield from combinations(shared[:_RAREST], min(2, len(shared)) or 1)


def _similarity(names: frozenset[str], other: Drink) -> float:
    others = {line.name for line in other.ingredients}
    return len(names & others) / len(names | others)


similar = _cached(similar_drinks)
