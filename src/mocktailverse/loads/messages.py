"""What stands on the queue: S3's events, and the pipeline's own load requests."""

from urllib.parse import unquote_plus

import msgspec
from msgspec import Struct, field

from mocktailverse.errors import PermanentError
from mocktailverse.loads.load import LoadRequest, ObjectVersion

FIRST_GENERATION = 1


class _Bucket(Struct):
    name: str


class _Stored(Struct):
    key: str
    version_id: str | None = field(name="versionId", default=None)


class _S3(Struct):
    bucket: _Bucket
    object: _Stored


class _Event(Struct, rename="camel"):
    """One record of an S3 event."""

    event_name: str
    s3: _S3


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
                events = msgspec.convert(records, list[_Event])
                return [request for event in events for request in _from_s3(event)]
            case {"object": _, "generation": _}:
                return [msgspec.convert(message, LoadRequest)]
    except (msgspec.MsgspecError, RecursionError) as error:
        raise PermanentError(f"Not a message of this pipeline: {error!r}: {body[:200]}") from error
    raise PermanentError(f"Not a message of this pipeline: {body[:200]}")


def _from_s3(event: _Event) -> list[LoadRequest]:
    """The load of an object that was created; other events (a deletion) ask for none."""
    if not event.event_name.startswith("ObjectCreated:"):
        return []
    stored = event.s3.object
    version_id = stored.version_id or "null"
    version = ObjectVersion(event.s3.bucket.name, unquote_plus(stored.key), version_id)
    return [LoadRequest(version, FIRST_GENERATION)]
