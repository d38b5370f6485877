"""TheCocktailDB's answers: what was asked, and the records in what came back.

The API says "nothing found" in many ways: `drinks` null, a string of varying text, no such key,
an empty body. All of them are an answer without records here; a string is never iterated.
An HTML page, a cut or an undocumented empty body under status 200 counts as a failure that
passes, and is tried again.
"""

import json
from urllib.parse import urlencode

import msgspec
from msgspec import Struct

from mocktailverse.errors import PermanentError, TransientError

NOTHING = frozenset({"no data found", "none found", "none"})
"""Texts that stand for "nothing found", beside null."""


class Request(Struct, frozen=True, array_like=True):
    """One GET request below `/api/json/<version>/<key>/`; its text never holds the key."""

    endpoint: str
    params: dict[str, str] = {}

    def __str__(self) -> str:
        """Give the request as people write it: `search.php?f=a`."""
        return f"{self.endpoint}?{urlencode(self.params)}" if self.params else self.endpoint


class ApiResponse(Struct, frozen=True):
    """The body as received (transfer and content coding removed) and the records in it."""

    body: bytes
    records: list[object]

    @property
    def says_nothing(self) -> bool:
        """Whether it says in an observed form that nothing was found.

        Without records it may also hold another text: no sign that a drink does not exist.
        """
        if self.records or not self.body.strip():
            return False
        found = json.loads(self.body.decode("utf-8-sig", "replace")).get("drinks", "")
        return not found if not isinstance(found, str) else found.casefold() in NOTHING


def parse_response(request: Request, body: bytes) -> ApiResponse:
    """Read a body that came under status 200.

    Raises:
        TransientError: it is no JSON, or empty where the source gives records.
        PermanentError: it is JSON of an unknown shape.
    """
    return ApiResponse(body=body, records=_records(request, body))


def _records(request: Request, body: bytes) -> list[object]:
    if not body.strip():
        if _may_be_empty(request):
            return []
        raise TransientError(f"{request} was answered with an empty body.")
    envelope = _json(request, body)
    if not isinstance(envelope, dict):
        raise PermanentError(f"{request} was answered with JSON that is no envelope.")
    found = envelope.get("drinks", envelope.get("ingredients"))
    if isinstance(found, list):
        return found
    if found is None or isinstance(found, str):
        return []
    raise PermanentError(f"{request}: drinks is neither a list nor null nor a string.")


def _may_be_empty(request: Request) -> bool:
    """Whether an empty body is the source's way to say that nothing was found.

    Documented for a search by more than one letter only; elsewhere it is a mishap, and taking it
    for "nothing found" would lose a page of drinks without a word.
    """
    return request.endpoint == "search.php" and len(request.params.get("f", "")) > 1


def _json(request: Request, body: bytes) -> object:
    try:
        return msgspec.json.decode(body)
    except ValueError:
        pass
    except RecursionError as error:
        raise PermanentError(f"{request} was answered with JSON nested too deeply.") from error
    # Whole but dirty (a byte that is no UTF-8, half a surrogate pair, NaN): one such record must
    # not cost the page. The bytes are stored as they are, and the transform judges each record.
    try:
        return json.loads(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError) as error:
        raise TransientError(f"{request} was answered with something else than JSON.") from error
