"""Drinks that are like another one: by the ingredients that they share."""

from collections.abc import Iterator
from itertools import combinations

from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.catalogue.search.query import DrinkQuery
from mocktailverse.drinks.drink import Drink

MOST = 6
TELLING = 4
"""So many of a drink's rarest ingredients tell what it is: the ice does not."""

CANDIDATES = 40
"""Drinks that are compared for each pair of telling ingredients."""


def similar_drinks(catalogue: Catalogue, drink: Drink) -> list[Drink]:
    """At most six drinks, the most alike first: those that share the largest part of ingredients.

    Looked at are only drinks that share two of its rarest ingredients, or one if it has no more.
    """
    names = frozenset(line.name for line in drink.ingredients)
    found = {
        other.id: other
        for pair in _telling_pairs(catalogue, names)
        for other in catalogue.search(DrinkQuery(ingredient=pair), limit=CANDIDATES).items
        if other.id != drink.id
    }
    ranked = sorted(
        found.values(), key=lambda other: (-_likeness(names, other), other.name, other.id)
    )
    return ranked[:MOST]


def _telling_pairs(catalogue: Catalogue, names: frozenset[str]) -> Iterator[tuple[str, ...]]:
    uses = {name: catalogue.count(DrinkQuery(ingredient=(name,))) for name in sorted(names)}
    telling = sorted((n for n in uses if uses[n] > 1), key=lambda name: (uses[name], name))
    yield from combinations(telling[:TELLING], min(2, len(telling)) or 1)


def _likeness(names: frozenset[str], other: Drink) -> float:
    others = {line.name for line in other.ingredients}
    return len(names & others) / len(names | others)
