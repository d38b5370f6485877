"""TheCocktailDB's requests and responses.

The API reports "nothing found" in many ways: `drinks` is null, is one of several strings or is
missing, or the body is empty. Here, all of them are a response without records. A string is never
iterated. An HTML page, a truncated body or an undocumented empty body with status 200 is a
transient failure, which is retried.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urlencode

import msgspec
from msgspec import Struct

from mocktailverse.errors import PermanentError, TransientError

NOTHING = frozenset({"no data found", "none found", "none"})
"""Texts that mean "nothing found", like null."""


class Request(Struct, frozen=True, array_like=True):
    """A GET request below `/api/json/<version>/<key>/`. It does not contain the key."""

    endpoint: str
    params: dict[str, str] = {}

    def __str__(self) -> str:
        """Return the request as text: `search.php?f=a`."""
        return f"{self.endpoint}?{urlencode(self.params)}" if self.params else self.endpoint


class ApiResponse(Struct, frozen=True):
    """A response with status 200."""

    body: bytes
    """The body as received, decompressed."""
    records: list[object]

    @property
    def reports_nothing_found(self) -> bool:
        """Whether it reports "nothing found" in a form that the source is known to use.

        Any other response without records does not prove that a drink does not exist.
        """
        if self.records or not self.body.strip():
            return False
        drinks = json.loads(self.body.decode("utf-8-sig", "replace")).get("drinks", "")
        return drinks.casefold() in NOTHING if isinstance(drinks, str) else not drinks


def parse_response(request: Request, body: bytes) -> ApiResponse:
    """Return the response of a body received with status 200.

    Raises:
        TransientError: the body is not JSON, or empty although the source returns records here.
        PermanentError: the body is JSON of an unknown shape.
    """
    if not body.strip():
        # An empty body is documented as "nothing found" only for a search by more than one letter.
        # If it counted as that elsewhere, a page of drinks would be lost silently.
        if request.endpoint == "search.php" and len(request.params.get("f", "")) > 1:
            return ApiResponse(body, [])
        raise TransientError(f"`{request}` returned an empty body.")
    envelope = _json(request, body)
    if not isinstance(envelope, dict):
        raise PermanentError(f"`{request}` returned JSON that is not an object.")
    records = envelope.get("drinks", envelope.get("ingredients"))
    if isinstance(records, list):
        return ApiResponse(body, records)
    if records is None or isinstance(records, str):
        return ApiResponse(body, [])
    raise PermanentError(f"`{request}`: `drinks` is not a list, null or a string.")


def drinks_of(records: Iterable[object]) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Yield the records that have an id, with the id as text."""
    for record in records:
        if isinstance(record, dict):
            drink_id = record.get("idDrink")
            is_id = isinstance(drink_id, str | int) and not isinstance(drink_id, bool)
            if is_id and (text := str(drink_id).strip()):
                yield text, record


def _json(request: Request, body: bytes) -> object:
    try:
        return msgspec.json.decode(body)
    except ValueError:
        pass
    except RecursionError as error:
        raise PermanentError(f"`{request}` returned JSON that is nested too deeply.") from error
    # Complete but invalid in places (a byte that is not UTF-8, half a surrogate pair, NaN): one
    # such record must not lose the page. The bytes are stored as received, and the transform
    # stage validates each record.
    try:
        return json.loads(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError) as error:
        raise TransientError(f"`{request}` returned a body that is not JSON.") from error
