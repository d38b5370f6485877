"""The OpenAPI document: the operations of the routes, with the msgspec schemas."""

from collections.abc import Iterable, Mapping
from inspect import cleandoc
from typing import Any

import msgspec

from mocktailverse.api.error_responses import ErrorAnswer

JSON = "application/json"
TITLE = "Mocktailverse"
VERSION = "1"
API_VERSION = "2"
"""Raise it when the same catalogue gives other responses, so that cached ones expire."""
DESCRIPTION = """\
A clean drinks catalogue. Every listing returns `{"items": [...], "next": null}`: if `next` is a
text, pass it as `cursor` to get the next page. Every error returns
`{"error": {"code", "message", "details"}}`. Times are ms since 1970-01-01 UTC. Responses from the
catalogue carry an `ETag`. On AWS every endpoint but `/health` responds 429, with `Retry-After`,
while there are too many requests, and for the rest of a day (UTC) on which the API has sent all the
data that it may send.
"""
REF = "#/components/schemas/{name}"

_DESCRIPTIONS = {
    400: "The body is not valid.",
    401: "The key is missing or wrong.",
    403: "The request comes from a page of another site.",
    404: "Not found.",
    409: "Not possible in the current state.",
    413: "The body is too large.",
    416: "The file does not have the bytes that `Range` asks for.",
    422: "A parameter is invalid (`details` names it), or the response is too large.",
    503: "The catalogue or another service is temporarily unavailable.",
}

Responses = dict[int | str, dict[str, Any]]


def success(schema: str, *, cacheable: bool = False) -> Responses:
    """Return the responses of a JSON route; a cacheable one may respond 304."""
    content = {JSON: {"schema": {"$ref": REF.format(name=schema)}}}
    responses: Responses = {200: {"description": "Success.", "content": content}}
    if cacheable:
        responses[304] = {"description": "Not modified: the `ETag` is in `If-None-Match`."}
    return responses


def file(media_type: str) -> Responses:
    """Return the responses of a route that returns a file, or a part of it."""
    content = {media_type: {"schema": {"type": "string", "format": "binary"}}}
    responses: Responses = {
        200: {"description": "The file.", "content": content},
        206: {"description": "The bytes in `Content-Range`, on AWS only.", "content": content},
        304: {"description": "Not modified: the `ETag` is in `If-None-Match`."},
    }
    return responses | errors(416, 422, 503)


def errors(*statuses: int) -> Responses:
    """Return the error responses of a route."""
    content = {JSON: {"schema": {"$ref": REF.format(name="ErrorAnswer")}}}
    return {
        status: {"description": _DESCRIPTIONS[status], "content": content} for status in statuses
    }


def document(
    operations: Mapping[str, dict[str, Any]], kinds: Iterable[Any], schemes: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the document for the operations of each path.

    `kinds` are the types of their responses, `schemes` how requests are authenticated.
    """
    _, schemas = msgspec.json.schema_components([*kinds, ErrorAnswer], ref_template=REF)
    for schema in schemas.values():
        schema["description"] = cleandoc(schema.get("description", ""))
        schema["required"] = list(schema["properties"])  # also those that have a default
    return {
        "openapi": "3.1.0",
        "info": {"title": TITLE, "description": DESCRIPTION, "version": VERSION},
        "servers": [{"url": "."}],  # relative to the document, behind any prefix
        "paths": dict(operations),
        "components": {"securitySchemes": dict(schemes), "schemas": schemas},
    }
