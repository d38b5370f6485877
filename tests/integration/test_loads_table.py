"""The loads table against DynamoDB: leases, segments, generations, the listing by day."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import count

import pytest
from msgspec.structs import replace

from mocktailverse.drinks.drift import Drift
from mocktailverse.loads.load_keys import LoadPosition, day_of
from mocktailverse.loads.load_record import START, Checkpoint, Counts, Lease, Load, Segment
from mocktailverse.loads.load_request import LoadRequest
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.stores.load_items import WORKER_DIED
from mocktailverse.stores.loads_table import LoadsTable

NUMBERS = count(1)
NOON_MS = 1_767_268_800_000
LEASE_MS = 15_000


@pytest.fixture
def table(clients, local_stack):
    return LoadsTable(clients, local_stack.outputs["LoadsTable"], expire_days=30)


@pytest.fixture
def version():
    return ObjectVersion("data", f"raw/thecocktaildb/é {next(NUMBERS)}.json", "v/1")


@pytest.fixture
def day_ms():
    """Noon of a day that no other test uses."""
    return NOON_MS - next(NUMBERS) * 24 * 3600 * 1000


def acquire(table, version, generation=1, now=NOON_MS, *, waited_for=None, owner=None):
    request = LoadRequest(version, generation, waited_for=waited_for)
    owner = owner or f"owner {next(NUMBERS)}"
    return table.acquire(request, owner, now=now, until=now + LEASE_MS)


def state(load):
    return load.status, load.error, load.finished_at


def segment(number, read, *, final=False):
    start = Checkpoint(number * 100, 0)
    return Segment(number, start, Checkpoint(number * 100 + read), Counts(read, read), final=final)


# ---- leases


def test_the_first_worker_opens_a_new_load(table, version):
    load = acquire(table, version)
    assert (load.object, load.generation, load.status) == (version, 1, "loading")
    assert (load.attempts, load.started_at, load.finished_at) == (1, NOON_MS, None)
    assert load.counts == Counts()
    assert table.latest(version) == load


def test_a_leased_load_is_not_leased_to_another_worker(table, version):
    acquire(table, version)
    lease = acquire(table, version, now=NOON_MS + 1)
    assert isinstance(lease, Lease)
    assert (lease.until, lease.length_ms) == (NOON_MS + LEASE_MS, LEASE_MS)
    assert acquire(table, version, now=NOON_MS + LEASE_MS) == lease
    again = acquire(table, version, now=NOON_MS + LEASE_MS + 1)
    assert (again.attempts, again.started_at) == (2, NOON_MS)
    assert table.latest(version).active_at == NOON_MS + LEASE_MS + 1


def test_a_lease_that_a_worker_waited_for_has_expired_whatever_the_clocks_show(table, version):
    """The owner died, and its clock was ten minutes ahead."""
    ahead = NOON_MS + 600_000
    acquire(table, version, now=ahead)
    lease = acquire(table, version)
    assert lease.remaining_ms(NOON_MS) == LEASE_MS
    assert acquire(table, version, waited_for="another worker") == lease
    later = NOON_MS + LEASE_MS
    again = acquire(table, version, now=later, waited_for=lease.owner)
    assert again.attempts == 2
    renewed = acquire(table, version, now=later, waited_for=lease.owner)
    assert renewed.owner != lease.owner


def test_a_load_that_is_marked_failed_in_advance_is_loading_again_once_it_continues(table, version):
    """The mark is set in advance because a worker that dies cannot set it."""
    acquire(table, version, now=NOON_MS - LEASE_MS - 1)
    table.fail_in_advance(version, 1, now=NOON_MS)
    load = acquire(table, version, owner="last")
    assert state(load) == ("failed", WORKER_DIED, NOON_MS)
    table.continued(load, "last")
    assert state(table.latest(version)) == ("loading", None, None)


def test_a_load_that_was_marked_failed_after_its_owner_leased_it_stays_failed(table, version):
    """Its continuation may have arrived at once, and failed each time before it leased the load."""
    load = acquire(table, version, owner="first")
    table.fail_in_advance(version, 1, now=NOON_MS + 1)
    table.continued(load, "first")
    assert state(table.latest(version)) == ("failed", WORKER_DIED, NOON_MS + 1)


def test_a_load_that_no_worker_has_opened_can_be_marked_failed_in_advance(table, version):
    table.fail_in_advance(version, 1, now=NOON_MS)
    load = table.latest(version)
    assert state(load) == ("failed", WORKER_DIED, NOON_MS)
    assert (load.started_at, load.attempts) == (NOON_MS, 0)
    assert acquire(table, version).attempts == 1


def test_a_load_that_is_marked_failed_in_advance_keeps_its_lease(table, version):
    load = acquire(table, version, owner="first")
    table.fail_in_advance(version, 1, now=NOON_MS + 1)
    assert state(table.latest(version)) == ("failed", WORKER_DIED, NOON_MS + 1)
    assert acquire(table, version, now=NOON_MS + 2).owner == "first"
    table.finish(replace(load, counts=Counts(1, 1), bytes=10, finished_at=NOON_MS + 3))
    table.fail_in_advance(version, 1, now=NOON_MS + 4)
    assert state(table.latest(version)) == ("done", None, NOON_MS + 3)


@pytest.mark.parametrize("requeued", [False, True])
def test_a_load_that_has_failed_stays_failed_until_it_is_continued_or_done(
    table, version, requeued
):
    """An earlier delivery may start after the last one, whose message is then a dead letter."""
    table.fail(version, 1, "cut each time", now=NOON_MS)
    if requeued:
        table.requeued(version, 1, now=NOON_MS)
    load = acquire(table, version, now=NOON_MS + 1, owner="late")
    assert state(load) == ("failed", "cut each time", NOON_MS)
    table.release(load, "late", "cut again")
    assert state(table.latest(version)) == ("failed", "cut again", NOON_MS)


@pytest.mark.parametrize("before", ["failed in advance", "failed", "released"])
def test_readers_see_a_leased_load_as_loading_until_its_lease_expires(table, version, before):
    now = time.time_ns() // 1_000_000
    for generation, leased_at in ((1, now), (2, now - LEASE_MS - 1)):
        earlier = acquire(table, version, generation, now - 2 * LEASE_MS - 2, owner="earlier")
        if before == "failed in advance":
            table.fail_in_advance(version, generation, now=now - LEASE_MS)
        if before == "failed":
            table.fail(version, generation, "S3 was slow", now=now - LEASE_MS)
        if before == "released":
            table.release(earlier, "earlier", "S3 was slow")
        assert isinstance(acquire(table, version, generation, leased_at), Load)
        load_read = table.latest(version)
        if generation == 1:
            assert state(load_read) == ("loading", None, None)
        else:  # its worker ended without a result
            status = "loading" if before == "released" else "failed"
            error = WORKER_DIED if before == "failed in advance" else "S3 was slow"
            assert (load_read.status, load_read.error) == (status, error)


def test_a_released_load_can_be_leased_at_once(table, version):
    load = acquire(table, version, owner="first")
    table.release(load, "first", "S3 was slow")
    assert state(table.latest(version)) == ("loading", "S3 was slow", None)
    assert acquire(table, version, now=NOON_MS + 1).attempts == 2


def test_a_load_that_continues_later_is_released_without_an_error(table, version):
    table.release(acquire(table, version, owner="first"), "first", "S3 was slow")
    table.continued(acquire(table, version, owner="second"), "second")
    assert state(table.latest(version)) == ("loading", None, None)
    assert isinstance(acquire(table, version, now=NOON_MS + 1), Load)


@pytest.mark.parametrize("is_continued", [False, True])
def test_a_worker_without_the_lease_releases_nothing(table, version, is_continued):
    def release(owner):
        table.continued(first, owner) if is_continued else table.release(first, owner, "late")

    first = acquire(table, version, owner="first")
    table.fail_in_advance(version, 1, now=NOON_MS)
    acquire(table, version, now=NOON_MS + LEASE_MS + 1, owner="second")
    release("first")
    assert table.latest(version).error == WORKER_DIED
    assert acquire(table, version, now=NOON_MS + LEASE_MS + 2).owner == "second"
    table.fail(version, 1, "cut", now=NOON_MS + LEASE_MS + 3)
    release("second")
    assert table.latest(version).error == "cut", "it is released already"


def test_a_finished_load_cannot_be_leased(table, version):
    load = acquire(table, version)
    counts = Counts(5, 1, 1, 1, 2)
    drift = (Drift("glass", "Mug", "Jug", 3),)
    table.finish(
        replace(
            load,
            counts=counts,
            drift=drift,
            bytes=123,
            stored_at=NOON_MS - 7,
            finished_at=NOON_MS + 250,
        )
    )
    done = table.latest(version)
    assert done.drift == drift
    assert (done.status, done.counts, done.bytes) == ("done", counts, 123)
    assert done.stored_at == NOON_MS - 7
    assert (done.finished_at, done.duration_ms, done.error) == (NOON_MS + 250, 250, None)
    assert acquire(table, version, now=NOON_MS + 10 * LEASE_MS) is None
    assert table.latest(version) == done


def test_a_failed_load_can_be_leased_again(table, version):
    load = acquire(table, version)
    table.fail(load.object, 1, "no permission", now=NOON_MS + 9)
    failed = table.latest(version)
    assert (failed.status, failed.error, failed.finished_at) == (
        "failed",
        "no permission",
        NOON_MS + 9,
    )
    again = acquire(table, version, now=NOON_MS + 10)
    assert again.attempts == 2


def test_a_load_that_no_worker_opened_can_be_marked_failed(table, version):
    table.fail(version, 1, "never read", now=NOON_MS)
    assert table.latest(version).status == "failed"


def test_one_of_many_concurrent_workers_leases_the_load(table, version):
    with ThreadPoolExecutor(8) as pool:
        loads = list(pool.map(lambda _: acquire(table, version), range(8)))
    assert sum(isinstance(load, Load) for load in loads) == 1
    assert table.latest(version).attempts == 1


# ---- generations


def test_each_replay_opens_the_next_generation(table, version):
    assert table.open_generation(version, now=NOON_MS) == 1
    assert table.open_generation(version, now=NOON_MS + 1) == 2
    assert acquire(table, version, 2).generation == 2
    assert acquire(table, version, 1).generation == 1
    assert table.latest(version).generation == 2


def test_generations_above_nine_are_in_order(table, version):
    for _ in range(12):
        table.open_generation(version, now=NOON_MS)
    assert table.latest(version).generation == 12


def test_versions_of_one_key_have_separate_loads(table, version):
    other = replace(version, version_id="v2")
    assert acquire(table, version) is not None
    assert acquire(table, other) is not None
    assert table.latest(other).object == other


def test_a_requeue_is_counted(table, version):
    load = table.requeued(version, 1, now=NOON_MS)
    assert (load.status, load.requeues, load.requeued_at) == ("loading", 1, NOON_MS)
    load = table.requeued(version, 1, now=NOON_MS + 5)
    assert (load.requeues, load.requeued_at, load.started_at) == (2, NOON_MS + 5, NOON_MS)


# ---- segments


def test_a_segment_is_written_once(table, version):
    load = acquire(table, version)
    first = segment(0, 10)
    assert table.put_segment(load, first) == first
    assert table.put_segment(load, segment(0, 7)) == first
    assert table.segments(version, 1) == [first]


def test_one_of_several_concurrent_segments_is_stored(table, version):
    load = acquire(table, version)
    candidates = [segment(0, read) for read in range(1, 9)]
    with ThreadPoolExecutor(8) as pool:
        stored_segments = list(
            pool.map(lambda candidate: table.put_segment(load, candidate), candidates)
        )
    assert set(map(str, stored_segments)) == {str(table.segments(version, 1)[0])}


def test_segments_are_in_order_and_separate_for_each_generation(table, version):
    load = acquire(table, version)
    for number in (11, 2, 0, 1):
        table.put_segment(load, segment(number, 5))
    other = acquire(table, version, 2)
    table.put_segment(other, replace(segment(0, 3, final=True), rejected_key="rejected/x"))
    assert [stored.number for stored in table.segments(version, 1)] == [0, 1, 2, 11]
    (stored,) = table.segments(version, 2)
    assert (stored.final, stored.rejected_key, stored.counts) == (True, "rejected/x", Counts(3, 3))
    assert stored.start == START
    assert {load.generation for load in table.all() if load.object == version} == {1, 2}


# ---- listing


def test_a_day_is_listed_newest_first_page_by_page(table, day_ms):
    versions = [ObjectVersion("data", f"raw/thecocktaildb/{day_ms}/{n}", "v") for n in range(7)]
    for number, version in enumerate(versions):
        acquire(table, version, now=day_ms + number // 2)  # some at the same time
    loads, after = [], None
    while True:
        page, after = table.page(day_of(day_ms), 3, after)
        assert len(page) <= 3
        loads += page
        if after is None:
            break
        assert after == LoadPosition.of(page[-1])
    assert sorted(load.object for load in loads) == sorted(versions)
    starts = [load.started_at for load in loads]
    assert starts == sorted(starts, reverse=True)


def test_a_listing_continues_after_any_load(table, day_ms):
    for number in range(4):
        version = ObjectVersion("data", f"raw/thecocktaildb/{day_ms}/{number}", "v")
        acquire(table, version, now=day_ms + number)
    page, _ = table.page(day_of(day_ms), 10)
    for number, load in enumerate(page):
        rest, _ = table.page(day_of(day_ms), 10, LoadPosition.of(load))
        assert rest == page[number + 1 :]


def test_segments_are_not_in_the_listing(table, version, day_ms):
    load = acquire(table, version, now=day_ms)
    table.put_segment(load, segment(0, 5))
    assert table.page(day_of(day_ms), 10) == ([table.latest(version)], None)
    assert table.page(day_of(day_ms - 24 * 3600 * 1000 * 5000), 10) == ([], None)


def test_days_end_at_midnight_utc():
    midnight = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp() * 1000)
    assert (day_of(midnight - 1), day_of(midnight)) == ("2026-02-28", "2026-03-01")


# ---- expiry


def item_of(clients, local_stack, version):
    key = {
        "object": {"S": f"{version.version_id}/{version.bucket}/{version.key}"},
        "part": {"S": "0001"},
    }
    return clients.dynamodb.get_item(TableName=local_stack.outputs["LoadsTable"], Key=key)["Item"]


def test_a_load_expires_a_number_of_days_after_its_start(table, version, clients, local_stack):
    acquire(table, version)
    acquire(table, version, now=NOON_MS + 40 * 24 * 3600 * 1000)  # does not postpone it
    expected = NOON_MS // 1000 + 30 * 24 * 3600
    assert item_of(clients, local_stack, version)["expires_at"] == {"N": str(expected)}


def test_without_an_expiry_a_load_never_expires(clients, local_stack, version):
    acquire(LoadsTable(clients, local_stack.outputs["LoadsTable"]), version)
    assert "expires_at" not in item_of(clients, local_stack, version)


def test_a_lease_whose_response_was_lost_belongs_to_the_same_owner(
    table, clients, version, monkeypatch
):
    update_item = clients.dynamodb.update_item

    def update_twice(**arguments):
        """Send the update twice, as botocore does if the connection breaks after the write."""
        update_item(**arguments)
        return update_item(**arguments)

    monkeypatch.setattr(clients.dynamodb, "update_item", update_twice)
    assert acquire(table, version).attempts == 1
    assert isinstance(acquire(table, version, now=NOON_MS + 1), Lease)


def test_a_late_message_does_not_touch_a_done_load(table, version):
    load = acquire(table, version, owner="first")
    table.finish(replace(load, counts=Counts(read=1, loaded=1), bytes=1, finished_at=NOON_MS + 1))
    table.release(load, "first", "late")
    table.fail(version, 1, "late", now=NOON_MS + 2)
    assert table.requeued(version, 1, now=NOON_MS + 3) is None
    latest = table.latest(version)
    assert (latest.status, latest.error, latest.requeues) == ("done", None, 0)
