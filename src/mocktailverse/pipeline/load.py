"""The load stage: a raw object version goes into the drinks table, and its counts are kept.

Any message for a load makes it go on where its finished segments end: the first delivery, a
redelivery after a crash, a continuation, a replay. So messages may come twice, late or in any
order. A lease keeps two workers apart. A message that finds another worker's lease is replaced by
one that is delivered when the lease has expired: its owner may be dead, and the message that the
owner was working on may be this very one.

A load that runs out of time, or of write capacity, ends its segment where it stands and asks for
its continuation in a new message, so that slow is never mistaken for failing.
"""

import math
import random
import uuid
from collections.abc import Sequence
from contextlib import suppress
from typing import Self

from msgspec import Struct
from msgspec.structs import replace

from mocktailverse.drinks.drift import Drift, total_drift
from mocktailverse.errors import MissingError, MocktailverseError, TransientError
from mocktailverse.loads.load_record import START, Checkpoint, Counts, Lease, Load, Segment
from mocktailverse.loads.load_request import LoadRequest
from mocktailverse.pipeline.ports import (
    Clock,
    DrinksStore,
    LoadsStore,
    OpenObject,
    RawStore,
    RequestQueue,
)
from mocktailverse.pipeline.segment_plan import Entry, SegmentPlan, plan_segment
from mocktailverse.pipeline.transform import transform

WRITE_CHUNK = 32
"""Drinks handed to the table at once; also how often the clock is looked at."""

STALLED_LIMIT = 10
"""Continuations in a row without one record loaded, after which waiting is a failure."""

CONTINUE_DELAY_S = 5
LONGEST_DELAY_S = 900
"""SQS delays a message by 15 minutes at most, which is also Lambda's longest timeout."""

FIRST_WAIT_S = 0.1
LONGEST_WAIT_S = 2.0
SAVING_TIME_MS = 3_000
"""Kept back to store a segment and send its continuation."""


class Progress(Struct, frozen=True):
    """What one message loaded, the drift that it met, and whether the load is done with it."""

    counts: Counts
    drift: tuple[Drift, ...]
    done: bool = False

    @classmethod
    def of(cls, segments: Sequence[Segment]) -> Self:
        """What these segments loaded."""
        counts = sum((segment.counts for segment in segments), Counts())
        return cls(counts, total_drift(kind for segment in segments for kind in segment.drift))


class Postponed(Struct, frozen=True):
    """Nothing was loaded now; a new message that replaces this one will try again."""

    delay_s: int


class Loader(Struct, frozen=True):
    """Works on loads with these stores; stateless between messages."""

    raw: RawStore
    drinks: DrinksStore
    loads: LoadsStore
    queue: RequestQueue
    clock: Clock
    max_tries: int
    """Deliveries after which a request counts as failed."""

    def handle(self, request: LoadRequest) -> Progress | Postponed | None:
        """Continue a load as far as time allows; on its last try it is marked failed first.

        Returns:
            What this message loaded; `Postponed` where there is no time left or another worker
            holds the load; None where the load is done already.

        Raises:
            TransientError: the same message may succeed later.
            MocktailverseError: a store refuses; people have to look at it.
        """
        self.fail_in_advance(request)
        if self._time_left() <= 0:
            return self._postpone(request)
        owner = uuid.uuid4().hex
        load = self.loads.acquire(request, owner, now=self.clock.now(), until=self.clock.deadline)
        if isinstance(load, Lease):
            return self._wait_for(load, request)
        if load is None:
            return None
        try:
            raw = self._open(load)
            if raw is None:
                return None
            loaded, total = self._go_on(load, owner, raw, request.stalled)
        except MocktailverseError as error:
            if self._is_last_try(request):
                self._fail(load, str(error))
            else:
                self.loads.release(load, owner, str(error))
            raise
        if total is not None:  # not above: no error may be noted on a load that may be done
            self.loads.finish(
                load,
                total.counts,
                total.drift,
                size=raw.bytes,
                stored_at=raw.stored_at,
                now=self.clock.now(),
            )
            return replace(loaded, done=True)
        return loaded

    def fail_in_advance(self, request: LoadRequest) -> None:
        """Mark a load failed where this is its last try: a worker that dies cannot do so."""
        if self._is_last_try(request):
            now = self.clock.now()
            self.loads.fail_in_advance(request.object, request.generation, now=now)

    def _is_last_try(self, request: LoadRequest) -> bool:
        return request.tries + 1 >= self.max_tries

    def _wait_for(self, lease: Lease, request: LoadRequest) -> Postponed:
        """Send a message that is delivered when the lease has expired.

        SQS counts the receives of the new message from 1. So that a load that kills its workers
        ends among the dead letters, a request that has used up its tries is not replaced again.
        """
        if request.tries >= self.max_tries:
            raise TransientError(f"Another worker holds the load, after {request.tries} failures.")
        delay_s = min(math.ceil(lease.remaining_ms(self.clock.now()) / 1000) + 1, LONGEST_DELAY_S)
        return self._postpone(replace(request, waited_for=lease.owner), delay_s)

    def _postpone(self, request: LoadRequest, delay_s: int = 0) -> Postponed:
        self.queue.send(request, delay_s)
        return Postponed(delay_s)

    def _open(self, load: Load) -> OpenObject | None:
        """The raw object; None where it is gone, and then the load has failed for good."""
        try:
            return self.raw.open(load.object)
        except MissingError as error:
            self._fail(load, f"The raw object is gone: {error}")
            return None

    def _go_on(
        self, load: Load, owner: str, raw: OpenObject, stalled: int
    ) -> tuple[Progress, Progress | None]:
        """What was loaded now; and all of the load, None where it is to be continued."""
        earlier = self._finished_segments(load)
        segments = [*earlier]
        pieces = None
        while not (segments and segments[-1].final):
            start = segments[-1].after if segments else START
            pieces = pieces or transform(raw, load.object, start)
            planned = plan_segment(pieces)
            plan = self._write(planned)
            if not plan.entries and not plan.exhausted:
                moved = len(segments) > len(earlier)
                self._continue_later(load, owner, start, 0 if moved else stalled + 1)
                break
            segment = self._segment(load, plan, len(segments), start)
            stored = self._store(load, segment)
            if stored.after != segment.after:  # another worker's cut stands: read on from there
                pieces = None
            segments.append(stored)
            if not stored.final and (plan is not planned or self._time_left() <= 0):
                self._continue_later(load, owner, stored.after, 0)
                break
        else:
            return Progress.of(segments[len(earlier) :]), Progress.of(segments)
        return Progress.of(segments[len(earlier) :]), None

    def _finished_segments(self, load: Load) -> list[Segment]:
        """The segments stored by earlier messages; a first attempt has none."""
        if load.attempts == 1:
            return []
        return self.loads.segments(load.object, load.generation)

    def _write(self, plan: SegmentPlan) -> SegmentPlan:
        """Write the plan's drinks in order; cut it where time or write capacity ran out."""
        unwritten = plan.unwritten()
        for first in range(0, len(unwritten), WRITE_CHUNK):
            chunk = unwritten[first : first + WRITE_CHUNK]
            if self._time_left() <= 0:
                return plan.cut(chunk[0])
            entries = [plan.entries[index] for index in chunk]
            self._write_paced(entries)
            late = next(
                (i for i, entry in zip(chunk, entries, strict=True) if not entry.outcome), None
            )
            if late is not None:
                return plan.cut(late)
        return plan

    def _write_paced(self, entries: Sequence[Entry]) -> None:
        """Write until all are written; where DynamoDB throttles, wait longer and longer."""
        wait_s = FIRST_WAIT_S
        while True:
            left = [entry for entry in entries if entry.outcome is None]
            answers = self.drinks.write([entry.register for entry in left if entry.register])
            for entry, written in zip(left, answers, strict=True):
                if written is not None:
                    entry.outcome = written.outcome
                    entry.drift += written.drift
            if None not in answers or self._time_left() <= wait_s * 1000:
                return
            self.clock.wait(wait_s * random.uniform(0.5, 1))  # noqa: S311 - jitter, no secret
            wait_s = min(2 * wait_s, LONGEST_WAIT_S)

    def _segment(self, load: Load, plan: SegmentPlan, number: int, start: Checkpoint) -> Segment:
        after = plan.entries[-1].after if plan.entries else start
        rejected = plan.rejected()
        key = None
        if rejected:
            name = f"{number:06d}-{len(plan.entries):03d}"
            key = self.raw.put_rejected(load.object.load_id(load.generation), name, rejected)
        return Segment(
            number,
            start,
            after,
            plan.counts(),
            plan.exhausted,
            rejected_key=key,
            drift=plan.drift(),
        )

    def _store(self, load: Load, segment: Segment) -> Segment:
        """Store a segment; one that is the whole load and rejects nothing needs no own item."""
        if segment.number == 0 and segment.final and segment.rejected_key is None:
            return segment
        return self.loads.put_segment(load, segment)

    def _continue_later(self, load: Load, owner: str, cursor: Checkpoint, stalled: int) -> None:
        """Send the continuation, then give the load back.

        In this order no worker that dies in between leaves an open load without a message. The
        continuation may come before the load is given back, so it may take over this owner's
        lease; hence the load need not be given back where that fails.
        """
        if stalled > STALLED_LIMIT:
            raise TransientError(f"DynamoDB throttled every write in {stalled} messages.")
        request = LoadRequest(load.object, load.generation, cursor, stalled, waited_for=owner)
        self.queue.send(request, CONTINUE_DELAY_S if stalled else 0)
        with suppress(MocktailverseError):
            self.loads.continued(load, owner)

    def _fail(self, load: Load, error: str) -> None:
        self.loads.fail(load.object, load.generation, error, now=self.clock.now())

    def _time_left(self) -> int:
        """Milliseconds until work has to be put away."""
        return self.clock.deadline - self.clock.now() - SAVING_TIME_MS
