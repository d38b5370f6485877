"""The formats of own recipes: where they are in a value, which one a recipe has, what it states."""

import re
from collections.abc import Mapping
from typing import get_args

import msgspec

from mocktailverse.sources.authoring import RecipeFormat
from mocktailverse.sources.own.linked_data import compacted, has_ingredients, is_recipe, recipes_in
from mocktailverse.sources.own.recipe_text import each

FORMATS: tuple[RecipeFormat, ...] = get_args(RecipeFormat)

RECIPE_BYTES = 120 * 1024
"""Maximum size of a recipe as JSON; with its envelope it has to fit into a raw record."""

ALIASES = {
    "title": "name",
    "headline": "name",
    "directions": "instructions",
    "preparation": "instructions",
    "steps": "instructions",
    "keywords": "tags",
    "license": "licence",
    "source": "url",
    "abv": "abv_percent",
}
"""Other names of columns, for recipes that have no column with its usual name."""

_JSON_LD = {"@type", "@graph", "@context", "mainEntity", "mainEntityOfPage"}

_READ_PROPERTIES = (
    "@type", "@id", "name", "headline", "alternateName", "url", "mainEntityOfPage", "description",
    "image", "author", "license", "keywords", "recipeCategory", "recipeIngredient", "ingredients",
    "recipeInstructions", "recipeYield", "inLanguage",
)  # fmt: skip
"""The properties of a schema.org `Recipe` that are kept of one that is too large: pages put their
comments and reviews into it."""

_NUMBER = re.compile(r"\s*(?:\d+(?:\.\d+)?)?\s*", re.ASCII)


def recipes_in_value(value: object) -> list[object]:
    """Return the recipes in a decoded JSON value: itself, or those in JSON-LD or a wrapper."""
    if is_envelope(value) or is_recipe(value):
        return [value]
    recipes = recipes_in(value) if _is_linked(value) else _unwrapped(value)
    return [*recipes] or [value]


def _is_linked(value: object) -> bool:
    """Return whether a value is JSON-LD: an object, or a list of nothing else."""
    if isinstance(value, list):
        return all(map(_is_linked, value))
    return isinstance(value, dict) and not _JSON_LD.isdisjoint(value)


def is_envelope(value: object) -> bool:
    """Return whether a value is a raw record: a recipe in an envelope."""
    return isinstance(value, dict) and value.get("format") in FORMATS and "recipe" in value


def _unwrapped(value: object) -> list[object]:
    """Return the recipes in an object that wraps them, such as `{"data": [...], "meta": {...}}`.

    All elements of a list with a recipe count as recipes, so that none is lost without a reason.
    """
    if has_ingredients(value):
        return [value]
    if isinstance(value, list) and any(map(has_ingredients, value)):
        return value
    inner = value.values() if isinstance(value, dict) else each(value)
    return [one for part in inner if isinstance(part, dict | list) for one in _unwrapped(part)]


def format_of(recipe: object) -> RecipeFormat | None:
    """Return the format of one decoded recipe, detected from its content; None if it has none."""
    if isinstance(recipe, str):
        return "text"
    if not isinstance(recipe, dict):
        return None
    if "@type" in recipe or "recipeIngredient" in recipe:
        return "schema.org"
    lines = [one for one in each(recipe_fields(recipe).get("ingredients")) if isinstance(one, dict)]
    is_measured = any("units" in line for line in lines)
    texts = [one for line in lines if isinstance(one := line.get("amount"), str)]
    is_numeric = all(map(_NUMBER.fullmatch, texts))
    return "bar-assistant" if is_measured and is_numeric else "columns"


def within_limit(format_: RecipeFormat, recipe: object) -> object | None:
    """Return the recipe if it is small enough, else with what is read of it; None if too large."""
    if len(msgspec.json.encode(recipe)) <= RECIPE_BYTES:
        return recipe
    if format_ == "schema.org" and isinstance(recipe, dict):
        kept = {name: recipe[name] for name in _READ_PROPERTIES if name in recipe}
        if len(msgspec.json.encode(kept)) <= RECIPE_BYTES:
            return kept
    return None


def recipe_fields(recipe: Mapping[str, object]) -> dict[str, object]:
    """Return the fields of a recipe under their usual names, without a wrapper.

    Bar Assistant's Draft 02 lists the ingredients beside the recipe: its lines get their names.

    Raises:
        RecordRejectedError: it is nested too deeply.
    """
    fields = {name: compacted(value) for name, value in recipe.items()}
    inner = fields.get("recipe", fields.get("data"))
    if isinstance(inner, dict) and "name" in inner:
        beside = [one for one in each(fields.get("ingredients")) if isinstance(one, dict)]
        listed = {
            str(one["_id"]): {name: one.get(name) for name in ("name", "strength")}
            for one in beside
            if "_id" in one
        }
        fields = {**inner, "ingredients": _with_names(inner.get("ingredients"), listed)}
    others = {ALIASES[alias]: fields[alias] for alias in ALIASES if fields.get(alias)}
    return fields | {name: one for name, one in others.items() if not fields.get(name)}


def _with_names(lines: object, listed: Mapping[str, dict[str, object]]) -> list[object]:
    """Return lines with the names and strengths to which `_id` refers, also of substitutes."""
    return [
        {
            **listed.get(str(line.get("_id")), {}),
            **line,
            "substitutes": _with_names(line.get("substitutes"), listed),
        }
        if isinstance(line, dict)
        else line
        for line in each(lines)
    ]
