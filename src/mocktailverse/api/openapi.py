"""The OpenAPI document: FastAPI's paths and parameters, the contracts' own schemas."""

from collections.abc import Iterable
from inspect import cleandoc
from typing import Any

import msgspec
from fastapi.openapi.utils import get_openapi
from starlette.routing import BaseRoute

from mocktailverse.api.error_responses import ErrorAnswer

JSON = "application/json"
TITLE = "Mocktailverse"
VERSION = "1"
DESCRIPTION = """\
A clean drinks catalogue. Every listing answers `{"items": [...], "next": null}`: where `next` is a
text, ask again with it as `cursor`. Every error answers
`{"error": {"code", "message", "details"}}`. Times are ms since 1970-01-01 UTC. Answers from the
catalogue carry an `ETag`.
"""
REF = "#/components/schemas/{name}"

_WHY = {
    400: "The body cannot be read.",
    401: "The key is missing or wrong.",
    403: "The page of another site asked.",
    404: "There is no such thing.",
    409: "It cannot be done in the present state.",
    413: "The body is too large.",
    422: "A parameter cannot be used; `details` names it.",
    503: "The catalogue, or what else is needed, cannot be had at the moment.",
}

Responses = dict[int | str, dict[str, Any]]


def answer(schema: str, *, kept: bool = False) -> Responses:
    """The responses of a route that answers with JSON; `kept` ones may come as 304."""
    content = {JSON: {"schema": {"$ref": REF.format(name=schema)}}}
    found: Responses = {200: {"description": "What was asked for.", "content": content}}
    if kept:
        found[304] = {"description": "You have it already: the `ETag` is in `If-None-Match`."}
    return found


def file(media_type: str) -> Responses:
    """The responses of a route that answers with a file."""
    content = {media_type: {"schema": {"type": "string", "format": "binary"}}}
    return {
        200: {"description": "The file.", "content": content},
        307: {"description": "The file is behind this link, which holds for 15 minutes."},
    }


def errors(*statuses: int) -> Responses:
    """The errors that a route may answer with, all of one shape."""
    content = {JSON: {"schema": {"$ref": REF.format(name="ErrorAnswer")}}}
    return {status: {"description": _WHY[status], "content": content} for status in statuses}


def document(routes: Iterable[BaseRoute], kinds: Iterable[Any]) -> dict[str, Any]:
    """The document for these routes; `kinds` are the types of what they answer with."""
    made = get_openapi(
        title=TITLE,
        version=VERSION,
        description=DESCRIPTION,
        routes=list(routes),
        servers=[{"url": "."}],  # relative to the document, behind any prefix
    )
    _, schemas = msgspec.json.schema_components([*kinds, ErrorAnswer], ref_template=REF)
    for schema in schemas.values():
        schema["description"] = cleandoc(schema.get("description", ""))
        schema["required"] = list(schema["properties"])  # also those that have a default
    made.setdefault("components", {}).setdefault("schemas", {}).update(schemas)
    return made
