"""Similar drinks: those that share ingredients with a drink."""

from collections.abc import Iterator
from itertools import combinations

from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.catalogue.search.query import DrinkQuery
from mocktailverse.drinks.drink import Drink

MAX_SIMILAR = 6
_RAREST = 4
"""How many of the rarest ingredients characterize a drink; common ones such as ice do not."""

_CANDIDATES = 40
"""Drinks compared per pair of these ingredients."""


def similar_drinks(catalogue: Catalogue, drink: Drink) -> list[Drink]:
    """Return up to six drinks, the most similar first.

    Similarity is the share of common ingredients (Jaccard index). Candidates have two of the
    drink's rarest ingredients, or one if it has only one.
    """
    names = frozenset(line.name for line in drink.ingredients)
    candidates = {
        other.id: other
        for pair in _rare_pairs(catalogue, names)
        for other in catalogue.search(DrinkQuery(ingredient=pair), limit=_CANDIDATES).items
        if other.id != drink.id
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
