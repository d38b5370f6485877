"""Decoded bytes of a raw object: gzip is decompressed, lines have offsets, memory is bounded.

Untrusted input may be a decompression bomb: a few KiB that expand to GiB. So gzip data is inflated
in steps of at most INFLATE_STEP bytes, and reading stops at DECODED_LIMIT.
"""

import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import accumulate, chain, islice
from typing import NamedTuple

from mocktailverse.drinks.codes import Reason
from mocktailverse.errors import ObjectRejectedError
from mocktailverse.pipeline.ports import OpenObject

DECODED_LIMIT = 64 * 1024 * 1024
"""Maximum decoded size of a document, a line or a gzip object."""

DOCUMENT_OBJECTS_LIMIT = 500_000
"""Maximum number of opening braces in a document. 64 MiB of real records have a tenth of it; more
braces are empty objects, which would use up a function's memory and time."""

INFLATE_STEP = 256 * 1024
INFLATE_INPUT = 64 * 1024
GZIP_MAGIC = b"\x1f\x8b"
UTF8_BOM = b"\xef\xbb\xbf"


class GzipDamagedError(ObjectRejectedError):
    """The gzip data is damaged or truncated; all readable bytes before were yielded."""

    def __init__(self, cause: str) -> None:
        super().__init__(Reason.GZIP_CORRUPT, f"The gzip data is damaged or truncated: {cause}.")


class DecodedLine(NamedTuple):
    r"""One line without its "\n"."""

    start: int
    """Decoded byte offset."""
    end: int
    """Decoded byte offset at which the next line starts."""
    data: bytes | None
    """None if the line is longer than DECODED_LIMIT; its bytes were skipped, not kept."""
    damage: GzipDamagedError | None = None
    """The damage that ends the object in this line; `data` is the part before it."""

    @property
    def is_blank(self) -> bool:
        """Whether it has only white space, and neither is too long nor damaged."""
        return self.data is not None and self.damage is None and not self.data.strip()


class TooLargeError(ObjectRejectedError):
    """The object is larger than DECODED_LIMIT, or a document contains too many objects."""

    def __init__(self, what: str) -> None:
        super().__init__(
            Reason.OBJECT_TOO_LARGE,
            f"{what} once decoded. Send it as plain NDJSON or CSV, which may "
            "have any size, or in several objects (`mocktailverse ingest` splits files).",
        )


def inflate(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the decompressed bytes of gzip data with any number of members, in bounded steps.

    Damaged data yields the same bytes however it is divided into chunks: before each step the
    inflater is copied, and if the step fails, the copy repeats it byte by byte up to the damage.

    Raises:
        GzipDamagedError: the data is damaged or truncated, after all readable bytes.
    """
    inflater = zlib.decompressobj(wbits=31)
    fed = False
    pieces = (
        chunk[start : start + INFLATE_INPUT]
        for chunk in chunks
        for start in range(0, len(chunk), INFLATE_INPUT)
    )
    for piece in pieces:
        data = piece
        while data:
            if inflater.eof:
                data = data.lstrip(b"\0")  # zero padding after a member is allowed
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
        if rest := inflater.flush():  # exceeded the last step
            yield rest
        raise GzipDamagedError("its end is missing")


def _before_damage(inflater: "zlib._Decompress", data: bytes) -> Iterator[bytes]:
    """Yield the bytes before the damage: byte by byte, as zlib discards a failed call's output."""
    with suppress(zlib.error):
        for byte in data:
            if step := inflater.decompress(bytes((byte,))):
                yield step


def check_inflated_size(chunks: Iterable[bytes]) -> None:
    """Raise TooLargeError if gzip data decompresses beyond the limit; ignore damage."""
    with suppress(GzipDamagedError):
        if any(size > DECODED_LIMIT for size in accumulate(map(len, inflate(chunks)))):
            raise TooLargeError("The gzip data is larger than 64 MiB")


class DecodedBytes:
    """A raw object's bytes without gzip and byte order mark, readable from any offset.

    Offsets count decoded bytes. Without gzip a range of the object is requested; with gzip reading
    starts at the beginning again, because gzip cannot be entered in the middle.
    """

    def __init__(self, source: OpenObject, *, trusted: bool = False) -> None:
        """Examine the first bytes.

        Raises:
            TooLargeError: gzip data decompresses to more than DECODED_LIMIT, and is not `trusted`.
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
        """Return all readable bytes, and the damage that ends them; may raise TooLargeError."""
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

    def lines(self, offset: int = 0) -> Iterator[DecodedLine]:
        """Yield the lines from a line's offset on; damaged gzip data ends with a damaged line."""
        return _split(self.chunks(offset), max(offset, self._start))

    def _all_chunks(self) -> Iterator[bytes]:
        chunks = self._source.chunks()
        return inflate(chunks) if self._gzip else chunks


def _begin_with(mark: bytes, chunks: Iterable[bytes]) -> bool:
    try:
        return bytes(islice(chain.from_iterable(chunks), len(mark))) == mark
    except GzipDamagedError:  # before that many bytes
        return False


def _split(chunks: Iterable[bytes], offset: int) -> Iterator[DecodedLine]:
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
            yield DecodedLine(offset, end, b"".join(parts) if size <= DECODED_LIMIT else None)
            *whole, last = others
            for line in whole:
                offset, end = end, end + len(line) + 1
                yield DecodedLine(offset, end, line if len(line) <= DECODED_LIMIT else None)
            offset, parts, size = end, [last], len(last)
    except GzipDamagedError as error:
        damage = error
    if size or damage:
        data = b"".join(parts) if size <= DECODED_LIMIT else None
        yield DecodedLine(offset, offset + size, data, damage)
