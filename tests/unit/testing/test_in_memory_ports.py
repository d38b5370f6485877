"""The in-memory stores behave like the real ones and fail on request."""

import httpx2
import msgspec
import pytest

from mocktailverse.drinks.register import Register
from mocktailverse.errors import CatalogueError, ConflictError, MissingError, TransientError
from mocktailverse.loads.load_record import Lease
from mocktailverse.loads.load_request import DeadLetter, LoadRequest
from mocktailverse.pipeline.load import Loader
from mocktailverse.sources.thecocktaildb.responses import Request
from mocktailverse.sources.thecocktaildb.scripted_source import (
    ScriptedTheCocktailDB,
    drinks_response,
)
from mocktailverse.testing.call_faults import NOON_MS, CallFaults
from mocktailverse.testing.memory_loads import MemoryLoads
from mocktailverse.testing.memory_stores import (
    MemoryCatalogueObjects,
    MemoryCatalogueStore,
    MemoryDrinks,
    MemoryQueue,
    MemoryRawStore,
)


def test_a_loader_runs_with_the_in_memory_stores(raw_record):
    raw, drinks, loads, queue = MemoryRawStore(), MemoryDrinks(), MemoryLoads(), MemoryQueue()
    version = raw.add(msgspec.json.encode([raw_record("1"), raw_record("2"), {"idDrink": "3"}]))
    Loader(raw, drinks, loads, queue, CallFaults().clock, 5).handle(LoadRequest(version, 1))
    load = loads.latest(version)
    assert (load.status, load.counts.loaded, load.counts.rejected) == ("done", 2, 1)
    assert sorted(drinks.table) == ["thecocktaildb:1", "thecocktaildb:2"]
    (key,) = raw.rejected_objects
    assert [line.code for line in raw.rejected(key)] == ["partial_record"]
    assert queue.sent == []


def test_a_fault_comes_before_or_after_the_work_of_a_call():
    error = TransientError("timeout")
    faults = CallFaults(cost_ms=5, by_call={1: ("before", error), 2: ("after", error)})
    queue, request = MemoryQueue(faults), LoadRequest(MemoryRawStore(faults).add(b""), 1)
    for sent in ([], [request]):
        with pytest.raises(TransientError):
            queue.send(request)
        assert queue.sent == sent
    queue.send(request, delay_s=9)
    assert (queue.delays, faults.calls) == ([0, 9], ["queue.send"] * 3)
    assert faults.clock.now() == NOON_MS + 15


def test_a_lease_keeps_others_out_until_it_expires():
    loads, request = MemoryLoads(), LoadRequest(MemoryRawStore().add(b""), 1)
    assert loads.acquire(request, "first", now=10, until=20).attempts == 1
    assert loads.acquire(request, "second", now=15, until=25) == Lease("first", 20, 10)
    load = loads.acquire(request, "second", now=21, until=30)
    assert load.attempts == 2
    loads.release(load, "first", "too late")
    assert loads.latest(request.object).error is None
    loads.release(load, "second", "timeout")
    assert loads.latest(request.object).error == "timeout"


def test_loads_of_a_day_are_listed_newest_first_in_pages():
    raw, loads = MemoryRawStore(), MemoryLoads()
    versions = [raw.add(b"", f"raw/tests/{number}") for number in range(3)]
    for number, version in enumerate(versions):
        loads.open_generation(version, now=NOON_MS + number)
    page, after = loads.page("2026-01-01", 2)
    assert [load.object for load in page] == [versions[2], versions[1]]
    page, after = loads.page("2026-01-01", 2, after)
    assert [load.object for load in page] == [versions[0]]
    assert after is None
    assert loads.page("2026-01-02", 2) == ([], None)


def test_an_object_that_is_put_again_is_another_version():
    raw = MemoryRawStore()
    first, second = (
        raw.put("raw/tests/a", body, metadata={"run": "r"}, content_type="text/csv")
        for body in (b"1", b"22")
    )
    assert [stored.bytes for stored in raw.versions("raw/tests/")] == [1, 2]
    assert b"".join(raw.open(first).chunks()) == b"1"
    assert b"".join(raw.open(second).chunks(1)) == b"2"
    assert raw.open(second).metadata == {"run": "r", "content-type": "text/csv"}
    with pytest.raises(MissingError):
        raw.open(msgspec.structs.replace(first, version_id="v9"))


def test_two_registers_of_one_drink_cannot_be_written_at_once():
    absent = Register("tests:1", None, absences=(1,))
    with pytest.raises(ValueError, match="one drink"):
        MemoryDrinks().write([absent, absent])


def test_a_throttled_write_is_not_applied():
    drinks = MemoryDrinks(CallFaults(throttles=[True]))
    absent = Register("tests:1", None, absences=(1,))
    assert drinks.write([absent]) == [None]
    assert not drinks.table
    assert drinks.write([absent]) != [None]
    assert drinks.many(["tests:1", "tests:2"]) == {"tests:1": absent}


def test_a_catalogue_is_replaced_only_if_it_is_the_expected_one(tmp_path):
    objects = MemoryCatalogueObjects()
    with pytest.raises(MissingError):
        objects.read("catalogue")
    etag = objects.replace("catalogue", b"one", replacing=None)
    with pytest.raises(ConflictError):
        objects.replace("catalogue", b"two", replacing=None)
    assert objects.read("catalogue", unless=etag) is None
    assert objects.save("catalogue", tmp_path / "saved") == etag
    assert (tmp_path / "saved").read_bytes() == b"one"
    assert objects.writes == ["catalogue"]


def test_a_published_file_can_be_replaced_by_any_bytes(sample_catalogue):
    store = MemoryCatalogueStore()
    assert store.body is None
    store.body = published = sample_catalogue.path.read_bytes()
    assert store.body == published
    store.body = b"not a catalogue"
    with pytest.raises(CatalogueError):
        assert store.body
    store.body = None
    assert store.body is None


def test_a_redriven_message_is_no_longer_dead():
    queue = MemoryQueue()
    queue.dead = [DeadLetter("a", "1"), DeadLetter("b", "2")]
    for letter in queue.dead_letters():
        queue.redrive(letter)
    assert (queue.dead, len(queue.redriven)) == ([], 2)


def test_a_scripted_source_replies_to_the_most_specific_request(raw_record):
    source = ScriptedTheCocktailDB(
        {
            "search.php?f=a": drinks_response([raw_record("1")]),
            "search.php": lambda request: drinks_response([raw_record(name=request)]),
            "lookup.php": httpx2.Response(404),
        }
    )
    fetch = source.client.fetch
    assert b'"1"' in fetch(Request("search.php", {"f": "a"})).body
    assert b"search.php?f=b" in fetch(Request("search.php", {"f": "b"})).body
    assert b"null" in fetch(Request("filter.php", {"a": "x"})).body
    assert source.requests == ["search.php?f=a", "search.php?f=b", "filter.php?a=x"]
    assert source.now_s > 0
