"""History: every observation of a drink, oldest first, with the changed fields."""

import msgspec

from mocktailverse.errors import MissingError
from mocktailverse.operations.history import Observation, history


def put(world, name, observed_at, *records, source="thecocktaildb"):
    body = msgspec.json.encode(list(records))
    metadata = {"observed-at": str(observed_at)}
    return world.raw.add(body, f"raw/{source}/{name}", metadata=metadata)


def test_observations_are_ordered_by_time_and_list_the_changed_fields(new_world, raw_record):
    world = new_world()
    put(world, "a", 30, raw_record(name="New", strMeasure1="2 oz"), raw_record("5"))
    put(world, "b", 10, raw_record(name="Old"))
    put(world, "c", 20, raw_record(name="Old"), {}, 7)
    observations = history("thecocktaildb:11007", world.raw)
    assert [(o.drink.observed_at, o.drink.name) for o in observations] == [
        (10, "Old"),
        (20, "Old"),
        (30, "New"),
    ]
    assert observations[0].changed == ()
    assert observations[1].changed == ()
    assert {"name", "ingredients"} <= {*observations[2].changed}
    assert not {"content_hash", "lineage", "observed_at"} & {*observations[2].changed}


def test_changes_are_reported_across_an_absence(new_world, raw_record):
    world = new_world()
    put(world, "a", 30, raw_record(name="New"))
    put(world, "b", 20, {"idDrink": "11007", "absent": True})
    put(world, "c", 10, raw_record(name="Old"))
    old, absent, new = history("thecocktaildb:11007", world.raw)
    assert (old.observed_at, old.drink.name, old.changed) == (10, "Old", ())
    assert absent == Observation(20, None, ())
    assert (new.observed_at, new.drink.name, new.changed) == (30, "New", ("name",))


def test_an_id_twice_in_one_object_is_two_observations(new_world, raw_record):
    world = new_world()
    put(world, "a", 1, raw_record(name="A"), raw_record(name="B"))
    assert {o.drink.name for o in history("thecocktaildb:11007", world.raw)} == {"A", "B"}


def test_a_drink_that_was_never_seen_has_no_history(new_world, raw_record):
    world = new_world()
    put(world, "a", 1, raw_record())
    assert history("thecocktaildb:2", world.raw) == []
    assert history("", world.raw) == []
    assert history("other:11007", world.raw) == []


def test_objects_of_other_sources_are_not_opened(new_world, raw_record, monkeypatch):
    world = new_world()
    put(world, "a", 1, raw_record(), source="other")
    put(world, "b", 1, raw_record())
    seen, opened, open_raw = [], [], world.raw.open

    def spy(version):
        opened.append(version.key)
        return open_raw(version)

    monkeypatch.setattr(world.raw, "open", spy)
    assert len(history("thecocktaildb:11007", world.raw, seen.append)) == 1
    assert opened == ["raw/thecocktaildb/b"]
    assert seen == [1, 2]


def test_an_object_that_expires_in_the_meantime_is_skipped(new_world, raw_record, monkeypatch):
    world = new_world()
    put(world, "a", 1, raw_record())

    def raise_missing(version):
        raise MissingError(version.key)

    monkeypatch.setattr(world.raw, "open", raise_missing)
    assert history("thecocktaildb:11007", world.raw) == []
