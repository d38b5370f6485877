"""Withdrawals and changes of the source are loaded like all other records."""

import json
from itertools import permutations

import pytest

from mocktailverse.drinks.drift import Drift
from mocktailverse.loads.load_record import Counts

HOUR_MS = 3_600_000
NOON = 1_700_000_000_000


def absence(drink_id):
    return json.dumps({"idDrink": drink_id, "absent": True}).encode()


@pytest.fixture
def sightings_and_absences(pipeline, drinks):
    """A drink, seen once and absent an hour and 26 hours later; nothing is loaded yet."""
    records = drinks(2)
    gone = absence(records[0]["idDrink"])
    with pipeline.unread_queue():
        yield (
            f"thecocktaildb:{records[0]['idDrink']}",
            [
                pipeline.hold(records, "seen", observed_at=NOON),
                pipeline.hold(gone, "absent-1.ndjson", observed_at=NOON + HOUR_MS),
                pipeline.hold(gone, "absent-2.ndjson", observed_at=NOON + 26 * HOUR_MS),
            ],
        )


def test_a_drink_absent_a_day_apart_is_withdrawn_in_any_order(pipeline, sightings_and_absences):
    drink_id, versions = sightings_and_absences
    tables = set()
    for order in permutations(versions):
        pipeline.empty_table("Drinks")
        pipeline.empty_table("Loads")
        for version in order:
            assert pipeline.deliver(pipeline.event(version)) == []
        tables.add(tuple(sorted(pipeline.table().items())))
        assert pipeline.drinks.get(drink_id).drink.withdrawn_at == NOON + 26 * HOUR_MS
    assert len(tables) == 1
    assert pipeline.verify().ok


def test_a_later_sighting_restores_a_withdrawn_drink(pipeline, sightings_and_absences, drinks):
    drink_id, versions = sightings_and_absences
    again = pipeline.hold(drinks(2), "again", observed_at=NOON + 50 * HOUR_MS)
    for version in (*versions, again):
        pipeline.deliver(pipeline.event(version))
    register = pipeline.drinks.get(drink_id)
    assert register.drink.withdrawn_at is None
    assert register.absences == ()
    assert pipeline.verify().ok


def test_an_absence_of_an_unknown_drink_is_stored_but_is_not_a_drink(pipeline):
    version = pipeline.put(absence("4711"), "absent.ndjson", observed_at=NOON)
    (load,) = pipeline.settled(version)
    assert load.counts == Counts(read=1, loaded=1)
    assert pipeline.drinks.get("thecocktaildb:4711").drink is None
    report = pipeline.verify()
    assert report.ok
    assert report.drinks == 0


def test_a_load_lists_what_the_source_changed(pipeline, drinks):
    before = pipeline.put(drinks(3), "before", observed_at=NOON)
    pipeline.settled(before)
    after = pipeline.put(
        drinks(3, strCategory="Mixed Drink", strGarnish="cherry"), "after", observed_at=NOON + 1
    )
    (load,) = pipeline.settled(after)
    assert load.counts == Counts(read=3, loaded=3)
    assert Drift("category", "Cocktail", "Mixed Drink", 3) in load.drift
    assert Drift("strGarnish", None, "text", 3) in load.drift
