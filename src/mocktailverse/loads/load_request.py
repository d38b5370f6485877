"""Messages of the queue: S3's events, and the pipeline's own load requests."""

from urllib.parse import unquote_plus

import msgspec
from msgspec import Struct, field

from mocktailverse.errors import PermanentError
from mocktailverse.loads.load_record import START, Checkpoint
from mocktailverse.loads.object_version import ObjectVersion

FIRST_GENERATION = 1


class LoadRequest(Struct, frozen=True):
    """A message that makes a worker continue a load: a continuation, a replay, a re-queue."""

    object: ObjectVersion
    generation: int
    checkpoint: Checkpoint = field(default=START, name="cursor")
    """Where the load was, for readers of the queue; the load's segments decide."""
    stalled: int = 0
    """Consecutive messages that wrote no record because DynamoDB throttled every write."""
    tries: int = 0
    """Unsuccessful deliveries of the messages that this one replaces."""
    waited_for: str | None = None
    """The owner of the lease that this message may take over.

    The message was delayed until that lease expired, or sent by that owner.
    """


class DeadLetter(Struct, frozen=True):
    """A message that failed too often, received from the dead-letter queue."""

    body: str
    receipt: str
    """SQS's receipt handle, for deleting it."""


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
    """Return the loads that a message asks for; none for S3's test event.

    Raises:
        PermanentError: the message is of another kind. It becomes a dead letter.
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
    """Return the load of a created object; none for other events, such as a deletion."""
    if not event.event_name.startswith("ObjectCreated:"):
        return []
    stored = event.s3.object
    version_id = stored.version_id or "null"
    version = ObjectVersion(event.s3.bucket.name, unquote_plus(stored.key), version_id)
    return [LoadRequest(version, FIRST_GENERATION)]
