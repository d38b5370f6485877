"""Find schema.org recipes in JSON-LD: alone, in an array, in `@graph`, or nested elsewhere."""

import json
import re
from collections.abc import Iterator, Mapping

from mocktailverse.drinks.codes import Reason
from mocktailverse.errors import RecordRejectedError

MAX_DEPTH = 200

_REFERENCE_LENGTH = 2000
"""Maximum characters of a text that a reference adds to a recipe."""
_RECIPE_TYPE = re.compile(r"(?:.*[/#:])?recipe", re.IGNORECASE)
"""`Recipe`, `schema:Recipe`, or an address that ends in it."""


def recipes_in(value: object) -> list[dict[str, object]]:
    """Return the recipes in a decoded JSON-LD value, in their order, each once.

    Entries of a list that only name a recipe are left out if there is a whole recipe. An author or
    a picture that a recipe refers to by `@id` gets the texts of that object.
    """
    objects = [*_objects(value, 0)]
    by_id = {str(one["@id"]): one for one in objects if "@id" in one and len(one) > 1}
    entries = [_with_references(one, by_id) for one in objects if is_recipe(one)]
    recipes = [*{json.dumps(recipe, sort_keys=True): recipe for recipe in entries}.values()]
    return [recipe for recipe in recipes if has_ingredients(recipe)] or recipes


def has_ingredients(value: object) -> bool:
    """Return whether an object has ingredients, under either name."""
    names = ("recipeIngredient", "ingredients")
    return isinstance(value, dict) and any(value.get(name) for name in names)


def is_recipe(value: object) -> bool:
    """Return whether a JSON-LD object has the type `Recipe`, alone or among others."""
    types = value.get("@type") if isinstance(value, dict) else None
    names = types if isinstance(types, list) else [types]
    return any(isinstance(name, str) and _RECIPE_TYPE.fullmatch(name) for name in names)


def _objects(value: object, depth: int) -> Iterator[dict[str, object]]:
    """Yield the objects; what is inside of a recipe, such as related ones, belongs to it."""
    if depth > MAX_DEPTH:
        return
    if isinstance(value, dict):
        yield value
    if isinstance(value, dict | list) and not is_recipe(value):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _objects(inner, depth + 1)


def _with_references(
    recipe: dict[str, object], by_id: Mapping[str, Mapping[str, object]]
) -> dict[str, object]:
    """Return a recipe whose author and picture have the texts of the objects they refer to."""
    return recipe | {
        name: _resolved(recipe[name], by_id) for name in ("author", "image") if name in recipe
    }


def _resolved(value: object, by_id: Mapping[str, Mapping[str, object]]) -> object:
    if isinstance(value, list):
        return [_resolved(one, by_id) for one in value]
    if not isinstance(value, dict):
        return value
    fields = by_id.get(str(value.get("@id")), {}).items()
    return {
        name: text
        for name, text in fields
        if isinstance(text, str) and len(text) <= _REFERENCE_LENGTH
    } | value


def compacted(value: object, depth: int = 0) -> object:
    """Return a value in which `{"@value": "Fizz"}` is "Fizz", and `{"@list": [...]}` the list.

    Raises:
        RecordRejectedError: it is nested over MAX_DEPTH levels deep.
    """
    if depth > MAX_DEPTH:
        message = f"The recipe is nested over {MAX_DEPTH} levels deep."
        raise RecordRejectedError(Reason.WRONG_TYPE, "$.recipe", message)
    if isinstance(value, list):
        return [compacted(one, depth + 1) for one in value]
    if not isinstance(value, dict):
        return value
    name = next((name for name in ("@value", "@list", "@set") if name in value), None)
    if name:
        return compacted(value[name], depth + 1)
    return {name: compacted(one, depth + 1) for name, one in value.items()}
