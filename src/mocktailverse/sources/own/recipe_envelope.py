"""The raw record of an own recipe: the recipe as received, in a small envelope.

    {"id": "margarita", "format": "schema.org", "origin": "https://...", "recipe": {...}}

The recipe is verbatim, so that a replay with newer code reads it better. Its form depends on the
format: the JSON object of Bar Assistant or schema.org, the columns of a row, or the text.
"""

from typing import Literal, get_args

import msgspec
from msgspec import Struct

RecipeFormat = Literal["bar-assistant", "schema.org", "columns", "text"]
FORMATS: tuple[RecipeFormat, ...] = get_args(RecipeFormat)

RECIPE_BYTES = 120 * 1024
"""Maximum size of a recipe as JSON; with its envelope it has to fit into a raw record."""

ORIGIN_LENGTH = 2000
"""Maximum characters of an origin."""

_READ_PROPERTIES = (
    "@type", "@id", "name", "headline", "alternateName", "url", "mainEntityOfPage", "description",
    "image", "author", "license", "keywords", "recipeCategory", "recipeIngredient", "ingredients",
    "recipeInstructions", "recipeYield", "inLanguage",
)  # fmt: skip
"""The properties of a schema.org `Recipe` that are kept of one that is too large: pages put their
comments and reviews into it."""


_AMOUNT_FIELDS = {"amount", "units"}
"""What a line of Bar Assistant's recipes has, and lines of other formats do not."""


class RecipeEnvelope(Struct, frozen=True):
    """A recipe as received, with what is known about it."""

    id: str
    """Its slug, unique among the own recipes."""
    format: RecipeFormat
    recipe: object
    origin: str | None = None
    """Where it came from: the address of a page, or the name of a file; None for a form."""

    def encoded(self) -> bytes:
        """Return the raw record as one line of JSON."""
        return msgspec.json.encode(self)


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
