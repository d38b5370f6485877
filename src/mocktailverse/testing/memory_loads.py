"""In-memory load records: loads with leases, and their segments, each written once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING

import msgspec

from mocktailverse.drinks.transform_version import TRANSFORM_VERSION
from mocktailverse.loads.load_keys import LoadPosition, day_of
from mocktailverse.loads.load_record import Counts, Lease, Load, Segment
from mocktailverse.loads.load_request import LoadRequest
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.stores.load_items import WORKER_DIED
from mocktailverse.testing.call_faults import FaultyStore, store_call

if TYPE_CHECKING:
    from mocktailverse.pipeline import ports

_Key = tuple[ObjectVersion, int]
"""An object version and the generation of its load."""


def page_of(
    loads: Iterable[Load], limit: int, after: LoadPosition | None
) -> tuple[list[Load], LoadPosition | None]:
    """Return a page of a day's loads, newest first, and the position of its last one if any follow.

    Like DynamoDB's index, it orders loads of the same moment by their keys.
    """
    order = attrgetter("started_at", "object", "part")
    positions = {LoadPosition.of(load): load for load in loads}
    following = sorted(
        (place for place in positions if after is None or order(place) < order(after)),
        key=order,
        reverse=True,
    )
    page = following[:limit]
    return [positions[place] for place in page], page[-1] if len(following) > limit else None


@dataclass(eq=False)
class MemoryLoads(FaultyStore):
    """The loads table; `stores.loads_table` documents each method."""

    loads: dict[_Key, Load] = field(default_factory=dict)
    leases: dict[_Key, Lease] = field(default_factory=dict)
    parts: dict[tuple[ObjectVersion, int, int], Segment] = field(default_factory=dict)
    """Finished segments by object version, generation and number."""

    @store_call("loads.acquire")
    def acquire(
        self, request: LoadRequest, owner: str, *, now: int, until: int
    ) -> Load | Lease | None:
        key = request.object, request.generation
        lease = self.leases.get(key)
        load = self._open(key, now)
        if load.status == "done":
            return None
        if lease and lease.until >= now and lease.owner != request.waited_for:
            return lease
        self.leases[key] = Lease(owner, until, until - now)
        return self._change(key, active_at=now, attempts=load.attempts + 1)

    @store_call("loads.release")
    def release(self, load: Load, owner: str, error: str) -> None:
        self._give_back(load, owner, error=error)

    @store_call("loads.continued")
    def continued(self, load: Load, owner: str) -> None:
        stored = self.loads[load.object, load.generation]
        if stored.finished_at is None or stored.finished_at <= stored.active_at:
            self._give_back(load, owner, status="loading", error=None, finished_at=None)

    @store_call("loads.finish")
    def finish(self, load: Load) -> None:
        key = load.object, load.generation
        self.leases.pop(key, None)
        names = ("counts", "drift", "changes", "bytes", "stored_at", "finished_at")
        result = {name: getattr(load, name) for name in names}
        self._change(key, status="done", error=None, **result)

    @store_call("loads.fail")
    def fail(self, version: ObjectVersion, generation: int, error: str, *, now: int) -> None:
        key = version, generation
        if self._open(key, now).status != "done":
            self.leases.pop(key, None)
            self._change(key, status="failed", error=error, finished_at=now)

    @store_call("loads.fail_in_advance")
    def fail_in_advance(self, version: ObjectVersion, generation: int, *, now: int) -> None:
        key = version, generation
        if self._open(key, now).status != "done":
            self._change(key, status="failed", error=WORKER_DIED, finished_at=now)

    def requeued(self, version: ObjectVersion, generation: int, *, now: int) -> Load | None:
        key = version, generation
        load = self._open(key, now)
        if load.status == "done":
            return None
        return self._change(key, requeued_at=now, requeues=load.requeues + 1)

    def open_generation(self, version: ObjectVersion, *, now: int) -> int:
        latest = self.latest(version)
        generation = latest.generation + 1 if latest else 1
        self._open((version, generation), now)
        return generation

    @store_call("loads.put_segment")
    def put_segment(self, load: Load, segment: Segment) -> Segment:
        return self.parts.setdefault((load.object, load.generation, segment.number), segment)

    @store_call("loads.segments")
    def segments(self, version: ObjectVersion, generation: int) -> list[Segment]:
        return self.finished(version, generation)

    def finished(self, version: ObjectVersion, generation: int) -> list[Segment]:
        """Return the segments of a load, in order, without a call."""
        keys = sorted(key for key in self.parts if key[:2] == (version, generation))
        return [self.parts[key] for key in keys]

    def latest(self, version: ObjectVersion) -> Load | None:
        loads = [load for load in self.loads.values() if load.object == version]
        return max(loads, key=lambda load: load.generation, default=None)

    def all(self) -> Iterator[Load]:
        return iter(list(self.loads.values()))

    def page(
        self, day: str, limit: int, after: LoadPosition | None = None
    ) -> tuple[list[Load], LoadPosition | None]:
        loads = [load for load in self.loads.values() if day_of(load.started_at) == day]
        return page_of(loads, limit, after)

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
