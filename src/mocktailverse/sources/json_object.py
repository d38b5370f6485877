"""A raw record's JSON, for the readers of all sources: an object, or a rejection that says why."""

import msgspec

from mocktailverse.drinks.codes import Reason
from mocktailverse.errors import RecordRejectedError


def json_object(data: bytes | memoryview) -> dict[str, object]:
    """Decode one record that has to be a JSON object.

    Raises:
        RecordRejectedError: it is not UTF-8 text, not JSON, or no object.
    """
    try:
        value = msgspec.json.decode(data)
    except UnicodeDecodeError as error:
        raise RecordRejectedError(Reason.NOT_UTF8, "$", f"Not UTF-8 text: {error}.") from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise RecordRejectedError(
            Reason.MALFORMED_JSON, "$", f"Not valid JSON: {error}."
        ) from error
    if not isinstance(value, dict):
        raise RecordRejectedError(
            Reason.NOT_AN_OBJECT, "$", f"A drink is a JSON object; this is {type_name(value)}."
        )
    return value


def type_name(value: object) -> str:
    """JSON's word for a value's type."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case str():
            return "text"
        case int() | float():
            return "a number"
        case list():
            return "an array"
        case _:
            return "an object"
