"""What stands on the queue: S3's events, and the pipeline's own load requests."""

from typing import Any
from urllib.parse import unquote_plus

import msgspec

from mocktailverse.drinks.ledger import LoadRequest, ObjectVersion
from mocktailverse.errors import PermanentError

FIRST_GENERATION = 1


def load_requests(body: str) -> list[LoadRequest]:
    """The loads that a message asks for; none for S3's test event.

    Raises:
        PermanentError: the message is neither; it will end among the dead letters, to be seen.
    """
    try:
        message = msgspec.json.decode(body)
        match message:
            case {"Event": "s3:TestEvent"}:
                return []
            case {"Records": [*records]}:
                return [request for record in records for request in _from_s3(record)]
            case {"object": _, "generation": _}:
                return [msgspec.convert(message, LoadRequest)]
    except (msgspec.MsgspecError, KeyError, TypeError) as error:
        raise PermanentError(f"Not a message of this pipeline: {error!r}: {body[:200]}") from error
    raise PermanentError(f"Not a message of this pipeline: {body[:200]}")


def _from_s3(record: dict[str, Any]) -> list[LoadRequest]:
    """The load of an object that was created; other events (a deletion) ask for none."""
    if not record["eventName"].startswith("ObjectCreated:"):
        return []
    bucket, stored = record["s3"]["bucket"]["name"], record["s3"]["object"]
    version_id = stored.get("versionId") or "null"
    version = ObjectVersion(bucket, unquote_plus(stored["key"]), version_id)
    return [LoadRequest(version, FIRST_GENERATION)]
