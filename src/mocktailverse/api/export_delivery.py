"""Delivery of exports.

A server on a laptop streams an export. A Lambda function's response is limited to 6 MB, so it
stores the export in the catalogue's bucket, once for each version, and responds with the whole of
it or with the range that a client asks for (RFC 9110). No link to S3 is given to anybody: each
download of a link costs, and nothing limits their number. In both, `folder` holds a file meanwhile.
"""

import gzip
import shlex
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from mocktailverse.api.conditional_requests import etag_matches, requested_range
from mocktailverse.api.error_responses import ApiError
from mocktailverse.api.headers import accepts_gzip
from mocktailverse.api.openapi import API_VERSION
from mocktailverse.catalogue.exports.formats import export_csv, export_ndjson
from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.catalogue.search.query import DrinkQuery
from mocktailverse.catalogue.synced_copy import CatalogueSource
from mocktailverse.errors import MissingError
from mocktailverse.stores.export_objects import ExportObjects

CHUNK_BYTES = 64 * 1024
LARGEST_BODY_BYTES: Final = 4_400_000
"""Lambda's limit of 6 MB holds for the response as JSON, where 3 bytes become 4 in base64."""

LARGEST_PACKED_BYTES: Final = 32_000_000
"""Larger files do not fit into a response compressed either, and compressing them takes seconds."""

_GZ = ".gz"


class ExportFormat(Struct, frozen=True):
    """A file format of the catalogue."""

    suffix: str
    media_type: str
    write: Callable[[Catalogue, DrinkQuery], Iterator[bytes]] | None = None
    """Yields the file's bytes; None for the catalogue's own file."""


CSV = ExportFormat("csv", "text/csv; charset=utf-8", export_csv)
NDJSON = ExportFormat("ndjson", "application/x-ndjson", export_ndjson)
SQLITE = ExportFormat("sqlite", "application/vnd.sqlite3")


class Streamed:
    """Streams an export while it is written."""

    def __init__(self, source: CatalogueSource, folder: Path) -> None:
        self._source = source
        self._folder = folder

    def deliver(
        self, _request: Request, catalogue: Catalogue, kind: ExportFormat, *, withdrawn: bool
    ) -> Response:
        """Return the whole export; a `Range` is ignored, as the size is not known in advance."""
        query = DrinkQuery(withdrawn=withdrawn)
        pieces = kind.write(catalogue, query) if kind.write else self._published()
        return StreamingResponse(
            _in_chunks(pieces), media_type=kind.media_type, headers=_headers(kind)
        )

    def _published(self) -> Iterator[bytes]:
        """Yield the published file's bytes; all are downloaded before the first is sent."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self._folder) as place:
            self._source.download(Path(place.name))
            return _chunks(Path(place.name).open("rb"))  # an open file may be unlinked


class Stored:
    """Stores an export on the first request, and responds with it or a part of it."""

    def __init__(self, objects: ExportObjects, folder: Path) -> None:
        self._objects = objects
        self._folder = folder

    def deliver(
        self, request: Request, catalogue: Catalogue, kind: ExportFormat, *, withdrawn: bool
    ) -> Response:
        """Return the export, compressed if the client accepts it, or the range it asks for.

        Raises:
            ApiError: it has no such bytes, or it is too large for one response.
        """
        suffix = "-with-withdrawn" if withdrawn else ""
        name = f"{API_VERSION}-{catalogue.meta.version}{suffix}.{kind.suffix}"
        headers = _headers(kind) | {"Accept-Ranges": "bytes", "ETag": f'"{name}"'}
        packed = headers | {"ETag": f'"{name}{_GZ}"', "Content-Encoding": "gzip"}
        given = request.headers.get("if-none-match", "")
        for known in (headers, packed):
            if etag_matches(given, known["ETag"]):
                return Response(status_code=304, headers=headers | {"ETag": known["ETag"]})
        size = self._objects.size(name)
        if size is None:
            size = self._store(name, catalogue, kind, withdrawn=withdrawn)
        part = requested_range(request.headers, size, headers["ETag"])
        if part is not None:
            return self._part(name, part, size, headers, kind.media_type)
        if accepts_gzip(request.headers):
            with suppress(MissingError):  # it is not stored if it is too large, too
                return Response(self._objects.read(name + _GZ), 200, packed, kind.media_type)
        if size > LARGEST_BODY_BYTES:
            raise _too_large(request, size, headers["ETag"])
        return Response(self._objects.read(name, stop=size), 200, headers, kind.media_type)

    def _part(
        self, name: str, part: range, size: int, headers: dict[str, str], media_type: str
    ) -> Response:
        """Return the beginning of a range that fits into a response: RFC 9110, section 15.3.7."""
        if not part:
            message = f"The export has {size} bytes; the range begins after its end."
            outside = {"Content-Range": f"bytes */{size}"}
            raise ApiError(416, "range_not_satisfiable", message, headers=outside)
        part = part[:LARGEST_BODY_BYTES]
        headers = headers | {"Content-Range": f"bytes {part.start}-{part.stop - 1}/{size}"}
        return Response(self._objects.read(name, part.start, part.stop), 206, headers, media_type)

    def _store(
        self, name: str, catalogue: Catalogue, kind: ExportFormat, *, withdrawn: bool
    ) -> int:
        """Store the export, and compressed if that fits into a response; return its size."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            plain, packed = Path(folder, "plain"), Path(folder, "packed")
            if kind.write is None:
                shutil.copyfile(catalogue.path, plain)
            else:
                with plain.open("wb") as file:
                    file.writelines(kind.write(catalogue, DrinkQuery(withdrawn=withdrawn)))
            size = plain.stat().st_size
            if size <= LARGEST_PACKED_BYTES:
                packed.write_bytes(gzip.compress(plain.read_bytes(), 6, mtime=0))
                if packed.stat().st_size <= LARGEST_BODY_BYTES:
                    self._objects.store(name + _GZ, packed, kind.media_type)
            self._objects.store(name, plain, kind.media_type)  # the last one: all is stored
        return self._objects.size(name) or size


Delivery = Streamed | Stored
"""How an API delivers exports."""


def _too_large(request: Request, size: int, tag: str) -> ApiError:
    """Return the error that says how to get an export that is larger than a response."""
    step = LARGEST_BODY_BYTES
    ranges = f'for i in $(seq 0 {step} {size - 1}); do curl -sSf -r "$i-$((i+{step - 1}))"'
    curl = f"{ranges} -H 'If-Range: {tag}' {shlex.quote(str(request.url))}; done > export"
    message = (
        f"The export has {size} bytes; a response has at most {step}. Request it in parts with"
        f" `Range` ({curl}), or read GET /drinks page by page with `cursor`, or run"
        " `mocktailverse export --env` with AWS credentials."
    )
    return ApiError(422, "answer_too_large", message, headers={"Accept-Ranges": "bytes"})


def _headers(kind: ExportFormat) -> dict[str, str]:
    disposition = f'attachment; filename="mocktailverse.{kind.suffix}"'
    return {"Cache-Control": "no-cache", "Content-Disposition": disposition}


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def _in_chunks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the same bytes in fewer pieces: each piece costs a switch of threads."""
    buffer = bytearray()
    for piece in pieces:
        buffer += piece
        if len(buffer) >= CHUNK_BYTES:
            yield bytes(buffer)
            buffer.clear()
    yield bytes(buffer)
