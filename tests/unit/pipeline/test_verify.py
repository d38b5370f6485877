"""Verify: reports every difference between raw objects and tables, and no others."""

import msgspec
import pytest

from mocktailverse.errors import MissingError, TransientError
from mocktailverse.loads.load_record import Counts
from mocktailverse.loads.load_request import LoadRequest
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.pipeline import transformation as transform_module
from mocktailverse.pipeline import verify as verify_module
from mocktailverse.pipeline.verify import verify

NOON_MS = 1_767_268_800_000


def put(world, name, *records, at=0):
    return world.raw.add(
        msgspec.json.encode(list(records)), f"raw/thecocktaildb/{name}", stored_at=NOON_MS + at
    )


@pytest.fixture
def world(new_world, raw_record):
    """Load two objects with three drinks, one rejected record and one reassigned ID."""
    world = new_world()
    margarita = raw_record("1", "Margarita")
    first = put(world, "1", raw_record("1", "Adonis", strIngredient1="Sherry"), raw_record("2"), {})
    second = put(world, "2", margarita, raw_record("3"), at=1)
    for version in (second, first):
        world.handle(LoadRequest(version, 1))
    return world


def run(world, **options):
    return verify(world.raw, world.drinks.all(), world.loads.all(), **options)


def kinds(report):
    return {(difference.kind, difference.subject) for difference in report.differences}


def change_drink(world, drink_id, **fields):
    register = world.drinks.table[drink_id]
    drink = msgspec.structs.replace(register.drink, **fields)
    changed = msgspec.structs.replace(register, id=drink.id, drink=drink)
    world.drinks.table[drink_id] = changed


def change_load(world, name, **fields):
    key = (ObjectVersion("data", f"raw/thecocktaildb/{name}", "v1"), 1)
    world.loads.loads[key] = msgspec.structs.replace(world.loads.loads[key], **fields)


def test_loaded_objects_have_no_differences(world):
    report = run(world)
    assert report.ok
    assert report.differences == []
    assert (report.objects, report.drinks, report.window) == (2, 3, NOON_MS)


def test_health_checks_are_counted_as_objects_and_by_themselves(world):
    world.handle(LoadRequest(put(world, "canary/1.json"), 1))
    report = run(world)
    assert report.ok
    assert (report.objects, report.canaries, report.drinks) == (3, 1, 3)


def test_progress_is_reported_per_object(world):
    seen = []
    verify(world.raw, world.drinks.all(), world.loads.all(), seen.append)
    assert seen == [1, 2]


def test_an_empty_system_has_no_differences(new_world):
    report = run(new_world())
    assert report.ok
    assert report.window is None


def test_a_drink_that_is_missing_in_the_table_is_lost(world):
    del world.drinks.table["thecocktaildb:2"]
    report = run(world)
    assert report.lost == ["thecocktaildb:2"]
    assert kinds(report) == {("lost", "thecocktaildb:2")}
    assert not report.ok


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "Other"),
        ("content_hash", "0" * 64),
        ("observed_at", NOON_MS + 7),
        ("withdrawn_at", 7),
        ("previous_name", "Other"),
        ("quality", ()),
    ],
)
def test_a_drink_that_differs_in_any_field_is_stale_and_the_field_is_named(world, field, value):
    change_drink(world, "thecocktaildb:1", **{field: value})
    (difference,) = run(world).differences
    assert (difference.kind, difference.subject) == ("stale", "thecocktaildb:1")
    assert field in difference.problem


def test_a_register_without_an_earlier_recipe_is_stale(world):
    register = world.drinks.table["thecocktaildb:1"]
    world.drinks.table["thecocktaildb:1"] = msgspec.structs.replace(register, earlier=())
    (difference,) = run(world).differences
    assert "earlier" in difference.problem


def test_a_drink_without_a_raw_object_is_extra(world):
    world.drinks.table["thecocktaildb:9"] = world.drinks.table["thecocktaildb:2"]
    change_drink(world, "thecocktaildb:9", id="thecocktaildb:9")
    assert kinds(run(world)) == {("extra", "thecocktaildb:9")}


def test_a_drink_whose_raw_object_has_expired_is_not_checked(world):
    (first,) = (version for version in world.raw.objects if version.key.endswith("1"))
    del world.raw.objects[first]
    assert "extra" in {kind for kind, _ in kinds(run(world))}
    report = run(world, raw_expires=True)
    assert report.window == NOON_MS + 1
    assert report.ok


def test_a_changed_drink_is_stale_even_if_raw_objects_expire(world):
    change_drink(world, "thecocktaildb:1", name="Other")
    assert kinds(run(world, raw_expires=True)) == {("stale", "thecocktaildb:1")}


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"status": "loading"}, "not finished"),
        ({"status": "failed", "error": "denied"}, "denied"),
        ({"counts": Counts(read=3, loaded=1, rejected=1)}, "sum"),
        ({"counts": Counts(read=2, loaded=1, rejected=1)}, "has 3"),
        ({"counts": Counts(read=3, loaded=3)}, "0 rejected"),
    ],
)
def test_counts_that_do_not_add_up_are_reported(world, fields, problem):
    change_load(world, "1", **fields)
    (difference,) = run(world).differences
    assert (difference.kind, difference.subject) == ("not_conserving", "raw/thecocktaildb/1")
    assert problem in difference.problem


def test_an_object_without_a_load_is_reported(world, raw_record):
    put(world, "3", raw_record("4"))
    assert kinds(run(world)) == {
        ("not_conserving", "raw/thecocktaildb/3"),
        ("lost", "thecocktaildb:4"),
    }


def test_only_the_latest_generation_is_checked(world):
    (first,) = (version for version in world.raw.objects if version.key.endswith("1"))
    world.loads.open_generation(first, now=NOON_MS)
    assert kinds(run(world)) == {("not_conserving", first.key)}
    world.handle(LoadRequest(first, 2))
    assert run(world).ok


def test_counts_of_older_code_are_only_summed(world):
    change_load(world, "1", transform_version=0, counts=Counts(read=4, loaded=2, rejected=2))
    assert run(world).ok


def test_an_object_that_expires_in_the_meantime_is_skipped(world, monkeypatch):
    def raise_missing(version):
        raise MissingError(version.key)

    monkeypatch.setattr(world.raw, "open", raise_missing)
    assert {difference.kind for difference in run(world).differences} == {"extra"}


def test_a_read_error_is_raised_and_not_reported_as_a_difference(world):
    next(iter(world.raw.objects.values())).error = TransientError("reset")
    with pytest.raises(TransientError):
        run(world)


@pytest.mark.parametrize(
    ("body", "key", "metadata"),
    [
        (b'{"idDrink":"9","strDrink":"A","drinks":null}', "raw/thecocktaildb/9", {}),
        (b'{"drinks":[1],"drinks":[2]}', "raw/thecocktaildb/9", {}),
        (b"[1,2,3]", "raw/elsewhere/9", {}),
        (b"[1,2,3]", "raw/thecocktaildb/9", {"observed-at": "yesterday"}),
        (b"", "raw/thecocktaildb/9", {}),
    ],
)
def test_an_independent_reader_counts_the_same(world, body, key, metadata):
    version = world.raw.add(body, key, stored_at=NOON_MS, metadata=metadata)
    world.handle(LoadRequest(version, 1))
    report = run(world)
    assert report.ok, report.differences


def test_a_record_that_both_decode_and_the_load_skip_is_reported(world, monkeypatch):
    """Decode and the load share their code; the independent reader does not."""
    decode_all = transform_module.decode

    def decode_some(*arguments):
        return (piece for piece in decode_all(*arguments) if piece.position != 1)

    monkeypatch.setattr(transform_module, "decode", decode_some)
    version = put(world, "4", {"idDrink": "7"}, {"idDrink": "8"}, {"idDrink": "9"}, at=2)
    world.handle(LoadRequest(version, 1))
    report = run(world)
    assert version.key in report.not_conserving
    assert "decode reads 2 records; an independent reader counts 3" in {
        difference.problem for difference in report.differences
    }


def test_an_object_in_several_chunks_is_counted_once(world, raw_record):
    body = msgspec.json.encode([raw_record("7"), raw_record("8")])
    version = world.raw.add(body, "raw/thecocktaildb/9", stored_at=NOON_MS, chunk=5)
    world.handle(LoadRequest(version, 1))
    assert run(world).ok


def test_an_object_that_is_too_large_for_memory_is_counted_while_it_streams(world, monkeypatch):
    monkeypatch.setattr(verify_module, "BYTES_LIMIT", 10)
    assert run(world).ok
