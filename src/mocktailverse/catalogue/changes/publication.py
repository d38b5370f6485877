"""The published catalogue: brings files to its version, and publishes what follows.

Files carry their version, so any copy of any version gets only what it lacks, in place; one that is
too old, damaged or none takes the snapshot. What a file is brought to is whole: all its changes are
made in one transaction, and its version is compared with the head's afterwards.
"""

import shutil
import sqlite3
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from typing import Final, NamedTuple, Protocol

import msgspec
from msgspec import Struct

from mocktailverse.catalogue.changes.head import CataloguePart, Head, decode_head
from mocktailverse.catalogue.changes.row_edits import RowEdit, touched_rows, unpack
from mocktailverse.catalogue.file_names import has_changes, parts_folder, readable_names
from mocktailverse.errors import CatalogueError, ConflictError, MissingError

CONCURRENT_READS: Final = 8

SWEEP_AGE_S: Final = 3600.0
"""How much older than a new snapshot what no head names must be to be deleted.

No later head can name anything older than the snapshot: a publisher stores its change after it has
read the head before. The hour is for readers that are still loading what the last heads named.
"""


class ListedPart(NamedTuple):
    """A stored object, with the time of the store's clock in seconds."""

    key: str
    stored_at: float


class ObjectStorage(Protocol):
    """Where the objects are: `stores.catalogue_objects` documents the methods."""

    def read(self, key: str, *, unless: str | None = None) -> tuple[bytes, str] | None: ...
    def save(self, key: str, path: Path, *, unless: str | None = None) -> str | None: ...
    def add(self, key: str, content: bytes | Path) -> None: ...
    def replace(self, key: str, content: bytes, *, replacing: str | None) -> str: ...
    def etag(self, key: str) -> str | None: ...
    def parts(self, folder: str) -> list[ListedPart]: ...
    def delete(self, key: str) -> None: ...


class CatalogueState(Struct, frozen=True):
    """What a file was brought to."""

    etag: str
    """Identifies the published state: another one whenever another version is published."""
    changed_rows: frozenset[int] | None = None
    """Values of `drinks.row` that may differ from the file before; None: all of them."""
    head: Head | None = None
    """The head with this ETag; None if the file is of a format that is published whole."""


class PublishedCatalogue:
    """The published catalogue of one format; readers get an older one until it exists."""

    def __init__(
        self, objects: ObjectStorage, name: str | None = None, older: Sequence[str] = ()
    ) -> None:
        """Use the names of published files; those that this code reads by default."""
        self._objects = objects
        self.name, *self._older = (name, *older) if name else readable_names()

    def etag(self) -> str | None:
        """Return the ETag of the published state; None if nothing is published yet."""
        return self._objects.etag(self.name)

    def download(
        self, path: Path, *, unless: str | None = None, base: Path | None = None
    ) -> CatalogueState | None:
        """Bring the file at `path` to the published version; of an earlier format if need be.

        If the ETag is still `unless`, do nothing and return None. If the file at `path` lacks more
        than changes, a copy of `base` takes its place, a file of the same or a later version; in
        both cases `changed_rows` has all rows that differ from `base`. Nobody may read the file
        meanwhile; after an error it is incomplete, or there is none.

        Raises:
            MissingError: nothing is published yet.
            CatalogueError: what is published is damaged.
            TransientError: the connection failed before the end.
        """
        for name in (self.name, *self._older):
            try:
                if has_changes(name):
                    return self._update(name, path, unless, base)
                etag = self._objects.save(name, path, unless=unless)
                return CatalogueState(etag) if etag else None
            except MissingError as error:
                missing = error
        raise missing

    def upload(self, path: Path, *, replacing: str | None) -> CatalogueState:
        """Publish a whole file in place of the state with the ETag `replacing`.

        If `replacing` is None, nothing may be published yet.

        Raises:
            CatalogueError: the file is not a sealed catalogue.
            ConflictError: another state was published since.
        """
        version = version_of(path)
        if version is None:
            raise CatalogueError(f"`{path}` is not a sealed catalogue.")
        return self._publish(Head(self._add_snapshot(version, path)), replacing)

    def append(self, state: CatalogueState, version: str, change: bytes) -> CatalogueState:
        """Publish a change, as packed edits, that leads from a state to a version.

        Raises:
            ConflictError: another state was published since.
        """
        assert state.head is not None  # noqa: S101 - this code's format has one
        key = f"{parts_folder(self.name)}{version}.ndjson.gz"
        self._objects.add(key, change)
        return self._replace(
            state.head.with_change(CataloguePart(key, version, len(change))), state.etag
        )

    def add_snapshot_if_due(self, state: CatalogueState, path: Path) -> CatalogueState:
        """Store a file of the state as snapshot if new readers would have to read many changes.

        If another publisher is faster, nothing has changed: one of the next publishes does it.
        """
        if state.head is None or not state.head.needs_snapshot:
            return state
        snapshot = self._add_snapshot(state.head.version, path)
        with suppress(ConflictError):
            return self._publish(state.head.with_snapshot(snapshot), state.etag)
        return state

    def _update(
        self, name: str, path: Path, unless: str | None, base: Path | None
    ) -> CatalogueState | None:
        while latest := self._objects.read(name, unless=unless):
            stored, etag = latest
            head = decode_head(stored)
            try:
                return CatalogueState(etag, self._bring(path, head, base), head)
            except MissingError as error:  # it was swept, if there are newer heads
                if self._objects.etag(name) == etag:
                    raise CatalogueError(f"A part of the catalogue is missing: {error}") from error
        return None

    def _bring(self, path: Path, head: Head, base: Path | None) -> frozenset[int] | None:
        """Bring a file to the head's version; return the rows that changed, None for all."""
        for copy in (path, base):
            lacking = head.changes_after(version_of(copy)) if copy else None
            if copy is None or lacking is None:
                continue
            with suppress(CatalogueError):  # a damaged copy: the next, or the snapshot
                if copy is not path:
                    shutil.copyfile(copy, path)
                return self._repeat(path, lacking, head)
        path.unlink(missing_ok=True)
        self._objects.save(head.snapshot.key, path)
        self._repeat(path, head.since_snapshot, head)
        return None

    def _repeat(self, path: Path, parts: Sequence[CataloguePart], head: Head) -> frozenset[int]:
        """Repeat changes on a file that lacks them; return the rows that they touch."""
        edits = [edit for content in self._contents(parts) for edit in unpack(content)]
        repeat(path, edits)
        if version_of(path) != head.version:
            raise CatalogueError(f"The changes of the catalogue do not lead to {head.version}.")
        return touched_rows(edits)

    def _contents(self, parts: Sequence[CataloguePart]) -> Iterable[bytes]:
        if len(parts) <= 1:
            return list(map(self._content, parts))
        with ThreadPoolExecutor(CONCURRENT_READS) as pool:
            return list(pool.map(self._content, parts))

    def _content(self, part: CataloguePart) -> bytes:
        stored = self._objects.read(part.key)
        assert stored is not None  # noqa: S101 - without a condition there is content
        return stored[0]

    def _add_snapshot(self, version: str, path: Path) -> CataloguePart:
        key = f"{parts_folder(self.name)}{version}.sqlite"
        self._objects.add(key, path)
        return CataloguePart(key, version, path.stat().st_size)

    def _publish(self, head: Head, replacing: str | None) -> CatalogueState:
        """Publish a head with a new snapshot, and delete what was superseded."""
        state = self._replace(head, replacing)
        parts = self._objects.parts(parts_folder(self.name))
        named = {head.snapshot.key, *(part.key for part in head.changes)}
        stored_at = max((part.stored_at for part in parts if part.key in named), default=0.0)
        for part in parts:
            if part.key not in named and part.stored_at < stored_at - SWEEP_AGE_S:
                self._objects.delete(part.key)
        return state

    def _replace(self, head: Head, replacing: str | None) -> CatalogueState:
        content = msgspec.json.encode(head)
        etag = self._objects.replace(self.name, content, replacing=replacing)
        return CatalogueState(etag, None, head)


def version_of(path: Path) -> str | None:
    """Return the version in a file; None if it is missing or not a sealed catalogue."""
    if not path.is_file():
        return None
    try:
        with closing(sqlite3.connect(path)) as connection:
            query = "SELECT value FROM meta WHERE key = 'version'"
            row = connection.execute(query).fetchone()
    except sqlite3.DatabaseError:
        return None
    return str(row[0]) if row else None


def repeat(path: Path, edits: Iterable[RowEdit]) -> None:
    """Repeat edits on a private file: all or none.

    Raises:
        CatalogueError: the file is damaged, or is not the one that was edited.
    """
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("PRAGMA journal_mode = MEMORY")
            connection.execute("BEGIN IMMEDIATE")
            for edit in edits:
                edit.apply(connection)
            connection.execute("COMMIT")
    except sqlite3.DatabaseError as error:
        raise CatalogueError(f"The catalogue cannot be changed: {error}.") from error
