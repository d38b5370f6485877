"""Ingredients: a canonical name for every spelling, with kind and strength."""

from mocktailverse.drinks.ingredients.ingredient_reference import (
    BASE,
    LONGEST_NAME,
    SOLID,
    Family,
    Ingredient,
    Kind,
    all_ingredients,
    ancestors,
    base_spirit,
    canonical_name,
    family_of,
    is_a,
    match_ingredient,
)

__all__ = [
    "BASE",
    "LONGEST_NAME",
    "SOLID",
    "Family",
    "Ingredient",
    "Kind",
    "all_ingredients",
    "ancestors",
    "base_spirit",
    "canonical_name",
    "family_of",
    "is_a",
    "match_ingredient",
]
