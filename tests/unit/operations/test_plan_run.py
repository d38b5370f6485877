"""What a plan reads: a sample of the raw objects, files of rejected records, unfinished loads."""

import os
import pickle
import time
from contextlib import suppress
from functools import partial
from types import SimpleNamespace

import msgspec
import pytest

from mocktailverse.errors import MissingError, PermanentError, TransientError
from mocktailverse.loads.load_request import LoadRequest
from mocktailverse.loads.object_version import ObjectVersion, StoredObject
from mocktailverse.local.emulator import ROOT_KEY
from mocktailverse.operations import plan_processes
from mocktailverse.operations.plan_processes import Examiner, examiner_pool
from mocktailverse.operations.plan_run import rejected_files, sampled, unsettled
from mocktailverse.pipeline.plan_object import ObjectTask
from mocktailverse.stores.clients import INTERACTIVE, Clients

MINUTE_MS = 60_000
DAY_MS = 24 * 60 * MINUTE_MS


@pytest.fixture
def now():
    return time.time_ns() // 1_000_000


@pytest.fixture
def world(new_world, now):
    world = new_world()
    world.clock.at = now - 2 * MINUTE_MS
    return world


def put(world, name, *records, at):
    body = msgspec.json.encode(list(records))
    return world.raw.add(body, f"raw/thecocktaildb/{name}", stored_at=at)


def unsettled_keys(world, built_at):
    versions = unsettled(world.loads, list(world.raw.versions()), built_at)
    return {one.key.rpartition("/")[2] for one in versions}


def test_a_load_is_settled_once_a_later_catalogue_is_built_or_after_ten_minutes(world, now):
    world.handle(LoadRequest(put(world, "new", at=now - 2 * MINUTE_MS), 1))
    world.clock.at = now - 11 * MINUTE_MS
    world.handle(LoadRequest(put(world, "earlier", at=now - 11 * MINUTE_MS), 1))
    assert unsettled_keys(world, built_at=now - DAY_MS) == {"new"}
    assert unsettled_keys(world, built_at=now - MINUTE_MS) == set()


def test_an_object_without_a_finished_load_is_unsettled(world, now):
    put(world, "waiting", at=now - MINUTE_MS)
    version = put(world, "replayed", at=now - MINUTE_MS)
    world.handle(LoadRequest(version, 1))
    world.loads.open_generation(version, now=now)
    failed = put(world, "failed", at=now - MINUTE_MS)
    world.loads.fail(failed, 1, "poison", now=now - MINUTE_MS)
    assert unsettled_keys(world, built_at=now) == {"waiting", "replayed", "failed"}


def test_an_old_object_needs_no_load(world, now):
    put(world, "old", at=now - 2 * DAY_MS)
    assert unsettled_keys(world, built_at=0) == set()


def test_a_sample_takes_objects_that_drinks_are_made_from_first(numbered_drink):
    stored = [StoredObject(ObjectVersion("data", f"raw/s/{n}", "v1"), 1, 1) for n in range(20)]
    drinks = [numbered_drink(str(n)) for n in range(3)]
    drinks = [
        msgspec.structs.replace(
            drink, lineage=msgspec.structs.replace(drink.lineage, key=f"raw/s/{7 * n}")
        )
        for n, drink in enumerate(drinks)
    ]
    served = {f"raw/s/{7 * n}" for n in range(3)}
    assert {one.key for one in sampled(stored, drinks, 3)} == served
    five = sampled(stored, drinks, 5)
    assert served < {one.key for one in five}
    assert five == sampled(stored[::-1], drinks, 5)
    assert len(five) == 5
    for sample in (None, 20, 99):
        assert sampled(stored, drinks, sample) == {one.version for one in stored}


def test_the_files_of_the_last_generation_are_found_among_others(world):
    version = put(world, "1", at=1)
    other = put(world, "2", at=1)
    stored = list(world.raw.versions())
    keys = [
        *(f"rejected/{version.load_id(n)}/{s}.ndjson" for n, s in ((1, 0), (2, 0), (2, 1))),
        f"rejected/{other.trace_id}",
        "rejected/notes.txt",
    ]
    files = [StoredObject(ObjectVersion("data", key, "v1"), 1, 1) for key in keys]
    bucket = SimpleNamespace(versions=lambda prefix: [f for f in files if prefix == "rejected/"])
    assert rejected_files(bucket, stored) == {version: tuple(keys[1:3])}


def test_an_object_that_has_expired_since_gives_nothing():
    def expired(_version):
        raise MissingError("gone")

    examiner = Examiner(SimpleNamespace(open=expired), None)
    (found,) = examiner.examined([ObjectTask(ObjectVersion("data", "raw/s/1", "v1"), 1)])
    assert (found.records, found.compared) == (0, {})


def endless(*_):
    while True:
        with suppress(Exception):  # as code may that is tried
            pass


def test_code_that_does_not_end_is_an_error_that_names_the_object(monkeypatch):
    monkeypatch.setattr(plan_processes, "_CPU_LIMIT_S", 0.1)
    monkeypatch.setattr(plan_processes, "examine", endless)
    task = ObjectTask(ObjectVersion("data", "raw/thecocktaildb/1", "v1"), 1)
    examiner = Examiner(SimpleNamespace(open=lambda _: None, rejected=lambda _: []), None)
    pool = SimpleNamespace(map=lambda _, chunks: map(list, map(examiner.examined, chunks)))
    with pytest.raises(PermanentError, match=r"0 s of processor time on `raw/thecocktaildb/1`"):
        list(plan_processes._examined(pool, [task]))  # noqa: SLF001 - a process has other limits


def test_a_process_that_is_killed_is_a_temporary_error(tmp_path):
    tasks = [ObjectTask(ObjectVersion("data", "raw/s/1", "v1"), 1)]
    with (
        examiner_pool(partial(os._exit, 1), tmp_path / "none") as examined,
        pytest.raises(TransientError, match="was killed"),
    ):
        list(examined(tasks))


def test_clients_are_made_again_in_another_process():
    clients = Clients(
        endpoint_url="http://127.0.0.1:9",
        region="eu-central-1",
        access_key_id=ROOT_KEY,
        secret_access_key=ROOT_KEY,
        timeouts=INTERACTIVE,
    )
    again = pickle.loads(pickle.dumps(clients))  # noqa: S301 - our own bytes
    assert (again.endpoint_url, again.region) == ("http://127.0.0.1:9", "eu-central-1")
    assert again.s3.meta.config.read_timeout == INTERACTIVE.read_s
    assert again.s3 is not clients.s3
