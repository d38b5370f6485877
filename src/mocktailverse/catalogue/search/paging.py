"""Sort orders and keyset pagination.

Keyset (seek) pagination: a cursor holds the sort key of the last item of a page, not its number,
and the next page starts behind that key. Example: sorted by strength, a page ends with the Negroni
(24 % vol). Its cursor holds 24, the Negroni's name and its id; the next page starts with the first
drink whose (strength, name, id) is greater. If the catalogue is replaced in between, no drink is
repeated or skipped, even if the Negroni itself is gone. An offset (`skip 25`) would shift instead.
"""

import hashlib
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from math import floor, isnan
from typing import NamedTuple

from msgspec import Struct

from mocktailverse.catalogue.search.bitmaps import bitmap_flags, bitmap_ordinals
from mocktailverse.catalogue.search.index import CatalogueIndex
from mocktailverse.catalogue.search.query import Page, Sort
from mocktailverse.cursors import CursorCodec
from mocktailverse.errors import UsageError

SortValue = float | None
Position = float
"""An ordinal, or between two of them: n - 0.5 is before ordinal n and behind n - 1."""


class Keyset(Struct, frozen=True, array_like=True):
    """The sort key of the last item of a page; `name` and `id` settle ties.

    `digest` identifies the query, so that a cursor cannot be used with another one.
    """

    digest: str
    value: SortValue
    name: str
    id: str

    def encode(self) -> str:
        """Return the cursor."""
        return _codec.encode(self)


_codec = CursorCodec(Keyset)


class PageRequest(NamedTuple):
    """At most `limit` items behind the cursor `after`; `digest` identifies the query."""

    digest: str
    limit: int
    after: str | None

    def keyset(self) -> Keyset | None:
        """Return the key behind which the page starts; None for the first page.

        Raises:
            UsageError: the cursor is invalid or of another query, or the limit is below 1.
        """
        if self.limit < 1:
            raise UsageError("Invalid limit. Pass a limit of 1 or more.")
        if self.after is None:
            return None
        keyset = _codec.decode(self.after)
        if keyset.digest != self.digest:
            raise UsageError(
                "The cursor belongs to another query. Retry without it, or with the query and sort"
                " that it came from."
            )
        return keyset


class SortOrder(NamedTuple):
    """All drinks in a sort order; a drink's sort key is `key(value(ordinal), ordinal)`."""

    ordinals: Sequence[int]
    value: Callable[[int], SortValue]
    key: Callable[[SortValue, Position], tuple[float, ...]]


def query_digest(*parts: object) -> str:
    """Return a short digest of a query; it depends on the `repr` of all parts."""
    return hashlib.blake2b(repr(parts).encode(), digest_size=9).hexdigest()


def sort_order(index: CatalogueIndex, sort: Sort) -> SortOrder:
    """Return the order of a sort other than relevance; ties are in name order."""
    match sort:
        case "abv" | "-abv":
            return _order_by_value(index.abv_max, descending=sort == "-abv")
        case "observed" | "-observed":
            return _order_by_value(index.observed, descending=sort == "-observed")
        case "-name":
            return SortOrder(range(index.size)[::-1], lambda _: None, lambda _, at: (-at,))
        case _:
            return SortOrder(range(index.size), lambda _: None, lambda _, at: (at,))


def page_by_order(
    index: CatalogueIndex, drinks: int, order: SortOrder, request: PageRequest
) -> Page[int]:
    """Return a page of the ordinals of a set of drinks, in a sort order."""
    start = 0
    if keyset := request.keyset():
        last = order.key(keyset.value, _position(index, keyset))
        start = bisect_right(
            order.ordinals, last, key=lambda ordinal: order.key(order.value(ordinal), ordinal)
        )
    is_hit = bitmap_flags(drinks, index.size).__getitem__
    hits = filter(is_hit, islice(order.ordinals, start, None))
    return _page(index, ((order.value(ordinal), ordinal) for ordinal in hits), request)


def page_by_rank(index: CatalogueIndex, ranks: Sequence[int], request: PageRequest) -> Page[int]:
    """Return a page of disjoint sets of drinks: set by set, each in name order."""
    first, start = 0.0, 0
    if keyset := request.keyset():
        first, start = keyset.value or 0, floor(_position(index, keyset)) + 1
    hits = (
        (rank, ordinal)
        for rank, drinks in enumerate(ranks)
        if rank >= first and drinks
        for ordinal in bitmap_ordinals(drinks, index.size, start if rank == first else 0)
    )
    return _page(index, hits, request)


def _order_by_value(values: Sequence[float], *, descending: bool) -> SortOrder:
    with_value = [ordinal for ordinal, value in enumerate(values) if not isnan(value)]
    with_value.sort(key=values.__getitem__, reverse=descending)
    without_value = [ordinal for ordinal, value in enumerate(values) if isnan(value)]
    sign = -1 if descending else 1
    return SortOrder(
        array("I", with_value + without_value),
        lambda ordinal: None if isnan(values[ordinal]) else values[ordinal],
        lambda value, at: (1, 0, at) if value is None else (0, sign * value, at),
    )


def _position(index: CatalogueIndex, keyset: Keyset) -> Position:
    """Return where the keyset's drink is in name order, or would be if it is gone."""
    key = keyset.name, keyset.id
    ordinal = bisect_left(index.keys, key)
    is_there = index.keys[ordinal : ordinal + 1] == [key]
    return ordinal if is_there else ordinal - 0.5


def _page(
    index: CatalogueIndex, hits: Iterator[tuple[SortValue, int]], request: PageRequest
) -> Page[int]:
    shown = list(islice(hits, request.limit))
    ordinals = [ordinal for _, ordinal in shown]
    if next(hits, None) is None:
        return Page(ordinals, None)
    value, last = shown[-1]
    return Page(ordinals, Keyset(request.digest, value, *index.keys[last]).encode())
