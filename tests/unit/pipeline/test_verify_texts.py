"""The texts of `verify`: each difference says where to look."""

import msgspec
import pytest
from msgspec.structs import replace

from mocktailverse.drinks.register import Register
from mocktailverse.loads.load_record import Counts
from mocktailverse.loads.load_request import LoadRequest
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.pipeline.verify import Difference, verify

NOON_MS = 1_767_268_800_000
KEY = "raw/thecocktaildb/1"
VERSION = ObjectVersion("data", KEY, "v1")
TWO = "thecocktaildb:2"


@pytest.fixture
def world(new_world, raw_record):
    """Load one object with two drinks and a rejected record."""
    world = new_world()
    body = msgspec.json.encode([raw_record("1"), raw_record("2"), {}])
    world.raw.add(body, KEY, stored_at=NOON_MS)
    world.handle(LoadRequest(VERSION, 1))
    return world


@pytest.fixture
def two(world):
    return world.drinks.table[TWO]


def differences_of(world, **options):
    return verify(world.raw, world.drinks.all(), world.loads.all(), **options).differences


def changed_load(world, **fields):
    world.loads.loads[VERSION, 1] = replace(world.loads.loads[VERSION, 1], **fields)
    return differences_of(world)


def test_a_lost_drink_is_reported_with_its_raw_object(world):
    del world.drinks.table[TWO]
    assert differences_of(world) == [Difference("lost", TWO, f"it is in `{KEY}` at 1")]


def test_an_absence_that_is_missing_or_a_drink_in_the_table_is_reported(world, two):
    body = msgspec.json.encode([{"idDrink": "7", "absent": True}])
    world.handle(LoadRequest(world.raw.add(body, "raw/thecocktaildb/7", stored_at=NOON_MS), 1))
    seven = "thecocktaildb:7"
    assert differences_of(world) == []
    world.drinks.table[seven] = replace(two, id=seven)
    assert differences_of(world) == [
        Difference("stale", seven, "the raw objects have only absences of it")
    ]
    del world.drinks.table[seven]
    assert differences_of(world) == [
        Difference("lost", seven, "the raw objects have an absence of it")
    ]


def test_a_drink_without_a_raw_object_is_reported(world):
    world.drinks.table["thecocktaildb:7"] = Register("thecocktaildb:7", None, absences=(5,))
    assert differences_of(world) == [
        Difference("extra", "thecocktaildb:7", "it is in no raw object")
    ]


def test_a_stale_drink_is_reported_with_every_field_that_differs(world, two):
    drink = replace(two.drink, name="Other", glass="Mug")
    world.drinks.table[TWO] = replace(two, drink=drink, absences=(9,))
    assert differences_of(world) == [Difference("stale", TWO, "differs in name, glass, absences")]


def test_a_drink_with_only_absences_in_the_table_is_stale(world):
    world.drinks.table[TWO] = Register(TWO, None, absences=(9,))
    assert differences_of(world) == [Difference("stale", TWO, "the table has only absences of it")]


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"status": "loading"}, "its load is loading: not finished yet"),
        ({"status": "failed", "error": "denied"}, "its load is failed: denied"),
        ({"counts": Counts(3, 3, 0, 0, 1)}, "read 3 is not the sum of the other counts"),
        (
            {"counts": Counts(3, 3, 0, 0, 0)},
            "the load counted 3 read and 0 rejected; the object has 3 and 1",
        ),
        (
            {"counts": Counts(2, 1, 0, 0, 1)},
            "the load counted 2 read and 1 rejected; the object has 3 and 1",
        ),
    ],
)
def test_a_load_with_wrong_counts_is_reported_with_them(world, fields, problem):
    assert changed_load(world, **fields) == [Difference("not_conserving", KEY, problem)]


def test_an_object_without_a_load_is_reported_with_what_will_load_it(world):
    world.loads.loads.clear()
    (difference,) = differences_of(world)
    assert difference == Difference(
        "not_conserving",
        KEY,
        "it has no load: its event was lost. Reconcile or replay will load it",
    )


def test_each_difference_is_in_the_list_of_its_kind(world, two):
    del world.drinks.table[TWO]
    world.drinks.table["thecocktaildb:1"] = replace(two, id="thecocktaildb:1")
    world.drinks.table["thecocktaildb:9"] = replace(two, id="thecocktaildb:9")
    changed_load(world, status="failed", error="denied")
    report = verify(world.raw, world.drinks.all(), world.loads.all())
    assert (report.lost, report.stale) == ([TWO], ["thecocktaildb:1"])
    assert (report.extra, report.not_conserving) == (["thecocktaildb:9"], [KEY])
    assert len(report.differences) == 4
    assert (report.ok, report.objects, report.drinks) == (False, 1, 2)


def test_the_window_starts_with_the_oldest_object(world, raw_record):
    for name, at in (("2", NOON_MS - 5), ("3", NOON_MS + 5)):
        body = msgspec.json.encode([raw_record("4")])
        version = world.raw.add(body, f"raw/thecocktaildb/{name}", stored_at=at)
        world.handle(LoadRequest(version, 1))
    assert verify(world.raw, world.drinks.all(), world.loads.all()).window == NOON_MS - 5


def test_the_memory_of_expired_objects_is_not_compared_if_raw_objects_expire(world, two):
    """The register contains an absence whose raw object has expired."""
    world.drinks.table[TWO] = replace(two, absences=(9,))
    world.drinks.table["thecocktaildb:9"] = Register("thecocktaildb:9", None, absences=(9,))
    assert differences_of(world, raw_expires=True) == []
    assert [difference.kind for difference in differences_of(world)] == ["stale", "extra"]
