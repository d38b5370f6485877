"""One invocation's work on a load: from its last checkpoint to its end, or to a continuation.

A segment's result is written once, under a key that follows from its number; the load's counts are
the sum of its segments, so no redelivery counts twice. A run that is out of time or of write
capacity ends its segment early and sends a continuation: slow is never mistaken for failing.
"""

import random
from collections.abc import Sequence
from contextlib import suppress
from typing import Self

from msgspec import Struct

from mocktailverse.drinks.content_changes import Changes
from mocktailverse.drinks.drift import Drift, total_drift
from mocktailverse.errors import MocktailverseError, TransientError
from mocktailverse.loads.load_record import START, Checkpoint, Counts, Load, Segment
from mocktailverse.loads.load_request import LoadRequest
from mocktailverse.pipeline import ports
from mocktailverse.pipeline.segment_plan import SegmentPlan, plan_segment
from mocktailverse.pipeline.transformation import RecordResult, transform

WRITE_CHUNK = 32
"""Drinks written between two looks at the clock."""

STALLED_LIMIT = 10
"""Consecutive continuations without a loaded record, after which the load fails."""

CONTINUE_DELAY_S = 5

FIRST_WAIT_S = 0.1
LONGEST_WAIT_S = 2.0
SAVING_TIME_MS = 3_000
"""Reserved for storing a segment and sending its continuation."""


class LoadResult(Struct, frozen=True):
    """What some segments counted and changed, and whether the load is done with them."""

    counts: Counts
    drift: tuple[Drift, ...]
    changes: Changes = Changes()
    done: bool = False

    @classmethod
    def of(cls, segments: Sequence[Segment]) -> Self:
        """Return the sum of segments."""
        counts = sum((segment.counts for segment in segments), Counts())
        drift = total_drift(kind for segment in segments for kind in segment.drift)
        return cls(counts, drift, sum((segment.changes for segment in segments), Changes()))


class LoadRun(Struct, frozen=True):
    """The work of one owner on one load, under its lease."""

    raw: ports.RawStore
    drinks: ports.DrinksStore
    loads: ports.LoadsStore
    queue: ports.RequestQueue
    clock: ports.Clock
    load: Load
    owner: str
    """The lease's owner, a random name."""

    def resume(
        self, source: ports.OpenObject, stalled: int
    ) -> tuple[LoadResult, LoadResult | None]:
        """Load the object from its last checkpoint on.

        `stalled` is the number of consecutive messages before this one that wrote nothing, because
        DynamoDB throttled every write.

        Returns:
            What this run loaded, and the result of the whole load; the latter is None if a
            continuation was sent.
        """
        version, generation = self.load.object, self.load.generation
        is_first_attempt = self.load.attempts == 1  # without stored segments
        segments = [] if is_first_attempt else self.loads.segments(version, generation)
        first = len(segments)  # number of this run's first segment
        results = None
        while not (segments and segments[-1].final):
            start = segments[-1].after if segments else START
            results = results or transform(source, version, start)
            plan = self._write(plan_segment(results))
            if not plan.results and not plan.exhausted:
                advanced = len(segments) > first
                self._continue_later(start, 0 if advanced else stalled + 1)
                return LoadResult.of(segments[first:]), None
            segment = self._segment(plan, len(segments), start)
            stored = self._store(segment)
            if stored.after != segment.after:  # another worker's cut is stored: resume after it
                results = None
            segments.append(stored)
            if not stored.final and (plan.is_cut or working_time_left(self.clock) <= 0):
                self._continue_later(stored.after, 0)
                return LoadResult.of(segments[first:]), None
        return LoadResult.of(segments[first:]), LoadResult.of(segments)

    def _write(self, plan: SegmentPlan) -> SegmentPlan:
        """Write the plan's drinks in order; return it cut where time or capacity ran out."""
        unwritten = plan.unwritten()
        for first in range(0, len(unwritten), WRITE_CHUNK):
            chunk = unwritten[first : first + WRITE_CHUNK]
            if working_time_left(self.clock) <= 0:
                return plan.cut(chunk[0])
            self._write_paced([plan.results[index] for index in chunk])
            throttled = [index for index in chunk if not plan.results[index].outcome]
            if throttled:
                return plan.cut(throttled[0])
        return plan

    def _write_paced(self, results: Sequence[RecordResult]) -> None:
        """Write until all are written or time is short; back off with jitter when throttled.

        The loop ends by the invocation's deadline and retries only what was throttled, which a
        retry of the whole call cannot do.
        """
        wait_s = FIRST_WAIT_S
        while True:
            left = [result for result in results if result.outcome is None]
            writes = self.drinks.write([result.register for result in left if result.register])
            for result, written in zip(left, writes, strict=True):
                if written is not None:
                    result.outcome = written.outcome
                    result.drift += written.drift
                    result.changed = written.changed
            if None not in writes or working_time_left(self.clock) <= wait_s * 1000:
                return
            self.clock.wait(wait_s * random.uniform(0.5, 1))  # noqa: S311 - jitter, no secret
            wait_s = min(2 * wait_s, LONGEST_WAIT_S)

    def _segment(self, plan: SegmentPlan, number: int, start: Checkpoint) -> Segment:
        after = plan.results[-1].after if plan.results else start
        rejected = plan.rejected()
        key = None
        if rejected:
            name = f"{number:06d}-{len(plan.results):03d}"
            load_id = self.load.load_id
            key = self.raw.put_rejected(load_id, name, rejected)
        return Segment(
            number, start, after, plan.counts(), plan.exhausted, key, plan.drift(), plan.changes()
        )

    def _store(self, segment: Segment) -> Segment:
        """Store a segment; one that is the whole load and rejects nothing needs no own item."""
        if segment.number == 0 and segment.final and segment.rejected_key is None:
            return segment
        return self.loads.put_segment(self.load, segment)

    def _continue_later(self, checkpoint: Checkpoint, stalled: int) -> None:
        """Send the continuation, then give the lease back.

        In this order a worker that dies in between leaves no open load without a message. The
        continuation may arrive before the lease is given back, so it may take over this owner's
        lease; hence a failure to give it back is harmless.
        """
        if stalled > STALLED_LIMIT:
            raise TransientError(f"DynamoDB throttled every write in {stalled} messages.")
        version, generation = self.load.object, self.load.generation
        request = LoadRequest(version, generation, checkpoint, stalled, waited_for=self.owner)
        self.queue.send(request, CONTINUE_DELAY_S if stalled else 0)
        with suppress(MocktailverseError):
            self.loads.continued(self.load, self.owner)


def working_time_left(clock: ports.Clock) -> int:
    """Return the milliseconds until the work has to be saved."""
    return clock.deadline - clock.now() - SAVING_TIME_MS
