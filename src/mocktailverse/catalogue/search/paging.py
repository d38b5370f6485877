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
from math import isnan
from typing import NamedTuple

from msgspec import Struct

from mocktailverse.catalogue.search.bitmaps import bitmap_flags, bitmap_ordinals
from mocktailverse.catalogue.search.index import CatalogueIndex
from mocktailverse.catalogue.search.query import Page, Sort
from mocktailverse.cursors import CursorCodec
from mocktailverse.errors import UsageError

SortValue = float | None

_MOST_SORTED = 1_000
"""A larger set is not sorted: its drinks are soon found on the way through the name order."""


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
    """All drinks in a sort order."""

    ordinals: Sequence[int]
    value: Callable[[int], SortValue]
    """The value of a drink that is sorted by; None where ties are all there is, or if unknown."""
    start_behind: Callable[[Keyset], int]
    """The place of the first drink behind a keyset."""


def query_digest(*parts: object) -> str:
    """Return a short digest of a query; it depends on the `repr` of all parts."""
    return hashlib.blake2b(repr(parts).encode(), digest_size=9).hexdigest()


def sort_order(index: CatalogueIndex, sort: Sort) -> SortOrder:
    """Return the order of a sort other than relevance; ties are in name order."""
    match sort:
        case "abv" | "-abv":
            return _order_by_value(index, index.abv_max, descending=sort == "-abv")
        case "observed" | "-observed":
            return _order_by_value(index, index.observed, descending=sort == "-observed")
        case "-name":
            by_name, key = index.by_name, index.keys.__getitem__
            return SortOrder(
                by_name[::-1],
                lambda _: None,
                lambda last: len(by_name) - bisect_left(by_name, (last.name, last.id), key=key),
            )
        case _:
            return SortOrder(
                index.by_name,
                lambda _: None,
                lambda last: _start_behind(index, index.by_name, last),
            )


def page_by_order(
    index: CatalogueIndex, drinks: int, order: SortOrder, request: PageRequest
) -> Page[int]:
    """Return a page of the ordinals of a set of drinks, in a sort order."""
    keyset = request.keyset()
    start = order.start_behind(keyset) if keyset else 0
    is_hit = bitmap_flags(drinks, index.size).__getitem__
    hits = filter(is_hit, islice(order.ordinals, start, None))
    return _page(index, ((order.value(ordinal), ordinal) for ordinal in hits), request)


def page_by_rank(index: CatalogueIndex, ranks: Sequence[int], request: PageRequest) -> Page[int]:
    """Return a page of disjoint sets of drinks: set by set, each in name order."""
    keyset = request.keyset()
    first = (keyset.value or 0) if keyset else 0
    hits = (
        (rank, ordinal)
        for rank, drinks in enumerate(ranks)
        if rank >= first and drinks
        for ordinal in _in_name_order(index, drinks, keyset if rank == first else None)
    )
    return _page(index, hits, request)


def _in_name_order(index: CatalogueIndex, drinks: int, keyset: Keyset | None) -> Iterator[int]:
    """Yield the drinks of a set that are behind a keyset, in name order."""
    is_small = drinks.bit_count() <= _MOST_SORTED
    order: Sequence[int] = index.by_name
    if is_small:
        order = sorted(bitmap_ordinals(drinks, index.size), key=index.keys.__getitem__)
    rest = islice(order, _start_behind(index, order, keyset) if keyset else 0, None)
    return rest if is_small else filter(bitmap_flags(drinks, index.size).__getitem__, rest)


def _start_behind(index: CatalogueIndex, in_name_order: Sequence[int], last: Keyset) -> int:
    return bisect_right(in_name_order, (last.name, last.id), key=index.keys.__getitem__)


def _order_by_value(
    index: CatalogueIndex, values: Sequence[float], *, descending: bool
) -> SortOrder:
    with_value = [ordinal for ordinal in index.by_name if not isnan(values[ordinal])]
    with_value.sort(key=values.__getitem__, reverse=descending)
    without_value = [ordinal for ordinal in index.by_name if isnan(values[ordinal])]
    ordinals = array("I", with_value + without_value)
    sign = -1 if descending else 1

    def value_of(ordinal: int) -> SortValue:
        return None if isnan(values[ordinal]) else values[ordinal]

    def sort_key(value: SortValue, name: tuple[str, str]) -> tuple[bool, float, tuple[str, str]]:
        return value is None, 0 if value is None else sign * value, name

    def start_behind(last: Keyset) -> int:
        return bisect_right(
            ordinals,
            sort_key(last.value, (last.name, last.id)),
            key=lambda ordinal: sort_key(value_of(ordinal), index.keys[ordinal]),
        )

    return SortOrder(ordinals, value_of, start_behind)


def _page(
    index: CatalogueIndex, hits: Iterator[tuple[SortValue, int]], request: PageRequest
) -> Page[int]:
    shown = list(islice(hits, request.limit))
    ordinals = [ordinal for _, ordinal in shown]
    if next(hits, None) is None:
        return Page(ordinals, None)
    value, last = shown[-1]
    return Page(ordinals, Keyset(request.digest, value, *index.keys[last]).encode())
