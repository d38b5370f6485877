"""A file of the collection as one line of a raw object, and what such a line says.

    {"file": "mojito.json", "recipe": {...}}         the file's JSON as received
    {"file": "mojito.json", "text": "<html>..."}     a file that is not JSON, as text
    {"file": "mojito.json", "bytes": 900000}         a file that is too large to be stored
    {"file": "Mojito.json", "recipe": {...}, "same_id_as": "mojito.json"}
    {"file": "mojito.json", "absent": true}          a tombstone: the file was removed

A recipe from an array has no file name, and no envelope unless its id is taken.
"""

import json
import re
from collections.abc import Mapping
from typing import NoReturn

import msgspec

from mocktailverse.drinks.codes import Reason
from mocktailverse.drinks.text import one_line
from mocktailverse.errors import RecordRejectedError
from mocktailverse.sources.slugs import slug_of

EXTENSION = ".json"
_FILE, _RECIPE, _TEXT, _BYTES, _ABSENT, _TAKEN = KEYS = (
    *("file", "recipe", "text", "bytes", "absent", "same_id_as"),
)
_CONTENT = frozenset((_RECIPE, _TEXT, _BYTES, _ABSENT))
_BOM = b"\xef\xbb\xbf"
_QUOTED = 100
_NOT_UTF8 = re.compile(r"\\x[89a-f][0-9a-f]")
"""A byte that `envelope` could not decode; no valid JSON has this escape."""


def envelope(file: str | None, content: bytes, taken_by: str | None = None) -> bytes:
    """Return the line of a file; `taken_by` names another one with the same id.

    JSON is copied byte for byte, with a space for each line break, which JSON has only between
    tokens.
    """
    fields = {} if file is None else {_FILE: file}
    if taken_by is not None:
        fields[_TAKEN] = taken_by
    body = content.removeprefix(_BOM).strip()
    if not _is_json(body):
        return msgspec.json.encode({**fields, _TEXT: content.decode("utf-8", "backslashreplace")})
    body = body.replace(b"\r", b" ").replace(b"\n", b" ")
    if not fields:
        return body
    return msgspec.json.encode(fields)[:-1] + b',"' + _RECIPE.encode() + b'":' + body + b"}"


def oversize_envelope(file: str | None, size: int) -> bytes:
    """Return the line of a file that is too large to be stored; `size` in bytes."""
    return msgspec.json.encode({_FILE: file or "", _BYTES: size})


def absence_envelope(file: str) -> bytes:
    """Return the line that says that a file was removed."""
    return msgspec.json.encode({_FILE: file, _ABSENT: True})


def file_slug(file: str) -> str | None:
    """Return the slug of a file name without folders and extension; None if it has no letter."""
    name = file.replace("\\", "/").rpartition("/")[2]
    if name.casefold().endswith(EXTENSION):
        name = name[: -len(EXTENSION)]
    return slug_of(name)


def is_envelope(fields: Mapping[str, object]) -> bool:
    """Return whether an object is an envelope; a recipe has other fields, too."""
    return fields.keys() <= frozenset(KEYS) and not fields.keys().isdisjoint(_CONTENT)


def is_absence(fields: Mapping[str, object]) -> bool:
    """Return whether an envelope says that its file was removed."""
    return fields.get(_ABSENT) is True


def file_of(fields: Mapping[str, object]) -> str | None:
    """Return the file name of an envelope; None if it states none."""
    file = fields.get(_FILE)
    return file if isinstance(file, str) and file else None


def recipe_of_envelope(fields: Mapping[str, object]) -> dict[str, object]:
    """Return the recipe in an envelope.

    Raises:
        RecordRejectedError: it holds none, or another file has its id.
    """
    if _BYTES in fields:
        raise RecordRejectedError(
            Reason.RECORD_TOO_LARGE,
            f"$.{_BYTES}",
            f"The file is {fields[_BYTES]} bytes; 131072 is the limit. It was not stored.",
        )
    if _TEXT in fields:
        problem = _why_no_json(str(fields[_TEXT]))
        raise RecordRejectedError(Reason.MALFORMED_JSON, f"$.{_TEXT}", problem)
    taken_by = fields.get(_TAKEN)
    if taken_by is not None:
        raise RecordRejectedError(
            Reason.ID_TAKEN,
            f"$.{_TAKEN}",
            f"It has the same id as {quoted(str(taken_by))}. Rename it.",
        )
    recipe = fields.get(_RECIPE)
    if not isinstance(recipe, dict):
        raise RecordRejectedError(
            Reason.NOT_AN_OBJECT, f"$.{_RECIPE}", "The file is not a JSON object."
        )
    return recipe


def _is_json(body: bytes) -> bool:
    try:
        msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


def _why_no_json(text: str) -> str:
    if text.lstrip().startswith("<"):
        return "The file is a page or a document in XML, not JSON."
    if _NOT_UTF8.search(text):
        return "The file is not in UTF-8. Save it in this encoding."
    try:
        json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        return f"The file is not valid JSON: {error}."
    return "The file is not valid JSON."


def _refuse(constant: str) -> NoReturn:
    """Raise ValueError for a number that Python reads and JSON does not have, such as NaN."""
    raise ValueError(f"{constant} is not a number")


def quoted(file: str) -> str:
    """Return a file's name for a message, on one line and cut."""
    return f"`{(one_line(file) or 'without a name')[:_QUOTED]}`"
