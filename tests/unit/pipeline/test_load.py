"""Load: table and load records are correct despite failures, duplicates and lack of time."""

import gzip
import json
import random

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mocktailverse.drinks.codes import Reason
from mocktailverse.drinks.register import merge
from mocktailverse.drinks.transform_version import TRANSFORM_VERSION
from mocktailverse.errors import MissingError, PermanentError, TransientError, UnreachableError
from mocktailverse.loads.load_record import Checkpoint, Counts
from mocktailverse.loads.load_request import LoadRequest
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.loads.rejected import Rejected
from mocktailverse.pipeline import load_run as load_module
from mocktailverse.pipeline import segment_plan as segment_module
from mocktailverse.pipeline.load import Loader, Postponed
from mocktailverse.pipeline.load_run import STALLED_LIMIT
from mocktailverse.pipeline.transformation import transform
from strategies.effort import examples

SAVING_MS = load_module.SAVING_TIME_MS
WRITE_CHUNK = load_module.WRITE_CHUNK
MAX_TRIES = 5


@pytest.fixture(autouse=True)
def _small_segments(monkeypatch):
    monkeypatch.setattr(segment_module, "SEGMENT_RECORDS", 5)
    monkeypatch.setattr(load_module, "WRITE_CHUNK", 2)


def dice(seed):
    return random.Random(seed)


def request(version, generation=1):
    return LoadRequest(version, generation)


def ndjson(*records):
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def expected(world):
    """Return the table that the raw objects give, independent of the history of the loads."""
    table = {}
    for version, raw in world.raw.objects.items():
        for piece in transform(raw, version):
            if piece.register:
                drink_id = piece.register.id
                table[drink_id] = merge(table.get(drink_id), piece.register)
    return table


def check(world, generation=1):
    """Check that all records are loaded, the counts add up, and each rejected line exists once."""
    assert world.drinks.table == expected(world)
    for version, raw in world.raw.objects.items():
        pieces = list(transform(raw, version))
        rejected = [piece.rejected for piece in pieces if piece.rejected]
        load = world.load(version, generation)
        assert load.status == "done"
        assert load.error is None
        assert load.counts.conserving
        assert (load.counts.read, load.counts.rejected) == (len(pieces), len(rejected))
        assert load.bytes == raw.bytes
        assert load.duration_ms >= 0
        assert (version, generation) not in world.loads.leases
        plain = msgspec.convert(msgspec.to_builtins(rejected), list[Rejected])
        assert world.rejected(version, generation) == plain


def test_a_load_in_one_invocation(new_world, raw_record):
    world = new_world()
    version = world.raw.add(ndjson(*(raw_record(str(n + 1)) for n in range(12)), {}, 7))
    counts = world.handle(request(version))
    assert counts == Counts(read=14, loaded=12, rejected=2)
    assert world.load(version).counts == counts
    assert world.queue.sent == []
    check(world)


def test_a_small_load_without_rejected_lines_writes_its_load_record_twice(new_world, raw_record):
    world = new_world()
    world.handle(request(world.raw.add(ndjson(raw_record("1"), raw_record("2")))))
    assert world.faults.calls == ["loads.acquire", "raw.open", "drinks.write", "loads.finish"]


@pytest.mark.parametrize("body", [b'{"drinks":null}', b'{"drinks":"no data found"}', b"[]"])
def test_an_object_without_records_is_done_with_nothing_read(new_world, body):
    world = new_world()
    version = world.raw.add(body)
    assert world.handle(request(version)) == Counts()
    assert world.load(version).status == "done"
    check(world)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", Reason.EMPTY_OBJECT),
        (b"<html>", Reason.UNRECOGNIZED_FORM),
        (b"\x1f\x8b", Reason.GZIP_CORRUPT),
        (b"[1,", Reason.MALFORMED_JSON),
    ],
)
def test_an_object_that_cannot_be_read_is_done_with_one_rejected_line(new_world, body, code):
    world = new_world()
    version = world.raw.add(body)
    assert world.handle(request(version)) == Counts(read=1, rejected=1)
    assert [line.code for line in world.rejected(version)] == [code]
    check(world)


def test_a_finished_load_is_not_done_again(new_world, raw_record):
    world = new_world()
    version = world.raw.add(ndjson(raw_record()))
    world.handle(request(version))
    before = list(world.drinks.writes)
    assert world.handle(request(version)) is None
    assert world.drinks.writes == before
    check(world)


def test_a_replay_is_a_load_of_its_own(new_world, raw_record):
    world = new_world()
    version = world.raw.add(ndjson(raw_record(), {}))
    world.handle(request(version))
    assert world.handle(request(version, 2)) == Counts(read=2, loaded=1, rejected=1)
    check(world, 1)
    check(world, 2)


@pytest.fixture
def abandoned(new_world, raw_record, killed):
    """Return a function that creates a load whose worker was killed and whose lease is active."""

    def make(skew_ms=0):
        world = new_world()
        version = world.raw.add(ndjson(raw_record()))
        world.faults.by_call[3] = ("before", killed())
        with pytest.raises(killed):
            world.handle(request(version), skew_ms=skew_ms)
        return world, version

    return make


def test_a_message_that_meets_an_active_lease_is_replaced_by_one_after_the_lease(abandoned):
    world, version = abandoned()
    assert world.handle(request(version)) is None
    (follower,) = world.queue.sent
    assert (follower.object, follower.generation) == (version, 1)
    (delay_s,) = world.queue.delays
    world.clock.move(1000 * delay_s)
    assert world.handle(follower) == Counts(read=1, loaded=1)
    check(world)


@pytest.mark.parametrize("skew_ms", [-600_000, -1, 0, 1, 600_000, 10**9])
def test_no_worker_waits_longer_than_the_length_of_a_lease(abandoned, skew_ms):
    """The clock of the killed worker is ahead or behind."""
    world, version = abandoned(skew_ms)
    budget_ms = 60_000
    if world.handle(request(version)) is None:
        (follower,), (delay_s,) = world.queue.sent, world.queue.delays
        assert 0 < delay_s <= budget_ms / 1000 + 1
        world.clock.move(1000 * delay_s)
        world.handle(follower)
    check(world)


@pytest.mark.parametrize(
    ("lease_ms", "delay_s"),
    [(60_000, 61), (59_001, 61), (59_000, 60), (898_000, 899), (899_000, 900), (10**6, 900)],
)
def test_the_delay_lasts_until_the_end_of_the_lease_or_for_the_maximum_of_sqs(
    abandoned, lease_ms, delay_s
):
    world, version = abandoned()
    ((key, lease),) = world.loads.leases.items()
    until = world.clock.now() + lease_ms
    world.loads.leases[key] = msgspec.structs.replace(lease, until=until, length_ms=lease_ms)
    loader = Loader(world.raw, world.drinks, world.loads, world.queue, world.clock, MAX_TRIES)
    assert loader.handle(request(version)) == Postponed(delay_s)
    assert world.queue.delays == [delay_s]


def test_a_lease_that_another_worker_acquires_in_the_meantime_is_waited_for_again(
    abandoned, killed
):
    world, version = abandoned()
    world.handle(request(version))
    follower = world.queue.sent.pop()
    world.clock.move(1000 * world.queue.delays.pop())
    world.faults.by_call[len(world.faults.calls) + 3] = ("before", killed())
    with pytest.raises(killed):
        world.handle(request(version))
    assert world.handle(follower) is None
    (second,) = world.queue.sent
    assert second.waited_for not in {None, follower.waited_for}


def test_a_duplicate_of_a_live_load_loads_nothing_twice(new_world, raw_record):
    world = new_world()
    version = world.raw.add(ndjson(raw_record()))
    write = world.drinks.write

    def write_while_a_duplicate_arrives(registers):
        assert world.handle(request(version)) is None
        return write(registers)

    world.drinks.write = write_while_a_duplicate_arrives
    assert world.handle(request(version)) == Counts(read=1, loaded=1)
    world.run([], dice(0))
    assert world.drinks.writes == ["thecocktaildb:11007"]
    check(world)


def test_a_message_without_tries_left_is_not_replaced(abandoned):
    """Otherwise a load that kills its workers would never reach the dead-letter queue."""
    world, version = abandoned()
    last = LoadRequest(version, 1, tries=MAX_TRIES)
    with pytest.raises(TransientError) as raised:
        world.handle(last)
    assert str(raised.value) == "Another worker holds the load, after 5 failures."
    assert world.queue.sent == []


def test_waiting_keeps_the_count_of_failed_deliveries(abandoned):
    world, version = abandoned()
    world.handle(LoadRequest(version, 1, tries=3))
    assert [sent.tries for sent in world.queue.sent] == [3]


class PoisonMessage:
    """A load that never succeeds, and a queue that moves each message away after MAX_TRIES.

    An acknowledged message is deleted, as SQS does if it was not received again in the meantime.

    `redelivered` says for each try whether its message is redelivered while the worker runs.
    """

    def __init__(self, world, version, redelivered):
        self.world = world
        self.version = version
        self.redelivered = list(redelivered)
        self.message = request(version)
        self.received = 0
        self.is_acknowledged = False
        world.raw.open = lambda _: self.fail()

    def fail(self):
        if self.redelivered.pop() and self.received < MAX_TRIES:
            assert self.receive() is None
            self.is_acknowledged = True  # another message replaces it
        raise TransientError("connection reset")

    def receive(self):
        tries = self.message.tries + self.received
        self.received += 1
        return self.world.handle(msgspec.structs.replace(self.message, tries=tries))

    def run(self):
        """Deliver until the message is a dead letter; return the number of tries."""
        while self.received < MAX_TRIES:
            with pytest.raises(TransientError):
                self.receive()
            if self.is_acknowledged:
                (self.message,) = self.world.queue.sent
                self.world.queue.sent.clear()
                self.world.clock.move(1000 * self.world.queue.delays.pop())
                self.received, self.is_acknowledged = 0, False
        assert self.world.queue.sent == []
        return self.world.load(self.version).attempts


MOST_TRIES = 2 * MAX_TRIES - 1


@given(st.lists(st.booleans(), min_size=MOST_TRIES, max_size=MOST_TRIES))
def test_a_load_that_always_fails_is_a_dead_letter_after_at_most_nine_tries(
    new_world, raw_record, redelivered
):
    world = new_world()
    poison = PoisonMessage(world, world.raw.add(ndjson(raw_record())), redelivered)
    assert MAX_TRIES <= poison.run() <= MOST_TRIES
    assert world.load(poison.version).status == "failed"


@pytest.mark.parametrize(("late", "tries"), [(None, 5), (1, 6), (2, 7), (3, 8), (4, 9), (5, 5)])
def test_a_message_that_replaces_another_has_all_its_tries(new_world, raw_record, late, tries):
    world = new_world()
    redelivered = [number == late for number in range(MOST_TRIES, 0, -1)]
    poison = PoisonMessage(world, world.raw.add(ndjson(raw_record())), redelivered)
    assert poison.run() == tries


def test_a_load_that_kills_the_worker_of_its_last_delivery_has_failed(
    new_world, raw_record, killed
):
    world = new_world()
    version = world.raw.add(ndjson(raw_record()))
    world.faults.by_call = {3: ("before", killed())}
    with pytest.raises(killed):
        world.handle(request(version), last_try=True)
    load = world.load(version)
    assert (load.status, load.finished_at) == ("failed", world.clock.now())
    assert load.error
    world.run([request(version)], dice(0))
    check(world)


def test_a_load_that_is_continued_from_its_last_try_has_not_failed(
    new_world, new_faults, raw_record
):
    world = new_world(new_faults(throttles=[True] * 100))
    version = world.raw.add(ndjson(raw_record()))
    world.handle(request(version), last_try=True)
    load = world.load(version)
    assert (load.status, load.error, load.finished_at) == ("loading", None, None)
    assert [sent.tries for sent in world.queue.sent] == [0]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("call", range(1, 25))
def test_the_redelivery_recovers_from_a_crash_at_any_call(
    new_world, new_faults, raw_record, killed, *, call, when
):
    for error in (
        killed(),
        TransientError("5xx"),
        PermanentError("denied"),
        UnreachableError("no"),
    ):
        world = new_world(new_faults(by_call={call: (when, error)}))
        records = [raw_record(str(1 + n % 4), f"name {n}") for n in range(13)]
        version = world.raw.add(ndjson(*records[:7], {}, *records[7:], {}))
        world.run([request(version)], dice(call))
        check(world)
        assert world.load(version).counts.rejected == 2


@pytest.mark.parametrize("throttled", [[True], [False, True], [True] * 40, [False, True] * 20])
def test_the_load_waits_until_throttling_ends(new_world, new_faults, raw_record, throttled):
    world = new_world(new_faults(throttles=list(throttled)))
    version = world.raw.add(ndjson(*(raw_record(str(n + 1)) for n in range(12))))
    assert world.handle(request(version)).loaded == 12
    assert world.clock.now() < world.clock.deadline
    check(world)


def test_each_wait_doubles_up_to_two_seconds(new_world, new_faults, raw_record, monkeypatch):
    world, waits, shares = new_world(new_faults(throttles=[True] * 7)), [], []
    monkeypatch.setattr(world.clock, "wait", waits.append)

    def longest(*bounds):
        shares.append(bounds)
        return bounds[1]

    monkeypatch.setattr(load_module.random, "uniform", longest)
    world.handle(request(world.raw.add(ndjson(raw_record()))))
    assert waits == [0.1, 0.2, 0.4, 0.8, 1.6, 2, 2]
    assert set(shares) == {(0.5, 1)}


@pytest.mark.parametrize(("left_ms", "waits"), [(100, 0), (101, 1), (300, 1), (301, 2)])
def test_a_wait_never_uses_all_the_remaining_time(
    new_world, new_faults, raw_record, monkeypatch, *, left_ms, waits
):
    world, waited = new_world(new_faults(throttles=[True] * 9)), []
    monkeypatch.setattr(load_module.random, "uniform", lambda _least, most: most)
    wait = world.clock.wait
    monkeypatch.setattr(world.clock, "wait", lambda s: (waited.append(s), wait(s)))
    version = world.raw.add(ndjson(raw_record()))
    assert world.handle(request(version), budget_ms=SAVING_MS + left_ms) == Counts()
    assert len(waited) == waits
    assert [sent.stalled for sent in world.queue.sent] == [1]


def test_drinks_are_written_in_chunks_of_thirty_two(new_world, raw_record, monkeypatch):
    monkeypatch.setattr(load_module, "WRITE_CHUNK", WRITE_CHUNK)
    monkeypatch.setattr(segment_module, "SEGMENT_RECORDS", 500)
    world, sizes = new_world(), []
    write = world.drinks.write
    world.drinks.write = lambda registers: (sizes.append(len(registers)), write(registers))[1]
    world.handle(request(world.raw.add(ndjson(*(raw_record(str(n + 1)) for n in range(70))))))
    assert sizes == [32, 32, 6]


def test_waits_grow_to_a_limit(new_world, new_faults, raw_record, monkeypatch):
    world = new_world(new_faults(throttles=[True] * 10))
    waits = []
    monkeypatch.setattr(world.clock, "wait", waits.append)
    world.handle(request(world.raw.add(ndjson(raw_record()))))
    assert len(waits) == 10
    assert all(0.05 <= wait <= 2.0 for wait in waits)
    assert waits[0] <= 0.1
    assert waits[-1] >= 1.0


def test_a_load_without_write_capacity_continues_in_a_new_message(
    new_world, new_faults, raw_record
):
    throttles = [False, False, False, *[True] * 100]
    world = new_world(new_faults(throttles=throttles))
    version = world.raw.add(ndjson(*(raw_record(str(n + 1)) for n in range(12))))
    assert world.handle(request(version), budget_ms=SAVING_MS + 1500) == Counts(read=3, loaded=3)
    (follower,) = world.queue.sent
    assert (follower.object, follower.generation, follower.stalled) == (version, 1, 0)
    assert follower.checkpoint == world.loads.parts[version, 1, 0].after
    assert world.load(version).status == "loading"
    throttles.clear()
    world.faults.throttles.clear()
    world.handle(follower)
    check(world)


@pytest.mark.parametrize("left_ms", range(50, 2500, 150))
def test_no_record_is_skipped_when_throttled_with_little_time_left(
    new_world, new_faults, raw_record, left_ms
):
    """There is time left, but less than the wait would take."""
    world = new_world(new_faults(throttles=[False, False, False, *[True] * 8]))
    version = world.raw.add(ndjson(*(raw_record(str(n + 1)) for n in range(12))))
    message = request(version)
    world.handle(message, budget_ms=SAVING_MS + left_ms)
    world.run([message], dice(left_ms))
    check(world)


def test_a_load_that_runs_out_of_time_continues_in_a_new_message(new_world, new_faults, raw_record):
    world = new_world(new_faults(cost_ms=400))
    version = world.raw.add(ndjson(*(raw_record(str(n + 1)) for n in range(23))))
    assert 0 < world.handle(request(version), budget_ms=SAVING_MS + 2000).read < 23
    assert len(world.queue.sent) == 1
    assert world.queue.delays == [0]
    world.run([], dice(0), budget_ms=SAVING_MS + 2000)
    check(world)
    assert world.load(version).attempts > 2


def test_without_time_the_message_is_sent_again_before_the_load_starts(new_world, raw_record):
    world = new_world()
    message = LoadRequest(world.raw.add(ndjson(raw_record())), 1, Checkpoint(5), 3)
    assert world.handle(message, budget_ms=SAVING_MS) is None
    assert (world.queue.sent, world.queue.delays) == ([message], [0])
    assert world.loads.loads == {}


def test_with_a_millisecond_left_the_load_starts(new_world, raw_record):
    world = new_world()
    version = world.raw.add(ndjson(raw_record()))
    assert world.handle(request(version), budget_ms=SAVING_MS + 1) == Counts(read=1, loaded=1)
    check(world)


@pytest.mark.parametrize(("left_ms", "read"), [(-1, 5), (0, 5), (1, 12)])
def test_after_a_segment_the_load_continues_if_a_millisecond_is_left(
    new_world, raw_record, left_ms, read
):
    world = new_world()
    version = world.raw.add(ndjson(*(raw_record(str(n + 1)) for n in range(12))))
    put_segment = world.loads.put_segment

    def put_late(load, segment):
        world.clock.at = world.clock.deadline - SAVING_MS - left_ms
        return put_segment(load, segment)

    world.loads.put_segment = put_late
    assert world.handle(request(version)) == Counts(read=read, loaded=read)
    assert len(world.queue.sent) == (read == 5)
    world.run([], dice(1))
    check(world)


def test_three_seconds_are_reserved_to_save_the_progress():
    assert load_module.SAVING_TIME_MS == 3_000


def test_a_load_that_progressed_before_it_was_throttled_has_not_stalled(
    new_world, new_faults, raw_record
):
    world = new_world(new_faults(throttles=[False] * 5 + [True] * 100))
    version = world.raw.add(ndjson(*(raw_record(str(n + 1)) for n in range(12))))
    message = LoadRequest(version, 1, stalled=3)
    assert world.handle(message) == Counts(read=5, loaded=5)
    (follower,) = world.queue.sent
    after = world.loads.parts[version, 1, 0].after
    assert (follower.object, follower.generation, follower.checkpoint) == (version, 1, after)
    assert (follower.stalled, follower.tries) == (0, 0)
    assert world.queue.delays == [0]
    assert world.loads.leases == {}
    world.faults.throttles = [True] * 100
    assert world.handle(follower) == Counts()
    assert (world.queue.sent[-1].stalled, world.queue.delays[-1]) == (1, 5)


def test_the_result_of_a_message_is_separate_from_the_whole_load(new_world, new_faults, raw_record):
    world = new_world(new_faults(throttles=[False] * 3 + [True] * 100))
    version = world.raw.add(ndjson(*(raw_record(str(n + 1), new="x") for n in range(4))))
    loader = Loader(world.raw, world.drinks, world.loads, world.queue, world.clock, MAX_TRIES)
    first = loader.handle(request(version))
    assert (first.counts, first.done) == (Counts(read=3, loaded=3), False)
    world.faults.throttles.clear()
    world.clock.deadline = world.clock.now() + 60_000
    second = loader.handle(world.queue.sent[0])
    assert (second.counts, second.done) == (Counts(read=1, loaded=1), True)
    assert {kind.count for kind in first.drift} == {3}
    assert [msgspec.structs.replace(kind, count=3) for kind in second.drift] == [*first.drift]
    assert {kind.count for kind in world.load(version).drift} == {4}


def test_rejected_lines_are_stored_under_the_load_and_the_segment(new_world, raw_record):
    world = new_world()
    good = [raw_record(str(n + 1)) for n in range(8)]
    version = world.raw.add(ndjson(*good[:4], {}, *good[4:6], {}))
    world.handle(request(version))
    folder = f"rejected/{version.load_id(1)}"
    assert list(world.raw.rejected_objects) == [
        f"{folder}/000000-005.ndjson",
        f"{folder}/000001-003.ndjson",
    ]
    assert [segment.number for segment in world.loads.finished(version, 1)] == [0, 1]


@pytest.mark.parametrize(("tries", "status"), [(3, "loading"), (4, "failed")])
def test_only_the_last_of_five_tries_marks_the_load_failed(new_world, raw_record, tries, status):
    world = new_world()
    version = world.raw.add(ndjson(raw_record()))
    world.faults.by_call = {3: ("before", TransientError("slow"))}
    with pytest.raises(TransientError):
        world.handle(LoadRequest(version, 1, tries=tries))
    assert world.load(version).status == status


def test_a_stalled_load_counts_its_stalls_and_waits_longer(new_world, new_faults, raw_record):
    world = new_world(new_faults(throttles=[True] * 100))
    version = world.raw.add(ndjson(raw_record()))
    assert world.handle(request(version)) == Counts()
    assert [sent.stalled for sent in world.queue.sent] == [1]
    assert world.queue.delays == [load_module.CONTINUE_DELAY_S]


def test_a_load_that_stalls_too_often_fails(new_world, new_faults, raw_record):
    world = new_world(new_faults(throttles=[True] * 10_000))
    version = world.raw.add(ndjson(raw_record()))
    message = request(version)
    for stalled in range(1, STALLED_LIMIT + 1):
        world.handle(message)
        message = world.queue.sent.pop()
        assert message.stalled == stalled
    with pytest.raises(TransientError) as raised:
        world.handle(message, last_try=True)
    assert str(raised.value) == "DynamoDB throttled every write in 11 messages."
    assert world.load(version).status == "failed"
    world.faults.throttles.clear()
    world.handle(message)
    check(world)


@pytest.mark.parametrize(
    "error", [TransientError("slow"), PermanentError("denied"), UnreachableError("x")]
)
def test_the_last_try_marks_the_load_failed_and_a_redrive_repairs_it(new_world, raw_record, error):
    world = new_world()
    version = world.raw.add(ndjson(raw_record()))
    world.faults.by_call = {3: ("before", error)}
    with pytest.raises(type(error)):
        world.handle(request(version), last_try=True)
    load = world.load(version)
    assert (load.status, load.error) == ("failed", str(error))
    assert load.finished_at is not None
    world.handle(request(version))
    check(world)


def test_an_earlier_try_records_the_error_and_releases_the_load(new_world, raw_record):
    world = new_world()
    version = world.raw.add(ndjson(raw_record()))
    world.faults.by_call = {3: ("before", TransientError("slow"))}
    with pytest.raises(TransientError):
        world.handle(request(version))
    assert (world.load(version).status, world.load(version).error) == ("loading", "slow")
    assert world.loads.leases == {}


def test_a_missing_raw_object_fails_the_load_permanently(new_world):
    world = new_world()
    version = ObjectVersion("data", "raw/thecocktaildb/gone.json", "v1")
    assert world.handle(request(version)) is None
    assert world.load(version).status == "failed"
    assert world.load(version).error == f"The raw object is gone: `{version.key}` is not stored."


def test_a_missing_table_is_not_mistaken_for_a_missing_object(new_world, raw_record):
    world = new_world()
    version = world.raw.add(ndjson(raw_record()))
    world.faults.by_call = {3: ("before", MissingError("no table drinks"))}
    with pytest.raises(MissingError):
        world.handle(request(version))
    assert world.load(version).error == "no table drinks"


def test_a_read_error_keeps_the_finished_segments(new_world, raw_record):
    world = new_world()
    body = ndjson(*(raw_record(str(n + 1)) for n in range(12)))
    version = world.raw.add(body)
    world.raw.objects[version].error = TransientError("reset")
    with pytest.raises(TransientError):
        world.handle(request(version))
    assert sorted(number for _, _, number in world.loads.parts) == [0, 1]
    world.raw.objects[version].error = None
    assert world.handle(request(version)).read == 2
    check(world)


def test_a_redelivered_segment_gives_the_same_counts(new_world, raw_record, killed):
    world = new_world()
    version = world.raw.add(ndjson(*(raw_record(str(n + 1)) for n in range(4))))
    world.faults.by_call = {5: ("before", killed())}
    with pytest.raises(killed):
        world.handle(request(version))
    assert len(world.drinks.table) == 4
    world.clock.move(10**6)
    assert world.handle(request(version)) == Counts(read=4, loaded=4)
    check(world)


def test_two_concurrent_workers_write_one_load_record(new_world, raw_record):
    """The lease of a slow worker expires, another worker does the load, the first one resumes."""
    for stop_at in range(1, 12):
        world = new_world()
        version = world.raw.add(ndjson(*(raw_record(str(n + 1)) for n in range(11)), {}))
        write, seen = world.drinks.write, []

        def write_late(registers, stop_at=stop_at, world=world, write=write, seen=seen):
            seen.append(registers)
            if len(seen) == stop_at:
                world.clock.at = world.clock.deadline + 1
                world.handle(request(seen and next(iter(world.raw.objects))))
            return write(registers)

        world.drinks.write = write_late
        world.handle(request(version))
        world.run([request(version)], dice(stop_at))
        check(world)


def test_two_workers_that_cut_a_segment_differently_lose_nothing(new_world, new_faults, raw_record):
    """The cut of the first worker applies; the second one continues there, not at its own end."""
    world = new_world(new_faults(throttles=[False, False, False, *[True] * 30]))
    version = world.raw.add(ndjson(*(raw_record(str(n + 1)) for n in range(11)), {}))
    put_segment = world.loads.put_segment

    def put_late(load, segment):
        world.loads.put_segment = put_segment
        world.faults.throttles.clear()
        world.clock.at = world.clock.deadline + 1
        world.handle(request(version))
        return put_segment(load, segment)

    world.loads.put_segment = put_late
    world.handle(request(version), budget_ms=SAVING_MS + 1500)
    world.run([request(version)], dice(1))
    check(world)


def test_damage_at_the_end_of_a_full_segment_is_counted_once(new_world, new_faults, raw_record):
    """Time runs out right after the rejected line that reports the damage."""
    whole = ndjson(*(raw_record(str(n + 1), "x" * n) for n in range(40)))
    body = gzip.compress(whole)[:-9]
    for budget in range(2400, 8000, 400):
        world = new_world(new_faults(cost_ms=400))
        version = world.raw.add(body)
        world.run([request(version)], dice(budget), budget_ms=SAVING_MS + budget)
        check(world)


RECORDS = st.sampled_from(
    [
        *[(str(n), name, drink) for n in (1, 2, 3) for name, drink in (("A", "Gin"), ("B", "Rum"))],
        *[("", "none", "Gin"), ("4", "", "Gin"), ("x", "y", "z")],
    ]
)
OBJECTS = st.lists(
    st.tuples(
        st.lists(RECORDS, max_size=16),
        st.sampled_from(["ndjson", "array", "csv", "gzip", "cut gzip", "envelopes"]),
        st.integers(0, 2),
    ),
    min_size=1,
    max_size=3,
)


def body_of(records, form):
    fields = [
        {"idDrink": id_, "strDrink": name, "strIngredient1": ingredient}
        for id_, name, ingredient in records
    ]
    match form:
        case "array":
            return json.dumps(fields).encode()
        case "csv":
            rows = [",".join(record.values()) for record in fields]
            return "\n".join(["idDrink,strDrink,strIngredient1", *rows, "1,2"]).encode()
        case "gzip":
            return gzip.compress(ndjson(*fields))
        case "cut gzip":
            return gzip.compress(ndjson(*fields))[:-9]
        case "envelopes":
            return ndjson(*({"drinks": fields[i : i + 3]} for i in range(0, len(fields), 3)), {})
        case _:
            return ndjson(*fields)


@settings(
    max_examples=examples(120),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    objects=OBJECTS,
    faults=st.dictionaries(
        st.integers(1, 120),
        st.tuples(
            st.sampled_from(["before", "after"]), st.sampled_from(["killed", "5xx", "denied"])
        ),
        max_size=6,
    ),
    throttles=st.lists(st.booleans(), max_size=60),
    cost_ms=st.sampled_from([0, 0, 30, 200]),
    budget_ms=st.sampled_from([900, 3_000, 60_000]),
    skews_ms=st.lists(st.sampled_from([0, -600_000, 600_000, 10**8]), min_size=1, max_size=4),
    choose=st.randoms(use_true_random=False),
)
def test_table_and_load_records_are_correct_despite_any_faults(
    new_world,
    new_faults,
    killed,
    *,
    objects,
    faults,
    throttles,
    cost_ms,
    budget_ms,
    skews_ms,
    choose,
):
    """Duplicates, crashes at any call, throttling, different clocks and lack of time.

    When the queue is empty, every load is done, even if a worker was killed and its message was
    redelivered before its lease expired.
    """
    errors = {"killed": killed(), "5xx": TransientError("5xx"), "denied": PermanentError("denied")}
    named = {call: (when, errors[name]) for call, (when, name) in faults.items()}
    world = new_world(new_faults(cost_ms=cost_ms, by_call=named, throttles=list(throttles)))
    messages = []
    for number, (records, form, observed_at) in enumerate(objects):
        key = f"raw/thecocktaildb/{number}.bin"
        metadata = {"observed-at": str(observed_at)}
        version = world.raw.add(body_of(records, form), key, metadata=metadata, chunk=50)
        messages += [request(version)] * choose.choice([1, 1, 2, 3])
    budget_ms += SAVING_MS
    world.run(messages, choose, budget_ms=budget_ms, skews_ms=skews_ms)
    check(world)
    world.run(messages, choose, budget_ms=budget_ms, skews_ms=skews_ms)
    check(world)
    for version in world.raw.objects:
        assert world.load(version).transform_version == TRANSFORM_VERSION
