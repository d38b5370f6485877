"""The recorded events of `tests/events`, with the names of this stack's resources."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

from aws_proof.functions_under_test import Functions
from mocktailverse.loads.object_version import ObjectVersion

EVENTS = Path(__file__).parents[1] / "events"
HTTP_EVENT = json.loads((EVENTS / "http_drinks.json").read_text())
HTTP_REQUESTS = json.loads((EVENTS / "http_requests.json").read_text())
"""Requests as differences from HTTP_EVENT, each with the status of the right response."""


def event_of(name: str) -> dict[str, Any]:
    return json.loads((EVENTS / name).read_text())


def with_objects(
    functions: Functions, event: dict[str, Any], content: bytes | dict[str, Any]
) -> tuple[dict[str, Any], list[ObjectVersion]]:
    """Store the objects whose versions an event names; return the event with them, and them.

    `content` is of each object: a raw record, or bytes.
    """
    body_bytes = content if isinstance(content, bytes) else json.dumps(content).encode()
    versions = []
    for message in event["Records"]:
        try:
            body = json.loads(message["body"])
        except ValueError:
            continue
        for entry in body.get("Records", []):
            entry["s3"]["bucket"]["name"] = functions.stack.outputs["DataBucket"]
            stored = entry["s3"]["object"]
            if entry["eventName"].startswith("ObjectCreated:") and "versionId" in stored:
                key = unquote_plus(stored["key"])
                version = functions.put(key, body_bytes)
                stored["versionId"] = version.version_id
                versions.append(version)
        message["body"] = json.dumps(body)
    return event, versions


def http_event(case: dict[str, Any]) -> dict[str, Any]:
    """Return the recorded event of API Gateway with the request of a case."""
    event = json.loads(json.dumps(HTTP_EVENT))
    http = event["requestContext"]["http"]
    http |= {"method": case.get("method", "GET"), "path": case["path"]}
    event |= {
        "rawPath": case.get("raw", case["path"]),
        "rawQueryString": case.get("query", ""),
        "headers": event["headers"] | case.get("headers", {}),
        "isBase64Encoded": case.get("base64", False),
    }
    del event["queryStringParameters"]
    event |= {name: case[name] for name in ("body", "cookies") if name in case}
    return event
