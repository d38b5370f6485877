"""The stack's API, harness and dashboard, as `up` starts them."""

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

WITHIN_S = 240.0


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    home = tmp_path_factory.mktemp("served")
    with lifecycle.running(home, Options(services=True)) as running:
        yield running


@pytest.fixture(scope="module")
def client(stack: LocalStack) -> Iterator[httpx2.Client]:
    """Asks the API and the harness."""
    with httpx2.Client(base_url=stack.urls["api"], timeout=WITHIN_S) as found:
        yield found


@pytest.fixture
def upload(client: httpx2.Client) -> Callable[..., dict[str, Any]]:
    """Uploads a raw file that becomes one object, and gives that object's version."""

    def put(body: object, name: str = "a.json", **fields: str) -> dict[str, Any]:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = client.post("/dev/raw", files={"file": (name, content)}, data=fields)
        assert answer.is_success, answer.text
        (version,) = answer.json()["objects"]
        return version

    return put


@pytest.fixture
def finished(client: httpx2.Client) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Follows the way of an object to its end."""

    def follow(version: dict[str, Any]) -> dict[str, Any]:
        wanted = {name: version[name] for name in ("key", "version_id")}
        deadline = time.monotonic() + WITHIN_S
        while time.monotonic() < deadline:
            way = client.get("/dev/way", params=wanted).raise_for_status().json()
            if way["finished"]:
                return way
            time.sleep(0.05)
        raise AssertionError(way)

    return follow


def state_of(way: dict[str, Any]) -> dict[str, str]:
    return {stage["name"]: stage["state"] for stage in way["stages"]}


def error_of(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


# ---- what is up


def test_api_harness_reference_and_dashboard_answer(stack):
    assert set(stack.urls) == {"dashboard", "api", "docs", "harness", "gateway"}
    assert {SERVER, DASHBOARD} <= set(stack.by_name)
    for name in ("docs", "harness", "dashboard"):
        assert httpx2.get(stack.urls[name]).status_code == 200, name
    assert httpx2.get(f"{stack.urls['dashboard']}/_stcore/health").text == "ok"


def test_the_harness_stands_in_the_api_reference(client):
    paths = client.get("/openapi.json").json()["paths"]
    assert {"/drinks", "/dev/raw", "/dev/way", "/dev/events/{function}"} <= set(paths)


def test_the_operators_key_opens_the_books(stack, client):
    assert client.get("/loads").status_code == 401
    assert client.get("/loads", headers={"x-api-key": stack.ops_key}).status_code == 200


# ---- a record's way


def test_a_good_record_goes_all_the_way_into_the_catalogue(client, drinks, upload, finished):
    way = finished(upload({"drinks": drinks(1, first=980_001, strDrink="Way Cooler")}))
    assert state_of(way) == dict.fromkeys(("stored", "queued", "loaded", "published"), "done")
    times = [stage["since_stored_ms"] for stage in way["stages"]]
    assert times == sorted(times)
    assert way["load"]["counts"]["loaded"] == 1
    assert way["drinks"] == [
        {"id": "thecocktaildb:980001", "name": "Way Cooler", "stands": True, "published": True}
    ]
    assert client.get("/drinks/thecocktaildb:980001").json()["name"] == "Way Cooler"


def test_a_bad_record_ends_among_the_rejected_with_its_reason(upload, finished, drinks):
    way = finished(upload({"drinks": [{**drinks()[0], "idDrink": "<b>none</b>"}]}))
    assert state_of(way)["loaded"] == "done"
    assert state_of(way)["published"] == "skipped"
    (line,) = way["rejected"]
    assert (line["code"], line["path"]) == ("id_invalid", "$.idDrink")
    assert line["raw"]["idDrink"] == "<b>none</b>"


def test_a_record_that_is_older_than_what_stands_is_told_so(upload, finished, drinks):
    finished(upload({"drinks": drinks(1, first=980_002, strDrink="New")}))
    old = upload({"drinks": drinks(1, first=980_002, strDrink="Old")}, observed_at="2020-01-01T00Z")
    way = finished(old)
    assert way["load"]["counts"]["stale"] == 1
    (drink,) = way["drinks"]
    assert (drink["name"], drink["stands"]) == ("New", False)


def test_a_zipped_file_with_an_odd_name_is_taken(upload, finished, drinks):
    lines = b"\n".join(json.dumps(record).encode() for record in drinks(3, first=980_010))
    version = upload(gzip.compress(lines), name="../../odd \N{SNOWMAN} name.ndjson.gz")
    assert version["key"].endswith("00001-odd-name.ndjson.gz")
    assert len(finished(version)["drinks"]) == 3


def test_the_way_of_the_latest_version_is_shown_where_none_is_named(client, upload, drinks):
    version = upload({"drinks": drinks(1, first=980_020)})
    way = client.get("/dev/way", params={"key": version["key"]}).json()
    assert way["object"] == version


def test_what_cannot_be_uploaded_is_told(client):
    def tried(content: bytes, **fields: str) -> tuple[int, str]:
        return error_of(client.post("/dev/raw", files={"file": ("a.json", content)}, data=fields))

    assert tried(b"") == (422, "cannot_be_done")
    assert tried(b"{}", source="nowhere") == (422, "cannot_be_done")
    assert tried(b"{}", observed_at="yesterday") == (422, "cannot_be_done")
    assert error_of(client.post("/dev/raw")) == (422, "invalid_parameter")
    missing = {"key": "raw/thecocktaildb/none.json"}
    assert error_of(client.get("/dev/way", params=missing)) == (404, "not_found")


# ---- what can be run


def test_drinks_are_fetched_from_the_simulated_source(client, finished):
    answer = client.post("/dev/fetch", json={"strategy": "search", "arguments": ["mojito"]})
    assert answer.json()["report"]["done"] is True
    for version in answer.json()["objects"]:
        assert finished(version)["drinks"]
    refused = client.post("/dev/fetch", json={"strategy": "nope"})
    assert error_of(refused) == (422, "cannot_be_done")
    assert "sweep" in refused.json()["error"]["message"]
    unknown = client.post("/dev/fetch", json={"strategies": "random"})
    assert error_of(unknown) == (422, "invalid_parameter")


def test_an_object_is_replayed_as_a_new_generation(client, upload, finished, drinks):
    version = upload({"drinks": drinks(1, first=980_030)})
    finished(version)
    wish = {"keys": [version["key"]], "version_id": version["version_id"]}
    (request,) = client.post("/dev/replay", json=wish).json()["replayed"]
    assert request["generation"] == 2
    way = finished(version)
    assert (way["load"]["generation"], way["load"]["status"]) == (2, "done")
    assert error_of(client.post("/dev/replay", json={})) == (422, "cannot_be_done")


def test_dead_letters_are_redriven(stack, client):
    clients, outputs = stack.clients(), stack.outputs
    clients.sqs.send_message(
        QueueUrl=outputs["DeadLetterQueueUrl"], MessageBody=json.dumps({"Event": "s3:TestEvent"})
    )
    assert client.post("/dev/redrive").json() == {"redriven": 1, "dead_letters": 0}


def test_any_event_goes_to_any_function(client):
    functions = {item["name"]: item for item in client.get("/dev/functions").json()["items"]}
    assert {"transform", "fetch", "publish", "reconcile", "api"} <= set(functions)
    for name in ("transform", "reconcile", "publish"):
        done = client.post(f"/dev/events/{name}", json=functions[name]["event"]).json()
        assert done["error"] is None, done
    test_event = {"Records": [functions["transform"]["event"]["Records"][0] | {"body": "no JSON"}]}
    answer = client.post("/dev/events/transform", json=test_event).json()["answer"]
    assert answer["batchItemFailures"]


def test_what_a_function_raises_comes_with_the_end_of_its_log(client):
    done = client.post("/dev/events/fetch", json={"strategy": "nope"}).json()
    assert done["error"] == "Unhandled"
    assert "nope" in done["answer"]["errorMessage"]
    assert "Traceback" in done["log"]
    assert error_of(client.post("/dev/events/none", json={})) == (404, "no_such_function")


def test_faults_of_the_source_are_switched_on_and_off(client):
    (fault,) = client.post("/dev/faults", json={"kind": "throttle", "every": 1}).json()["items"]
    assert fault["kind"] == "throttle"
    assert client.get("/dev/faults").json()["items"] == [fault]
    refused = client.post("/dev/faults", json={"kind": "flood"})
    assert error_of(refused) == (422, "cannot_be_done")
    assert client.post("/dev/faults", json={"kind": "none"}).json()["items"] == []


def test_pages_of_other_sites_get_nothing_done(client):
    before = client.get("/dev/loads").json()
    for path in ("raw", "fetch", "replay", "redrive", "faults", "events/fetch"):
        answer = client.post(f"/dev/{path}", headers={"Origin": "https://evil.example"})
        assert error_of(answer) == (403, "other_origin")
    rebound = client.get("/dev/loads", headers={"Host": "evil.example"})
    assert error_of(rebound) == (421, "other_host")
    assert client.get("/dev/loads").json() == before


def test_samples_run_as_they_are(client, samples: Path, upload, finished):
    way = finished(upload((samples / "mocktails.json").read_bytes(), name="mocktails.json"))
    assert state_of(way)["published"] == "done"
    assert way["drinks"]
    assert client.get("/health").json()["drinks"] >= len(way["drinks"])
