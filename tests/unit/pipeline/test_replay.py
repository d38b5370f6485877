"""Replay: the same object version is loaded again as a new generation through the queue."""

from types import SimpleNamespace

import msgspec
import pytest
from msgspec.structs import replace
from typer.testing import CliRunner

from mocktailverse.cli.main import app
from mocktailverse.drinks.content_changes import Changes
from mocktailverse.drinks.transform_version import TRANSFORM_VERSION
from mocktailverse.errors import UsageError
from mocktailverse.loads.load_record import Counts, Load
from mocktailverse.loads.load_request import LoadRequest
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.operations.recent_loads import objects_to_replay
from mocktailverse.pipeline.replay import replay, under

NOW = 1_767_268_800_000


def listing(**stored_at):
    """Return a bucket with an object `raw/<name>/1` for each name, stored at that time."""
    listed = [
        SimpleNamespace(version=ObjectVersion("data", f"raw/{name}/1", "v1"), stored_at=at)
        for name, at in stored_at.items()
    ]
    return SimpleNamespace(
        versions=lambda prefix: (one for one in listed if one.version.key.startswith(prefix))
    )


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


def test_a_replay_of_an_object_without_a_load_is_its_first_load(new_world):
    world = new_world()
    version = world.raw.add(b"{}")
    assert replay([version], world.loads, world.queue, now=NOW) == [LoadRequest(version, 1)]


def test_a_replay_does_not_change_the_table(new_world, raw_record):
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


def test_a_replay_by_better_code_reports_the_fields_that_changed(new_world, raw_record):
    world = new_world()
    records = [raw_record(str(number)) for number in (1, 2, 3)]
    version = world.raw.add(b"\n".join(map(msgspec.json.encode, records)))
    world.handle(LoadRequest(version, 1))
    assert world.load(version, 1).changes == Changes(), "all drinks were new"
    for drink_id in ("thecocktaildb:1", "thecocktaildb:3"):  # as older code wrote them
        register = world.drinks.table[drink_id]
        drink = register.drink
        world.drinks.table[drink_id] = replace(
            register,
            drink=replace(
                drink,
                content_hash="older",
                derived=replace(drink.derived, unknown_because=("?",)),
                lineage=replace(drink.lineage, transform_version=TRANSFORM_VERSION - 1),
            ),
        )
    (request,) = replay([version], world.loads, world.queue, now=NOW)
    world.handle(request)
    assert world.load(version, 2).changes == Changes(2, {"derived.unknown_because": 2})
    assert world.load(version, 2).counts.loaded == 3

    (request,) = replay([version], world.loads, world.queue, now=NOW)
    world.handle(request)
    assert world.load(version, 3).changes == Changes()


def test_since_selects_objects_stored_at_or_after_the_time():
    bucket = listing(old=NOW - 1, new=NOW, newer=NOW + 1)
    selected = [version.key for version in under(["raw/"], bucket, since=NOW)]
    assert selected == ["raw/new/1", "raw/newer/1"]
    assert under(["raw/old", "raw/old/1"], bucket, since=NOW) == []
    assert [version.key for version in under(["raw/old", "raw/o"], bucket)] == ["raw/old/1"]


def test_a_key_without_a_raw_object_is_refused():
    for prefix, problem in {
        "raw/none": "No raw object's key begins with `raw/none`.",
        "rejected/": "`rejected/` is not the key of a raw object. Use one under `raw/`.",
        "": "`` is not the key of a raw object. Use one under `raw/`.",
    }.items():
        with pytest.raises(UsageError) as raised:
            under([prefix], listing(old=NOW))
        assert str(raised.value) == problem


def test_without_a_time_every_version_is_selected():
    assert [version.key for version in under(["raw/"], listing(old=0))] == ["raw/old/1"]


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--since", "yesterday"),
        ("--since", "2026-01-01T00:00"),
        ("--since", "2026-01-01T00:00Z", "--failed"),
        ("--since", "2026-01-01T00:00Z", "--rejected"),
    ],
)
def test_ambiguous_options_are_refused_before_the_first_request(options):
    assert isinstance(CliRunner().invoke(app, ["replay", *options]).exception, UsageError)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"failed": True, "rejected": False}, ["failed"]),
        ({"failed": False, "rejected": True}, ["rejected"]),
        ({"failed": True, "rejected": True}, ["failed", "rejected"]),
        ({"failed": False, "rejected": False}, []),
    ],
)
def test_objects_are_selected_by_the_status_and_rejected_lines_of_their_latest_load(
    options, expected
):
    def load(key, status="done", generation=1, rejected=0):
        version = ObjectVersion("data", key, "v1")
        counts = Counts(read=1 + rejected, loaded=1, rejected=rejected)
        return Load(version, generation, status, counts, 0, 1, 0, None, 0, 0, 0, None, 1)

    loads = [
        load("failed", "failed"), load("rejected", rejected=2), load("good"),
        load("repaired", generation=2), load("repaired", "failed"), load("open", "loading"),
    ]  # fmt: skip
    days = []

    def page(day, _limit, _after):
        days.append(day)
        return (loads if len(days) == 30 else []), None

    selected = objects_to_replay(SimpleNamespace(page=page), **options)
    assert [version.key for version in selected] == expected
    assert len(days) == 30
