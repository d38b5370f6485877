"""How an export reaches whoever asks for it.

A server of our own streams it. A function's answer is 6 MB at most, so there the export goes into
the catalogue's bucket, once a version, and the answer leads there.
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


class Form(Struct, frozen=True):
    """A form of export: `suffix` of its file name, and how its bytes are made.

    `write` is None for the catalogue's own file.
    """

    suffix: str
    media_type: str
    write: Callable[[Catalogue, DrinkQuery], Iterator[bytes]] | None = None


CSV = Form("csv", "text/csv; charset=utf-8", export_csv)
NDJSON = Form("ndjson", "application/x-ndjson", export_ndjson)
SQLITE = Form("sqlite", "application/vnd.sqlite3")


class Streamed:
    """Sends the export as it is made; `folder` takes the published file in between."""

    def __init__(self, source: CatalogueSource, folder: Path) -> None:
        self._source = source
        self._folder = folder

    def deliver(self, catalogue: Catalogue, form: Form, *, withdrawn: bool = False) -> Response:
        """The export itself."""
        query = DrinkQuery(withdrawn=withdrawn)
        pieces = form.write(catalogue, query) if form.write else self._published()
        headers = {
            **NO_STORE,
            "Content-Disposition": f'attachment; filename="{_filename(form)}"',
        }
        return StreamingResponse(_in_chunks(pieces), media_type=form.media_type, headers=headers)

    def _published(self) -> Iterator[bytes]:
        """The published file's bytes, all fetched before the first one is sent."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self._folder) as place:
            self._source.download(Path(place.name))
            return _chunks(Path(place.name).open("rb"))  # may be unlinked while it is open


class Redirected:
    """Leads to the export in S3, which is made when the first one asks for it.

    `folder` takes the file in between.
    """

    def __init__(self, links: ExportObjects, folder: Path) -> None:
        self._links = links
        self._folder = folder

    def deliver(self, catalogue: Catalogue, form: Form, *, withdrawn: bool = False) -> Response:
        """A redirection to a link that holds for a quarter of an hour."""
        filename = _filename(form)
        if form.write is None:
            link = self._links.catalogue_link(filename)
        else:
            with_those = "-with-withdrawn" if withdrawn else ""
            name = f"{catalogue.meta.version}{with_those}.{form.suffix}"
            if not self._links.exists(name):
                self._make(name, form, form.write(catalogue, DrinkQuery(withdrawn=withdrawn)))
            link = self._links.link(name, filename)
        return RedirectResponse(link, headers=NO_STORE)

    def _make(self, name: str, form: Form, pieces: Iterator[bytes]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self._folder) as file:
            file.writelines(pieces)
            file.flush()
            self._links.store(name, Path(file.name), form.media_type)


Delivery = Streamed | Redirected
"""How an API delivers exports."""


def _filename(form: Form) -> str:
    return f"mocktailverse.{form.suffix}"


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def _in_chunks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in fewer pieces, each of which costs a change of threads."""
    buffer = bytearray()
    for piece in pieces:
        buffer += piece
        if len(buffer) >= CHUNK_BYTES:
            yield bytes(buffer)
            buffer.clear()
    yield bytes(buffer)
