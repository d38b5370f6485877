"""Records in one valid JSON value: an array, an envelope `{"drinks": [...]}`, or one record."""

import json
import re
from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct

from mocktailverse.drinks.codes import Reason
from mocktailverse.pipeline.json_elements import NOT_JSON, Element, ElementProblem, array_start

NOT_A_LIST = ElementProblem(
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
    """Return the elements of a JSON array, or raise one of NOT_JSON."""
    return _located(value, _array.decode(value))


def records_in_object(value: bytes, id_field: str) -> list[Element]:
    """Return the records of an envelope; the value itself if it is not an envelope.

    An object with an id is a record, whatever other keys it has. The API returns `drinks` as null
    or a string if there are no records. A value that is not JSON raises one of NOT_JSON.
    """
    if (records := _usual_records(value)) is not None:
        return _located(value, records)
    drinks = _drinks_in(value)
    if drinks is None:
        return [Element(0, value)]
    keys = _keys_of(value)
    if id_field in keys:
        return [Element(0, value)]
    if problem := _problem_of(keys, drinks):
        return [Element(0, value, problem)]
    return _located(value, _array.decode(drinks)) if drinks.startswith(b"[") else []


def _drinks_in(value: bytes) -> bytes | None:
    """Return the value of the key `drinks`; None if the value is not an object with that key."""
    try:
        drinks = _envelope.decode(value).drinks
    except msgspec.ValidationError:
        return None
    return None if isinstance(drinks, msgspec.UnsetType) else bytes(drinks)


def _problem_of(keys: Sequence[str], drinks: bytes) -> ElementProblem | None:
    if len(set(keys)) < len(keys):
        key = next(key for at, key in enumerate(keys) if key in keys[:at])
        message = f"The envelope has the key `{key[:KEY_QUOTED]}` twice."
        return ElementProblem(Reason.DUPLICATE_KEY, message)
    return None if drinks[:1] in b'["' or drinks == b"null" else NOT_A_LIST


def _located(value: bytes, records: Iterable[msgspec.Raw]) -> list[Element]:
    """Return the records with their byte offsets in the value."""
    located = []
    start = array_start(value) or 0
    for record in records:
        data = bytes(record)
        start = value.index(data, start)
        located.append(Element(start, data))
        start += len(data)
    return located


def _usual_records(value: bytes) -> list[msgspec.Raw] | None:
    """Return the records of an envelope that has only the key `drinks`; otherwise None.

    This is the usual case, decoded in one pass. The text from the first `[` to the last `}` is a
    JSON array only if there is no second key.
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


def _keys_of(value: bytes) -> list[str]:
    """Return the keys of a valid JSON object in their order, repeated ones included.

    Latin-1 has a character for each byte, so bytes that are not UTF-8 pass, as in a record.
    """
    keys: list[str] = []

    def note(pairs: list[tuple[str, object]]) -> None:  # keeps no values, to save memory
        keys[:] = [name for name, _ in pairs]  # called for inner objects first, for this one last

    json.loads(value.decode("latin-1"), object_pairs_hook=note, parse_int=str)
    return keys
