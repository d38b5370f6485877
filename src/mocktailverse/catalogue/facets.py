"""How many of the selected drinks have each value, field by field."""

from functools import reduce
from operator import and_

from mocktailverse.catalogue.answers import Facet, Facets
from mocktailverse.catalogue.index import Index
from mocktailverse.catalogue.postings import Postings, Selection
from mocktailverse.catalogue.query import DrinkQuery
from mocktailverse.catalogue.search import Search

FIELDS = ("category", "alcoholic", "mocktail", "glass", "tag", "method", "spirit", "ingredient")
MOST_VALUES = 100


def facets(index: Index, search: Search, query: DrinkQuery) -> Facets:
    """The values of each field in the drinks that pass all filters but the field's own.

    Ingredients that some drink names are counted with their kinds, as their filter does.
    """
    passed = search.filters(query)
    selections: dict[int, Selection] = {}
    found: dict[str, list[Facet]] = {}
    more: dict[str, int] = {}
    for field in FIELDS:
        others = (drinks for name, drinks in passed.items() if name != field)
        drinks = reduce(and_, others, index.all)
        if drinks not in selections:
            selections[drinks] = Selection(drinks, index.size)
        is_ingredient = field == "ingredient"
        values = index.ingredients.named_with_kinds if is_ingredient else index.fields[field]
        found[field], left_out = most_frequent(values, selections[drinks])
        if left_out:
            more[field] = left_out
    return Facets(**found, more=more)


def most_frequent(values: Postings, within: Selection) -> tuple[list[Facet], int]:
    """The most frequent values in a selection, and how many more occur in it."""
    found = values.counts(within, MOST_VALUES)
    return found, values.rest(within, len(found)) if len(found) == MOST_VALUES else 0
