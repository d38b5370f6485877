"""Ingredients: canonical name, kind, parent and usual strength of each ingredient.

`read_name` reads a name as recipes write it; `match_ingredient` and `family_of` return what a
single name means. The data is in `drinks/reference`; see docs/explanation/zero-proof.md.
"""

from mocktailverse.drinks.ingredients.families import family_of, may_hold_alcohol
from mocktailverse.drinks.ingredients.name_matching import LONGEST_NAME, match_ingredient
from mocktailverse.drinks.ingredients.reference_rows import (
    SOLID,
    Family,
    Ingredient,
    Kind,
    row_ancestors,
    rows_by_name,
)
from mocktailverse.drinks.ingredients.written_names import (
    IngredientName,
    canonical_name,
    is_annotated,
    read_name,
)

BASE = "Spirit"
"""The parent of all base spirits, such as Gin and Rum."""

__all__ = [
    "BASE",
    "LONGEST_NAME",
    "SOLID",
    "Family",
    "Ingredient",
    "IngredientName",
    "Kind",
    "all_ingredients",
    "ancestors",
    "base_spirit",
    "canonical_name",
    "family_of",
    "is_annotated",
    "match_ingredient",
    "may_hold_alcohol",
    "read_name",
]


def ancestors(name: str) -> tuple[str, ...]:
    """Return the more general ingredients, nearest first; of Absolut Citron ..., Vodka, Spirit."""
    ingredient = match_ingredient(name)
    return row_ancestors(ingredient.name) if ingredient else ()


def base_spirit(name: str) -> str | None:
    """Return the base spirit (Gin, Rum, Whiskey ...) of an ingredient; None if it has none."""
    ingredient = match_ingredient(name)
    # From special to general, such as (Absolut Citron, ..., Vodka, Spirit): the second to last.
    line = (ingredient.name, *row_ancestors(ingredient.name)) if ingredient else ()
    return line[-2] if len(line) > 1 and line[-1] == BASE else None


def all_ingredients() -> tuple[Ingredient, ...]:
    """Return all rows of the reference, in file order."""
    return tuple(rows_by_name().values())
