"""Replay: the same object version again, as a new generation, by the front door."""

import msgspec

from mocktailverse.drinks.ledger import LoadRequest
from mocktailverse.pipeline.replay import replay

NOW = 1_767_268_800_000


def test_a_replay_opens_the_next_generation_and_sends_the_same_version(new_world, raw_record):
    world = new_world()
    version = world.raw.add(msgspec.json.encode(raw_record()))
    world.handle(LoadRequest(version, 1))
    for generation in (2, 3):
        requests = replay([version], world.loads, world.queue, now=NOW)
        assert requests == [LoadRequest(version, generation)]
        assert world.queue.sent.pop() == requests[0]
        assert world.load(version, generation).status == "loading"
        assert world.handle(requests[0]).read == 1
        assert world.load(version, generation).status == "done"
    assert world.load(version, 1).status == "done"


def test_a_replay_of_what_never_had_a_load_is_its_first(new_world):
    world = new_world()
    version = world.raw.add(b"{}")
    assert replay([version], world.loads, world.queue, now=NOW) == [LoadRequest(version, 1)]


def test_a_replay_changes_nothing_that_stands(new_world, raw_record):
    world = new_world()
    old = world.raw.add(
        msgspec.json.encode(raw_record(name="Old")), "raw/thecocktaildb/1", stored_at=1
    )
    new = world.raw.add(
        msgspec.json.encode(raw_record(name="New")), "raw/thecocktaildb/2", stored_at=2
    )
    for version in (old, new):
        world.handle(LoadRequest(version, 1))
    before = dict(world.drinks.table)
    for request in replay([new, old], world.loads, world.queue, now=NOW):
        world.handle(request)
    assert world.drinks.table == before
    assert world.load(old, 2).counts.stale == 1
    assert world.load(new, 2).counts.loaded == 1
