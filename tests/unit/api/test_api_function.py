"""The function: API Gateway's events in, its answers out, one log line a request."""

import asyncio
import base64
import gzip
import json
from pathlib import Path

import pytest

from mocktailverse.errors import UsageError
from mocktailverse.functions import api

EVENT = json.loads((Path(__file__).parents[2] / "events" / "http_drinks.json").read_text())
SETTINGS = {
    "CATALOGUE_BUCKET": "catalogue",
    "DATA_BUCKET": "data",
    "LOADS_TABLE": "loads",
    "OPS_KEY_PARAMETER": "/mocktailverse/local/ops-key",
    "STAGE": "local",
}


class Context:
    """Lambda's context object."""

    function_name = "api"
    aws_request_id = "1"


@pytest.fixture
def function(world, monkeypatch):
    """The handler over the sample drinks, as in a new process."""
    for name, value in SETTINGS.items():
        monkeypatch.setenv(f"MOCKTAILVERSE_{name}", value)
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "tests")
    dependencies = world.app.state.dependencies
    monkeypatch.setattr(api, "build_dependencies", lambda *_, **__: dependencies)
    monkeypatch.setattr(api, "Clients", lambda **_: None)
    loop = asyncio.new_event_loop()  # Mangum takes the thread's
    asyncio.set_event_loop(loop)
    api._runtime.cache_clear()  # noqa: SLF001 - what a new process is
    yield api.handler
    api._runtime.cache_clear()  # noqa: SLF001 - likewise
    asyncio.set_event_loop(None)
    loop.close()


def event(path="/drinks", query="", method="GET", **headers):
    """The real event with another request in it."""
    http = {**EVENT["requestContext"]["http"], "method": method, "path": path}
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return {
        **EVENT,
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"host": EVENT["headers"]["host"], "x-forwarded-proto": "https", **given},
        "requestContext": {**EVENT["requestContext"], "http": http},
    }


def test_a_real_event_gets_a_compressed_answer(function, world):
    answer = function(EVENT, Context())
    assert answer["statusCode"] == 200
    assert answer["isBase64Encoded"] is True
    headers = answer["headers"]
    assert (headers["content-encoding"], headers["content-type"]) == ("gzip", "application/json")
    body = json.loads(gzip.decompress(base64.b64decode(answer["body"])))
    same = world.get("/drinks?ingredient=Gin,Lime+juice&limit=2")
    assert body == same.json()
    assert headers["etag"] == same.headers["etag"]


def test_a_small_answer_goes_out_as_text(function):
    answer = function(event("/health", accept_encoding="gzip"), Context())
    assert (answer["statusCode"], answer["isBase64Encoded"]) == (200, False)
    assert json.loads(answer["body"])["status"] == "ok"


def test_who_has_the_answer_gets_no_body(function):
    tag = function(event(), Context())["headers"]["etag"]
    answer = function(event(if_none_match=tag), Context())
    assert (answer["statusCode"], answer["body"]) == (304, "")


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (event("/nothing"), 404),
        (event("/drinks", "limit=0"), 422),
        (event("/drinks", method="POST"), 405),
        (event("/loads"), 401),
        (event("/drinks", method="HEAD"), 200),
        (event("/drinks", method="OPTIONS"), 204),
        (event("/"), 307),
    ],
    ids=lambda value: (
        f"{value['requestContext']['http']['method']} {value['rawPath']}"
        if isinstance(value, dict)
        else None
    ),
)
def test_what_is_no_plain_answer_passes_the_gateway_too(function, request_, status):
    answer = function(request_, Context())
    assert answer["statusCode"] == status
    assert answer["headers"]["x-content-type-options"] == "nosniff"
    if status >= 400:
        assert set(json.loads(answer["body"])) == {"error"}


def test_the_operators_key_passes_the_gateway(function, ops_key):
    answer = function(event("/loads", x_api_key=ops_key), Context())
    assert (answer["statusCode"], json.loads(answer["body"])) == (200, {"items": [], "next": None})


def test_every_request_is_one_log_line_without_what_was_asked(function, caplog):
    function(event("/drinks", "q=secret"), Context())
    function(event("/nothing"), Context())
    lines = [line for line in caplog.records if line.message == "answered"]
    assert [(line.method, line.path, line.status) for line in lines] == [
        ("GET", "/drinks", 200),
        ("GET", "/nothing", 404),
    ]
    assert "secret" not in caplog.text


def test_a_fault_of_ours_is_logged_and_answered(function, monkeypatch, caplog):
    monkeypatch.setattr("mocktailverse.catalogue.reader.Catalogue.statistics", lambda _: 1 // 0)
    answer = function(event("/stats"), Context())
    assert (answer["statusCode"], json.loads(answer["body"])["error"]["code"]) == (500, "internal")
    assert "ZeroDivisionError" in caplog.text


def test_an_answer_that_lambda_would_refuse_says_what_to_do(function, monkeypatch):
    monkeypatch.setattr(api, "LARGEST_RESPONSE_BYTES", 1000)
    answer = function(event("/drinks"), Context())
    error = json.loads(answer["body"])["error"]
    assert (answer["statusCode"], error["code"]) == (422, "answer_too_large")
    assert "limit" in error["message"]


def test_an_environment_that_lacks_a_setting_is_told(function, monkeypatch):
    monkeypatch.delenv("MOCKTAILVERSE_OPS_KEY_PARAMETER")
    with pytest.raises(UsageError, match="MOCKTAILVERSE_OPS_KEY_PARAMETER"):
        function(event(), Context())
