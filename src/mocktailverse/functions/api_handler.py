"""api: an HTTP request of API Gateway in, the API's answer out."""

import json
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from aws_lambda_powertools import Logger
from mangum import Mangum
from msgspec import Struct

from mocktailverse.api.api_app import create_app
from mocktailverse.api.dependencies import build_dependencies
from mocktailverse.api.error_responses import Error, ErrorAnswer
from mocktailverse.functions.failure_log import failures_logged
from mocktailverse.settings import ApiSettings
from mocktailverse.stores.clients import INTERACTIVE, Clients
from mocktailverse.stores.environment import Stores

if TYPE_CHECKING:
    from mangum.types import LambdaContext

LARGEST_ANSWER_BYTES = 6_000_000
"""Lambda refuses more than 6 MB, as the JSON that its runtime makes of the answer."""

TOO_LARGE = ErrorAnswer(
    Error("answer_too_large", "The answer is larger than 6 MB: ask with a smaller `limit`.", [])
)


class ApiRuntime(Struct, frozen=True):
    """What is built once and kept between invocations."""

    app: Mangum
    logger: Logger


@failures_logged
def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Answer one request, and log one line."""
    runtime = _runtime()
    started = time.monotonic()
    answer = _bounded(runtime.app(event, context))
    request = event["requestContext"]["http"]
    runtime.logger.info(
        "answered",
        method=request["method"],
        path=request["path"],
        status=answer["statusCode"],
        bytes=len(answer.get("body", "")),
        duration_ms=round(1000 * (time.monotonic() - started)),
    )
    return answer


def _bounded(answer: dict[str, Any]) -> dict[str, Any]:
    if len(json.dumps(answer)) <= LARGEST_ANSWER_BYTES:
        return answer
    return {
        "statusCode": 422,
        "headers": {"content-type": "application/json", "cache-control": "no-store"},
        "body": msgspec.json.encode(TOO_LARGE).decode(),
        "isBase64Encoded": False,
    }


@cache
def _runtime() -> ApiRuntime:
    settings = ApiSettings.read()
    stores = Stores(Clients(patience=INTERACTIVE), settings.outputs())
    folder = Path(tempfile.gettempdir(), "mocktailverse-api")
    app = create_app(build_dependencies(stores, settings, folder, serverless=True))
    return ApiRuntime(Mangum(app, lifespan="off"), Logger())
