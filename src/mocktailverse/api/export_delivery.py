"""Delivery of exports.

A server on a laptop streams an export. A Lambda function's response is limited to 6 MB, so it
stores the export in the catalogue's bucket, once for each version, and redirects to it. In both,
`folder` holds a file meanwhile.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from fastapi import Response
from fastapi.responses import RedirectResponse, StreamingResponse
from msgspec import Struct

from mocktailverse.catalogue.exports.formats import export_csv, export_ndjson
from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.catalogue.search.query import DrinkQuery
from mocktailverse.catalogue.synced_copy import CatalogueSource
from mocktailverse.stores.export_objects import ExportObjects

CHUNK_BYTES = 64 * 1024
NO_STORE = {"Cache-Control": "no-store"}


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

    def deliver(self, catalogue: Catalogue, kind: ExportFormat, *, withdrawn: bool) -> Response:
        """Return the export."""
        query = DrinkQuery(withdrawn=withdrawn)
        pieces = kind.write(catalogue, query) if kind.write else self._published()
        headers = {**NO_STORE, "Content-Disposition": f'attachment; filename="{_filename(kind)}"'}
        return StreamingResponse(_in_chunks(pieces), media_type=kind.media_type, headers=headers)

    def _published(self) -> Iterator[bytes]:
        """Yield the published file's bytes; all are downloaded before the first is sent."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self._folder) as place:
            self._source.download(Path(place.name))
            return _chunks(Path(place.name).open("rb"))  # an open file may be unlinked


class Redirected:
    """Redirects to the export in S3, which is written on the first request."""

    def __init__(self, links: ExportObjects, folder: Path) -> None:
        self._links = links
        self._folder = folder

    def deliver(self, catalogue: Catalogue, kind: ExportFormat, *, withdrawn: bool) -> Response:
        """Return a redirect to a link that is valid for 15 minutes."""
        filename = _filename(kind)
        if kind.write is None:
            link = self._links.catalogue_link(filename)
        else:
            suffix = "-with-withdrawn" if withdrawn else ""
            name = f"{catalogue.meta.version}{suffix}.{kind.suffix}"
            if not self._links.exists(name):
                self._store(name, kind, kind.write(catalogue, DrinkQuery(withdrawn=withdrawn)))
            link = self._links.link(name, filename)
        return RedirectResponse(link, headers=NO_STORE)

    def _store(self, name: str, kind: ExportFormat, pieces: Iterator[bytes]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self._folder) as file:
            file.writelines(pieces)
            file.flush()
            self._links.store(name, Path(file.name), kind.media_type)


Delivery = Streamed | Redirected
"""How an API delivers exports."""


def _filename(kind: ExportFormat) -> str:
    return f"mocktailverse.{kind.suffix}"


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
