"""API Gateway's HTTP API before the API's Lambda handler, as an ASGI application.

It does to a request what AWS does before a function sees it, and to a response what AWS does after:
the path is decoded once and cut at a decoded `?`, names of headers are lower case, repeated headers
and parameters are joined by commas, bodies and responses have limits. Source: API Gateway developer
guide, "Working with AWS Lambda proxy integrations for HTTP APIs" and "Quotas for HTTP APIs"; that
the path arrives decoded is known from captures that others published.

The API's tests run through it with MOCKTAILVERSE_API_GATEWAY=1; `make aws-proof` does so.
"""

import asyncio
import base64
import json
import os
from collections.abc import Iterable
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qsl, unquote

from anyio import fail_after, to_thread
from aws_lambda_powertools import Logger
from mangum import Mangum
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from mocktailverse.functions import api

LARGEST_REQUEST_BYTES = 10 * 1024 * 1024
LARGEST_RESPONSE_BYTES = 6 * 1024 * 1024
"""Of a Lambda function, as JSON: the same number in Lambda's quotas."""

TIMEOUT_S = 30
TEXT_TYPES = ("text/", "application/json", "application/xml", "application/javascript")


def served(app: ASGIApp) -> ASGIApp:
    """Return the API's application, behind the gateway if the environment says so."""
    return ApiGateway(app) if os.environ.get("MOCKTAILVERSE_API_GATEWAY") else app


class Context:
    """Lambda's context object."""

    function_name = "api"
    aws_request_id = "1"


class ApiGateway:
    """An HTTP API whose only integration is the API's function, with this application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        body = await request.body()
        if len(body) > LARGEST_REQUEST_BYTES:
            response: Response = JSONResponse({"message": "Request Entity Too Large"}, 413)
        else:
            response = await self._response(event_of(request, body))
        await response(scope, receive, send)

    async def _response(self, event: dict[str, Any]) -> Response:
        try:
            with fail_after(TIMEOUT_S):
                text = await to_thread.run_sync(self._invoke, json.dumps(event))
        except TimeoutError:
            return JSONResponse({"message": "Service Unavailable"}, 503)
        except Exception:  # noqa: BLE001 - whatever the function raises
            return JSONResponse({"message": "Internal Server Error"}, 500)
        return response_of(json.loads(text))

    def _invoke(self, event: str) -> str:
        """Call the handler as Lambda does: JSON in, JSON out, in a thread with an event loop."""
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        try:  # Mangum uses the thread's event loop from its start on
            runtime = (Mangum(self._app, lifespan="off"), Logger(service="tests"))
            with patch.object(api, "_runtime", lambda: runtime):
                text = json.dumps(api.handler(json.loads(event), Context()))
        finally:
            asyncio.set_event_loop(None)
            loop.close()
        if len(text) > LARGEST_RESPONSE_BYTES:
            raise ValueError("the response is too large")
        return text


def event_of(request: Request, body: bytes) -> dict[str, Any]:
    """Return the event of payload format 2.0 for a request."""
    path = unquote(request.scope["raw_path"].split(b"?")[0].decode()).partition("?")[0]
    query = request.scope["query_string"].decode("latin-1")
    headers = joined((name, _text(value)) for name, value in _headers(request))
    cookies = [part for part in headers.pop("cookie", "").split("; ") if part]
    is_text = headers.get("content-type", "").startswith(TEXT_TYPES)
    host = headers.get("host", "")
    event = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"x-forwarded-proto": "https", "x-forwarded-port": "443", **headers},
        "requestContext": {
            "domainName": host,
            "http": {
                "method": request.method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": headers.get("user-agent", ""),
            },
            "routeKey": "$default",
            "stage": "$default",
        },
        "isBase64Encoded": bool(body) and not is_text,
    }
    if cookies:
        event["cookies"] = cookies
    if query:
        event["queryStringParameters"] = joined(parse_qsl(query, keep_blank_values=True))
    if body:
        event["body"] = body.decode() if is_text else base64.b64encode(body).decode()
    return event


def response_of(answer: dict[str, Any]) -> Response:
    """Return the HTTP response of what the function returned."""
    body = answer.get("body", "")
    content = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()
    response = Response(content, answer["statusCode"], answer.get("headers", {}))
    for cookie in answer.get("cookies", []):
        response.headers.append("set-cookie", cookie)
    return response


def joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return names with their values; repeated ones are joined by commas."""
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return {name: ",".join(texts) for name, texts in values.items()}


def _headers(request: Request) -> Iterable[tuple[str, bytes]]:
    for name, value in request.scope["headers"]:
        yield name.decode("latin-1").lower(), value


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")
