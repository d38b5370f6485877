"""The built zip in Lambda's own runtime interface client, with recorded events.

With two versions of boto3, because Lambda chooses its own: the oldest that is supported, and the
locked one that the other tests run with.
"""

import json
import platform
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import pytest

from aws_proof import functions_under_test, set_up
from aws_proof.functions_under_test import MACHINES, Functions
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.local.state import LocalStack

EVENTS = Path(__file__).parents[1] / "events"
HTTP_EVENT = json.loads((EVENTS / "http_drinks.json").read_text())
HTTP_REQUESTS = json.loads((EVENTS / "http_requests.json").read_text())
DECODED_TWICE = {"an id that the client encoded twice", "an export that the client encoded twice"}
"""Known faults: API Gateway decodes a path, and Mangum decodes it again."""

pytestmark = [
    pytest.mark.aws_proof,
    pytest.mark.xdist_group("runtime"),
    pytest.mark.skipif(
        platform.system() != "Linux" or platform.machine() not in MACHINES,
        reason="the zip holds code for Linux",
    ),
]


@pytest.fixture(scope="module")
def task_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return functions_under_test.unpack(tmp_path_factory.mktemp("task"))


@pytest.fixture(scope="module", params=[set_up.OLDEST, set_up.LATEST])
def functions(  # noqa: PLR0917 - pytest passes them by name
    request: pytest.FixtureRequest,
    environment: Callable[[str], Path],
    stack: LocalStack,
    task_root: Path,
    tmp_path_factory: pytest.TempPathFactory,
    raw_record: Callable[..., dict[str, Any]],
) -> Iterator[Functions]:
    """The running functions; the catalogue has the drink 11007."""
    python = environment(request.param) / "bin" / "python"
    folder = tmp_path_factory.mktemp(request.param)
    with functions_under_test.running(stack, python, task_root, folder) as running:
        event, _ = with_objects(running, event_of("sqs_s3_object_created.json"), raw_record())
        assert running.invoke("transform", event) == ("response", {"batchItemFailures": []})
        changed = running.invoke("publish", event_of("dynamodb_stream_keys_only.json"))
        assert changed.kind == "response", changed
        yield running


def event_of(name: str) -> dict[str, Any]:
    return json.loads((EVENTS / name).read_text())


def with_objects(
    functions: Functions, event: dict[str, Any], record: dict[str, Any]
) -> tuple[dict[str, Any], list[ObjectVersion]]:
    """Store the objects whose versions an event names; return the event with them, and them."""
    versions = []
    for message in event["Records"]:
        try:
            body = json.loads(message["body"])
        except ValueError:
            continue
        for entry in body.get("Records", []):
            entry["s3"]["bucket"]["name"] = functions.stack.outputs["DataBucket"]
            stored = entry["s3"]["object"]
            if entry["eventName"].startswith("ObjectCreated:") and "versionId" in stored:
                key = unquote_plus(stored["key"])
                version = functions.put(key, json.dumps(record).encode())
                stored["versionId"] = version.version_id
                versions.append(version)
        message["body"] = json.dumps(body)
    return event, versions


def http_event(case: dict[str, Any]) -> dict[str, Any]:
    """Return the recorded event of API Gateway with the request of a case."""
    event = json.loads(json.dumps(HTTP_EVENT))
    http = event["requestContext"]["http"]
    http |= {"method": case.get("method", "GET"), "path": case["path"]}
    event |= {
        "rawPath": case.get("raw", case["path"]),
        "rawQueryString": case.get("query", ""),
        "headers": event["headers"] | case.get("headers", {}),
        "isBase64Encoded": case.get("base64", False),
    }
    del event["queryStringParameters"]
    event |= {name: case[name] for name in ("body", "cookies") if name in case}
    return event


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


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(
            case,
            id=case["name"],
            marks=pytest.mark.xfail(
                case["name"] in DECODED_TWICE, reason="decoded twice", strict=True
            ),
        )
        for case in HTTP_REQUESTS
    ],
)
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
