"""Duplicated, reordered and replayed deliveries give the same table, byte for byte."""

import random
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations

import pytest

from mocktailverse.loads.load_record import Counts

NEGRONI = {
    "strDrink": "Negroni",
    "strIngredient1": "Gin",
    "strIngredient2": "Campari",
    "strMeasure1": "1 oz",
    "strMeasure2": "1 oz",
}
AMERICANO = {**NEGRONI, "strDrink": "Americano", "strIngredient1": "Sweet Vermouth"}
NOON, ONE, TWO, THREE = (1_700_000_000_000 + hour * 3_600_000 for hour in range(4))


@pytest.fixture
def snapshots(pipeline, drinks):
    """Four snapshots of one source, not loaded yet: they share, change and reuse ids."""
    with pipeline.unread_queue():
        yield [
            pipeline.hold(drinks(4), "noon", observed_at=NOON),
            pipeline.hold(drinks(4, strGlass="Mug"), "one", observed_at=ONE),
            pipeline.hold(drinks(3, 910_002, **NEGRONI), "two", observed_at=TWO),
            pipeline.hold(drinks(4), "three", observed_at=THREE),
        ]


def test_any_order_of_deliveries_gives_the_same_table(pipeline, snapshots):
    orders = list(permutations(snapshots))
    tables = set()
    for order in [orders[0], *random.Random(7).sample(orders[1:], 7)]:
        pipeline.empty_table("Drinks")
        pipeline.empty_table("Loads")
        for version in order:
            assert pipeline.deliver(pipeline.event(version)) == []
        assert all(load.counts.conserving for load in pipeline.loads.all())
        tables.add(tuple(sorted(pipeline.table().items())))
    assert len(tables) == 1
    assert pipeline.verify().ok


def test_concurrent_deliveries_give_the_same_table_as_sequential_ones(pipeline, snapshots):
    for version in snapshots:
        pipeline.deliver(pipeline.event(version))
    sequential = pipeline.table()
    pipeline.empty_table("Drinks")
    pipeline.empty_table("Loads")

    messages = [pipeline.event(version) for version in [*snapshots, snapshots[0]]]
    with ThreadPoolExecutor(len(messages)) as pool:
        assert list(pool.map(pipeline.deliver, messages)) == [[]] * len(messages)

    assert pipeline.table() == sequential
    assert pipeline.verify().ok


def test_an_older_snapshot_that_arrives_late_is_stale(pipeline, drinks):
    pipeline.settled(pipeline.put(drinks(2, strGlass="Mug"), "new", observed_at=TWO))
    before = pipeline.table()
    (load,) = pipeline.settled(pipeline.put(drinks(2), "old", observed_at=NOON))
    assert load.counts == Counts(read=2, stale=2)
    assert pipeline.table() == before


def test_an_unchanged_drink_that_is_seen_again_gets_the_newer_observation_time(pipeline, drinks):
    pipeline.settled(pipeline.put(drinks(2), "a", observed_at=NOON))
    (load,) = pipeline.settled(pipeline.put(drinks(2), "b", observed_at=ONE))
    assert load.counts == Counts(read=2, unchanged=2)
    assert {register.drink.observed_at for register in pipeline.drinks.all()} == {ONE}


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_change_and_its_reversal_end_with_the_latest_observation(pipeline, drinks, order):
    with pipeline.unread_queue():
        versions = [
            pipeline.hold(drinks(), "a", observed_at=NOON),
            pipeline.hold(drinks(strGlass="Mug"), "b", observed_at=ONE),
            pipeline.hold(drinks(), "a again", observed_at=TWO),
        ]
        for index in order:
            pipeline.deliver(pipeline.event(versions[index]))
    (register,) = pipeline.drinks.all()
    assert (register.drink.glass, register.drink.observed_at) == ("Wine glass", TWO)


def test_two_snapshots_of_the_same_time_have_one_winner(pipeline, drinks):
    with pipeline.unread_queue():
        mug = pipeline.hold(drinks(strGlass="Mug"), "mug", observed_at=NOON)
        jug = pipeline.hold(drinks(strGlass="Jug"), "jug", observed_at=NOON)
        tables = []
        for order in ([mug, jug], [jug, mug]):
            pipeline.empty_table("Drinks")
            pipeline.empty_table("Loads")
            pipeline.deliver(*(pipeline.event(version) for version in order))
            tables.append(pipeline.table())
    assert tables[0] == tables[1]


def test_five_copies_of_one_event_are_one_load(pipeline, drinks):
    with pipeline.unread_queue():
        version = pipeline.hold(drinks(40), "five times")
        pipeline.send(*[pipeline.event(version)] * 5)
    pipeline.idle()
    (load,) = pipeline.settled(version)
    assert (load.status, load.counts) == ("done", Counts(read=40, loaded=40))
    assert list(pipeline.loads.all()) == [load]
    assert len(pipeline.table()) == 40
    assert pipeline.queue.dead() == 0
    assert pipeline.verify().ok


def test_five_concurrent_invocations_are_one_load(pipeline, drinks):
    with pipeline.unread_queue():
        version = pipeline.hold(drinks(40), "five workers")
        with ThreadPoolExecutor(5) as pool:
            unprocessed = list(pool.map(pipeline.deliver, [pipeline.event(version)] * 5))
    (load,) = pipeline.settled(version)
    assert unprocessed == [[]] * 5
    assert (load.status, load.counts) == ("done", Counts(read=40, loaded=40))
    assert pipeline.verify().ok


def test_a_finished_load_is_not_repeated(pipeline, drinks):
    version = pipeline.put(drinks(2))
    (load,) = pipeline.settled(version)
    pipeline.empty_table("Drinks")
    assert pipeline.deliver(pipeline.event(version), pipeline.request(version)) == []
    assert pipeline.load(version) == load
    assert pipeline.table() == {}


def test_a_replay_gives_the_same_table_as_a_new_generation(pipeline, drinks, cli):
    versions = [
        pipeline.put(drinks(3), "a", observed_at=NOON),
        pipeline.put(drinks(3, strGlass="Mug"), "b", observed_at=ONE),
    ]
    pipeline.settled(*versions)
    before = pipeline.table()
    cli("replay", "--all", "--wait")
    assert pipeline.table() == before
    assert [pipeline.load(version).generation for version in versions] == [2, 2]
    assert len(list(pipeline.loads.all())) == 4
    assert pipeline.verify().ok


def test_a_replay_restores_an_emptied_table(pipeline, drinks, cli):
    versions = [
        pipeline.put(drinks(3), "a", observed_at=NOON),
        pipeline.put(drinks(2, 910_002, **NEGRONI), "b", observed_at=ONE),
        pipeline.put(drinks(3), "c", observed_at=TWO),
    ]
    pipeline.settled(*versions)
    before = pipeline.table()
    pipeline.empty_table("Drinks")
    assert len(pipeline.verify().lost) == 3
    cli("replay", "raw/", "--wait")
    assert pipeline.table() == before
    assert pipeline.verify().ok


def test_an_id_that_the_source_reassigns_to_another_recipe_is_marked(pipeline, drinks):
    versions = [
        pipeline.put(drinks(**NEGRONI), "a", observed_at=NOON),
        pipeline.put(drinks(**AMERICANO), "only half changed", observed_at=ONE),
        pipeline.put(drinks(), "b", observed_at=TWO),
    ]
    loads = pipeline.settled(*versions)
    assert all(load.counts.conserving for load in loads)
    (register,) = pipeline.drinks.all()
    assert register.drink.name == "Spritz"
    assert register.drink.previous_name == "Americano"
    assert "id_reassigned" in register.drink.quality
    assert pipeline.verify().ok


def test_an_id_that_occurs_twice_in_one_object_is_stored_once(pipeline, drinks):
    records = [*drinks(2), *drinks(1, strGlass="Mug"), *drinks(2)]
    (load,) = pipeline.settled(pipeline.put(records))
    assert load.counts.read == 5
    assert load.counts.conserving
    assert len(pipeline.table()) == 2
    assert pipeline.verify().ok


def test_concurrent_replays_of_a_raw_object_all_finish(pipeline, drinks):
    version = pipeline.put(drinks(3))
    pipeline.settled(version)
    before = pipeline.table()
    requests = [pipeline.request(version, generation) for generation in (2, 3, 3, 2)]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(pipeline.deliver, requests)) == [[]] * 4
    assert pipeline.table() == before
    assert {load.generation: load.status for load in pipeline.loads.all()} == {
        1: "done",
        2: "done",
        3: "done",
    }
