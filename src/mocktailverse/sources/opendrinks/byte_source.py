"""Bytes of an archive that arrive in chunks: read in any portions, within a limit."""

import zlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mocktailverse.errors import UsageError

MIB = 1024 * 1024
ARCHIVE_BYTES = 256 * MIB
"""Maximum size of an archive."""

UNPACKED_BYTES = 512 * MIB
"""Maximum size of all that an archive unpacks to."""

FILE_BYTES = 128 * 1024
"""Maximum size of a recipe's file: the pipeline accepts no larger record."""

MEMBERS_LIMIT = 20_000
"""Maximum files and folders of an archive."""

DAMAGED = "The archive is damaged or incomplete ({}). Download it again."

_INFLATE_STEP = 256 * 1024
"""Bytes that are decompressed at once, so that a bomb is noticed before it fills the memory."""


class ArchiveError(UsageError):
    """The archive cannot be read: damaged, too large, or not an archive at all."""


class ArchiveFile(NamedTuple):
    """A file of an archive. Its name is never used as a path."""

    name: str | None
    """Its path in the archive; below the folder of recipes, once that is known. None of an array's
    element."""
    size: int
    content: bytes | None
    """None if it is larger than FILE_BYTES, or not a regular file."""
    is_regular: bool = True
    """False for a link, a device, or another file without content of its own."""


def check_members(number: int) -> None:
    """Raise ArchiveError if an archive has more members than MEMBERS_LIMIT."""
    if number > MEMBERS_LIMIT:
        raise ArchiveError(
            f"The archive has more than {MEMBERS_LIMIT} files. Pass one with the recipes only."
        )


class ByteSource:
    """Reads an iterable of chunks in portions; no more than `limit` bytes altogether."""

    def __init__(self, chunks: Iterable[bytes], limit: int, what: str) -> None:
        """`what` says in an error what has the limit, such as "The archive"."""
        self._chunks = iter(chunks)
        self._buffer = b""
        self._left = limit
        self._error = f"{what} is larger than {limit // MIB} MiB. Pass one with the recipes only."

    def peek(self, size: int) -> bytes:
        """Return the next bytes without reading them; fewer at the end."""
        self._fill(size)
        return self._buffer[:size]

    def read(self, size: int) -> bytes:
        """Return the next bytes; fewer at the end."""
        self._fill(size)
        portion, self._buffer = self._buffer[:size], self._buffer[size:]
        return portion

    def skip(self, size: int) -> int:
        """Read bytes and forget them; return how many there were."""
        skipped = min(size, len(self._buffer))
        self._buffer = self._buffer[skipped:]
        while skipped < size and (chunk := self._next()):
            rest = size - skipped
            skipped += min(rest, len(chunk))
            self._buffer = chunk[rest:]
        return skipped

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes that are left."""
        if self._buffer:
            buffered, self._buffer = self._buffer, b""
            yield buffered
        while chunk := self._next():
            yield chunk

    def _fill(self, size: int) -> None:
        if len(self._buffer) >= size:
            return
        parts, length = [self._buffer], len(self._buffer)
        while length < size and (chunk := self._next()):
            parts.append(chunk)
            length += len(chunk)
        self._buffer = b"".join(parts)

    def _next(self) -> bytes:
        """Return the next chunk; empty at the end."""
        chunk = next((chunk for chunk in self._chunks if chunk), b"")
        self._left -= len(chunk)
        if self._left < 0:
            raise ArchiveError(self._error)
        return chunk


def inflated(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the decompressed bytes of gzip data with any number of members, in bounded steps.

    Raises:
        ArchiveError: the data is damaged or incomplete.
    """
    inflater, started = zlib.decompressobj(wbits=31), False
    try:
        for chunk in chunks:
            data = chunk
            while data:
                if inflater.eof:
                    if not data.strip(b"\0"):  # padding after the last member
                        break
                    inflater = zlib.decompressobj(wbits=31)
                yield inflater.decompress(data, _INFLATE_STEP)
                started = True
                data = inflater.unconsumed_tail or inflater.unused_data
    except zlib.error as error:
        raise ArchiveError(f"The gzip data is damaged: {error}. Download it again.") from error
    if started and not inflater.eof:
        raise ArchiveError("The gzip data is incomplete. Download it again.")
