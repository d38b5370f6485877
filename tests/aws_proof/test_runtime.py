"""The built zip in Lambda's own runtime interface client, with recorded events.

With two versions of boto3, because Lambda chooses its own: the oldest that is supported, and the
locked one that the other tests run with.
"""

import json

import pytest

from aws_proof import functions_under_test
from aws_proof.recorded_events import EVENTS, HTTP_REQUESTS, event_of, http_event, with_objects

pytestmark = [pytest.mark.aws_proof, pytest.mark.xdist_group("runtime")]


def test_every_function_starts_and_writes_nothing_beside_its_code(functions, request, proved):
    before = functions_under_test.content_of(functions.task_root)
    assert functions.running.keys() == {"transform", "publish", "api", "fetch", "reconcile"}
    functions.invoke("api", http_event({"path": "/drinks"}))
    functions.invoke("reconcile", event_of("scheduled_reconcile.json"))
    assert functions_under_test.content_of(functions.task_root) == before
    version = request.node.callspec.params["functions"]
    times = ", ".join(f"{name} {one.start_s:.1f} s" for name, one in functions.running.items())
    proved(f"Lambda's client, {version}: all functions start ({times}), and write no code folder")


@pytest.mark.parametrize("name", sorted(path.name for path in EVENTS.glob("sqs_s3*.json")))
def test_each_object_that_s3_announces_is_loaded(functions, raw_record, name, proved):
    event, versions = with_objects(functions, event_of(name), raw_record())
    assert functions.invoke("transform", event) == ("response", {"batchItemFailures": []})
    for version in versions:
        load = functions.stores.loads.latest(version)
        assert (load.status, load.counts.read) == ("done", 1)
    proved(f"Lambda's client: {name} is loaded, {len(versions)} objects")


def test_messages_of_others_come_back_and_block_no_good_one(functions, raw_record, proved):
    event, _ = with_objects(functions, event_of("poison_messages.json"), raw_record())
    _, *poison = [message["messageId"] for message in event["Records"]]
    failures = [{"itemIdentifier": identifier} for identifier in poison]
    assert functions.invoke("transform", event) == ("response", {"batchItemFailures": failures})
    proved("Lambda's client: poison messages alone are in batchItemFailures")


def test_an_object_that_is_gone_is_acknowledged(functions, raw_record):
    event, (version,) = with_objects(
        functions, event_of("sqs_s3_object_created.json"), raw_record()
    )
    functions.stack.clients().s3.delete_object(
        Bucket=version.bucket, Key=version.key, VersionId=version.version_id
    )
    assert functions.invoke("transform", event) == ("response", {"batchItemFailures": []})


@pytest.mark.parametrize("name", sorted(path.name for path in EVENTS.glob("dynamodb*.json")))
def test_every_batch_of_the_stream_is_published(functions, name, proved):
    response = functions.invoke("publish", event_of(name))
    assert response.kind == "response", response
    proved(f"Lambda's client: {name} is published")


@pytest.mark.parametrize("case", HTTP_REQUESTS, ids=lambda case: case["name"])
def test_every_http_request_gets_the_right_answer(functions, case):
    kind, response = functions.invoke("api", http_event(case))
    assert kind == "response", response
    statuses = case["status"] if isinstance(case["status"], list) else [case["status"]]
    assert response["statusCode"] in statuses, response
    assert "set-cookie" not in response["headers"]
    assert "evil" not in json.dumps(response["headers"])
    assert all(isinstance(value, str) for value in response["headers"].values())
    if "encoded" in case:
        assert response["isBase64Encoded"] is case["encoded"]
    if case.get("empty"):
        assert not response.get("body")


def test_libraries_log_no_path_that_a_client_chose(functions, proved):
    log = functions.running["api"].log
    before = log.stat().st_size
    functions.invoke("api", http_event({"path": "/nothing-[ERROR]"}))
    (line,) = log.read_bytes()[before:].splitlines()
    assert (json.loads(line)["message"], b"[ERROR]" in line) == ("answered", False)
    proved("Lambda's client: with its JSON log, no library logs a client's path")


def test_operators_see_loads_and_rejected_records_with_their_key(functions, raw_record, proved):
    event, (version,) = with_objects(
        functions, event_of("sqs_s3_object_created.json"), raw_record(id_="none")
    )
    assert functions.invoke("transform", event).body == {"batchItemFailures": []}
    rejected = {"path": "/rejected", "query": f"load={version.load_id(1)}"}
    for case in ({"path": "/loads"}, rejected):
        case["headers"] = {"x-api-key": functions.stack.ops_key, "accept-encoding": "identity"}
        kind, response = functions.invoke("api", http_event(case))
        assert (kind, response["statusCode"]) == ("response", 200), response
        assert json.loads(response["body"])["items"]
    proved(f"Lambda's client: {len(HTTP_REQUESTS)} HTTP requests get the right answer")


def test_a_fetch_stores_raw_objects(functions, proved):
    for event in (
        event_of("manual_fetch.json"),
        {**event_of("scheduled_fetch.json"), "max_requests": 5},
    ):
        response = functions.invoke("fetch", event)
        assert response.kind == "response", response
        assert response.body["objects"], response
    proved("Lambda's client: fetch stores raw objects, on a schedule and manually")


def test_reconcile_answers_the_schedule(functions):
    response = functions.invoke("reconcile", event_of("scheduled_reconcile.json"))
    assert response.kind == "response", response
