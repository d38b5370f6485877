"""In-memory raw objects, drinks, published catalogue and queue: the ports without AWS."""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from mocktailverse.catalogue.changes.head import CataloguePart, Head
from mocktailverse.catalogue.changes.publication import (
    ListedPart,
    ObjectStorage,
    PublishedCatalogue,
    version_of,
)
from mocktailverse.catalogue.file_names import has_changes, parts_folder
from mocktailverse.drinks.register import Register, WriteResult, merge, write_result
from mocktailverse.errors import ConflictError, MissingError
from mocktailverse.loads.load_request import DeadLetter, LoadRequest
from mocktailverse.loads.object_version import (
    DEFAULT_SOURCE,
    RAW_PREFIX,
    ObjectVersion,
    StoredObject,
)
from mocktailverse.loads.rejected import Rejected
from mocktailverse.testing.call_faults import NOON_MS, FaultyStore, store_call

if TYPE_CHECKING:
    from mocktailverse.pipeline import ports

BUCKET = "data"
KEY = f"raw/{DEFAULT_SOURCE}/2026/01/01/run/part.ndjson"


class MemoryBytes:
    """Bytes that are read in pieces, from any offset; then perhaps an error."""

    def __init__(self, *pieces: bytes, error: Exception | None = None) -> None:
        self.pieces = pieces
        self.error = error

    def chunks(self, start: int = 0) -> Iterator[bytes]:
        """Yield the bytes from `start` on; raise the error, if there is one, at their end."""
        for piece in self.pieces:
            if start < len(piece):
                yield piece[start:]
            start = max(0, start - len(piece))
        if self.error:
            raise self.error


class MemoryObject(MemoryBytes):
    """An opened raw object version."""

    def __init__(
        self,
        body: bytes,
        *,
        stored_at: int = NOON_MS,
        metadata: Mapping[str, str] | None = None,
        chunk: int = 1024,
        error: Exception | None = None,
    ) -> None:
        super().__init__(*(body[i : i + chunk] for i in range(0, len(body), chunk)), error=error)
        self.bytes = len(body)
        self.stored_at = stored_at
        self.metadata = metadata or {}
        self.content_type = self.metadata.get("content-type", "application/json")


@dataclass(eq=False)
class MemoryRawStore(FaultyStore):
    """The data bucket; `stores.data_bucket` documents the methods."""

    objects: dict[ObjectVersion, MemoryObject] = field(default_factory=dict)
    rejected_objects: dict[str, bytes] = field(default_factory=dict)
    """Rejected records by key, as the bytes that S3 would hold."""

    def add(  # noqa: PLR0913 - an object has these facts
        self,
        body: bytes,
        key: str = KEY,
        version_id: str = "v1",
        *,
        stored_at: int = NOON_MS,
        metadata: Mapping[str, str] | None = None,
        chunk: int = 1024,
        error: Exception | None = None,
    ) -> ObjectVersion:
        """Store an object version without a call; reading it yields pieces of `chunk` bytes."""
        version = ObjectVersion(BUCKET, key, version_id)
        self.objects[version] = MemoryObject(
            body, stored_at=stored_at, metadata=metadata, chunk=chunk, error=error
        )
        return version

    @store_call("raw.put")
    def put(
        self, key: str, body: bytes, *, metadata: Mapping[str, str], content_type: str
    ) -> ObjectVersion:
        """Store the next version of an object, at the time of the clock."""
        number = 1 + sum(version.key == key for version in self.objects)
        described = {**metadata, "content-type": content_type}
        at = self.faults.clock.now()
        return self.add(body, key, f"v{number}", stored_at=at, metadata=described)

    @store_call("raw.open")
    def open(self, version: ObjectVersion) -> MemoryObject:
        if version not in self.objects:
            raise MissingError(f"`{version.key}` is not stored.")
        return self.objects[version]

    def versions(self, prefix: str = RAW_PREFIX) -> Iterator[StoredObject]:
        for version in sorted(self.objects):
            if version.key.startswith(prefix):
                stored = self.objects[version]
                md5 = hashlib.md5(b"".join(stored.chunks()), usedforsecurity=False).hexdigest()
                yield StoredObject(version, stored.bytes, stored.stored_at, md5)

    @store_call("raw.put_rejected")
    def put_rejected(self, load_id: str, segment: str, lines: Iterable[Rejected]) -> str:
        key = f"rejected/{load_id}/{segment}.ndjson"
        self.rejected_objects[key] = b"".join(msgspec.json.encode(line) + b"\n" for line in lines)
        return key

    def rejected(self, key: str) -> list[Rejected]:
        lines = self.rejected_objects[key].splitlines()
        return [msgspec.json.decode(line, type=Rejected) for line in lines]


@dataclass(eq=False)
class MemoryDrinks(FaultyStore):
    """The drinks table; `stores.drinks_table` documents the methods."""

    table: dict[str, Register] = field(default_factory=dict)
    """The registers by id."""
    writes: list[str] = field(default_factory=list)
    """The ids of all writes that were not throttled, in order."""
    name: str = "drinks"

    @store_call("drinks.write")
    def write(self, registers: Sequence[Register]) -> list[WriteResult | None]:
        if len({register.id for register in registers}) < len(registers):
            raise ValueError("Two registers of one drink in one write.")
        return [self._write(register) for register in registers]

    def many(self, ids: Iterable[str]) -> dict[str, Register]:
        return {drink_id: self.table[drink_id] for drink_id in ids if drink_id in self.table}

    def all(self) -> Iterator[Register]:
        return iter(list(self.table.values()))

    def _write(self, register: Register) -> WriteResult | None:
        if self.faults.is_throttled():
            return None
        current = self.table.get(register.id)
        self.table[register.id] = merge(current, register)
        self.writes.append(register.id)
        return write_result(current, register)


class MemoryCatalogueObjects:
    """The objects of the published catalogue; `stores.catalogue_objects` documents the methods."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}
        self.stored_at: dict[str, float] = {}
        self.now = 0.0
        """The time of the next writes, in seconds."""
        self.reads: list[str] = []
        """The key of each object that was read, in order."""
        self.writes: list[str] = []
        """The key of each object that was stored, in order."""

    def read(self, key: str, *, unless: str | None = None) -> tuple[bytes, str] | None:
        etag = self.etag(key)
        if etag is None:
            raise MissingError(f"`{key}` is not stored.")
        if etag == unless:
            return None
        self.reads.append(key)
        return self.contents[key], etag

    def save(self, key: str, path: Path, *, unless: str | None = None) -> str | None:
        stored = self.read(key, unless=unless)
        if stored is None:
            return None
        path.write_bytes(stored[0])
        return stored[1]

    def add(self, key: str, content: bytes | Path) -> None:
        self.contents[key] = content if isinstance(content, bytes) else content.read_bytes()
        self.stored_at[key] = self.now
        self.writes.append(key)

    def replace(self, key: str, content: bytes, *, replacing: str | None) -> str:
        if replacing != self.etag(key):
            raise ConflictError("Conflict: another catalogue was published meanwhile.")
        self.add(key, content)
        return hashlib.sha256(content).hexdigest()

    def etag(self, key: str) -> str | None:
        content = self.contents.get(key)
        return None if content is None else hashlib.sha256(content).hexdigest()

    def parts(self, folder: str) -> list[ListedPart]:
        return [ListedPart(key, at) for key, at in self.stored_at.items() if key.startswith(folder)]

    def delete(self, key: str) -> None:
        self.contents.pop(key, None)
        self.stored_at.pop(key, None)


class MemoryCatalogueStore(PublishedCatalogue):
    """The published catalogue, in memory."""

    def __init__(self, name: str | None = None) -> None:
        self.objects = MemoryCatalogueObjects()
        super().__init__(self.objects, name)

    @property
    def body(self) -> bytes | None:
        """The published file; None if nothing is published."""
        with tempfile.TemporaryDirectory() as folder, suppress(MissingError):
            self.download(Path(folder, "published"))
            return Path(folder, "published").read_bytes()
        return None

    @body.setter
    def body(self, content: bytes | None) -> None:
        """Publish these bytes, whatever they are, in place of what is published."""
        self.objects.delete(self.name)
        if content is None:
            return
        if not has_changes(self.name):
            self.objects.add(self.name, content)
            return
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "published")
            path.write_bytes(content)
            part = CataloguePart(
                f"{parts_folder(self.name)}{len(self.objects.contents)}", "", len(content)
            )
            snapshot = msgspec.structs.replace(part, version=version_of(path) or "none")
            self.objects.add(part.key, content)
        self.objects.add(self.name, msgspec.json.encode(Head(snapshot)))


@dataclass(eq=False)
class MemoryQueue(FaultyStore):
    """The queue of load requests and its dead-letter queue; delivers nothing."""

    sent: list[LoadRequest] = field(default_factory=list)
    delays: list[int] = field(default_factory=list)
    """The delay of each request in `sent`, in seconds."""
    dead: list[DeadLetter] = field(default_factory=list)
    redriven: list[DeadLetter] = field(default_factory=list)

    @store_call("queue.send")
    def send(self, request: LoadRequest, delay_s: int = 0) -> None:
        self.sent.append(request)
        self.delays.append(delay_s)

    def dead_letters(self) -> Iterator[DeadLetter]:
        return iter(list(self.dead))

    @store_call("queue.redrive")
    def redrive(self, letter: DeadLetter) -> None:
        self.dead.remove(letter)
        self.redriven.append(letter)

    @store_call("queue.discard")
    def discard(self, letter: DeadLetter) -> None:
        self.dead.remove(letter)


if TYPE_CHECKING:  # mypy compares them with the ports
    _PORTS: tuple[ports.RawStore, ports.DrinksStore, ObjectStorage, ports.RequestQueue] = (
        MemoryRawStore(),
        MemoryDrinks(),
        MemoryCatalogueObjects(),
        MemoryQueue(),
    )
