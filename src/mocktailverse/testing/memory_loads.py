"""In-memory load records: loads with leases, and their segments, each written once."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from mocktailverse.drinks.drift import Drift
from mocktailverse.drinks.normalize import TRANSFORM_VERSION
from mocktailverse.errors import UsageError
from mocktailverse.loads.load_record import Counts, Lease, Load, Segment
from mocktailverse.loads.load_request import LoadRequest
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.stores.load_items import WORKER_DIED
from mocktailverse.testing.call_faults import CallFaults
from mocktailverse.times import utc

if TYPE_CHECKING:
    from mocktailverse.pipeline import ports

_Key = tuple[ObjectVersion, int]
"""An object version and the generation of its load."""


class MemoryLoads:
    """The loads table; `stores.loads_table` documents each method."""

    def __init__(self, faults: CallFaults | None = None) -> None:
        self.faults = faults or CallFaults()
        self.loads: dict[_Key, Load] = {}
        self.leases: dict[_Key, Lease] = {}
        self.parts: dict[tuple[ObjectVersion, int, int], Segment] = {}

    def acquire(
        self, request: LoadRequest, owner: str, *, now: int, until: int
    ) -> Load | Lease | None:
        """Take the lease of a load; return another worker's, or None if the load is done."""

        def work() -> Load | Lease | None:
            key = request.object, request.generation
            lease = self.leases.get(key)
            load = self._open(key, now)
            if load.status == "done":
                return None
            if lease and lease.until >= now and lease.owner != request.waited_for:
                return lease
            self.leases[key] = Lease(owner, until, until - now)
            return self._change(key, active_at=now, attempts=load.attempts + 1)

        return self.faults.call("loads.acquire", work)

    def release(self, load: Load, owner: str, error: str) -> None:
        """Give the owner's lease back after an error."""
        self.faults.call("loads.release", lambda: self._give_back(load, owner, error=error))

    def continued(self, load: Load, owner: str) -> None:
        """Give the owner's lease back; the load is no longer failed, unless it failed since."""

        def work() -> None:
            stored = self.loads[load.object, load.generation]
            if stored.finished_at is None or stored.finished_at <= stored.active_at:
                self._give_back(load, owner, status="loading", error=None, finished_at=None)

        self.faults.call("loads.continued", work)

    def finish(  # noqa: PLR0913 - a load's result has these facts
        self,
        load: Load,
        counts: Counts,
        drift: Sequence[Drift],
        *,
        size: int,
        stored_at: int,
        now: int,
    ) -> None:
        """Mark a load done, with its result."""

        def work() -> None:
            key = load.object, load.generation
            self.leases.pop(key, None)
            self._change(
                key,
                status="done",
                counts=counts,
                drift=tuple(drift),
                bytes=size,
                stored_at=stored_at,
                finished_at=now,
                error=None,
            )

        self.faults.call("loads.finish", work)

    def fail(self, version: ObjectVersion, generation: int, error: str, *, now: int) -> None:
        """Mark a load failed, unless it is done; its lease ends."""

        def work() -> None:
            key = version, generation
            if self._open(key, now).status != "done":
                self.leases.pop(key, None)
                self._change(key, status="failed", error=error, finished_at=now)

        self.faults.call("loads.fail", work)

    def fail_in_advance(self, version: ObjectVersion, generation: int, *, now: int) -> None:
        """Mark a load failed before its last try, unless it is done; its lease stays."""

        def work() -> None:
            key = version, generation
            if self._open(key, now).status != "done":
                self._change(key, status="failed", error=WORKER_DIED, finished_at=now)

        self.faults.call("loads.fail_in_advance", work)

    def requeued(self, version: ObjectVersion, generation: int, *, now: int) -> Load | None:
        """Count a re-queue of a load; None if the load is done."""
        key = version, generation
        load = self._open(key, now)
        if load.status == "done":
            return None
        return self._change(key, requeued_at=now, requeues=load.requeues + 1)

    def open_generation(self, version: ObjectVersion, *, now: int) -> int:
        """Open the next load of an object version and return its generation."""
        latest = self.latest(version)
        generation = latest.generation + 1 if latest else 1
        self._open((version, generation), now)
        return generation

    def put_segment(self, load: Load, segment: Segment) -> Segment:
        """Store a segment, unless its number is stored; return the stored one."""
        key = (load.object, load.generation, segment.number)
        return self.faults.call("loads.put_segment", lambda: self.parts.setdefault(key, segment))

    def segments(self, version: ObjectVersion, generation: int) -> list[Segment]:
        """Return the segments of a load, in order."""
        return self.faults.call("loads.segments", lambda: self.finished(version, generation))

    def finished(self, version: ObjectVersion, generation: int) -> list[Segment]:
        """Return the same, without a call."""
        keys = sorted(key for key in self.parts if key[:2] == (version, generation))
        return [self.parts[key] for key in keys]

    def latest(self, version: ObjectVersion) -> Load | None:
        """Return the load of the highest generation."""
        loads = [load for load in self.loads.values() if load.object == version]
        return max(loads, key=lambda load: load.generation, default=None)

    def all(self) -> Iterator[Load]:
        """Yield every load."""
        return iter(list(self.loads.values()))

    def page(
        self, day: str, limit: int, after: Mapping[str, Any] | None = None
    ) -> tuple[list[Load], dict[str, Any] | None]:
        """Return a page of the loads that were opened on a day, newest first, and its end."""
        loads = sorted(
            (load for load in self.loads.values() if f"{utc(load.started_at):%Y-%m-%d}" == day),
            key=lambda load: (load.started_at, self.place_of(load)),
            reverse=True,
        )
        places = [self.place_of(load) for load in loads]
        start = places.index(after["place"]) + 1 if after else 0
        page = loads[start : start + limit]
        has_more = len(loads) > start + limit
        return page, self.key_of(self.place_of(page[-1])) if has_more else None

    def place_of(self, load: Load) -> str:
        """Return the position of a load in the listing of its day."""
        return load.object.load_id(load.generation)

    def key_of(self, place: str) -> dict[str, Any]:
        """Return the key from which a listing continues.

        Raises:
            UsageError: no load has this position.
        """
        if place not in map(self.place_of, self.loads.values()):
            raise UsageError(f"`{place}` is not the `next` of a listing of loads.")
        return {"place": place}

    def _give_back(self, load: Load, owner: str, **fields: object) -> None:
        key = load.object, load.generation
        if key in self.leases and self.leases[key].owner == owner:
            del self.leases[key]
            self._change(key, **fields)

    def _open(self, key: _Key, now: int) -> Load:
        version, generation = key
        opened = Load(
            version, generation, "loading", Counts(), 0, 0, 0, None, now, now, None, None,
            TRANSFORM_VERSION,
        )  # fmt: skip
        return self.loads.setdefault(key, opened)

    def _change(self, key: _Key, **fields: object) -> Load:
        self.loads[key] = msgspec.structs.replace(self.loads[key], **fields)
        return self.loads[key]


if TYPE_CHECKING:  # mypy compares it with the port
    _PORT: ports.LoadsStore = MemoryLoads()
