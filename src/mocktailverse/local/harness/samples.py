"""Sample events, one for each function, in the form in which AWS sends them."""

from typing import Any

import msgspec

from mocktailverse.loads.load_request import LoadRequest
from mocktailverse.loads.object_version import DEFAULT_SOURCE, RAW_PREFIX, ObjectVersion
from mocktailverse.times import now

EXAMPLE_DRINK_ID = f"{DEFAULT_SOURCE}:11007"
HTTP_REQUEST = {
    "version": "2.0",
    "routeKey": "$default",
    "rawPath": "/drinks",
    "rawQueryString": "limit=1",
    "headers": {"accept": "application/json", "host": "127.0.0.1"},
    "requestContext": {
        "http": {
            "method": "GET",
            "path": "/drinks",
            "protocol": "HTTP/1.1",
            "sourceIp": "127.0.0.1",
        },
        "stage": "$default",
        "requestId": "sample",
    },
    "isBase64Encoded": False,
}
"""A request in the payload format 2.0 of API Gateway's HTTP API."""


def sample_event(
    function: str, newest: ObjectVersion | None, drink_id: str | None
) -> dict[str, Any]:
    """Return a sample event for a function, such as `transform`; `{}` if it needs no data.

    The event is about the newest raw object or a drink, which are None on an empty stack.
    """
    match function:
        case "transform":
            version = newest or ObjectVersion(
                "bucket", f"{RAW_PREFIX}{DEFAULT_SOURCE}/none.json", "null"
            )
            return {"Records": [_sqs_record(LoadRequest(version, 1))]}
        case "fetch":
            return {"strategy": "random", "arguments": ["1"], "time_limit_s": 5}
        case "publish":
            return {"Records": [_stream_record(drink_id or EXAMPLE_DRINK_ID)]}
        case "api":
            return HTTP_REQUEST
        case _:
            return {}


def _sqs_record(request: LoadRequest) -> dict[str, Any]:
    """Return an SQS event record with a load request."""
    return {
        "messageId": "00000000-0000-4000-8000-000000000001",
        "receiptHandle": "sample",
        "body": msgspec.json.encode(request).decode(),
        "attributes": {"ApproximateReceiveCount": "1"},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "awsRegion": "us-east-1",
    }


def _stream_record(drink_id: str) -> dict[str, Any]:
    """Return a change notification: a KEYS_ONLY record of the drinks table's stream."""
    return {
        "eventID": "1",
        "eventName": "MODIFY",
        "eventSource": "aws:dynamodb",
        "awsRegion": "us-east-1",
        "dynamodb": {
            "ApproximateCreationDateTime": now() // 1000,
            "Keys": {"id": {"S": drink_id}},
            "SequenceNumber": "1",
            "StreamViewType": "KEYS_ONLY",
        },
    }
