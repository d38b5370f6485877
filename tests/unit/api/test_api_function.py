"""The API function: API Gateway events in, responses out, one log line per request."""

import asyncio
import base64
import gzip
import json
from pathlib import Path

import pytest

from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.errors import UsageError
from mocktailverse.functions import api
from mocktailverse.local.http_api_paths import delivered_path

EVENTS = Path(__file__).parents[2] / "events"
EVENT = json.loads((EVENTS / "http_drinks.json").read_text())
ENCODED = {
    one["requestTarget"]: one["event"]
    for one in json.loads((EVENTS / "http_encoded_paths.json").read_text(encoding="utf-8"))
}
"""Events by the path as it was sent, in the form in which HTTP APIs deliver them."""
SETTINGS = {
    "CATALOGUE_BUCKET": "catalogue",
    "DATA_BUCKET": "data",
    "LOADS_TABLE": "loads",
    "OPS_KEY_PARAMETER": "/mocktailverse/local/ops-key",
    "STAGE": "local",
    "API_GB_PER_DAY": "1",
}


class Context:
    """Lambda's context object."""

    function_name = "api"
    aws_request_id = "1"


@pytest.fixture
def function(world, monkeypatch):
    """Yield the handler over the sample drinks, as in a new process."""
    for name, value in SETTINGS.items():
        monkeypatch.setenv(f"MOCKTAILVERSE_{name}", value)
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "tests")
    dependencies = world.app.state.dependencies
    monkeypatch.setattr(api, "build_dependencies", lambda *_, **__: dependencies)
    monkeypatch.setattr(api, "Clients", lambda **_: None)
    loop = asyncio.new_event_loop()  # Mangum uses the event loop of the thread
    asyncio.set_event_loop(loop)
    api._runtime.cache_clear()  # noqa: SLF001 - as in a new process
    yield api.handler
    api._runtime.cache_clear()  # noqa: SLF001 - as above
    asyncio.set_event_loop(None)
    loop.close()


def event(path="/drinks", query="", method="GET", **headers):
    """Return the real event with another request."""
    http = {**EVENT["requestContext"]["http"], "method": method, "path": path}
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return {
        **EVENT,
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"host": EVENT["headers"]["host"], "x-forwarded-proto": "https", **given},
        "requestContext": {**EVENT["requestContext"], "http": http},
    }


def test_a_real_event_gets_a_compressed_response(function, world):
    response = function(EVENT, Context())
    assert response["statusCode"] == 200
    assert response["isBase64Encoded"] is True
    headers = response["headers"]
    assert (headers["content-encoding"], headers["content-type"]) == ("gzip", "application/json")
    body = json.loads(gzip.decompress(base64.b64decode(response["body"])))
    same = world.get("/drinks?ingredient=Gin,Lime+juice&limit=2")
    assert body == same.json()
    assert headers["etag"] == same.headers["etag"]


def test_a_small_response_is_text(function):
    response = function(event("/health", accept_encoding="gzip"), Context())
    assert (response["statusCode"], response["isBase64Encoded"]) == (200, False)
    assert json.loads(response["body"])["status"] == "ok"


def test_a_client_with_the_current_etag_gets_no_body(function):
    tag = function(event(), Context())["headers"]["etag"]
    response = function(event(if_none_match=tag), Context())
    assert (response["statusCode"], response["body"]) == (304, "")


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
def test_errors_redirects_and_empty_responses_pass_the_gateway(function, request_, status):
    response = function(request_, Context())
    assert response["statusCode"] == status
    assert response["headers"]["x-content-type-options"] == "nosniff"
    if status >= 400:
        assert set(json.loads(response["body"])) == {"error"}


def test_the_operators_key_passes_the_gateway(function, ops_key):
    response = function(event("/loads", x_api_key=ops_key), Context())
    assert (response["statusCode"], json.loads(response["body"])) == (
        200,
        {"items": [], "next": None},
    )


def test_every_request_is_one_log_line_without_the_query(function, caplog):
    function(event("/drinks", "q=secret"), Context())
    function(event("/nothing"), Context())
    lines = [line for line in caplog.records if line.message == "answered"]
    assert [(line.method, line.path, line.status) for line in lines] == [
        ("GET", "/drinks", 200),
        ("GET", "/nothing", 404),
    ]
    assert "secret" not in caplog.text


# ---- paths, which an HTTP API delivers decoded


@pytest.mark.parametrize(
    ("target", "status", "seen"),
    [
        ("/drinks/a%2525b", 404, "a%25b"),
        ("/drinks/100%25", 404, "100%"),
        ("/export%252Ecsv", 404, None),
        ("/drinks%252Frandom", 404, None),
        ("/drinks/a%2Fb", 404, "a/b"),
        ("/ingredients/%C3%BCn%C3%AF", 404, "\xfcn\xef"),
        ("/ingredients/lime+juice", 200, "lime+juice"),
        ("/ingredients/lime%2Bjuice", 200, "lime+juice"),
        ("/ingredients/lime%20juice", 200, "lime juice"),
        ("/drinks/a%3Flimit=0", 404, "a"),  # HTTP APIs cut the rest off
    ],
)
def test_a_path_means_what_was_sent_and_is_decoded_once(
    function, monkeypatch, target, status, seen
):
    names = []
    for lookup in ("drink", "ingredient"):
        original = getattr(Catalogue, lookup)

        def recorded(catalogue, name, original=original):
            names.append(name)
            return original(catalogue, name)

        monkeypatch.setattr(Catalogue, lookup, recorded)
    response = function(ENCODED[target], Context())
    assert response["statusCode"] == status
    assert names == ([] if seen is None else [seen])


@pytest.mark.parametrize("target", ENCODED)
def test_the_local_stack_delivers_the_same_paths(target):
    assert delivered_path(target) == ENCODED[target]["rawPath"]


def test_an_internal_error_is_logged_and_returned(function, monkeypatch, caplog):
    monkeypatch.setattr("mocktailverse.catalogue.reader.Catalogue.statistics", lambda _: 1 // 0)
    response = function(event("/stats"), Context())
    assert (response["statusCode"], json.loads(response["body"])["error"]["code"]) == (
        500,
        "internal",
    )
    assert "ZeroDivisionError" in caplog.text


def test_a_response_too_large_for_lambda_becomes_an_error_that_says_what_to_do(
    function, monkeypatch
):
    monkeypatch.setattr(api, "LARGEST_RESPONSE_BYTES", 1000)
    response = function(event("/drinks"), Context())
    error = json.loads(response["body"])["error"]
    assert (response["statusCode"], error["code"]) == (422, "answer_too_large")
    assert "limit" in error["message"]


def test_a_missing_setting_is_named(function, monkeypatch):
    monkeypatch.delenv("MOCKTAILVERSE_OPS_KEY_PARAMETER")
    with pytest.raises(UsageError, match="MOCKTAILVERSE_OPS_KEY_PARAMETER"):
        function(event(), Context())
