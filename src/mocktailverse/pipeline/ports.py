"""Ports: what the stages need of the world, implemented by `stores` and by the tests' fakes.

The stages import nothing of AWS. They receive objects of these shapes as arguments; the classes in
`mocktailverse.stores` have them by structure, without inheriting from them. All times are in ms
since 1970 UTC.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from mocktailverse.drinks.register import Register, WriteResult
from mocktailverse.loads.load_keys import LoadPosition
from mocktailverse.loads.load_record import Lease, Load, Segment
from mocktailverse.loads.load_request import DeadLetter, LoadRequest
from mocktailverse.loads.object_version import ObjectVersion, StoredObject
from mocktailverse.loads.rejected import Rejected

Chunks = Iterator[bytes]


class OpenObject(Protocol):
    """An opened raw object version."""

    @property
    def bytes(self) -> int:
        """The stored size."""

    @property
    def stored_at(self) -> int:
        """When it was stored."""

    @property
    def metadata(self) -> Mapping[str, str]:
        """The metadata given by its writer."""

    @property
    def content_type(self) -> str:
        """The media type given by its writer."""

    def chunks(self, start: int = 0) -> Chunks:
        """Yield the stored bytes from `start` to the end.

        Raises:
            TransientError: the connection failed before the end.
        """


class RawStore(Protocol):
    """Raw objects and rejected lines: `stores.data_bucket`."""

    def open(self, version: ObjectVersion) -> OpenObject: ...
    def versions(self, prefix: str = ...) -> Iterator[StoredObject]: ...
    def put(
        self, key: str, body: bytes, *, metadata: Mapping[str, str], content_type: str
    ) -> ObjectVersion: ...
    def put_rejected(self, load_id: str, segment: str, lines: Iterable[Rejected]) -> str: ...
    def rejected(self, key: str) -> list[Rejected]: ...


class DrinksStore(Protocol):
    """The drinks table, a last-writer-wins register a drink: `stores.drinks_table`."""

    @property
    def name(self) -> str:
        """The table's name."""

    def write(self, registers: Sequence[Register]) -> list[WriteResult | None]:
        """Merge registers into the table; None for each one that was throttled."""

    def many(self, ids: Iterable[str]) -> dict[str, Register]: ...
    def all(self) -> Iterator[Register]: ...


class DailyLoads(Protocol):
    """Lists the loads of a day, newest first, through an index."""

    def page(
        self, day: str, limit: int, after: LoadPosition | None = None
    ) -> tuple[list[Load], LoadPosition | None]:
        """Return a page of loads, and the position after which the next one begins."""


class LoadsStore(DailyLoads, Protocol):
    """The load records: `stores.loads_table`, which documents each method."""

    def acquire(
        self, request: LoadRequest, owner: str, *, now: int, until: int
    ) -> Load | Lease | None: ...
    def release(self, load: Load, owner: str, error: str) -> None: ...
    def continued(self, load: Load, owner: str) -> None: ...
    def finish(self, load: Load) -> None: ...
    def fail(self, version: ObjectVersion, generation: int, error: str, *, now: int) -> None: ...
    def fail_in_advance(self, version: ObjectVersion, generation: int, *, now: int) -> None: ...
    def requeued(self, version: ObjectVersion, generation: int, *, now: int) -> Load | None: ...
    def open_generation(self, version: ObjectVersion, *, now: int) -> int: ...
    def put_segment(self, load: Load, segment: Segment) -> Segment: ...
    def segments(self, version: ObjectVersion, generation: int) -> list[Segment]: ...
    def latest(self, version: ObjectVersion) -> Load | None: ...
    def all(self) -> Iterator[Load]: ...


class RequestQueue(Protocol):
    """The queue of load requests and its dead-letter queue: `stores.queue`."""

    def send(self, request: LoadRequest, delay_s: int = 0) -> None: ...
    def dead_letters(self) -> Iterator[DeadLetter]: ...
    def redrive(self, letter: DeadLetter) -> None: ...
    def discard(self, letter: DeadLetter) -> None: ...


class Clock(Protocol):
    """The clock of one invocation."""

    @property
    def deadline(self) -> int:
        """When the invocation will be cut off."""

    def now(self) -> int: ...
    def wait(self, seconds: float) -> None: ...
