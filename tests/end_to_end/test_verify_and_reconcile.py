"""Verify reports exactly what was changed; reconcile sends lost loads again."""

import json
import time

import pytest

from mocktailverse.loads.load_record import Counts

DIFFERENCES = ("lost", "stale", "extra", "not_conserving")
NOON_MS = 1_700_000_000_000


def differences(pipeline):
    """Return the differences that verify reports, without the empty lists."""
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


def test_a_drink_without_a_raw_object_is_extra(pipeline, drinks, loaded):
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


def test_counts_that_do_not_add_up_are_reported(pipeline, loaded):
    change_load(pipeline, loaded, loaded={"N": "2"})
    assert differences(pipeline) == {"not_conserving": [loaded.key]}


def test_counts_that_add_up_to_another_sum_are_reported(pipeline, loaded):
    change_load(pipeline, loaded, read={"N": "3"}, loaded={"N": "2"})
    assert differences(pipeline) == {"not_conserving": [loaded.key]}


def test_several_kinds_of_differences_are_distinguished(pipeline, drinks, loaded):
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
    result = cli("verify", "--json")
    assert {kind: result.json[kind] for kind in ("ok", *DIFFERENCES)} == {
        "ok": True,
        **{kind: [] for kind in DIFFERENCES},
    }
    change_drink(pipeline, 910_002, "name", {"S": "Spritzz"})
    result = cli("verify", "--json", code=1)
    assert (result.json["ok"], result.json["stale"]) == (False, ["thecocktaildb:910002"])
    (difference,) = result.json["differences"]
    assert "name" in difference["problem"]
    assert "thecocktaildb:910002" in cli("verify", code=1).out


# ---- reconcile


@pytest.fixture
def at_once(pipeline):
    """Make reconcile check loads without activity at once, instead of after minutes."""
    with pipeline.configured("ReconcileFunction", MOCKTAILVERSE_VISIBILITY_TIMEOUT_S="0"):
        yield


def test_reconcile_leaves_recent_loads_alone(pipeline, loaded, cli):
    change_load(pipeline, loaded, status={"S": "loading"})
    assert cli("reconcile", "--json").json == {"checked": 0, "requeued": [], "failed": []}


@pytest.mark.usefixtures("at_once", "loaded")
def test_reconcile_requeues_nothing_if_all_loads_are_done(cli):
    assert cli("reconcile", "--json").json == {"checked": 1, "requeued": [], "failed": []}


@pytest.mark.usefixtures("at_once")
def test_reconcile_loads_an_object_whose_event_was_lost(pipeline, drinks, cli):
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
def test_reconcile_continues_a_load_whose_message_was_lost(pipeline, drinks, cli):
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
def test_reconcile_gives_up_after_three_attempts(pipeline, drinks, cli):
    with pipeline.unread_queue():
        version = pipeline.hold(drinks(), "never read")
        for _ in range(3):
            assert cli("reconcile", "--json").json["requeued"] == [version.key]
        report = cli("reconcile", "--json").json
        assert (report["requeued"], report["failed"]) == ([], [version.key])
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
def test_two_reconcile_runs_load_an_object_once(pipeline, drinks, cli):
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


def test_superseded_rejects_are_not_listed(pipeline, cli):
    version = pipeline.put(b'[{"strDrink": "no id"}]', "rejects")
    pipeline.settled(version)
    cli("replay", "--rejected", "--wait")
    cli("replay", "--rejected", "--wait")
    assert len(cli("rejected", "--json").json["items"]) == 1
    assert len(cli("loads", "--json").json["items"]) == 3
