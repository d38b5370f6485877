"""Verify tells exactly what was tampered with; reconcile brings back what was lost."""

import json
import time

import pytest

from mocktailverse.loads.load_record import Counts

DIFFERENCES = ("lost", "stale", "extra", "not_conserving")
NOON_MS = 1_700_000_000_000


def differences(pipeline):
    """What verify finds, without what it does not find."""
    report = pipeline.verify()
    assert report.ok == (not any(getattr(report, kind) for kind in DIFFERENCES))
    return {kind: getattr(report, kind) for kind in DIFFERENCES if getattr(report, kind)}


@pytest.fixture
def loaded(pipeline, drinks):
    """Three drinks from one raw object, loaded; their observation is an hour old."""
    observed_at = time.time_ns() // 1_000_000 - 3_600_000
    version = pipeline.put([*drinks(3), {"idDrink": None}], "loaded", observed_at=observed_at)
    pipeline.settled(version)
    assert differences(pipeline) == {}
    return version


def change_drink(pipeline, number, attribute, value):
    pipeline.clients.dynamodb.update_item(
        TableName=pipeline.outputs["DrinksTable"],
        Key={"id": {"S": f"thecocktaildb:{number}"}},
        UpdateExpression="SET #attribute = :value",
        ExpressionAttributeNames={"#attribute": attribute},
        ExpressionAttributeValues={":value": value},
    )


def change_load(pipeline, version, **values):
    pipeline.clients.dynamodb.update_item(
        TableName=pipeline.outputs["LoadsTable"],
        Key={
            "object": {"S": f"{version.version_id}/{version.bucket}/{version.key}"},
            "part": {"S": "0001"},
        },
        UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in values),
        ExpressionAttributeNames={f"#{name}": name for name in values},
        ExpressionAttributeValues={f":{name}": value for name, value in values.items()},
    )


# ---- verify


@pytest.mark.usefixtures("loaded")
def test_a_deleted_drink_is_lost(pipeline):
    pipeline.clients.dynamodb.delete_item(
        TableName=pipeline.outputs["DrinksTable"], Key={"id": {"S": "thecocktaildb:910002"}}
    )
    assert differences(pipeline) == {"lost": ["thecocktaildb:910002"]}


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("name", {"S": "Spritzz"}),
        ("glass", {"NULL": True}),
        ("observed_at", {"N": "1"}),
        ("content_hash", {"S": "0" * 64}),
        ("tags", {"L": [{"S": "new"}]}),
    ],
)
def test_a_changed_drink_is_stale(pipeline, attribute, value):
    change_drink(pipeline, 910_002, attribute, value)
    assert differences(pipeline) == {"stale": ["thecocktaildb:910002"]}


def test_a_drink_that_no_raw_object_gives_is_extra(pipeline, drinks, loaded):
    now = time.time_ns() // 1_000_000
    other = pipeline.put(drinks(1, 960_001), "other", observed_at=now)
    pipeline.settled(other)
    pipeline.clients.s3.delete_object(
        Bucket=other.bucket, Key=other.key, VersionId=other.version_id
    )
    assert differences(pipeline) == {"extra": ["thecocktaildb:960001"]}
    assert loaded in {stored.version for stored in pipeline.bucket.versions()}


def test_a_raw_object_without_a_load_does_not_conserve(pipeline, loaded):
    pipeline.empty_table("Loads")
    assert differences(pipeline) == {"not_conserving": [loaded.key]}


@pytest.mark.parametrize("status", ["loading", "failed"])
def test_a_load_that_is_not_done_does_not_conserve(pipeline, loaded, status):
    change_load(pipeline, loaded, status={"S": status})
    assert differences(pipeline) == {"not_conserving": [loaded.key]}


def test_counts_that_do_not_add_up_are_told(pipeline, loaded):
    change_load(pipeline, loaded, loaded={"N": "2"})
    assert differences(pipeline) == {"not_conserving": [loaded.key]}


def test_counts_that_add_up_to_something_else_are_told(pipeline, loaded):
    change_load(pipeline, loaded, read={"N": "3"}, loaded={"N": "2"})
    assert differences(pipeline) == {"not_conserving": [loaded.key]}


def test_several_differences_are_told_apart(pipeline, drinks, loaded):
    change_drink(pipeline, 910_001, "name", {"S": "Changed"})
    pipeline.clients.dynamodb.delete_item(
        TableName=pipeline.outputs["DrinksTable"], Key={"id": {"S": "thecocktaildb:910003"}}
    )
    change_load(pipeline, loaded, status={"S": "failed"})
    pipeline.settled(pipeline.put(drinks(1, 960_001), "fine"))
    assert differences(pipeline) == {
        "lost": ["thecocktaildb:910003"],
        "stale": ["thecocktaildb:910001"],
        "not_conserving": [loaded.key],
    }


@pytest.mark.usefixtures("loaded")
def test_the_command_prints_the_differences_and_ends_with_1(pipeline, cli):
    answer = cli("verify", "--json")
    assert {kind: answer.json[kind] for kind in ("ok", *DIFFERENCES)} == {
        "ok": True,
        **{kind: [] for kind in DIFFERENCES},
    }
    change_drink(pipeline, 910_002, "name", {"S": "Spritzz"})
    answer = cli("verify", "--json", code=1)
    assert (answer.json["ok"], answer.json["stale"]) == (False, ["thecocktaildb:910002"])
    (difference,) = answer.json["differences"]
    assert "name" in difference["problem"]
    assert "thecocktaildb:910002" in cli("verify", code=1).out


# ---- reconcile


@pytest.fixture
def at_once(pipeline):
    """Reconcile looks for what was lost just now; else only for what is minutes old."""
    with pipeline.configured("ReconcileFunction", MOCKTAILVERSE_VISIBILITY_TIMEOUT_S="0"):
        yield


def test_reconcile_leaves_alone_what_may_merely_be_slow(pipeline, loaded, cli):
    change_load(pipeline, loaded, status={"S": "loading"})
    assert cli("reconcile", "--json").json == {"checked": 0, "requeued": [], "failed": []}


@pytest.mark.usefixtures("at_once", "loaded")
def test_reconcile_has_nothing_to_do_where_all_is_done(cli):
    assert cli("reconcile", "--json").json == {"checked": 1, "requeued": [], "failed": []}


@pytest.mark.usefixtures("at_once")
def test_an_object_whose_event_was_lost_is_loaded_after_all(pipeline, drinks, cli):
    with pipeline.unread_queue():
        version = pipeline.hold(drinks(3), "event lost")
    assert differences(pipeline) == {
        "lost": [f"thecocktaildb:{910_001 + n}" for n in range(3)],
        "not_conserving": [version.key],
    }

    assert cli("reconcile", "--json").json["requeued"] == [version.key]

    (load,) = pipeline.settled(version)
    assert (load.status, load.requeues, load.counts) == ("done", 1, Counts(read=3, loaded=3))
    assert differences(pipeline) == {}


@pytest.mark.usefixtures("at_once")
def test_a_load_whose_message_was_lost_goes_on_where_it_stood(pipeline, drinks, cli):
    lines = [json.dumps(record).encode() for record in drinks(520)]
    version = pipeline.put(b"\n".join(lines))
    (before,) = pipeline.settled(version)
    change_load(pipeline, version, status={"S": "loading"})

    assert cli("reconcile", "--json").json["requeued"] == [version.key]

    (load,) = pipeline.settled(version)
    assert (load.status, load.counts) == ("done", before.counts)
    assert load.attempts == before.attempts + 1
    assert differences(pipeline) == {}


@pytest.mark.usefixtures("at_once")
def test_reconcile_gives_up_after_three_and_says_so(pipeline, drinks, cli):
    with pipeline.unread_queue():
        version = pipeline.hold(drinks(), "never read")
        for _ in range(3):
            assert cli("reconcile", "--json").json["requeued"] == [version.key]
        answer = cli("reconcile", "--json").json
        assert (answer["requeued"], answer["failed"]) == ([], [version.key])
        load = pipeline.load(version)
        assert (load.status, load.requeues) == ("failed", 3)
        assert "3 re-queues" in (load.error or "")
        assert cli("reconcile", "--json").json["failed"] == []
        pipeline.clients.sqs.purge_queue(QueueUrl=pipeline.outputs["QueueUrl"])
    assert differences(pipeline)["not_conserving"] == [version.key]

    cli("replay", "--failed", "--wait")

    assert pipeline.load(version).generation == 2
    assert differences(pipeline) == {}


@pytest.mark.usefixtures("at_once")
def test_reconcile_twice_at_once_loads_once(pipeline, drinks, cli):
    with pipeline.unread_queue():
        version = pipeline.hold(drinks(5), "twice")
        cli("reconcile")
        cli("reconcile")
        assert pipeline.queue.waiting() == 2
    (load,) = pipeline.settled(version)
    pipeline.idle()
    assert pipeline.load(version) == load
    assert load.counts == Counts(read=5, loaded=5)


def test_a_replay_takes_raw_objects_only(cli):
    cli("replay", "rejected/", code=2)
    cli("replay", "", code=2)


def test_what_a_replay_superseded_is_not_listed_twice(pipeline, cli):
    version = pipeline.put(b'[{"strDrink": "no id"}]', "rejects")
    pipeline.settled(version)
    cli("replay", "--rejected", "--wait")
    cli("replay", "--rejected", "--wait")
    assert len(cli("rejected", "--json").json["items"]) == 1
    assert len(cli("loads", "--json").json["items"]) == 3
