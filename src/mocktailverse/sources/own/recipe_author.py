"""Own recipes as people add them: find the recipes of an input, and put each into an envelope."""

from collections.abc import Iterator, Mapping

import msgspec

from mocktailverse.drinks.codes import Reason
from mocktailverse.errors import RecordRejectedError
from mocktailverse.sources.authoring import RecipeEnvelope, RecipeFormat
from mocktailverse.sources.json_object import type_name
from mocktailverse.sources.own.own_reader import stated_id
from mocktailverse.sources.own.page_scripts import page_recipes
from mocktailverse.sources.own.recipe_formats import (
    format_of,
    is_envelope,
    recipe_fields,
    recipes_in_value,
    within_limit,
)
from mocktailverse.sources.own.simple_recipe import row_columns
from mocktailverse.sources.own.text_recipe import split_recipes, text_fields


class OwnRecipeAuthor:
    """Finds own recipes in what a person adds."""

    def in_page(self, text: str) -> list[dict[str, object] | str]:
        """Return the recipes in the text of a web page; one that is not valid JSON as its text."""
        return page_recipes(text)

    def in_text(self, text: str) -> Iterator[str]:
        """Yield each recipe of a plain text."""
        return split_recipes(text)

    def in_row(self, cells: Mapping[str, str]) -> dict[str, object]:
        """Return the recipe in a CSV row."""
        return row_columns(cells)

    def in_value(self, value: object) -> list[object]:
        """Return the recipes in a decoded JSON value: itself, or those that are nested in it."""
        return recipes_in_value(value)

    def envelope(
        self, recipe: object, origin: str | None, form: RecipeFormat | None = None
    ) -> RecipeEnvelope:
        """Return a recipe in its envelope; one that has an envelope keeps it.

        Raises:
            RecordRejectedError: it is not a recipe, has no name, or is too large.
        """
        if is_envelope(recipe):
            return _kept_envelope(recipe)
        detected = form or format_of(recipe)
        kept = None if detected is None else within_limit(detected, recipe)
        if detected is not None and kept is None:
            message = "The recipe is larger than 120 KiB."
            raise RecordRejectedError(Reason.RECORD_TOO_LARGE, "$", message)
        if isinstance(recipe, str) and detected == "text":
            return RecipeEnvelope(stated_id(text_fields(recipe)), detected, recipe, origin)
        if not isinstance(recipe, dict) or detected is None or detected == "text":
            message = f"Expected a recipe, got {type_name(recipe)}."
            raise RecordRejectedError(Reason.NOT_AN_OBJECT, "$", message)
        return RecipeEnvelope(stated_id(recipe_fields(recipe)), detected, kept, origin)


def _kept_envelope(recipe: object) -> RecipeEnvelope:
    try:
        return msgspec.convert(recipe, RecipeEnvelope)
    except msgspec.ValidationError as error:
        message = f"Not an envelope: {error}."
        raise RecordRejectedError(Reason.WRONG_TYPE, "$", message) from error
