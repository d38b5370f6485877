"""How much of a large source a sweep reaches, and at what cost."""

import string

import httpx2
import pytest
import stamina

from worlds.sweeps import World, by_chance, made_up, print_reach, whole_dump

NOTHING = httpx2.Response(200, content=b'{"drinks":null}')


@pytest.fixture(autouse=True, scope="module")
def _no_backoff():
    with stamina.set_testing(True, attempts=2, cap=True):
        yield


def test_one_sweep_reaches_the_whole_dump_and_the_next_day_costs_a_fraction():
    world = World(whole_dump())
    first = world.sweep()
    assert first.done
    assert first.failed == []
    assert print_reach("first sweep", world, first) >= 0.995
    assert first.requests < 0.7 * len(world.records)
    assert abs(first.coverage.estimated_total - len(world.records)) < 0.02 * len(world.records)
    world.next_day()
    second = world.sweep()
    print_reach("second sweep", world, second)
    assert second.coverage.seen == first.coverage.known
    assert second.requests < 0.2 * len(world.records)
    assert second.requests < 0.4 * first.requests


@pytest.mark.parametrize("seed", range(3))
def test_the_order_in_which_the_source_cuts_answers_short_does_not_matter(seed):
    records = whole_dump()
    by_chance(seed).shuffle(records)
    world = World(records, seed=seed)
    report = world.sweep()
    assert print_reach(f"shuffled ({seed})", world, report) >= 0.99
    assert report.requests < 0.9 * len(records)


@pytest.mark.parametrize("number", [150, 400])
def test_a_part_of_the_dump_is_reached_as_well(number):
    records = by_chance(number).sample(whole_dump(), number)
    world = World(records)
    report = world.sweep()
    assert print_reach("part of the dump", world, report) >= 0.99
    assert report.requests < 0.8 * number


@pytest.mark.parametrize(("letters", "density"), [(string.ascii_lowercase, 0.8), ("abcms", 0.9)])
def test_a_larger_source_with_skewed_letters_and_dense_ids_is_reached(letters, density):
    world = World(made_up(1500, 4, letters=letters, density=density))
    report = world.sweep()
    assert print_reach("made-up", world, report) >= 0.99
    assert report.requests < 1.2 * len(world.records)


def test_a_source_that_finds_whole_names_only_is_reached_by_look_ups():
    world = World(whole_dump())
    names = {record["strDrink"].lower() for record in world.records}

    def broken(asked):
        _, _, term = asked.partition("search.php?s=")
        return NOTHING if term and term not in names else None

    world.broken = broken
    report = world.sweep()
    assert print_reach("no pieces of names", world, report) >= 0.99
    assert report.requests < len(world.records)
    world.next_day()
    second = world.sweep()
    print_reach("no pieces of names, next day", world, second)
    assert second.requests < 0.4 * len(world.records)
