"""Load records: the state of each load, its segments and its counts.

For every load: read = loaded + unchanged + stale + rejected.
"""

from collections.abc import Iterable
from operator import add
from typing import Any, Literal

from msgspec import Struct, to_builtins
from msgspec.structs import astuple

from mocktailverse.drinks.content_changes import Changes
from mocktailverse.drinks.drift import Drift
from mocktailverse.drinks.register import Outcome
from mocktailverse.loads.object_version import ObjectVersion

LoadStatus = Literal["loading", "done", "failed"]


class Checkpoint(Struct, frozen=True):
    """The position in a raw object at which decoding resumes."""

    offset: int = 0
    """A line's decoded byte offset, or an array index; -1 is the end of the object."""
    skip: int = 0
    """Records at that offset that are already processed."""


START = Checkpoint()
"""The beginning of an object."""

END = Checkpoint(-1)
"""The end of an object that cannot be read any further."""


class Counts(Struct):
    """The outcomes of the records of a load."""

    read: int = 0
    """All records."""
    loaded: int = 0
    """Records whose drink was written to the table."""
    unchanged: int = 0
    """Records whose content was already in the table."""
    stale: int = 0
    """Late or out-of-order records: a later observation was already in the table."""
    rejected: int = 0
    """Records that cannot load."""

    @property
    def conserving(self) -> bool:
        """Whether every record that was read is accounted for."""
        return self.read == self.loaded + self.unchanged + self.stale + self.rejected

    def count(self, outcome: Outcome | Literal["rejected"]) -> None:
        self.read += 1
        setattr(self, outcome, getattr(self, outcome) + 1)

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*map(add, astuple(self), astuple(other)))


class Segment(Struct, frozen=True):
    """The result of a load between two checkpoints; written once, then never changed."""

    number: int
    """Counts from 0, in reading order."""
    start: Checkpoint
    """Where it begins."""
    after: Checkpoint
    """Where the next one begins."""
    counts: Counts
    """The outcomes of its records."""
    final: bool
    """Whether it is the last segment of the object."""
    rejected_key: str | None = None
    """Key of its rejected lines; null if there are none."""
    drift: tuple[Drift, ...] = ()
    """Schema drift in its records."""
    changes: Changes = Changes()
    """What it changed in drinks that were in the table before."""


class Load(Struct, frozen=True):
    """The latest state of the processing of one raw object version; times in ms since 1970 UTC."""

    object: ObjectVersion
    """The raw object version that is loaded."""
    generation: int
    """Counts from 1; each replay opens the next."""
    status: LoadStatus
    """`failed` may still become `done`, by a later message or a replay."""
    counts: Counts
    """The outcomes of the records; all zero until the load is done."""
    bytes: int
    """The stored size; 0 until the load is done."""
    attempts: int
    """Number of messages that worked on it."""
    requeues: int
    """Number of times that reconcile sent it to the queue again."""
    requeued_at: int | None
    """Time of the latest re-queue."""
    active_at: int
    """When a message last worked on it."""
    started_at: int
    """When it was opened."""
    finished_at: int | None
    """When it was done or failed; null while it is open."""
    error: str | None
    """Error of the latest attempt that could report one; null once it is continued or done."""
    transform_version: int
    """Version of the code that last worked on it."""
    drift: tuple[Drift, ...] = ()
    """Schema drift in its records, the most frequent kinds."""
    stored_at: int | None = None
    """When the raw object was stored; null until the load is done."""
    changes: Changes = Changes()
    """What it changed in drinks that were in the table before. A worker that dies may have changed
    more than it could record."""

    @property
    def load_id(self) -> str:
        """The id of this generation's load, as listings show it."""
        return self.object.load_id(self.generation)

    @property
    def duration_ms(self) -> int | None:
        """Time from the first attempt to the end; None while the load is open.

        Two workers with different clocks may have recorded these times, so it is clamped to 0.
        """
        return None if self.finished_at is None else max(0, self.finished_at - self.started_at)


class Lease(Struct, frozen=True):
    """Another worker's time-limited lock on a load."""

    owner: str
    """A random name of the attempt that holds it."""
    until: int
    """When it expires, in ms since 1970 UTC, by its owner's clock."""
    length_ms: int
    """Its full duration; its owner's invocation has ended by then."""

    def remaining_ms(self, now: int) -> int:
        """Return the milliseconds until it expires, for a clock that shows `now`.

        If the owner's clock is ahead, `until` is too far in the future. No lease lasts longer than
        `length_ms`, so the result is capped by it. If the clock of `now` is ahead, the owner may
        still be working: then two workers overlap, which is harmless.
        """
        return min(max(self.until - now, 0), self.length_ms)


def load_fields(load: Load) -> dict[str, Any]:
    """Return a load as one flat JSON object, as all listings show it."""
    fields = to_builtins(load)
    return {
        "load": load.load_id,
        **fields.pop("object"),
        **fields.pop("counts"),
        **fields,
        "duration_ms": load.duration_ms,
    }


def latest_generations(loads: Iterable[Load]) -> list[Load]:
    """Return the loads that no replay has superseded, in the order given."""
    latest: dict[ObjectVersion, Load] = {}
    for load in loads:
        if latest.setdefault(load.object, load).generation < load.generation:
            latest[load.object] = load
    return list(latest.values())
