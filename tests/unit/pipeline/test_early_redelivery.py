"""Load: messages are redelivered before their functions start, so deliveries start in any order."""

import json
import random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocktailverse.errors import TransientError
from mocktailverse.loads.load_record import Counts
from mocktailverse.loads.load_request import LoadRequest
from mocktailverse.pipeline import load_run as load_module
from mocktailverse.pipeline import segment_plan as segment_module

MAX_TRIES = 5
VISIBILITY_MS = 6 * 60_000
SAVING_TIME_MS = load_module.SAVING_TIME_MS
BUDGETS_MS = [SAVING_TIME_MS, *[SAVING_TIME_MS + 2_000] * 4, *[60_000] * 7]
MAX_WORKERS = 3
"""The maximum number of concurrent workers."""


@pytest.fixture(autouse=True)
def _small_segments(monkeypatch):
    monkeypatch.setattr(segment_module, "SEGMENT_RECORDS", 3)
    monkeypatch.setattr(load_module, "WRITE_CHUNK", 2)


class Message:
    def __init__(self, request, visible_at):
        self.request = request
        self.visible_at = visible_at
        self.received = 0


class ReorderingQueue:
    """A queue like SQS and the functions that it invokes, in an order that `choose` determines.

    A message is received at most five times, perhaps before the function of an earlier delivery has
    started. An acknowledgement deletes it, unless it was received again in the meantime. Other
    functions start and end while one waits for a store. Some start without time left. Each call of
    a store fails, or ends the function, with a probability of `fault`, before or after it is
    applied. Only one call is always applied: marking a load as failed before its last try. If the
    last delivery cannot reach the loads table, no other delivery can mark the load.
    """

    def __init__(self, world, choose, fault, killed):
        self.world = world
        self.choose = choose
        self.fault = fault
        self.errors = [TransientError("503"), TransientError("503"), killed()]
        self.messages = []
        self.deliveries = []
        self.active_workers = 0
        self.call = world.faults.call
        world.faults.call = self.call_or_fail

    def send(self, request):
        self.messages.append(Message(request, self.world.clock.now()))

    def run(self):
        """Run until there are no messages to receive and no deliveries to start."""
        for _ in range(3_000):
            if not self.deliveries and not self.receivable():
                return
            self.step()
        raise AssertionError("The queue is still not empty after 3,000 steps.")

    def receivable(self):
        return [message for message in self.messages if message.received < MAX_TRIES]

    def step(self):
        clock, receivable = self.world.clock, self.receivable()
        visible = [message for message in receivable if message.visible_at <= clock.now()]
        if self.deliveries and (not visible or self.choose.random() < 0.5):
            self.start(self.deliveries.pop(self.choose.randrange(len(self.deliveries))))
        elif visible:
            self.receive(self.choose.choice(visible))
        elif receivable:
            clock.at = min(message.visible_at for message in receivable)

    def receive(self, message):
        tries = message.request.tries + message.received
        message.received += 1
        message.visible_at = self.world.clock.now() + self.choose.choice([0, 1_000, VISIBILITY_MS])
        request = msgspec.structs.replace(message.request, tries=tries)
        self.deliveries.append((message, message.received, request))

    def start(self, delivery):
        message, number, request = delivery
        self.active_workers += 1
        budget_ms = self.choose.choice(BUDGETS_MS)
        try:
            self.world.handle(request, budget_ms=budget_ms)
        except (TransientError, type(self.errors[-1])):
            return
        finally:
            self.active_workers -= 1
        is_latest = number == message.received
        if message in self.messages and (is_latest or self.choose.random() < 0.5):
            self.messages.remove(message)

    def collect_sent_messages(self):
        queue = self.world.queue
        for request, delay_s in zip(queue.sent, queue.delays, strict=True):
            self.messages.append(Message(request, self.world.clock.now() + 1000 * delay_s))
        queue.sent.clear()
        queue.delays.clear()

    def call_or_fail(self, name, work):
        while self.active_workers < MAX_WORKERS and self.choose.random() < 0.4:
            self.step()
        self.world.clock.move(self.choose.choice([0, 0, 0, 500, 70_000]))
        is_faulty = self.choose.random() < self.fault
        is_applied = not is_faulty or name == "loads.fail_in_advance" or self.choose.random() < 0.5
        result = self.call(name, work) if is_applied else None
        self.collect_sent_messages()
        if is_faulty:
            raise self.choose.choice(self.errors)
        return result


def numbered(raw_record, count):
    records = [raw_record(str(number + 1)) for number in range(count)]
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


@pytest.mark.parametrize("order", [[4, 0, 1, 2, 3], [4, 3, 2, 1, 0], [0, 4, 1, 2, 3]])
def test_a_delivery_that_starts_after_the_last_one_does_not_reopen_a_failed_load(
    new_world, raw_record, order
):
    world = new_world()
    version = world.raw.add(numbered(raw_record, 1))

    def fail(_version):
        raise TransientError("connection reset")

    world.raw.open = fail
    for tries in order:
        with pytest.raises(TransientError):
            world.handle(LoadRequest(version, 1, tries=tries))
    load = world.load(version)
    assert (load.status, load.error, load.attempts) == ("failed", "connection reset", 5)


def test_a_worker_killed_after_the_last_delivery_failed_leaves_the_load_failed(
    new_world, raw_record, killed
):
    world = new_world()
    version = world.raw.add(numbered(raw_record, 1))
    world.faults.by_call = {3: ("before", TransientError("503")), 6: ("before", killed())}
    for tries, ending in ((4, TransientError), (0, killed)):
        with pytest.raises(ending):
            world.handle(LoadRequest(version, 1, tries=tries))
    assert world.load(version).status == "failed"


@pytest.mark.parametrize("error", ["503", "killed"])
def test_a_last_delivery_whose_continuation_is_lost_leaves_the_load_failed(
    new_world, new_faults, raw_record, killed, error
):
    """The worker does not know whether the message was sent, so it marks the load as failed."""
    throttled = [False] * 3 + [True] * 100
    world = new_world(new_faults(throttles=throttled))
    version = world.raw.add(numbered(raw_record, 5))
    sending = TransientError("503") if error == "503" else killed()

    def call_or_fail(name, work, call=world.faults.call):
        if name == "queue.send":
            raise sending
        return call(name, work)

    world.faults.call = call_or_fail
    with pytest.raises(type(sending)):
        world.handle(LoadRequest(version, 1, tries=4))
    assert world.load(version).status == "failed"


@pytest.mark.parametrize("error", ["503", "killed"])
def test_a_last_delivery_that_cannot_wait_for_a_lease_leaves_the_load_failed(
    new_world, raw_record, killed, error
):
    world = new_world()
    version = world.raw.add(numbered(raw_record, 1))
    sending = TransientError("503") if error == "503" else killed()
    world.faults.by_call = {3: ("before", killed()), 6: ("before", sending)}
    with pytest.raises(killed):
        world.handle(LoadRequest(version, 1))
    with pytest.raises(type(sending)):
        world.handle(LoadRequest(version, 1, tries=4))
    assert world.load(version).status == "failed"


def test_a_continuation_that_arrives_before_the_load_is_released_continues_at_once(
    new_world, new_faults, raw_record
):
    world = new_world(new_faults(throttles=[False] * 3 + [True] * 100))
    version = world.raw.add(numbered(raw_record, 5))
    continued = world.loads.continued
    counts = []

    def release_late(load, owner):
        world.faults.throttles.clear()
        (continuation,) = world.queue.sent
        counts.append(world.handle(continuation))
        continued(load, owner)

    world.loads.continued = release_late
    world.handle(LoadRequest(version, 1, tries=4))
    assert counts == [Counts(read=2, loaded=2)]
    assert (world.load(version).status, world.load(version).counts.read) == ("done", 5)


def test_a_load_that_cannot_be_released_for_its_continuation_has_not_failed(
    new_world, new_faults, raw_record
):
    world = new_world(new_faults(throttles=[False] * 3 + [True] * 100))
    version = world.raw.add(numbered(raw_record, 5))

    def refuse(_load, _owner):
        raise TransientError("503")

    world.loads.continued = refuse
    assert world.handle(LoadRequest(version, 1)) == Counts(read=3, loaded=3)
    world.faults.throttles.clear()
    assert world.handle(world.queue.sent.pop()) == Counts(read=2, loaded=2)
    assert world.load(version).status == "done"


def test_a_last_delivery_without_time_that_cannot_be_replaced_leaves_the_load_failed(
    new_world, new_faults, raw_record
):
    world = new_world(new_faults(by_call={2: ("before", TransientError("503"))}))
    version = world.raw.add(numbered(raw_record, 1))
    with pytest.raises(TransientError):
        world.handle(LoadRequest(version, 1, tries=4), budget_ms=SAVING_TIME_MS)
    assert world.load(version).status == "failed"


def test_a_continuation_that_fails_for_the_last_time_leaves_the_load_failed(
    new_world, new_faults, raw_record
):
    """Each delivery arrives before its sender can release the load."""
    world = new_world(new_faults(throttles=[False] * 3 + [True] * 100))
    version = world.raw.add(numbered(raw_record, 5))
    acquire, continued = world.loads.acquire, world.loads.continued

    def refuse(*_, **__):
        raise TransientError("503")

    def release_late(load, owner):
        (continuation,) = world.queue.sent
        world.loads.acquire = refuse
        for tries in range(MAX_TRIES):
            world.clock.move(1)
            with pytest.raises(TransientError):
                world.handle(msgspec.structs.replace(continuation, tries=tries))
        world.loads.acquire = acquire
        continued(load, owner)

    world.loads.continued = release_late
    world.handle(LoadRequest(version, 1))
    assert world.load(version).status == "failed"


@given(
    count=st.integers(1, 7),
    throttles=st.lists(st.booleans(), max_size=60),
    fault=st.sampled_from([0.05, 0.3, 0.7]),
    seed=st.integers(0, 2**32),
)
def test_every_load_is_done_or_failed_when_no_message_is_left(
    new_world, new_faults, raw_record, killed, *, count, throttles, fault, seed
):
    """A failed load succeeds once it is redelivered without faults."""
    world = new_world(new_faults(throttles=list(throttles)))
    version = world.raw.add(numbered(raw_record, count))
    queue = ReorderingQueue(world, random.Random(seed), fault, killed)
    queue.send(LoadRequest(version, 1))
    queue.run()
    assert world.load(version).status in {"done", "failed"}

    queue.fault = 0
    world.faults.throttles.clear()
    world.clock.move(VISIBILITY_MS)
    queue.send(LoadRequest(version, 1))
    queue.run()
    load = world.load(version)
    assert (load.status, load.error, load.counts) == ("done", None, Counts(count, count))
    assert not world.loads.leases
