"""Find schema.org recipes in JSON-LD: alone, in an array, in `@graph`, or nested elsewhere."""

import json
from collections.abc import Iterator

MAX_DEPTH = 30

_LINES = ("recipeIngredient", "ingredients")


def recipes_in(value: object) -> list[dict[str, object]]:
    """Return the recipes in a decoded JSON-LD value, in their order, each once.

    Entries of a list that only name a recipe are left out if there is a whole recipe.
    """
    by_text = {json.dumps(recipe, sort_keys=True): recipe for recipe in _nodes(value, 0)}
    recipes = list(by_text.values())
    whole = [recipe for recipe in recipes if any(recipe.get(name) for name in _LINES)]
    return whole or recipes


def is_recipe(value: object) -> bool:
    """Return whether a JSON-LD object has the type `Recipe`, alone or among others."""
    if not isinstance(value, dict):
        return False
    types = value.get("@type")
    names = types if isinstance(types, list) else [types]
    return any(isinstance(name, str) and _is_recipe_type(name) for name in names)


def _is_recipe_type(name: str) -> bool:
    """Return whether it is `Recipe`, `schema:Recipe` or an address that ends in it."""
    return name.replace(":", "/").replace("#", "/").rpartition("/")[2].casefold() == "recipe"


def _nodes(value: object, depth: int) -> Iterator[dict[str, object]]:
    """Yield the recipes; what is inside of a recipe, such as related ones, belongs to it."""
    if depth > MAX_DEPTH:
        return
    if is_recipe(value) and isinstance(value, dict):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _nodes(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _nodes(inner, depth + 1)
