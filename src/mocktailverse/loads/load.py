"""The books of the pipeline: loads, their segments and counts, and what was rejected.

For every load: read = loaded + unchanged + stale + rejected.
"""

import hashlib
from typing import Literal

from msgspec import Struct

from mocktailverse.drinks.drift import Drift
from mocktailverse.drinks.register import Outcome

LoadStatus = Literal["loading", "done", "failed"]
RAW_PREFIX = "raw/"
"""What the keys of raw objects begin with."""


class ObjectVersion(Struct, frozen=True, order=True):
    """One version of a raw object; immutable, and what a load is about."""

    bucket: str
    """The data bucket's name."""
    key: str
    """The raw object's key, `raw/<source>/...`."""
    version_id: str
    """S3's version; `null` where the bucket was not versioned."""

    @property
    def source(self) -> str:
        """The source's name in the key `raw/<source>/...`; empty where there is none."""
        parts = self.key.split("/", 2)
        return parts[1] if len(parts) == 3 and parts[0] == "raw" else ""  # noqa: PLR2004 - raw, source, rest

    @property
    def trace_id(self) -> str:
        """A short name, 24 hex digits, that the logs of every stage carry."""
        text = f"{self.version_id}/{self.bucket}/{self.key}"
        return hashlib.sha256(text.encode()).hexdigest()[:24]

    def load_id(self, generation: int) -> str:
        """A short name for the load, the same for every delivery: `<trace id>-<generation>`."""
        return f"{self.trace_id}-{generation:04d}"


class Cursor(Struct, frozen=True):
    """Where decoding goes on: a line's byte offset or an array index; records done there."""

    offset: int = 0
    """A line's decoded byte offset, or an array index; -1 is behind the end."""
    skip: int = 0
    """Records that are done there."""


START = Cursor()
"""The beginning of an object."""

END = Cursor(-1)
"""Behind an object that cannot be read any further."""


class Counts(Struct):
    """What became of the records that were read."""

    read: int = 0
    """All records."""
    loaded: int = 0
    """Those whose drink now stands in the table."""
    unchanged: int = 0
    """Those whose content stood there before."""
    stale: int = 0
    """Those that a later observation had overtaken."""
    rejected: int = 0
    """Those that cannot load."""

    @property
    def conserving(self) -> bool:
        """Whether every record that was read is accounted for."""
        return self.read == self.loaded + self.unchanged + self.stale + self.rejected

    def count(self, outcome: Outcome | Literal["rejected"]) -> None:
        """Count one record."""
        self.read += 1
        setattr(self, outcome, getattr(self, outcome) + 1)

    def __add__(self, other: "Counts") -> "Counts":
        """The counts of both."""
        return Counts(
            self.read + other.read,
            self.loaded + other.loaded,
            self.unchanged + other.unchanged,
            self.stale + other.stale,
            self.rejected + other.rejected,
        )


class Segment(Struct, frozen=True):
    """The finished part of a load between two cursors; written once, then never changed."""

    number: int
    """From 0, in reading order."""
    start: Cursor
    """Where it begins."""
    after: Cursor
    """Where the next one begins."""
    counts: Counts
    """What became of its records."""
    final: bool
    """Whether the object ends with it."""
    rejected_key: str | None = None
    """Key of its rejected lines; null where there are none."""
    drift: tuple[Drift, ...] = ()
    """Where its records show that the source's format is not what it was."""


class Load(Struct, frozen=True):
    """The processing of one raw object version, in its latest state.

    `generation` counts from 1; each replay opens a new one. `active_at` is when a message last
    worked on it, `stored_at` when the raw object was stored (known once the load is done).
    Times are ms since 1970 UTC;
    `bytes` is the stored size; `drift` tells where the source's format is not what it was.
    """

    object: ObjectVersion
    """What is loaded."""
    generation: int
    """From 1; each replay opens the next."""
    status: LoadStatus
    """`failed` may still become `done`, by a later message or a replay."""
    counts: Counts
    """What became of the records; all zero until it is done."""
    bytes: int
    """The stored size; 0 until it is done."""
    attempts: int
    """How often a message took it up."""
    requeues: int
    """How often reconcile sent it to the queue again."""
    requeued_at: int | None
    """When it last did."""
    active_at: int
    """When a message last worked on it."""
    started_at: int
    """When it was opened."""
    finished_at: int | None
    """When it was done or failed; null while it lasts."""
    error: str | None
    """Why an attempt failed, the latest that could say so; null once it is continued or done."""
    transform_version: int
    """Version of the code that worked on it last."""
    drift: tuple[Drift, ...] = ()
    """Where the source's format is not what it was, the most frequent kinds."""
    stored_at: int | None = None
    """When the raw object was stored; null until it is done."""

    @property
    def duration_ms(self) -> int | None:
        """From the first attempt to the end; None while it lasts.

        Two workers may have noted these times, with clocks that differ: never below 0.
        """
        return None if self.finished_at is None else max(0, self.finished_at - self.started_at)


class Lease(Struct, frozen=True):
    """A worker's time-limited lock on a load, as another worker finds it."""

    owner: str
    """A random name of the attempt that holds it."""
    until: int
    """When it expires, in ms since 1970 UTC, by its owner's clock."""
    length_ms: int
    """How long it was granted for; its owner has ended by then."""

    def rest_ms(self, now: int) -> int:
        """Milliseconds until it has expired, by the clock that shows `now`.

        An owner's clock that is ahead makes `until` lie too far in the future, but no lease lasts
        longer than its length, so nobody has to wait longer than that. Where the clock of `now` is
        ahead, the owner may still be at work: then two workers overlap, which does no harm.
        """
        return min(max(self.until - now, 0), self.length_ms)


class LoadRequest(Struct, frozen=True):
    """A message that asks a worker to continue a load: a continuation, a replay, a re-queue."""

    object: ObjectVersion
    generation: int
    cursor: Cursor = START
    """Where the load was, for readers of the queue; the load itself knows."""
    stalled: int = 0
    """Messages in a row that could not write a single record for lack of capacity."""
    tries: int = 0
    """Unsuccessful deliveries of the messages that this one replaces."""
    waited_for: str | None = None
    """The owner of the lease that this message may take over.

    It was delayed for the lease's end, or sent by that owner.
    """


class Rejected(Struct, frozen=True):
    """A raw record or object that cannot load: a line of `rejected/<load>/<segment>.ndjson`.

    `code` is a Reason, `path` the JSON path of what is wrong in the record, `position` the
    record's place in the object (None: the whole object), `raw` the record itself.
    """

    code: str
    """A [reason code](codes.md)."""
    path: str
    """JSON path of what is wrong in the record; `$` is all of it."""
    message: str
    """What is wrong, in a sentence."""
    position: int | None
    """The record's array index or decoded byte offset; null: the whole object."""
    raw: object
    """The record itself: JSON where it is JSON, else its text; a huge one is cut."""
    object: ObjectVersion
    """The raw object that holds it."""
