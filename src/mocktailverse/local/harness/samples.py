"""Sample events, one for each function, as AWS would send them on this stack."""

from typing import Any

import msgspec

from mocktailverse.loads.load_request import LoadRequest
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.times import now

NO_DRINK = "thecocktaildb:11007"


def sample_event(
    function: str, newest: ObjectVersion | None, drink_id: str | None
) -> dict[str, Any]:
    """Return an event for a function, by its short name; `{}` for one that needs no data.

    Args:
        function: `transform`, `fetch`, ...
        newest: the raw object that a message for `transform` is about.
        drink_id: the drink that a stream record for `publish` is about.
    """
    match function:
        case "transform":
            version = newest or ObjectVersion("bucket", "raw/thecocktaildb/none.json", "null")
            return {"Records": [_message(LoadRequest(version, 1))]}
        case "fetch":
            return {"strategy": "random", "arguments": ["1"], "time_limit_s": 5}
        case "publish":
            return {"Records": [_changed(drink_id or NO_DRINK)]}
        case "api":
            return _request("/drinks", "limit=1")
        case _:
            return {}


def _message(request: LoadRequest) -> dict[str, Any]:
    """Return a message of SQS."""
    return {
        "messageId": "00000000-0000-4000-8000-000000000001",
        "receiptHandle": "by-hand",
        "body": msgspec.json.encode(request).decode(),
        "attributes": {"ApproximateReceiveCount": "1"},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "awsRegion": "us-east-1",
    }


def _changed(drink_id: str) -> dict[str, Any]:
    """Return a record of the drinks table's stream."""
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


def _request(path: str, query: str) -> dict[str, Any]:
    """Return a request as API Gateway's HTTP API forwards it (payload format 2.0)."""
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"accept": "application/json", "host": "127.0.0.1"},
        "requestContext": {
            "http": {
                "method": "GET",
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
            },
            "stage": "$default",
            "requestId": "by-hand",
        },
        "isBase64Encoded": False,
    }
