"""Decoded bytes of a raw object: gzip undone, lines with their offsets, all of it bounded."""

import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain, islice
from typing import NamedTuple

from mocktailverse.drinks.codes import Reason
from mocktailverse.errors import ObjectRejectedError
from mocktailverse.pipeline.ports import OpenObject

DECODED_LIMIT = 64 * 1024 * 1024
"""Bytes that a document, a line or a gzip object may unpack to."""

DOCUMENT_OBJECTS_LIMIT = 500_000
"""Braces in a document. Real records take 64 MiB for a tenth of it; empty ones would take a
function's memory and time for nothing."""

INFLATE_STEP = 256 * 1024
INFLATE_INPUT = 64 * 1024
GZIP_MAGIC = b"\x1f\x8b"
UTF8_BOM = b"\xef\xbb\xbf"


class GzipDamagedError(ObjectRejectedError):
    """The gzip data is damaged or cut off; what could be read before was handed out."""

    def __init__(self, cause: str) -> None:
        super().__init__(Reason.GZIP_CORRUPT, f"The gzip data is damaged or cut off: {cause}.")


class Line(NamedTuple):
    r"""One line without its "\n": where it starts, where the next one starts, its bytes."""

    start: int
    end: int
    data: bytes | None
    """None where the line is longer than DECODED_LIMIT; it was passed over, not kept."""
    damage: GzipDamagedError | None = None
    """Why the bytes end here: what could be read of the line that was damaged, if anything."""


class TooLargeError(ObjectRejectedError):
    """The object unpacks to more than DECODED_LIMIT, or a document holds too many objects."""

    def __init__(self, what: str) -> None:
        super().__init__(
            Reason.OBJECT_TOO_LARGE,
            f"{what} once decoded. Send it as plain NDJSON or CSV, which may "
            "have any size, or in several objects (`mocktailverse ingest` splits for you).",
        )


def inflate(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Undo gzip (any number of members), in steps of bounded size.

    Raises:
        GzipDamagedError: it is cut off or damaged, after all bytes that can be read, however the
            chunks are cut.
    """
    inflater = zlib.decompressobj(wbits=31)
    fed = False
    for piece in _pieces(chunks):
        data = piece
        while data:
            if inflater.eof:
                data = data.lstrip(b"\0")  # zero padding behind a member is allowed
                if not data:
                    break
                inflater = zlib.decompressobj(wbits=31)
            fed = True
            before = inflater.copy()
            try:
                step = inflater.decompress(data, INFLATE_STEP)
            except zlib.error as error:
                yield from _before_damage(before, data)
                raise GzipDamagedError(str(error)) from error
            if step:
                yield step
            data = inflater.unconsumed_tail or inflater.unused_data
    if fed and not inflater.eof:
        if rest := inflater.flush():  # what the last step had no room for
            yield rest
        raise GzipDamagedError("its end is missing")


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the same bytes in pieces of bounded size."""
    for chunk in chunks:
        for start in range(0, len(chunk), INFLATE_INPUT):
            yield chunk[start : start + INFLATE_INPUT]


def _before_damage(inflater: "zlib._Decompress", data: bytes) -> Iterator[bytes]:
    """Yield what can be read before the damage in `data`.

    zlib drops the output of the call that fails, so the data is given to it byte by byte.
    """
    with suppress(zlib.error):
        for byte in data:
            if step := inflater.decompress(bytes((byte,))):
                yield step


def check_inflated_size(chunks: Iterable[bytes]) -> None:
    """Raise TooLargeError where gzip data unpacks beyond the limit; damage is not judged here."""
    size = 0
    try:
        for step in inflate(chunks):
            size += len(step)
            if size > DECODED_LIMIT:
                raise TooLargeError("The gzip data is larger than 64 MiB")
    except GzipDamagedError:
        return


class DecodedBytes:
    """A raw object's bytes with gzip and byte order mark undone, readable from any offset."""

    def __init__(self, source: OpenObject, *, trusted: bool = False) -> None:
        """Look at the first bytes; only `trusted` gzip data may unpack to any size.

        Raises:
            TooLargeError: gzip data unpacks to more than DECODED_LIMIT.
        """
        self._source = source
        self._gzip = _begin_with(GZIP_MAGIC, source.chunks())
        if self._gzip and not trusted:
            check_inflated_size(source.chunks())
        self._start = len(UTF8_BOM) if _begin_with(UTF8_BOM, self._all_chunks()) else 0

    def chunks(self, offset: int = 0) -> Iterator[bytes]:
        """Yield the decoded bytes from a decoded offset on."""
        start = max(offset, self._start)
        if not self._gzip:
            yield from self._source.chunks(start)
            return
        for chunk in self._all_chunks():
            if rest := chunk[start:]:
                yield rest
            start = max(0, start - len(chunk))

    def document(self) -> tuple[bytes, GzipDamagedError | None]:
        """Return all bytes that can be decoded, and why there are no more if they are damaged.

        Raises:
            TooLargeError: the document is above the limits.
        """
        parts: list[bytes] = []
        size, damage = 0, None
        try:
            for chunk in self.chunks():
                size += len(chunk)
                if size > DECODED_LIMIT:
                    raise TooLargeError("The JSON document is larger than 64 MiB")
                parts.append(chunk)
        except GzipDamagedError as error:
            damage = error
        document = b"".join(parts)
        if document.count(b"{") > DOCUMENT_OBJECTS_LIMIT:
            raise TooLargeError(f"The JSON document holds over {DOCUMENT_OBJECTS_LIMIT:,} objects")
        return document, damage

    def lines(self, offset: int = 0) -> Iterator[Line]:
        """Yield the lines from a line's offset on; damaged gzip data ends in one with `damage`."""
        return _split(self.chunks(offset), max(offset, self._start))

    def _all_chunks(self) -> Iterator[bytes]:
        chunks = self._source.chunks()
        return inflate(chunks) if self._gzip else chunks


def _begin_with(mark: bytes, chunks: Iterable[bytes]) -> bool:
    try:
        return bytes(islice(chain.from_iterable(chunks), len(mark))) == mark
    except GzipDamagedError:  # before there were as many bytes
        return False


def _split(chunks: Iterable[bytes], offset: int) -> Iterator[Line]:
    parts: list[bytes] = []
    size, damage = 0, None
    try:
        for chunk in chunks:
            first, *others = chunk.split(b"\n")
            size += len(first)
            if size <= DECODED_LIMIT:
                parts.append(first)
            if not others:
                continue
            end = offset + size + 1
            yield Line(offset, end, b"".join(parts) if size <= DECODED_LIMIT else None)
            *whole, last = others
            for line in whole:
                offset, end = end, end + len(line) + 1
                yield Line(offset, end, line if len(line) <= DECODED_LIMIT else None)
            offset, parts, size = end, [last], len(last)
    except GzipDamagedError as error:
        damage = error
    if size or damage:
        data = b"".join(parts) if size <= DECODED_LIMIT else None
        yield Line(offset, offset + size, data, damage)
