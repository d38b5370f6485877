"""The records in one valid JSON value: an array, an envelope `{"drinks": [...]}`, or a record."""

import json
import re
from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct

from mocktailverse.drinks.codes import Reason
from mocktailverse.pipeline.json_elements import NOT_JSON, Element, Problem, array_start

NOT_A_LIST = Problem(
    Reason.DRINKS_INVALID, "`drinks` in the envelope is not a list, null or a string."
)
KEY_QUOTED = 100

_BLANKS = b" \t\r\n"
_OPENING = re.compile(rb'[ \t\r\n]*+\{[ \t\r\n]*+"drinks"[ \t\r\n]*+:[ \t\r\n]*+(?=\[)')


class _Envelope(Struct):
    drinks: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


_envelope = msgspec.json.Decoder(_Envelope)
_array = msgspec.json.Decoder(list[msgspec.Raw])


def records_in_array(value: bytes) -> list[Element]:
    """Return the elements of a JSON array.

    Raises:
        DecodeError, UnicodeDecodeError, RecursionError: it is not a valid array.
    """
    return _located(value, _array.decode(value))


def records_in_object(value: bytes, id_field: str) -> list[Element]:
    """Return the records of an envelope; the value itself where it is not one.

    An object that has an id is a record, whatever other keys it has. `drinks` that is null or a
    string is the API's way to say that there are no records.

    Raises:
        DecodeError, UnicodeDecodeError, RecursionError: it is not valid JSON.
    """
    if (records := _usual_records(value)) is not None:
        return _located(value, records)
    drinks = _drinks_in(value)
    if drinks is None:
        return [Element(0, value)]
    keys = _keys_of(_without(value, drinks))
    if id_field in keys:
        return [Element(0, value)]
    if problem := _problem_of(keys, drinks):
        return [Element(0, value, problem)]
    return _located(value, _array.decode(drinks)) if drinks.startswith(b"[") else []


def _drinks_in(value: bytes) -> bytes | None:
    """Return the value of the key `drinks`; None where there is no such key, or no object."""
    try:
        drinks = _envelope.decode(value).drinks
    except msgspec.ValidationError:
        return None
    return None if isinstance(drinks, msgspec.UnsetType) else bytes(drinks)


def _problem_of(keys: Sequence[str], drinks: bytes) -> Problem | None:
    if key := _repeated(keys):
        message = f"The envelope has the key `{key[:KEY_QUOTED]}` twice."
        return Problem(Reason.DUPLICATE_KEY, message)
    return None if drinks[:1] in b'["' or drinks == b"null" else NOT_A_LIST


def _located(value: bytes, records: Iterable[msgspec.Raw]) -> list[Element]:
    """Return the records with the places at which they are found in the value."""
    found = []
    start = array_start(value) or 0
    for record in records:
        data = bytes(record)
        start = value.index(data, start)
        found.append(Element(start, data))
        start += len(data)
    return found


def _usual_records(value: bytes) -> list[msgspec.Raw] | None:
    """Return the records of an envelope that has no other key, in one pass; else None.

    With a second key, the text between the first bracket and the last is not a JSON array.
    """
    if not (opening := _OPENING.match(value)):
        return None
    body = value[opening.end() :].rstrip(_BLANKS)
    if not body.endswith(b"}"):
        return None
    try:
        return _array.decode(body[:-1])
    except NOT_JSON:
        return None


def _without(value: bytes, records: bytes) -> bytes:
    """Replace the records by a number: only the envelope's own keys are to be parsed.

    An array or object that holds a quote cannot be a part of some string, where it would be
    escaped. A string may stand elsewhere as a key.
    """
    if records.startswith(b'"') or b'"' not in records:
        return value
    return value.replace(records, b"0")


def _keys_of(value: bytes) -> list[str]:
    """Return the keys of a valid JSON object in their order, repeated ones included.

    Bytes that are not UTF-8 pass, as they do in a record: Latin-1 has a character for each.
    """
    pairs = json.loads(value.decode("latin-1"), object_pairs_hook=list, parse_int=str)
    return [name for name, _ in pairs]


def _repeated(keys: Sequence[str]) -> str | None:
    """Return the first key that is in the list twice; None where none is."""
    if len(set(keys)) == len(keys):
        return None
    return next(key for at, key in enumerate(keys) if key in keys[:at])
