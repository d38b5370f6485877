"""The API function: API Gateway events in, responses out, one log line per request."""

import asyncio
import base64
import gzip
import json
import logging
from pathlib import Path
from types import SimpleNamespace

import pytest

from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.checkout import find_checkout
from mocktailverse.cost.template import Template
from mocktailverse.errors import UsageError
from mocktailverse.functions import api
from mocktailverse.local.http_api_paths import delivered_path
from mocktailverse.stores.alarms import read_log_metrics

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
def function(world, monkeypatch, request):
    """Yield the handler over the sample drinks, as in a new process."""
    for name, value in SETTINGS.items():
        monkeypatch.setenv(f"MOCKTAILVERSE_{name}", value)
    # Loggers are kept by name, with the output that the first test had.
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", f"tests-{hash(request.node.nodeid):x}")
    dependencies = world.app.state.dependencies
    monkeypatch.setattr(api, "build_dependencies", lambda *_, **__: dependencies)
    monkeypatch.setattr(api, "Clients", lambda **_: None)
    loop = asyncio.new_event_loop()  # Mangum uses the event loop of the thread
    asyncio.set_event_loop(loop)
    api._runtime.cache_clear()  # noqa: SLF001 - as in a new process
    yield api.handler
    api._runtime.cache_clear()  # noqa: SLF001 - leaves nothing of this test
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
    function(event("/drinks/secret:1"), Context())
    function(event("/secret", method="SECRET"), Context())
    lines = [line for line in caplog.records if line.message == "answered"]
    assert [(line.method, line.route, line.status) for line in lines] == [
        ("GET", "/drinks", 200),
        ("GET", "/drinks/{id:path}", 404),
        ("other", "none", 404),
    ]
    assert "secret" not in caplog.text.lower()


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
    for lookup in ("encoded_drink", "ingredient"):
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


# ---- requests that are made to trigger an alarm

FAILURE_TEXTS = [
    "invocation failed", "[ERROR]", "Task timed out after 3.00 seconds", "Runtime exited",
    '{"level": "ERROR"}', '"}\n{"level":"ERROR"}\n', '","level":"ERROR","x":"',
    '{"type":"platform.report","record":{"status":"timeout"}}', "$.level = ERROR", "\x00\r\n",
    "\ud800", "%0A%7B", "../../../etc/passwd", "\u2028",
]  # fmt: skip


def hostile_events(text):
    """Yield events with a text in each field that a client chooses."""
    yield event(f"/{text}")
    yield event(f"/drinks/{text}")
    yield event(f"/ingredients/{text}/mocktail")
    yield event("/drinks", f"q={text}")
    yield event("/drinks", f"{text}={text}&cursor={text}")
    yield event("/drinks", method=text)
    for header in ("user_agent", "host", "x_forwarded_port", "x_forwarded_proto", "x_api_key"):
        yield event("/loads", **{header: text})
    for header in ("accept_encoding", "if_none_match", "range", "if_range", "x_amzn_trace_id"):
        yield event("/export.csv", **{header: text, "range": "bytes=0-1"} | {header: text})
    yield {**event("/drinks"), "headers": {text: text}}
    yield {**event("/drinks"), "cookies": [text, f"a={text}"]}


@pytest.mark.parametrize("text", FAILURE_TEXTS)
def test_no_text_of_a_client_reaches_the_log_or_the_alarm(
    function, capsys, caplog, monkeypatch, text
):
    caplog.set_level(logging.INFO)  # of all loggers, as Lambda does with `LogFormat: JSON`
    root = text.encode(errors="replace").decode().replace("\0", "")
    monkeypatch.setenv("_X_AMZN_TRACE_ID", f"Root={root};Sampled=1")
    filters = failure_filters()
    for hostile in hostile_events(text):
        response = function(hostile, Context())
        assert 200 <= response["statusCode"] < 500, hostile
        written = "".join(capsys.readouterr())
        (line,) = written.splitlines()
        assert json.loads(line)["message"] == "answered"
        assert not any(one.matches(line) for one in filters)
        assert text not in line
    assert {record.name for record in caplog.records if record.name.startswith("mangum")} == set()


def test_a_failure_of_ours_does_match_the_alarm(function, capsys, monkeypatch):
    monkeypatch.setattr(api, "_bounded", lambda _: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        function(event(), Context())
    lines = capsys.readouterr().out.splitlines()
    assert [any(one.matches(line) for one in failure_filters()) for line in lines] == [True]


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ({"type": "platform.report", "record": {"status": "success"}}, False),
        ({"type": "platform.start", "record": {"requestId": "1"}}, False),
        ({"type": "platform.report", "record": {"status": "timeout"}}, True),
        ({"type": "platform.report", "record": {"status": "error"}}, True),  # the process ended
        ({"type": "platform.report", "record": {"status": "failure"}}, True),  # it raised
        ({"log_level": "ERROR", "errorType": "Runtime.ImportModuleError"}, True),
        ({"level": "CRITICAL", "message": "x"}, True),
        ({"level": "WARNING", "message": "ERROR"}, False),
    ],
)
def test_reports_of_lambda_itself_are_counted(line, counts):
    assert {one.matches(json.dumps(line)) for one in failure_filters()} == {counts}


def failure_filters():
    """Return the metric filters on failures as the template deploys them."""
    template = Template.read(find_checkout().template)
    deployed = [
        resource.properties
        for resource in template.resources({"Stage": "prod"})
        if resource.type == "AWS::Logs::MetricFilter"
    ]
    response = {
        "metricFilters": [
            {
                "filterPattern": one["FilterPattern"],
                "metricTransformations": [
                    {"metricNamespace": "n", "metricName": "m", "metricValue": "1"}
                ],
            }
            for one in deployed
        ]
    }
    logs = SimpleNamespace(describe_metric_filters=lambda **_: response)
    return read_log_metrics(SimpleNamespace(logs=logs), "/aws/lambda/api")


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
