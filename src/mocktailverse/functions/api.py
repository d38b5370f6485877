"""api: answer an HTTP request from API Gateway."""

import json
import re
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec
from aws_lambda_powertools import Logger
from mangum import Mangum

from mocktailverse.api.api_app import create_app, route_template
from mocktailverse.api.dependencies import build_dependencies
from mocktailverse.api.error_responses import Error, ErrorAnswer
from mocktailverse.functions.failure_log import failures_logged
from mocktailverse.functions.json_log import json_logger
from mocktailverse.settings import ApiSettings, TransferSettings
from mocktailverse.stores.clients import INTERACTIVE, Clients
from mocktailverse.stores.environment import Stores

if TYPE_CHECKING:
    from mangum.types import LambdaContext

LARGEST_RESPONSE_BYTES = 6_000_000
"""Lambda's limit of 6 MB for the response, encoded as JSON by its runtime."""

GB = 10**9
TOO_LARGE = ErrorAnswer(
    Error("answer_too_large", "The response is larger than 6 MB. Retry with a smaller `limit`.", [])
)

_TEXT_TYPES = ["application/json", "text/css", "text/html", "text/javascript"]
"""Sent as text. All else is sent as base64, whose size is known: exports just fit."""

_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
_HOST = re.compile(r"[\w.-]+(:\d{1,5})?", re.ASCII)


@failures_logged
def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Answer one request, and log one line, which holds no text that the client chose."""
    respond, logger = _runtime()
    started = time.monotonic()
    response = _bounded(respond(as_mangum_reads_it(event), context))
    request = event["requestContext"]["http"]
    logger.info(
        "answered",
        method=request["method"] if request["method"] in _METHODS else "other",
        route=route_template(request["path"]),
        status=response["statusCode"],
        bytes=len(response.get("body", "")),
        duration_ms=round(1000 * (time.monotonic() - started)),
    )
    return response


def as_mangum_reads_it(event: dict[str, Any]) -> dict[str, Any]:
    """Return the event with its path encoded, and without text for which Mangum raises.

    An HTTP API delivers the path decoded, in `rawPath` as well, and cut at a decoded `?`: the
    request `/drinks/a%2525b` has the path `/drinks/a%25b`. Mangum decodes it again, so that a
    double-encoded path would reach another route. The embedded AWS keeps `%25` as it is; the local
    stack corrects that (`mocktailverse.local.http_api_paths`).

    Mangum raises for half of a surrogate pair, for a `Host` with several colons, and for a port
    that is not a number. A client could so make the function fail, and ring its alarm.
    """
    http = event["requestContext"]["http"]
    path = quote(http["path"], errors="replace")
    given = event.get("headers", {})  # an event that was made manually may lack them
    headers = {_valid(name.lower()): _valid(value) for name, value in given.items()}
    headers.pop("x-forwarded-port", None)
    if not _HOST.fullmatch(headers.get("host", "")):
        headers.pop("host", None)
    return {
        **event,
        "rawPath": path,
        "rawQueryString": _valid(event.get("rawQueryString", "")),
        "headers": headers,
        "cookies": [],  # not used
        "requestContext": {**event["requestContext"], "http": {**http, "path": path}},
    }


def _valid(text: str) -> str:
    return text.encode(errors="replace").decode()


def _bounded(response: dict[str, Any]) -> dict[str, Any]:
    if len(json.dumps(response)) <= LARGEST_RESPONSE_BYTES:
        return response
    return {
        "statusCode": 422,
        "headers": {"content-type": "application/json", "cache-control": "no-store"},
        "body": msgspec.json.encode(TOO_LARGE).decode(),
        "isBase64Encoded": False,
    }


@cache
def _runtime() -> tuple[Mangum, Logger]:
    settings = ApiSettings.read()
    bytes_per_day = round(TransferSettings.read().api_gb_per_day * GB)
    stores = Stores(Clients(timeouts=INTERACTIVE), settings.outputs())
    folder = Path(tempfile.gettempdir(), "mocktailverse-api")
    dependencies = build_dependencies(
        stores, settings, folder, serverless=True, bytes_per_day=bytes_per_day
    )
    respond = Mangum(create_app(dependencies), lifespan="off", text_mime_types=_TEXT_TYPES)
    return respond, json_logger()
