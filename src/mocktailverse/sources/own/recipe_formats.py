"""The formats of own recipes: which one a recipe has, and whether it fits into a raw record."""

from typing import get_args

import msgspec

from mocktailverse.sources.authoring import RecipeFormat

FORMATS: tuple[RecipeFormat, ...] = get_args(RecipeFormat)

RECIPE_BYTES = 120 * 1024
"""Maximum size of a recipe as JSON; with its envelope it has to fit into a raw record."""

_READ_PROPERTIES = (
    "@type", "@id", "name", "headline", "alternateName", "url", "mainEntityOfPage", "description",
    "image", "author", "license", "keywords", "recipeCategory", "recipeIngredient", "ingredients",
    "recipeInstructions", "recipeYield", "inLanguage",
)  # fmt: skip
"""The properties of a schema.org `Recipe` that are kept of one that is too large: pages put their
comments and reviews into it."""


_AMOUNT_FIELDS = {"amount", "units"}
"""What a line of Bar Assistant's recipes has, and lines of other formats do not."""


def within_limit(format_: RecipeFormat, recipe: object) -> object | None:
    """Return the recipe if it is small enough, else with what is read of it; None if too large."""
    if len(msgspec.json.encode(recipe)) <= RECIPE_BYTES:
        return recipe
    if format_ == "schema.org" and isinstance(recipe, dict):
        kept = {name: recipe[name] for name in _READ_PROPERTIES if name in recipe}
        if len(msgspec.json.encode(kept)) <= RECIPE_BYTES:
            return kept
    return None


def format_of(recipe: object) -> RecipeFormat | None:
    """Return the format of one decoded recipe, detected from its content; None if it has none."""
    if isinstance(recipe, str):
        return "text"
    if not isinstance(recipe, dict):
        return None
    if "@type" in recipe or "recipeIngredient" in recipe:
        return "schema.org"
    if isinstance(recipe.get("recipe", recipe.get("data")), dict):
        return "bar-assistant"
    lines = recipe.get("ingredients")
    is_measured = isinstance(lines, list) and any(
        isinstance(line, dict) and _AMOUNT_FIELDS & line.keys() for line in lines
    )
    return "bar-assistant" if is_measured else "columns"
