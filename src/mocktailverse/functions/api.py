"""api: answer an HTTP request from API Gateway."""

import json
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from aws_lambda_powertools import Logger
from mangum import Mangum

from mocktailverse.api.api_app import create_app
from mocktailverse.api.dependencies import build_dependencies
from mocktailverse.api.error_responses import Error, ErrorAnswer
from mocktailverse.functions.failure_log import failures_logged
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


@failures_logged
def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Answer one request, and log one line."""
    app, logger = _runtime()
    started = time.monotonic()
    response = _bounded(app(event, context))
    request = event["requestContext"]["http"]
    logger.info(
        "answered",
        method=request["method"],
        path=request["path"],
        status=response["statusCode"],
        bytes=len(response.get("body", "")),
        duration_ms=round(1000 * (time.monotonic() - started)),
    )
    return response


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
    return Mangum(create_app(dependencies), lifespan="off", text_mime_types=_TEXT_TYPES), Logger()
