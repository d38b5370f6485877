"""The load stage: handle a message that asks for a load, at least once delivered.

Any message for a load resumes it after its finished segments: the first delivery, a redelivery
after a crash, a continuation, a replay. So messages may arrive twice, late, or in any order, and
each record still counts once (effectively once). docs/explanation/convergence.md has the whole
protocol, leases included.
"""

import math
import uuid

from msgspec import Struct
from msgspec.structs import replace

from mocktailverse.errors import MissingError, MocktailverseError, TransientError
from mocktailverse.loads.load_record import Lease, Load
from mocktailverse.loads.load_request import LoadRequest
from mocktailverse.pipeline import ports
from mocktailverse.pipeline.load_run import LoadResult, LoadRun, working_time_left

LONGEST_DELAY_S = 900
"""SQS's longest delay of a message, which is also Lambda's longest timeout."""


class Postponed(Struct, frozen=True):
    """Nothing was loaded; a new message that replaces this one will try again."""

    delay_s: int


class Loader(Struct, frozen=True):
    """Handles load requests with these stores; stateless between messages."""

    raw: ports.RawStore
    drinks: ports.DrinksStore
    loads: ports.LoadsStore
    queue: ports.RequestQueue
    clock: ports.Clock
    max_tries: int
    """Deliveries after which a request is a poison message: its load fails."""

    def handle(self, request: LoadRequest) -> LoadResult | Postponed | None:
        """Resume a load as far as time allows; on its last try it is marked failed first.

        Returns:
            What this message loaded; `Postponed` if no time is left or another worker holds the
            load; None if the load is done already.

        Raises:
            TransientError: the same message may succeed later.
            MocktailverseError: a store refuses; an operator has to look at it.
        """
        self.fail_in_advance(request)
        if working_time_left(self.clock) <= 0:
            return self._postpone(request)
        owner = uuid.uuid4().hex
        load = self.loads.acquire(request, owner, now=self.clock.now(), until=self.clock.deadline)
        if isinstance(load, Lease):
            return self._wait_for(load, request)
        if load is None:
            return None
        run = LoadRun(self.raw, self.drinks, self.loads, self.queue, self.clock, load, owner)
        try:
            source = self._open(load)
            if source is None:
                return None
            loaded, total = run.resume(source, request.stalled)
        except MocktailverseError as error:
            if self._is_last_try(request):
                self._fail(load, str(error))
            else:
                self.loads.release(load, owner, str(error))
            raise
        if total is not None:
            # Outside of the `try`: if the response of `finish` is lost, the load may be done, and
            # no error may be recorded in it.
            result = replace(
                load,
                counts=total.counts,
                drift=total.drift,
                changes=total.changes,
                bytes=source.bytes,
                stored_at=source.stored_at,
                finished_at=self.clock.now(),
            )
            self.loads.finish(result)
            return replace(loaded, done=True)
        return loaded

    def fail_in_advance(self, request: LoadRequest) -> None:
        """Mark a load failed if this is its last try: a worker that dies cannot do so."""
        if self._is_last_try(request):
            now = self.clock.now()
            self.loads.fail_in_advance(request.object, request.generation, now=now)

    def _is_last_try(self, request: LoadRequest) -> bool:
        return request.tries + 1 >= self.max_tries

    def _wait_for(self, lease: Lease, request: LoadRequest) -> Postponed:
        """Send a message that is delivered when the lease has expired.

        Its owner may be dead, and this message the very one that it was working on. SQS counts the
        receives of the new message from 1. So that a load that kills its workers becomes a dead
        letter, a request that has used up its tries is not replaced again.
        """
        if request.tries >= self.max_tries:
            raise TransientError(f"Another worker holds the load, after {request.tries} failures.")
        remaining_s = math.ceil(lease.remaining_ms(self.clock.now()) / 1000)
        delay_s = min(remaining_s + 1, LONGEST_DELAY_S)
        return self._postpone(replace(request, waited_for=lease.owner), delay_s)

    def _postpone(self, request: LoadRequest, delay_s: int = 0) -> Postponed:
        self.queue.send(request, delay_s)
        return Postponed(delay_s)

    def _open(self, load: Load) -> ports.OpenObject | None:
        """Return the raw object; None if it is gone, and then the load has failed for good."""
        try:
            return self.raw.open(load.object)
        except MissingError as error:
            self._fail(load, f"The raw object is gone: {error}")
            return None

    def _fail(self, load: Load, error: str) -> None:
        self.loads.fail(load.object, load.generation, error, now=self.clock.now())
