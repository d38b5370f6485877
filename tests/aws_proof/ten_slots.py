"""A simulation of an account that runs ten functions at once, while a queue of objects is loaded.

What it takes from AWS's Lambda developer guide, "Scaling for SQS event sources" and "Lambda scaling
behavior": five pollers begin, and 300 a minute are added while messages are waiting, up to 1,250 in
all; with a maximum concurrency, no more batches are received than may run at once. A batch that
Lambda throttles returns when its visibility timeout is over, and its receives count. Functions take
constant times, which the caller states. Nothing is random.
"""

import heapq
from collections import Counter
from collections.abc import Callable
from itertools import count

from msgspec import Struct

SLOTS = 10
FIRST_POLLERS, MOST_POLLERS, NEXT_POLLER_S = 5, 1_250, 0.2
POLL_S = 1.0
PUBLISH_S, PUBLISH_EVERY_S = 2.0, 5.0
SCHEDULED_S = 300.0
"""Fetch and reconcile run all the time, as long as they may."""
VISITORS, VISIT_S, VISITS_EVERY_S = 4, 0.5, 2.0
"""Requests at once; over time, the rate that API Gateway lets through."""


class QueueSettings(Struct, frozen=True):
    """The settings of a queue and of its event source mapping."""

    batch_size: int
    maximum_concurrency: int | None
    visibility_s: float
    max_receives: int


class Outcome(Struct):
    """What happened until each object was loaded or dead."""

    loaded: int = 0
    dead: int = 0
    throttled_receives: int = 0
    refused_visits: int = 0
    refused_publishes: int = 0
    seconds: float = 0.0


class Simulation:
    """One run: events in the order of their times, then of their making."""

    def __init__(self, settings: QueueSettings, objects: int, batch_s: float) -> None:
        self.settings = settings
        self.batch_s = batch_s
        self.waiting = list(range(objects))
        self.unfinished = objects
        self.receives: Counter[int] = Counter()
        self.outcome = Outcome()
        self.free = SLOTS
        self.pollers = 0
        self.now = 0.0
        self.numbers = count()
        self.events: list[tuple[float, int, Callable[[], None]]] = []

    def run(self) -> Outcome:
        most = self.settings.maximum_concurrency or MOST_POLLERS
        for _ in range(2):
            self.start(SCHEDULED_S, self.schedule_again)
        for _ in range(min(FIRST_POLLERS, most)):
            self.add_poller()
        self.scale(most)
        self.publish()
        self.visit()
        while self.unfinished:
            self.now, _, act = heapq.heappop(self.events)
            act()
        self.outcome.seconds = self.now
        return self.outcome

    def after(self, seconds: float, act: Callable[[], None]) -> None:
        heapq.heappush(self.events, (self.now + seconds, next(self.numbers), act))

    def start(self, seconds: float, at_end: Callable[[], None] = lambda: None) -> bool:
        """Start a function unless all executions are taken; return whether it was started."""
        if not self.free:
            return False
        self.free -= 1

        def end() -> None:
            self.free += 1
            at_end()

        self.after(seconds, end)
        return True

    def schedule_again(self) -> None:
        if not self.start(SCHEDULED_S, self.schedule_again):
            self.after(POLL_S, self.schedule_again)

    def scale(self, most: int) -> None:
        if self.waiting and self.pollers < most:
            self.add_poller()
        self.after(NEXT_POLLER_S, lambda: self.scale(most))

    def add_poller(self) -> None:
        self.pollers += 1
        self.poll()

    def poll(self) -> None:
        size = self.settings.batch_size
        batch, self.waiting = self.waiting[:size], self.waiting[size:]
        self.receives.update(batch)

        def loaded() -> None:
            self.outcome.loaded += len(batch)
            self.unfinished -= len(batch)
            self.poll()

        if batch and self.start(self.batch_s, loaded):
            return
        if batch:
            self.outcome.throttled_receives += len(batch)
            self.after(self.settings.visibility_s, lambda: self.return_batch(batch))
        self.after(POLL_S, self.poll)

    def return_batch(self, batch: list[int]) -> None:
        kept = [one for one in batch if self.receives[one] < self.settings.max_receives]
        self.waiting += kept
        self.outcome.dead += len(batch) - len(kept)
        self.unfinished -= len(batch) - len(kept)

    def publish(self) -> None:
        is_started = self.start(PUBLISH_S)
        self.outcome.refused_publishes += not is_started
        self.after(PUBLISH_EVERY_S if is_started else POLL_S, self.publish)

    def visit(self) -> None:
        for _ in range(VISITORS):
            self.outcome.refused_visits += not self.start(VISIT_S)
        self.after(VISITS_EVERY_S, self.visit)
