"""Reconcile: lost loads are sent again, slow or finished ones are not touched."""

import msgspec
import pytest

from mocktailverse.checkout import find_checkout
from mocktailverse.cost.running import HOURS, events_a_month
from mocktailverse.deployment import environments
from mocktailverse.loads.load_request import LoadRequest
from mocktailverse.pipeline.reconciliation import LOOK_BACK_MS, REQUEUE_LIMIT, reconcile

NOW = 1_767_268_800_000
LOST_AFTER_MS = 900_000
WEEK_MS = 604_800_000


@pytest.fixture
def world(new_world):
    return new_world()


def run(world, now=NOW):
    return reconcile(world.raw, world.loads, world.queue, now=now, lost_after_ms=LOST_AFTER_MS)


def open_load(world, version, **fields):
    world.loads.open_generation(version, now=fields.pop("started_at", NOW - LOST_AFTER_MS))
    key = max(key for key in world.loads.loads if key[0] == version)
    world.loads.loads[key] = msgspec.structs.replace(world.loads.loads[key], **fields)


def test_an_object_whose_event_was_lost_is_loaded(world, raw_record):
    version = world.raw.add(msgspec.json.encode(raw_record()), stored_at=NOW - LOST_AFTER_MS)
    report = run(world)
    assert (report.checked, report.requeued, report.failed) == (1, [version.key], [])
    assert world.queue.sent == [LoadRequest(version, 1)]
    assert (world.load(version).status, world.load(version).requeues) == ("loading", 1)
    assert world.handle(world.queue.sent.pop()).loaded == 1
    assert run(world, NOW + LOST_AFTER_MS).requeued == []


@pytest.mark.parametrize(
    ("age_ms", "requeued"),
    [(0, 0), (LOST_AFTER_MS - 1, 0), (LOST_AFTER_MS, 1), (WEEK_MS, 1), (WEEK_MS + 1, 0)],
)
def test_only_objects_within_a_range_of_ages_are_checked(world, age_ms, requeued):
    world.raw.add(b"{}", stored_at=NOW - age_ms)
    assert len(run(world).requeued) == requeued


@pytest.mark.parametrize("status", ["done", "failed"])
def test_a_load_that_has_ended_is_not_touched(world, status):
    version = world.raw.add(b"{}", stored_at=NOW - LOST_AFTER_MS)
    open_load(world, version, status=status)
    report = run(world)
    assert (report.checked, report.requeued, report.failed) == (1, [], [])


def test_a_load_is_lost_after_all_deliveries_of_its_messages(world):
    version = world.raw.add(b"{}", stored_at=NOW - 10 * LOST_AFTER_MS)
    open_load(world, version, started_at=NOW - LOST_AFTER_MS + 1)
    assert run(world).requeued == []
    assert run(world, NOW + 1).requeued == [version.key]
    assert run(world, NOW + LOST_AFTER_MS).requeued == []
    assert run(world, NOW + LOST_AFTER_MS + 1).requeued == [version.key]


def test_after_three_requeues_a_load_is_marked_failed(world):
    version = world.raw.add(b"{}", stored_at=NOW)
    now = NOW
    for number in range(1, REQUEUE_LIMIT + 1):
        now += LOST_AFTER_MS
        assert run(world, now).requeued == [version.key]
        assert world.load(version).requeues == number
    now += LOST_AFTER_MS
    report = run(world, now)
    assert (report.requeued, report.failed) == ([], [version.key])
    assert len(world.queue.sent) == REQUEUE_LIMIT == 3
    load = world.load(version)
    assert (load.status, load.finished_at) == ("failed", now)
    assert load.error == "Not finished after 3 re-queues. Last error: None"
    assert run(world, now + LOST_AFTER_MS).failed == []


def test_only_the_latest_generation_counts(world):
    version = world.raw.add(b"{}", stored_at=NOW - LOST_AFTER_MS)
    open_load(world, version, status="done")
    open_load(world, version)
    assert run(world).requeued == [version.key]
    assert world.queue.sent == [LoadRequest(version, 2)]


def test_skipped_objects_do_not_hide_the_objects_after_them(world):
    new, lost, done, last = (
        world.raw.add(b"{}", f"raw/thecocktaildb/{name}", stored_at=NOW - age_ms)
        for name, age_ms in enumerate((0, LOST_AFTER_MS, LOST_AFTER_MS, LOST_AFTER_MS))
    )
    open_load(world, done, status="done")
    report = run(world)
    assert (report.checked, report.requeued) == (3, [lost.key, last.key])
    assert new not in {request.object for request in world.queue.sent}


def test_every_version_of_an_object_is_checked(world):
    for version_id in ("v1", "v2"):
        world.raw.add(b"{}", version_id=version_id, stored_at=NOW - LOST_AFTER_MS)
    assert run(world).checked == 2
    assert {request.object.version_id for request in world.queue.sent} == {"v1", "v2"}


@pytest.mark.parametrize("env", environments.DEPLOYED)
def test_the_schedule_is_frequent_enough_to_give_up_within_the_look_back(world, env):
    """The look-back is seven days; the run after three re-queues marks a load as failed."""
    described = environments.environment(find_checkout().environments, env)
    assert described.reconcile.enabled
    every_ms = round(HOURS / events_a_month(described.reconcile.schedule) * 3_600_000)
    lost_after_ms = 5 * 720 * 1000
    version = world.raw.add(b"{}", stored_at=NOW)
    reports = [
        reconcile(world.raw, world.loads, world.queue, now=now, lost_after_ms=lost_after_ms)
        for now in range(NOW + every_ms, NOW + LOOK_BACK_MS, every_ms)
    ]
    assert sum(len(report.requeued) for report in reports) == REQUEUE_LIMIT
    assert [report.failed for report in reports if report.failed] == [[version.key]]
    assert world.load(version).status == "failed"
    assert every_ms <= 6 * 3_600_000
