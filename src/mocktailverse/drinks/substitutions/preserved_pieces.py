"""Fruit, herbs and roots that are dried, ground or candied: not what a drink means by their name.

A name of the reference covers both, so the kept ones have a name here, such as "Dried mint".
"""

from functools import lru_cache

from mocktailverse.drinks.ingredients import Kind, match_ingredient
from mocktailverse.drinks.ingredients.name_readings import words

_FRESH_KINDS: frozenset[Kind] = frozenset({"fruit", "vegetable", "herb"})
_FRESH_ROOTS = frozenset({"Ginger", "Turmeric"})
"""Spices that drinks use fresh, unless they say otherwise."""

_PRESERVED = {
    "dried": "Dried",
    "dehydrated": "Dried",
    "ground": "Ground",
    "powdered": "Ground",
    "powder": "Ground",
    "candied": "Candied",
    "crystallized": "Candied",
    "crystallised": "Candied",
    "pickled": "Pickled",
}


@lru_cache(maxsize=4096)
def preserved(name: str, text: str) -> str | None:
    """Return "Dried mint" for Mint and a text that says "dried"; None if it says nothing."""
    row = match_ingredient(name)
    if row is None or not (row.kind in _FRESH_KINDS or row.name in _FRESH_ROOTS):
        return None
    own = words(row.name)
    how = next((_PRESERVED[w] for w in words(text) if w in _PRESERVED and w not in own), None)
    return f"{how} {row.name.casefold()}" if how else None
