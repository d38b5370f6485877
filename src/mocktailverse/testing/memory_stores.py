"""In-memory raw objects, drinks, published catalogue and queue: the ports without AWS."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from mocktailverse.drinks.register import Register, WriteResult, merge, write_result
from mocktailverse.errors import ConflictError, MissingError
from mocktailverse.loads.load_request import DeadLetter, LoadRequest
from mocktailverse.loads.object_version import RAW_PREFIX, ObjectVersion, StoredObject
from mocktailverse.loads.rejected import Rejected
from mocktailverse.testing.call_faults import NOON_MS, CallFaults

if TYPE_CHECKING:
    from mocktailverse.pipeline import ports

BUCKET = "data"
KEY = "raw/thecocktaildb/2026/01/01/run/part.ndjson"


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


class MemoryRawStore:
    """Raw objects in versions, and rejected records as the bytes that S3 would hold."""

    def __init__(self, faults: CallFaults | None = None) -> None:
        self.faults = faults or CallFaults()
        self.objects: dict[ObjectVersion, MemoryObject] = {}
        self.rejected_objects: dict[str, bytes] = {}

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

    def put(
        self, key: str, body: bytes, *, metadata: Mapping[str, str], content_type: str
    ) -> ObjectVersion:
        """Store the next version of an object, at the time of the clock."""

        def work() -> ObjectVersion:
            number = 1 + sum(version.key == key for version in self.objects)
            described = {**metadata, "content-type": content_type}
            at = self.faults.clock.now()
            return self.add(body, key, f"v{number}", stored_at=at, metadata=described)

        return self.faults.call("raw.put", work)

    def open(self, version: ObjectVersion) -> MemoryObject:
        """Return an object version.

        Raises:
            MissingError: it is not stored.
        """

        def work() -> MemoryObject:
            if version not in self.objects:
                raise MissingError(f"`{version.key}` is not stored.")
            return self.objects[version]

        return self.faults.call("raw.open", work)

    def versions(self, prefix: str = RAW_PREFIX) -> Iterator[StoredObject]:
        """Yield the object versions below a prefix, sorted."""
        for version in sorted(self.objects):
            if version.key.startswith(prefix):
                stored = self.objects[version]
                yield StoredObject(version, stored.bytes, stored.stored_at)

    def put_rejected(self, load_id: str, segment: str, lines: Iterable[Rejected]) -> str:
        """Store rejected records and return their key."""

        def work() -> str:
            key = f"rejected/{load_id}/{segment}.ndjson"
            body = b"".join(msgspec.json.encode(line) + b"\n" for line in lines)
            self.rejected_objects[key] = body
            return key

        return self.faults.call("raw.put_rejected", work)

    def rejected(self, key: str) -> list[Rejected]:
        """Return the rejected records of a key."""
        lines = self.rejected_objects[key].splitlines()
        return [msgspec.json.decode(line, type=Rejected) for line in lines]


class MemoryDrinks:
    """The drinks table: registers merged by their id."""

    name = "drinks"

    def __init__(self, faults: CallFaults | None = None) -> None:
        self.faults = faults or CallFaults()
        self.table: dict[str, Register] = {}
        self.writes: list[str] = []
        """The ids of all writes that were not throttled, in order."""

    def write(self, registers: Sequence[Register]) -> list[WriteResult | None]:
        """Merge registers, each of another drink; None for each one that is throttled."""
        if len({register.id for register in registers}) < len(registers):
            raise ValueError("Two registers of one drink in one write.")
        return self.faults.call("drinks.write", lambda: [self._write(one) for one in registers])

    def many(self, ids: Iterable[str]) -> dict[str, Register]:
        """Return the registers with these ids; unknown ids are left out."""
        return {drink_id: self.table[drink_id] for drink_id in ids if drink_id in self.table}

    def all(self) -> Iterator[Register]:
        """Yield every register."""
        return iter(list(self.table.values()))

    def _write(self, register: Register) -> WriteResult | None:
        if self.faults.is_throttled():
            return None
        current = self.table.get(register.id)
        self.table[register.id] = merge(current, register)
        self.writes.append(register.id)
        return write_result(current, register)


class MemoryCatalogueStore:
    """The published catalogue file, replaced conditionally."""

    def __init__(self) -> None:
        self.body: bytes | None = None
        self.uploads: list[bytes] = []
        """Every file that was published."""
        self.downloads = 0

    def etag(self) -> str | None:
        """Return the published file's hash; None if nothing is published."""
        return None if self.body is None else hashlib.sha256(self.body).hexdigest()

    def download(self, path: Path, *, unless: str | None = None) -> str | None:
        """Write the published file to a path and return its ETag; None if that is `unless`.

        Raises:
            MissingError: nothing is published.
        """
        if self.body is None:
            raise MissingError("No catalogue is published.")
        etag = self.etag()
        if etag == unless:
            return None
        self.downloads += 1
        path.write_bytes(self.body)
        return etag

    def upload(self, path: Path, *, replacing: str | None) -> str:
        """Publish a file and return its ETag.

        Raises:
            ConflictError: another file is published than `replacing`.
        """
        if replacing != self.etag():
            raise ConflictError("Conflict: another catalogue was published meanwhile.")
        self.body = path.read_bytes()
        self.uploads.append(self.body)
        return hashlib.sha256(self.body).hexdigest()


class MemoryQueue:
    """The queue of load requests: records what is sent, and with which delay."""

    def __init__(self, faults: CallFaults | None = None) -> None:
        self.faults = faults or CallFaults()
        self.sent: list[LoadRequest] = []
        self.delays: list[int] = []
        """The delay of each request in `sent`, in seconds."""
        self.dead: list[DeadLetter] = []
        self.redriven: list[DeadLetter] = []

    def send(self, request: LoadRequest, delay_s: int = 0) -> None:
        """Record a request."""

        def work() -> None:
            self.sent.append(request)
            self.delays.append(delay_s)

        self.faults.call("queue.send", work)

    def dead_letters(self) -> Iterator[DeadLetter]:
        """Yield the messages in `dead`."""
        return iter(list(self.dead))

    def redrive(self, letter: DeadLetter) -> None:
        """Move a message from `dead` to `redriven`."""

        def work() -> None:
            self.dead.remove(letter)
            self.redriven.append(letter)

        self.faults.call("queue.redrive", work)


if TYPE_CHECKING:  # mypy compares them with the ports
    _PORTS: tuple[ports.RawStore, ports.DrinksStore, ports.CatalogueStore, ports.RequestQueue] = (
        MemoryRawStore(),
        MemoryDrinks(),
        MemoryCatalogueStore(),
        MemoryQueue(),
    )
