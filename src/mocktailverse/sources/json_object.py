"""JSON decoding for the record readers of all sources."""

import msgspec

from mocktailverse.drinks.codes import Reason
from mocktailverse.errors import RecordRejectedError

_TYPE_NAMES = {
    type(None): "null",
    bool: "a boolean",
    str: "text",
    int: "a number",
    float: "a number",
    list: "an array",
}


def json_object(data: bytes | memoryview) -> dict[str, object]:
    """Return the decoded JSON object of one record.

    Raises:
        RecordRejectedError: the bytes are not UTF-8 text, not JSON, or not an object.
    """
    value = json_value(data)
    if not isinstance(value, dict):
        raise RecordRejectedError(
            Reason.NOT_AN_OBJECT, "$", f"Expected a JSON object, got {type_name(value)}."
        )
    return value


def json_value(data: bytes | memoryview) -> object:
    """Return a decoded JSON value.

    Raises:
        RecordRejectedError: the bytes are not UTF-8 text, or not JSON.
    """
    try:
        return msgspec.json.decode(data)
    except UnicodeDecodeError as error:
        raise RecordRejectedError(Reason.NOT_UTF8, "$", f"Not UTF-8 text: {error}.") from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise RecordRejectedError(
            Reason.MALFORMED_JSON, "$", f"Not valid JSON: {error}."
        ) from error


def type_name(value: object) -> str:
    """Return the JSON name of a value's type."""
    return _TYPE_NAMES.get(type(value), "an object")
