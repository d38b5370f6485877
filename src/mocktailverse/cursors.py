"""Opaque cursors: the text with which a client asks for the next page of a listing.

A cursor encodes the position at which a page ended: a struct as JSON, in URL-safe Base64 without
padding. Clients send it back as it is. It is neither secret nor signed, so each listing checks
the position that it gets.
"""

import base64
from typing import Generic, TypeVar

import msgspec

from mocktailverse.errors import UsageError

MAX_CURSOR_LENGTH = 16 * 1024
"""Characters. The longest, of a load whose S3 key is 1,024 control characters, has about 9,000."""

T = TypeVar("T")


class CursorCodec(Generic[T]):
    """Encodes and decodes the cursors of one kind of listing.

    Make it at import: it examines the type (see `conversion`).
    """

    def __init__(self, kind: type[T]) -> None:
        """Take the type of a position."""
        self._decoder = msgspec.json.Decoder(kind)

    def encode(self, position: T) -> str:
        """Return the cursor of a position."""
        return base64.urlsafe_b64encode(msgspec.json.encode(position)).rstrip(b"=").decode()

    def decode(self, cursor: str) -> T:
        """Return the position of a cursor, with or without padding.

        Raises:
            UsageError: it is not a cursor of this kind.
        """
        try:
            padded = cursor[:MAX_CURSOR_LENGTH].encode("ascii") + b"=" * (-len(cursor) % 4)
            return self._decoder.decode(base64.b64decode(padded, altchars=b"-_", validate=True))
        except (ValueError, msgspec.DecodeError) as error:
            raise UsageError("Invalid cursor. Retry without it.") from error
