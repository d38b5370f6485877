"""Which drinks a query selects, and the pages of them."""

from functools import reduce
from operator import and_, or_

from mocktailverse.catalogue.bits import pack_flags
from mocktailverse.catalogue.connections import Connections
from mocktailverse.catalogue.cursors import fingerprint
from mocktailverse.catalogue.full_text import full_text
from mocktailverse.catalogue.index import Index
from mocktailverse.catalogue.paging import (
    Asked,
    DrinkPage,
    Order,
    order_of,
    page_in_order,
    page_of_ranks,
)
from mocktailverse.catalogue.query import DrinkQuery, Sort

_TEXT_FIELDS = ("category", "alcoholic", "glass", "tag", "method", "spirit")


class Search:
    """The drinks of one catalogue, filtered and sorted."""

    def __init__(self, index: Index, connections: Connections) -> None:
        """Search the catalogue that the index was read from."""
        self._index = index
        self._find = full_text(index, connections)
        self._orders: dict[Sort, Order] = {}

    def page(self, query: DrinkQuery, limit: int, after: str | None) -> DrinkPage:
        """A page of the selected drinks; all pages together hold each of them once."""
        drinks = self.selected(query)
        asked = Asked(fingerprint(query, query.order), limit, after)
        if query.order == "relevance":
            ranked = self._find(query.q) if query.q.strip() else (drinks,)
            return page_of_ranks(self._index, [drinks & rank for rank in ranked], asked)
        order = self._ordered(query.order)
        return page_in_order(self._index, drinks, order, asked)

    def selected(self, query: DrinkQuery) -> int:
        """The set of drinks that pass all filters."""
        return reduce(and_, self.filters(query).values(), self._index.all)

    def filters(self, query: DrinkQuery) -> dict[str, int]:
        """The set of drinks that pass each filter that the query has, by the field's name."""
        index = self._index
        passed = {
            field: index.fields[field].any_of(values)
            for field in _TEXT_FIELDS
            if (values := getattr(query, field))
        }
        if query.mocktail is not None:
            passed["mocktail"] = index.fields["mocktail"].bits(str(query.mocktail).lower())
        if query.ingredient:
            combine = and_ if query.match == "all" else or_
            passed["ingredient"] = reduce(combine, map(self._having, query.ingredient))
        if query.without:
            passed["without"] = index.all & ~reduce(or_, map(self._having, query.without))
        if query.abv_min is not None:
            passed["abv_min"] = pack_flags(bytes([abv >= query.abv_min for abv in index.abv_min]))
        if query.abv_max is not None:
            passed["abv_max"] = pack_flags(bytes([abv <= query.abv_max for abv in index.abv_max]))
        if not query.withdrawn:
            passed["withdrawn"] = index.present
        if query.q.strip():
            passed["q"] = reduce(or_, self._find(query.q))
        return passed

    def _ordered(self, sort: Sort) -> Order:
        if sort not in self._orders:
            self._orders[sort] = order_of(self._index, sort)
        return self._orders[sort]

    def _having(self, ingredient: str) -> int:
        ingredients = self._index.ingredients
        return reduce(or_, map(ingredients.with_kinds.bits, ingredients.meant(ingredient)), 0)
