"""Cursors: where a page ended, in terms of what is sorted by, so that a new catalogue goes on."""

import base64
import hashlib

import msgspec
from msgspec import Struct

from mocktailverse.errors import UsageError

LONGEST_CURSOR = 4096
"""Characters; ours are far shorter."""


class Cursor(Struct, frozen=True, array_like=True):
    """The last item of a page: the value it is sorted by, and what settles ties.

    `question` is the fingerprint of what was asked.
    """

    question: str
    value: float | None
    name: str
    id: str

    def encode(self) -> str:
        """As URL-safe text."""
        return base64.urlsafe_b64encode(msgspec.json.encode(self)).rstrip(b"=").decode()


_cursor = msgspec.json.Decoder(Cursor)


def fingerprint(*asked: object) -> str:
    """Tells questions apart, by the `repr` of all that was asked."""
    return hashlib.blake2b(repr(asked).encode(), digest_size=9).hexdigest()


def read_cursor(text: str, question: str) -> Cursor:
    """The cursor that `encode` made for the same question.

    Raises:
        UsageError: it is damaged or belongs to another question.
    """
    try:
        padded = text[:LONGEST_CURSOR].encode("ascii") + b"=" * (-len(text) % 4)
        cursor = _cursor.decode(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, msgspec.DecodeError) as error:
        raise UsageError("The cursor is damaged. Ask again without it.") from error
    if cursor.question != question:
        raise UsageError(
            "The cursor belongs to another query. Ask again without it, or with the query and"
            " sort that it came from."
        )
    return cursor
