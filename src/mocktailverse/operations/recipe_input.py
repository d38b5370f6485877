"""Read what a person adds: a file or a page becomes envelopes of recipes, each in its format.

The format is detected from the content: a web page, JSON or NDJSON (Bar Assistant, schema.org or
simple fields), CSV with simple columns, else plain text. A recipe that cannot be read is returned
in its place with a reason code; its neighbours are still read.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from types import MappingProxyType
from unicodedata import category

from msgspec import Struct

from mocktailverse.drinks.codes import Reason
from mocktailverse.errors import ObjectRejectedError, RecordRejectedError, UsageError
from mocktailverse.loads.load_record import END, Checkpoint
from mocktailverse.pipeline.byte_stream import GZIP_MAGIC, DecodedBytes
from mocktailverse.pipeline.csv_rows import DELIMITERS
from mocktailverse.pipeline.decode import UnreadableRecord, decode, detect_format
from mocktailverse.pipeline.json_elements import TOO_DEEP, is_nested_too_deeply
from mocktailverse.sources import owned_source
from mocktailverse.sources.authoring import RecipeEnvelope, RecipeFormat
from mocktailverse.sources.json_object import json_value
from mocktailverse.sources.page_text import decoded_text, is_page

INPUT_BYTES = 16 * 1024 * 1024
"""Maximum size of a file; `ingest` loads larger ones."""

MAX_RECIPES = 5_000

_HEAD_LENGTH = 4096
_UNUSUAL_SHARE = 0.05
"""Share of characters that no text has, above which the input is not text."""

_HEAD_LINES = 20
_FEW_CELLS = 2
_SEPARATOR_LINE = re.compile(r"\Asep=.\r?\n", re.IGNORECASE)
"""Names the separator for Excel; it is found without."""


class UnreadableRecipe(Struct, frozen=True):
    """A recipe that cannot be read, and why."""

    number: int
    """Its number in the input, from 1."""
    code: str
    """The reason code."""
    path: str
    message: str


ReadRecipe = RecipeEnvelope | UnreadableRecipe


class InputBytes:
    """Bytes in memory as an `OpenObject`, for the decoder."""

    metadata = MappingProxyType[str, str]({})
    stored_at = 0
    content_type = "application/octet-stream"

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.bytes = len(data)

    def chunks(self, start: int = 0) -> Iterator[bytes]:
        """Yield the bytes from `start` to the end."""
        yield self.data[start:]


def read_recipes(
    data: bytes, origin: str | None, form: RecipeFormat | None = None, charset: str | None = None
) -> list[ReadRecipe]:
    """Return the recipes of a file or page in their order.

    Args:
        data: the content.
        origin: the address of the page, or the name of the file.
        form: the format of each recipe; None: it is detected.
        charset: the encoding that the server of a page states.

    Raises:
        UsageError: the input is empty, too large, or has no recipe.
        ObjectRejectedError: it is a damaged gzip file, or too large unpacked.
    """
    data = _unpacked(data)
    if not data.strip():
        raise UsageError("The input is empty. Pass a file with a recipe.")
    if len(data) > INPUT_BYTES:
        raise UsageError(
            "The input is larger than 16 MiB. Convert it to NDJSON, and use `mocktailverse ingest"
            " --source own`."
        )
    recipes: list[ReadRecipe] = []
    for recipe in _recipes(data, form, charset):
        if len(recipes) == MAX_RECIPES:
            raise UsageError(f"The input has more than {MAX_RECIPES} recipes. Split it.")
        number = len(recipes) + 1
        if isinstance(recipe, UnreadableRecord):
            recipes.append(UnreadableRecipe(number, recipe.code, "$", recipe.message))
        else:
            recipes.append(_enveloped(recipe, number, origin, form))
    if not recipes:
        raise UsageError("The input has no recipe.")
    return recipes


def _unpacked(data: bytes) -> bytes:
    """Return the content of a gzip file; any other input is as it was."""
    if not data.startswith(GZIP_MAGIC):
        return data
    content, damage = DecodedBytes(InputBytes(data)).document()
    if damage:
        raise damage
    return content


def _recipes(
    data: bytes, form: RecipeFormat | None, charset: str | None
) -> Iterator[object | UnreadableRecord]:
    """Yield each recipe as it is: a decoded object, the columns of a row, or a text."""
    text = decoded_text(data, charset)
    records = data if data.lstrip()[:1] in {b"{", b"["} else _SEPARATOR_LINE.sub("", text).encode()
    if form == "text":
        yield from owned_source().authoring.in_text(text)
    elif is_page(text):
        recipes = owned_source().authoring.in_page(text)
        if not recipes:
            raise UsageError(
                "The page has no recipe that can be read: no schema.org Recipe in JSON-LD."
                " Copy its text into a file, and add that."
            )
        for recipe in recipes:
            yield from _values(recipe.encode(), END) if isinstance(recipe, str) else [recipe]
    elif _is_records(records):
        yield from _records(records)
    elif form is None:
        _require_text(text)
        yield from owned_source().authoring.in_text(text)
    else:
        raise UsageError(f"The input does not have the format {form}. Leave out --format.")


def _require_text(text: str) -> None:
    """Raise UsageError for the content of a picture, a PDF or another file that is not a recipe."""
    start = text[:_HEAD_LENGTH]
    unusual = sum(
        char == "\ufffd" or (category(char) == "Cc" and not char.isspace()) for char in start
    )
    if text.startswith("PK\x03\x04"):
        raise UsageError("The input is a ZIP archive. Unpack it, and add the files that are in it.")
    if "\0" in text or text.startswith("%PDF") or unusual > len(start) * _UNUSUAL_SHARE:
        raise UsageError("The input is not text. Copy the recipe's text into a file, and add that.")
    head = text.splitlines()[:_HEAD_LINES]
    if any(_is_table(head, delimiter) for delimiter in DELIMITERS):
        raise UsageError(
            "The input is a table without the columns of recipes. Name its columns in the first"
            " line: `name`, `ingredients`, and for example `instructions`."
        )


def _is_table(lines: Sequence[str], delimiter: str) -> bool:
    """Return whether all lines have the same number of cells, at least three."""
    try:
        counts = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
    except csv.Error:  # such as a cell of over 128 KiB
        return False
    return len(counts) > 1 and counts[0] > _FEW_CELLS and len({*counts}) == 1


def _is_records(data: bytes) -> bool:
    """Return whether the input is JSON, NDJSON or CSV, perhaps a broken one."""
    if data.lstrip()[:1] in {b"{", b"["}:
        return True
    try:
        detect_format(DecodedBytes(InputBytes(data)), owned_source().records.columns)
    except ObjectRejectedError:
        return False
    return True


def _records(data: bytes) -> Iterator[object | UnreadableRecord]:
    for record in decode(InputBytes(data), owned_source().records):
        if isinstance(record, UnreadableRecord):
            yield record
        elif isinstance(record.data, dict):
            yield owned_source().authoring.in_row(record.data)
        else:
            yield from _values(record.data, record.after)


def _values(data: bytes, after: Checkpoint) -> Iterator[object]:
    """Yield the recipes in one JSON value: itself, or those of JSON-LD nested in it."""
    if is_nested_too_deeply(data):
        yield UnreadableRecord(None, after, Reason.MALFORMED_JSON, f"{TOO_DEEP}.", None)
        return
    try:
        value = json_value(data)
    except RecordRejectedError as error:
        yield UnreadableRecord(None, after, error.code, str(error), None)
        return
    yield from owned_source().authoring.in_value(value)


def _enveloped(
    recipe: object, number: int, origin: str | None, form: RecipeFormat | None
) -> ReadRecipe:
    try:
        return owned_source().authoring.envelope(recipe, origin, form)
    except RecordRejectedError as error:
        return UnreadableRecipe(number, error.code, error.path, str(error))
