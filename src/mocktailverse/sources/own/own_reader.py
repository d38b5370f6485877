"""The reader of own recipes' raw records: envelopes, or bare recipes in one of their formats."""

import hashlib
from collections.abc import Mapping

from mocktailverse.drinks.codes import Reason
from mocktailverse.drinks.record import Absence, Record
from mocktailverse.errors import RecordRejectedError
from mocktailverse.sources.json_object import json_object
from mocktailverse.sources.own.bar_assistant_recipe import bar_assistant_record
from mocktailverse.sources.own.recipe_formats import ALIASES, format_of, is_envelope, recipe_fields
from mocktailverse.sources.own.recipe_text import page_name, require_name, single_line
from mocktailverse.sources.own.schema_org_recipe import schema_org_record
from mocktailverse.sources.own.simple_recipe import COLUMNS, row_columns, simple_record
from mocktailverse.sources.own.text_recipe import text_fields
from mocktailverse.sources.slugs import MAX_SLUG, is_slug, slug_of

Fields = Mapping[str, object]

_NESTED = {
    ("stated", "abv_percent"): "abv_percent",
    ("credit", "author"): "author",
    ("credit", "url"): "url",
    ("credit", "licence"): "licence",
    ("image", "url"): "image",
    ("image", "attribution"): "image_author",
    ("image", "licence"): "image_licence",
}


class OwnRecords:
    """Reads own recipes: the envelopes that `add` stores, and bare recipes that `ingest` stores."""

    id_field = "id"
    columns = frozenset({*COLUMNS, *ALIASES})

    def from_json(self, data: bytes | memoryview) -> Record | Absence:
        """Return the record of one JSON object.

        Raises:
            RecordRejectedError: the object is not a recipe; with reason code and JSON path.
        """
        return _record(json_object(data))

    def from_fields(self, fields: Fields) -> Record | Absence:
        """Return the record of a CSV row.

        Raises:
            RecordRejectedError: the fields are not a recipe; with reason code and JSON path.
        """
        return _record(row_columns(fields))


def _record(fields: Fields) -> Record | Absence:
    if fields.get("absent") is True:
        return Absence(_checked_id(fields.get("id")), is_removal=True)
    if is_envelope(fields):
        origin = fields.get("origin")
        return recipe_record(
            _checked_id(fields.get("id")),
            str(fields["format"]),
            fields["recipe"],
            origin if isinstance(origin, str) else None,
        )
    return recipe_record(None, format_of(fields) or "columns", fields)


def recipe_record(
    recipe_id: str | None, format_: str, recipe: object, origin: str | None = None
) -> Record:
    """Return the record of a recipe as received; without an id, it gets the one that it states.

    Raises:
        RecordRejectedError: it cannot be read in this format.
    """
    if isinstance(recipe, str) and format_ == "text":
        fields: Fields = text_fields(recipe)
        return simple_record(recipe_id or stated_id(fields), fields)
    if not isinstance(recipe, dict):
        raise RecordRejectedError(
            Reason.WRONG_TYPE, "$.recipe", f"The recipe does not have the format {format_}."
        )
    fields = recipe_fields(recipe)
    recipe_id = recipe_id or stated_id(fields)
    if format_ == "bar-assistant":
        return bar_assistant_record(recipe_id, fields)
    if format_ == "schema.org":
        return schema_org_record(recipe_id, fields, origin)
    return simple_record(recipe_id, _flat(fields))


def _flat(fields: dict[str, object]) -> dict[str, object]:
    """Return the columns of a drink as we export it, in which some of them are nested."""
    flat = dict(fields)
    for (outer, inner), column in _NESTED.items():
        if isinstance(value := fields.get(outer), dict):
            flat[column] = value.get(inner)
    return flat


def stated_id(fields: Fields) -> str:
    """Return the slug that a recipe states as its id, else that of its name.

    A name without a letter or a digit gets `recipe-` and a part of its SHA-256.

    Raises:
        RecordRejectedError: it has no name.
    """
    for name in ("_id", "id", "slug"):
        text = (single_line(fields.get(name)) or "").removeprefix("own:")
        if text and not text.isdigit() and is_slug(text):
            return text
    name = require_name(fields.get("name"), page_name)
    return slug_of(name) or f"recipe-{hashlib.sha256(name.encode()).hexdigest()[:12]}"


def _checked_id(value: object) -> str:
    if value is None or value == "":
        raise RecordRejectedError(Reason.ID_MISSING, "$.id", "The record has no id.")
    if not isinstance(value, str) or not is_slug(value):
        raise RecordRejectedError(
            Reason.ID_INVALID,
            "$.id",
            f"The id {str(value)[:40]!r} is not a slug: words of a to z and 0 to 9, joined by"
            f" hyphens, at most {MAX_SLUG} characters.",
        )
    return value
