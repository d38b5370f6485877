"""The share of a large source that a sweep reaches, and its number of requests."""

import string
from typing import NamedTuple

import httpx2
import pytest
import stamina

from mocktailverse.sources.thecocktaildb.simulation.record_files import read_records
from strategies.private_records import needed
from worlds.sweeps import World, by_chance, fictional_drinks, print_reach

NOTHING = httpx2.Response(200, content=b'{"drinks":null}')


@pytest.fixture(autouse=True, scope="module")
def _no_backoff():
    with stamina.set_testing(True, attempts=2, cap=True):
        yield


class Source(NamedTuple):
    """The records of a whole source, and upper limits for the requests of a sweep."""

    records: list[dict[str, str]]
    next_day: float  # requests a drink
    next_day_share: float  # of the first day's requests
    part: float  # requests a drink, for a part of 150 drinks


@pytest.fixture(params=["made up", "TheCocktailDB's own"])
def source(request):
    """617 records as in TheCocktailDB: synthetic ones, or its own if they are on this machine."""
    if request.param == "made up":
        return Source(fictional_drinks(617, 1), next_day=0.25, next_day_share=0.5, part=1.2)
    records, _ = read_records([needed("thecocktaildb_full.json")])
    return Source(records, next_day=0.2, next_day_share=0.4, part=0.8)


def test_one_sweep_reaches_a_whole_source_and_the_next_day_needs_a_fraction_of_its_requests(source):
    world = World(source.records)
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
    assert second.requests < source.next_day * len(world.records)
    assert second.requests < source.next_day_share * first.requests


@pytest.mark.parametrize("seed", range(3))
def test_the_order_in_which_the_source_truncates_responses_does_not_matter(seed, source):
    records = list(source.records)
    by_chance(seed).shuffle(records)
    world = World(records, seed=seed)
    report = world.sweep()
    assert print_reach(f"shuffled ({seed})", world, report) >= 0.99
    assert report.requests < 0.9 * len(records)


@pytest.mark.parametrize("number", [150, 400])
def test_a_part_of_a_source_is_reached(number, source):
    records = by_chance(number).sample(source.records, number)
    world = World(records)
    report = world.sweep()
    assert print_reach(f"a part, {number} drinks", world, report) >= 0.99
    assert report.requests < (source.part if number == 150 else 0.8) * number


@pytest.mark.parametrize(("letters", "density"), [(string.ascii_lowercase, 0.8), ("abcms", 0.9)])
def test_a_larger_source_with_skewed_letters_and_dense_ids_is_reached(letters, density):
    world = World(fictional_drinks(1500, 4, letters=letters, density=density))
    report = world.sweep()
    assert print_reach("made-up", world, report) >= 0.99
    assert report.requests < 1.2 * len(world.records)


def test_a_source_that_finds_only_whole_names_is_reached_by_look_ups(source):
    world = World(source.records)
    names = {record["strDrink"].lower() for record in world.records}

    def broken(asked):
        _, _, term = asked.partition("search.php?s=")
        return NOTHING if term and term not in names else None

    world.override = broken
    report = world.sweep()
    assert print_reach("no pieces of names", world, report) >= 0.99
    assert report.requests < len(world.records)
    world.next_day()
    second = world.sweep()
    print_reach("no pieces of names, next day", world, second)
    assert second.requests < 0.4 * len(world.records)
