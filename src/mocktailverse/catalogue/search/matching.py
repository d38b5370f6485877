"""The drinks that match a query: filters, full text, and the counts of facets.

Full text ranks a hit by where the words occur, not by how rare they are. So a drink has the same
rank in every catalogue, and pages continue correctly when the catalogue is replaced:

0. the name equals the text; 1. the name starts with it; 2. every word is in the name;
3. every word is in name, ingredients or tags; 4. some words are in the instructions only.

Within a rank, drinks are in name order. Words are runs of letters and digits, compared without
case and accents; in scripts without spaces a run matches as a prefix. A text without any letter or
digit, such as an emoji, is searched within the names, up to their first
`NAME_KEY_LENGTH` characters. Only the first `MAX_CHARACTERS` and `MAX_WORDS` of the text count.
"""

import random
import re
import sqlite3
import unicodedata
from bisect import bisect_left
from collections.abc import Callable
from functools import lru_cache, reduce
from itertools import islice
from operator import and_, or_

import msgspec

from mocktailverse.catalogue.rows import name_key, text_key
from mocktailverse.catalogue.search.bitmaps import (
    Selection,
    bitmap_ordinals,
    flags_bitmap,
    ordinals_bitmap,
)
from mocktailverse.catalogue.search.groups_of_drinks import Borrow, DrinkGroups
from mocktailverse.catalogue.search.index import CatalogueIndex
from mocktailverse.catalogue.search.paging import (
    PageRequest,
    SortOrder,
    page_by_order,
    page_by_rank,
    query_digest,
    sort_order,
)
from mocktailverse.catalogue.search.query import DrinkQuery, Facet, Facets, Page, Sort

MAX_CHARACTERS = 300
MAX_WORDS = 12
CACHED_SEARCHES = 64
"""Number of texts whose hits are cached: further pages and facets then cost no second search."""

_VALUE_FIELDS = (
    "source",
    "category",
    "alcoholic",
    "zero_proof",
    "glass",
    "tag",
    "method",
    "spirit",
)
_FACETS = (*_VALUE_FIELDS, "mocktail", "ingredient")
_WORD = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f])*")
# One array of all hits: fetching them row by row would take most of the time.
_MATCH = "SELECT json_group_array(rowid) FROM drink_texts WHERE drink_texts MATCH ?"
_LAST_CHARACTER = "\U0010ffff"

Ranks = tuple[int, ...]
"""A bitmap of drinks for each rank, best first; a drink is in one of them at most."""


class DrinkSearch:
    """The drinks of one catalogue, filtered, ranked and counted."""

    def __init__(self, index: CatalogueIndex, borrow: Borrow) -> None:
        """Search the catalogue from which the index was built; `borrow` lends connections to it."""
        self._index = index
        self.groups = DrinkGroups(index, borrow)
        """The groups of recipes of one drink."""
        self._ranks = _full_text_search(index, borrow)
        self._orders: dict[Sort, SortOrder] = {}

    def page(self, query: DrinkQuery, limit: int, after: str | None) -> Page[int]:
        """Return a page of the matches' ordinals; all pages together hold each of them once."""
        matches = self.matches(query)
        request = PageRequest(query_digest(query, query.order), limit, after)
        if query.order == "relevance":
            ranks = self._ranks(query.q) if query.q.strip() else (matches,)
            return page_by_rank(self._index, [matches & rank for rank in ranks], request)
        if query.order not in self._orders:
            self._orders[query.order] = sort_order(self._index, query.order)
        return page_by_order(self._index, matches, self._orders[query.order], request)

    def matches(self, query: DrinkQuery) -> int:
        """Return the bitmap of the drinks that pass all filters; of a group one, on request."""
        drinks = reduce(and_, self._filters(query).values(), self._index.all)
        return self.groups.one_of_each(drinks) if query.group else drinks

    def random(self, query: DrinkQuery) -> int | None:
        """Return the ordinal of one of the matches, all equally likely; None without any."""
        matches = self.matches(query)
        if not matches:
            return None
        chosen = random.randrange(matches.bit_count())  # noqa: S311 - the choice need not be secret
        return next(islice(bitmap_ordinals(matches, self._index.size), chosen, None))

    def facets(self, query: DrinkQuery) -> Facets:
        """Count each field's values in the drinks that pass all filters but the field's own."""
        filters = self._filters(query)
        selections: dict[int, Selection] = {}
        counts: dict[str, list[Facet]] = {}
        more: dict[str, int] = {}
        for field in _FACETS:
            others = (drinks for name, drinks in filters.items() if name != field)
            drinks = reduce(and_, others, self._index.all)
            if drinks not in selections:
                selections[drinks] = Selection(drinks, self._index.size)
            counts[field], left_out = self._index.fields[field].facet(selections[drinks])
            if left_out:
                more[field] = left_out
        return Facets(**counts, more=more)

    def _filters(self, query: DrinkQuery) -> dict[str, int]:
        """Return the drinks that pass each filter of the query, by the field's name."""
        index = self._index
        passed = {
            field: index.fields[field].any_of(values)
            for field in _VALUE_FIELDS
            if (values := getattr(query, field))
        }
        if query.mocktail is not None:
            passed["mocktail"] = index.fields["mocktail"].bitmap(str(query.mocktail).lower())
        if query.ingredient:
            combine = and_ if query.match == "all" else or_
            drinks = map(index.ingredients.drinks_with_or_allowing, query.ingredient)
            passed["ingredient"] = reduce(combine, drinks)
        if query.without:
            drinks = map(index.ingredients.drinks_with, query.without)
            passed["without"] = index.all & ~reduce(or_, drinks)
        if query.abv_min is not None:
            passed["abv_min"] = flags_bitmap(bytes([abv >= query.abv_min for abv in index.abv_min]))
        if query.abv_max is not None:
            passed["abv_max"] = flags_bitmap(bytes([abv <= query.abv_max for abv in index.abv_max]))
        if query.sugar_max is not None:
            within = bytes([sugar <= query.sugar_max for sugar in index.sugar_max])
            passed["sugar_max"] = flags_bitmap(within)
        if not query.withdrawn:
            passed["withdrawn"] = index.present
        if query.q.strip():
            passed["q"] = reduce(or_, self._ranks(query.q))
        return passed


def _full_text_search(index: CatalogueIndex, borrow: Borrow) -> Callable[[str], Ranks]:
    """Return a function that searches for a text, with a cache of its latest results."""

    def search(text: str) -> Ranks:
        words = match_expression(text)
        if not words:
            return (_name_contains(index, text),)
        in_name, close = f"({{name}} : ({words}))", f"({{name ingredients tags}} : ({words}))"
        with borrow() as connection:
            named, near, far = (
                _hits(index, connection, expression)
                for expression in (in_name, f"{close} NOT {in_name}", f"({words}) NOT {close}")
            )
        starts, equals = _name_starts(index, text)
        return (named & equals, named & starts & ~equals, named & ~starts, near, far)

    cached = lru_cache(maxsize=CACHED_SEARCHES)(search)
    return lambda text: cached(unicodedata.normalize("NFC", text[:MAX_CHARACTERS]).strip())


def match_expression(text: str) -> str:
    """Return the words of a text as an FTS5 expression, empty without any letter or digit.

    `gin fi!` becomes `"gin" AND "fi"*`: quoted, so that no word is an FTS5 operator.
    """
    words = [f'"{word}"' for word in _WORD.findall(text_key(text))[:MAX_WORDS]]
    return " AND ".join(words) + "*" if words else ""


def _hits(index: CatalogueIndex, connection: sqlite3.Connection, expression: str) -> int:
    ((rows,),) = connection.execute(_MATCH, (expression,))
    flags = bytearray(index.size)
    for ordinal in map(index.ordinal_of_row.__getitem__, msgspec.json.decode(rows)):
        flags[ordinal] = 1
    return flags_bitmap(flags)


def _name_contains(index: CatalogueIndex, text: str) -> int:
    """Return the drinks whose name key contains a text; none for a text of accents only."""
    key = name_key(text)
    if not key:
        return 0
    matches = (ordinal for ordinal, (name, _) in enumerate(index.keys) if key in name)
    return ordinals_bitmap(matches, index.size)


def _name_starts(index: CatalogueIndex, text: str) -> tuple[int, int]:
    """Return the drinks whose name starts with a text, and those whose name equals it.

    Each of the two is one range of the name order.
    """
    key = name_key(text)
    start, end_of_equals, end = (
        bisect_left(index.by_name, bound, key=index.keys.__getitem__)
        for bound in ((key,), (key, _LAST_CHARACTER), (key + _LAST_CHARACTER,))
    )
    starts = ordinals_bitmap(index.by_name[start:end], index.size)
    return starts, ordinals_bitmap(index.by_name[start:end_of_equals], index.size)
