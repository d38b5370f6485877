"""How people write records of a source themselves: recipes in several formats.

A raw record of such a source is an envelope with the recipe as received:

    {"id": "margarita", "format": "schema.org", "origin": "https://...", "recipe": {...}}

The recipe is verbatim, so that a replay with newer code reads it better. Its form depends on the
format: the JSON object of Bar Assistant or schema.org, the columns of a row, or the text.
"""

from collections.abc import Iterator, Mapping
from typing import Literal, Protocol

import msgspec
from msgspec import Struct

RecipeFormat = Literal["bar-assistant", "schema.org", "columns", "text"]


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


class Authoring(Protocol):
    """Finds recipes in what a person adds, and puts each into an envelope."""

    def in_page(self, text: str) -> list[dict[str, object] | str]:
        """Return the recipes in the text of a web page; one that is not valid JSON as its text."""
        ...

    def in_text(self, text: str) -> Iterator[str]:
        """Yield each recipe of a plain text."""
        ...

    def in_row(self, cells: Mapping[str, str]) -> dict[str, object]:
        """Return the recipe in a CSV row."""
        ...

    def in_value(self, value: object) -> list[object]:
        """Return the recipes in a decoded JSON value: itself, or those that are nested in it."""
        ...

    def envelope(
        self, recipe: object, origin: str | None, form: RecipeFormat | None = None
    ) -> RecipeEnvelope:
        """Return a recipe in its envelope; one that has an envelope keeps it.

        `form` is its format; None: it is detected.

        Raises:
            RecordRejectedError: it is not a recipe, has no name, or is too large.
        """
        ...
