"""How many of the selected drinks have each value, field by field."""

from functools import reduce
from operator import and_

from mocktailverse.catalogue.answers import Facet
from mocktailverse.catalogue.index import Index
from mocktailverse.catalogue.postings import Selection
from mocktailverse.catalogue.query import DrinkQuery
from mocktailverse.catalogue.search import Search

FIELDS = ("category", "alcoholic", "mocktail", "glass", "tag", "method", "spirit", "ingredient")
MOST_INGREDIENTS = 100


def facets(index: Index, search: Search, query: DrinkQuery) -> dict[str, list[Facet]]:
    """The values of each field in the drinks that pass all filters but the field's own.

    Ingredients that some drink names are counted with their kinds, as their filter does; the
    hundred most frequent ones are given.
    """
    passed = search.filters(query)
    selections: dict[int, Selection] = {}
    found = {}
    for field in FIELDS:
        others = (drinks for name, drinks in passed.items() if name != field)
        drinks = reduce(and_, others, index.all)
        if drinks not in selections:
            selections[drinks] = Selection(drinks, index.size)
        found[field] = _counts(index, field, selections[drinks])
    return found


def _counts(index: Index, field: str, within: Selection) -> list[Facet]:
    if field == "ingredient":
        return index.ingredients.named_with_kinds.counts(within, MOST_INGREDIENTS)
    return index.fields[field].counts(within)
