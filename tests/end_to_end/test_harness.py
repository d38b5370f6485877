"""The API, harness and dashboard of a local stack, as `up` starts them."""

import gzip
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from mocktailverse.local import lifecycle
from mocktailverse.local.lifecycle import Options
from mocktailverse.local.state import DASHBOARD, SERVER, LocalStack

TIMEOUT_S = 240.0


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    home = tmp_path_factory.mktemp("served")
    with lifecycle.running(home, Options(services=True)) as running:
        yield running


@pytest.fixture(scope="module")
def client(stack: LocalStack) -> Iterator[httpx2.Client]:
    """Return a client of the API and the harness."""
    with httpx2.Client(base_url=stack.urls["api"], timeout=TIMEOUT_S) as http:
        yield http


@pytest.fixture
def upload(client: httpx2.Client) -> Callable[..., dict[str, Any]]:
    """Return a function that uploads a raw file as one object and returns the object's version."""

    def put(body: object, name: str = "a.json", **fields: str) -> dict[str, Any]:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        response = client.post("/dev/raw", files={"file": (name, content)}, data=fields)
        assert response.is_success, response.text
        (version,) = response.json()["objects"]
        return version

    return put


@pytest.fixture
def finished(client: httpx2.Client) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Return a function that waits until an object's journey is finished, and returns it."""

    def follow(version: dict[str, Any]) -> dict[str, Any]:
        params = {name: version[name] for name in ("key", "version_id")}
        deadline = time.monotonic() + TIMEOUT_S
        while time.monotonic() < deadline:
            journey = client.get("/dev/way", params=params).raise_for_status().json()
            if journey["finished"]:
                return journey
            time.sleep(0.05)
        raise AssertionError(journey)

    return follow


def state_of(journey: dict[str, Any]) -> dict[str, str]:
    return {stage["name"]: stage["state"] for stage in journey["stages"]}


def error_of(response: httpx2.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


# ---- services


def test_api_harness_reference_and_dashboard_respond(stack):
    assert set(stack.urls) == {"dashboard", "api", "docs", "harness", "gateway"}
    assert {SERVER, DASHBOARD} <= set(stack.by_name)
    for name in ("docs", "harness", "dashboard"):
        assert httpx2.get(stack.urls[name]).status_code == 200, name
    assert httpx2.get(f"{stack.urls['dashboard']}/_stcore/health").text == "ok"


def test_the_api_reference_includes_the_harness(client):
    paths = client.get("/openapi.json").json()["paths"]
    assert {"/drinks", "/dev/raw", "/dev/way", "/dev/events/{function}"} <= set(paths)


def test_loads_require_the_operators_key(stack, client):
    assert client.get("/loads").status_code == 401
    assert client.get("/loads", headers={"x-api-key": stack.ops_key}).status_code == 200


# ---- journeys


def test_a_valid_record_completes_all_stages(client, drinks, upload, finished):
    journey = finished(upload({"drinks": drinks(1, first=980_001, strDrink="Way Cooler")}))
    assert state_of(journey) == dict.fromkeys(("stored", "queued", "loaded", "published"), "done")
    times = [stage["since_stored_ms"] for stage in journey["stages"]]
    assert times == sorted(times)
    assert journey["load"]["counts"]["loaded"] == 1
    assert journey["drinks"] == [
        {"id": "thecocktaildb:980001", "name": "Way Cooler", "stands": True, "published": True}
    ]
    assert client.get("/drinks/thecocktaildb:980001").json()["name"] == "Way Cooler"


def test_an_invalid_record_is_rejected_with_its_reason(upload, finished, drinks):
    journey = finished(upload({"drinks": [{**drinks()[0], "idDrink": "<b>none</b>"}]}))
    assert state_of(journey)["loaded"] == "done"
    assert state_of(journey)["published"] == "skipped"
    (line,) = journey["rejected"]
    assert (line["code"], line["path"]) == ("id_invalid", "$.idDrink")
    assert line["raw"]["idDrink"] == "<b>none</b>"


def test_a_record_older_than_the_stored_one_is_stale(upload, finished, drinks):
    finished(upload({"drinks": drinks(1, first=980_002, strDrink="New")}))
    old = upload({"drinks": drinks(1, first=980_002, strDrink="Old")}, observed_at="2020-01-01T00Z")
    journey = finished(old)
    assert journey["load"]["counts"]["stale"] == 1
    (drink,) = journey["drinks"]
    assert (drink["name"], drink["stands"]) == ("New", False)


def test_a_gzipped_file_with_an_unusual_name_is_accepted(upload, finished, drinks):
    lines = b"\n".join(json.dumps(record).encode() for record in drinks(3, first=980_010))
    version = upload(gzip.compress(lines), name="../../odd \N{SNOWMAN} name.ndjson.gz")
    assert version["key"].endswith("00001-odd-name.ndjson.gz")
    assert len(finished(version)["drinks"]) == 3


def test_the_journey_of_the_latest_version_is_the_default(client, upload, drinks):
    version = upload({"drinks": drinks(1, first=980_020)})
    journey = client.get("/dev/way", params={"key": version["key"]}).json()
    assert journey["object"] == version


def test_an_invalid_upload_is_an_error(client):
    def upload_error(content: bytes, **fields: str) -> tuple[int, str]:
        return error_of(client.post("/dev/raw", files={"file": ("a.json", content)}, data=fields))

    assert upload_error(b"") == (422, "cannot_be_done")
    assert upload_error(b"{}", source="nowhere") == (422, "cannot_be_done")
    assert upload_error(b"{}", observed_at="yesterday") == (422, "cannot_be_done")
    assert error_of(client.post("/dev/raw")) == (422, "invalid_parameter")
    missing = {"key": "raw/thecocktaildb/none.json"}
    assert error_of(client.get("/dev/way", params=missing)) == (404, "not_found")


# ---- commands


def test_drinks_are_fetched_from_the_simulated_source(client, finished):
    response = client.post("/dev/fetch", json={"strategy": "search", "arguments": ["mojito"]})
    assert response.json()["report"]["done"] is True
    for version in response.json()["objects"]:
        assert finished(version)["drinks"]
    refused = client.post("/dev/fetch", json={"strategy": "nope"})
    assert error_of(refused) == (422, "cannot_be_done")
    assert "sweep" in refused.json()["error"]["message"]
    unknown = client.post("/dev/fetch", json={"strategies": "random"})
    assert error_of(unknown) == (422, "invalid_parameter")


def test_an_object_is_replayed_as_a_new_generation(client, upload, finished, drinks):
    version = upload({"drinks": drinks(1, first=980_030)})
    finished(version)
    body = {"keys": [version["key"]], "version_id": version["version_id"]}
    (request,) = client.post("/dev/replay", json=body).json()["replayed"]
    assert request["generation"] == 2
    journey = finished(version)
    assert (journey["load"]["generation"], journey["load"]["status"]) == (2, "done")
    assert error_of(client.post("/dev/replay", json={})) == (422, "cannot_be_done")


def test_dead_letters_are_redriven(stack, client):
    clients, outputs = stack.clients(), stack.outputs
    clients.sqs.send_message(
        QueueUrl=outputs["DeadLetterQueueUrl"], MessageBody=json.dumps({"Event": "s3:TestEvent"})
    )
    assert client.post("/dev/redrive").json() == {"redriven": 1, "dead_letters": 0}


def test_every_function_can_be_invoked_with_any_event(client):
    functions = {item["name"]: item for item in client.get("/dev/functions").json()["items"]}
    assert {"transform", "fetch", "publish", "reconcile", "api"} <= set(functions)
    for name in ("transform", "reconcile", "publish"):
        invocation = client.post(f"/dev/events/{name}", json=functions[name]["event"]).json()
        assert invocation["error"] is None, invocation
    test_event = {"Records": [functions["transform"]["event"]["Records"][0] | {"body": "not JSON"}]}
    result = client.post("/dev/events/transform", json=test_event).json()["answer"]
    assert result["batchItemFailures"]


def test_a_function_error_comes_with_its_last_log_lines(client):
    invocation = client.post("/dev/events/fetch", json={"strategy": "nope"}).json()
    assert invocation["error"] == "Unhandled"
    assert "nope" in invocation["answer"]["errorMessage"]
    assert "Traceback" in invocation["log"]
    assert error_of(client.post("/dev/events/none", json={})) == (404, "no_such_function")


def test_source_faults_are_added_and_removed(client):
    (fault,) = client.post("/dev/faults", json={"kind": "throttle", "every": 1}).json()["items"]
    assert fault["kind"] == "throttle"
    assert client.get("/dev/faults").json()["items"] == [fault]
    refused = client.post("/dev/faults", json={"kind": "flood"})
    assert error_of(refused) == (422, "cannot_be_done")
    assert client.post("/dev/faults", json={"kind": "none"}).json()["items"] == []


def test_pages_of_other_sites_are_refused(client):
    before = client.get("/dev/loads").json()
    for path in ("raw", "fetch", "replay", "redrive", "faults", "events/fetch"):
        response = client.post(f"/dev/{path}", headers={"Origin": "https://evil.example"})
        assert error_of(response) == (403, "other_origin")
    rebound = client.get("/dev/loads", headers={"Host": "evil.example"})
    assert error_of(rebound) == (421, "other_host")
    assert client.get("/dev/loads").json() == before


def test_the_sample_file_is_published(client, samples: Path, upload, finished):
    journey = finished(upload((samples / "mocktails.json").read_bytes(), name="mocktails.json"))
    assert state_of(journey)["published"] == "done"
    assert journey["drinks"]
    assert client.get("/health").json()["drinks"] >= len(journey["drinks"])
