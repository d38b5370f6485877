"""Pages of drinks: in a sort's order, or by rank and then name.

A page goes on behind the last drink's sort value, name and id, wherever these stand by now; so no
drink comes twice and none is left out, even if the catalogue was replaced in between.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from math import floor, isnan
from typing import NamedTuple

from mocktailverse.catalogue.bits import ordinals, unpack
from mocktailverse.catalogue.cursors import Cursor, read_cursor
from mocktailverse.catalogue.index import Index
from mocktailverse.catalogue.query import Sort
from mocktailverse.errors import UsageError

Value = float | None
Place = float
"""An ordinal, or somewhere between two."""


class DrinkPage(NamedTuple):
    """The ordinals of a page's drinks, and the cursor of the next page."""

    ordinals: list[int]
    next: str | None


class Asked(NamedTuple):
    """Which page: at most `limit` drinks behind the cursor `after`.

    `question` is the fingerprint of what was asked.
    """

    question: str
    limit: int
    after: str | None


class Order(NamedTuple):
    """All drinks as sorted; `rank` of its value and its ordinal is what a drink is sorted by."""

    ordinals: Sequence[int]
    value: Callable[[int], Value]
    rank: Callable[[Value, Place], tuple[float, ...]]


def order_of(index: Index, sort: Sort) -> Order:
    """The order of a sort other than relevance. Equal drinks are in name order."""
    match sort:
        case "abv" | "-abv":
            return _by_value(index.abv_max, descending=sort == "-abv")
        case "observed" | "-observed":
            return _by_value(index.observed, descending=sort == "-observed")
        case "-name":
            return Order(range(index.size)[::-1], lambda _: None, lambda _, place: (-place,))
        case _:
            return Order(range(index.size), lambda _: None, lambda _, place: (place,))


def page_in_order(index: Index, drinks: int, order: Order, asked: Asked) -> DrinkPage:
    """A page of a set of drinks."""
    start = 0
    if asked.after is not None:
        cursor = read_cursor(asked.after, asked.question)
        behind = order.rank(cursor.value, _place(index, cursor))
        start = bisect_right(
            order.ordinals, behind, key=lambda ordinal: order.rank(order.value(ordinal), ordinal)
        )
    hits = filter(unpack(drinks, index.size).__getitem__, islice(order.ordinals, start, None))
    return _page(index, ((order.value(ordinal), ordinal) for ordinal in hits), asked)


def page_of_ranks(index: Index, ranked: Sequence[int], asked: Asked) -> DrinkPage:
    """A page of several disjoint sets of drinks, one set after the other, each in name order."""
    first, start = 0.0, 0
    if asked.after is not None:
        cursor = read_cursor(asked.after, asked.question)
        first, start = cursor.value or 0, floor(_place(index, cursor)) + 1
    hits = (
        (rank, ordinal)
        for rank, drinks in enumerate(ranked)
        if rank >= first and drinks
        for ordinal in ordinals(drinks, index.size, start if rank == first else 0)
    )
    return _page(index, hits, asked)


def _by_value(values: Sequence[float], *, descending: bool) -> Order:
    known = [ordinal for ordinal, value in enumerate(values) if not isnan(value)]
    known.sort(key=values.__getitem__, reverse=descending)
    unknown = [ordinal for ordinal, value in enumerate(values) if isnan(value)]
    sign = -1 if descending else 1
    return Order(
        array("I", known + unknown),
        lambda ordinal: None if isnan(values[ordinal]) else values[ordinal],
        lambda value, place: (1, 0, place) if value is None else (0, sign * value, place),
    )


def _place(index: Index, cursor: Cursor) -> Place:
    """Where a cursor's drink stands in name order, or between which two it stood."""
    key = cursor.name, cursor.id
    ordinal = bisect_left(index.keys, key)
    is_there = index.keys[ordinal : ordinal + 1] == [key]
    return ordinal if is_there else ordinal - 0.5


def _page(index: Index, hits: Iterator[tuple[Value, int]], asked: Asked) -> DrinkPage:
    if asked.limit < 1:
        raise UsageError("A page has at least one item; ask for a limit of 1 or more.")
    found = list(islice(hits, asked.limit + 1))
    shown = [ordinal for _, ordinal in found[: asked.limit]]
    if len(found) <= asked.limit:
        return DrinkPage(shown, None)
    value, last = found[asked.limit - 1]
    return DrinkPage(shown, Cursor(asked.question, value, *index.keys[last]).encode())
