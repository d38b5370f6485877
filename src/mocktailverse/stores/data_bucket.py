"""The data bucket: what the pipeline keeps in S3, by the beginning of its keys.

raw/       raw objects as received, immutable; whatever comes here is loaded, under any name below
           its source's; files by hand may use any path there
listings/  answers of the source without full records; nothing is loaded from them
rejected/  the rejected lines of a load's segments
state/     what sweeps have learnt, and where a run stopped

The metadata of a raw object, by who stored it:

observed-at  when the source showed its records so, in ms since 1970 UTC or as ISO 8601 with an
             offset; without it, when the object was stored
source       whose records these are; the key says it, too
run          the run that fetched it
strategy     how the run chose what to fetch
part         the part of the run's plan
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from mocktailverse.errors import MissingError, TransientError
from mocktailverse.loads.object_version import RAW_PREFIX, ObjectVersion, StoredObject
from mocktailverse.loads.rejected import Rejected
from mocktailverse.stores.error_translation import error_code, translated

if TYPE_CHECKING:
    from types_boto3_s3.type_defs import GetObjectOutputTypeDef

    from mocktailverse.stores.clients import Clients

HEAD_BYTES = 1024 * 1024
"""Objects up to this size are read in one request and kept while they are worked on."""

CHUNK_BYTES = 1024 * 1024

_rejected = msgspec.json.Decoder(Rejected)


class RawObject:
    """One object version, opened: its size, times and metadata, and its bytes from any offset."""

    def __init__(self, clients: "Clients", version: ObjectVersion) -> None:
        self._client = clients.s3
        self.version = version
        answer = self._get(0, HEAD_BYTES)
        self.bytes = _full_size(answer)
        self.stored_at = int(answer["LastModified"].timestamp() * 1000)
        self.metadata: Mapping[str, str] = answer["Metadata"]
        with translated(f"Reading {version.key}"):
            self._head = answer["Body"].read()
        self._require(len(self._head), min(self.bytes, HEAD_BYTES))

    def chunks(self, start: int = 0) -> Iterator[bytes]:
        """Yield the bytes from `start` to the end.

        Raises:
            TransientError: reading broke off.
        """
        if start < len(self._head):
            yield self._head[start:]
            start = len(self._head)
        if start >= self.bytes:
            return
        answer = self._get(start, None)
        with translated(f"Reading {self.version.key}"):
            for chunk in answer["Body"].iter_chunks(CHUNK_BYTES):
                start += len(chunk)
                yield chunk
        self._require(start, self.bytes)

    def _require(self, received: int, promised: int) -> None:
        """Make sure that a body came whole; S3 gives no checksum of a range."""
        if received < promised:
            raise TransientError(f"Reading {self.version.key}: only {received} bytes came.")

    def _get(self, start: int, size: int | None) -> "GetObjectOutputTypeDef":
        end = "" if size is None else str(start + size - 1)
        version = self.version
        arguments: dict[str, Any] = {
            "Bucket": version.bucket,
            "Key": version.key,
            "VersionId": version.version_id,
        }
        if version.version_id == "null":  # the bucket was not versioned when it was stored
            del arguments["VersionId"]
        with translated(f"Reading {version.key}"):
            try:
                return self._client.get_object(**arguments, Range=f"bytes={start}-{end}")
            except self._client.exceptions.ClientError as error:
                if error_code(error) != "InvalidRange":
                    raise
                return self._client.get_object(**arguments)  # an empty object has no range


class DataBucket:
    """What the pipeline keeps in S3, by prefix."""

    def __init__(self, clients: "Clients", bucket: str) -> None:
        self._clients = clients
        self._client = clients.s3
        self.bucket = bucket

    def open(self, version: ObjectVersion) -> RawObject:
        """Open one object version.

        Raises:
            MissingError: it does not exist (any more).
        """
        return RawObject(self._clients, version)

    def put(
        self, key: str, body: bytes, *, metadata: Mapping[str, str], content_type: str
    ) -> ObjectVersion:
        """Store an object and return its version."""
        with translated(f"Storing {key}"):
            answer = self._client.put_object(
                Bucket=self.bucket,
                Key=key,
                Body=body,
                Metadata=dict(metadata),
                ContentType=content_type,
            )
        return ObjectVersion(self.bucket, key, answer.get("VersionId", "null"))

    def get(self, key: str) -> bytes | None:
        """The latest bytes under a key; None where there are none."""
        try:
            with translated(f"Reading {key}"):
                return self._client.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        except MissingError:
            return None

    def versions(self, prefix: str = RAW_PREFIX) -> Iterator[StoredObject]:
        """Every object version under a prefix, in key order."""
        pages = self._client.get_paginator("list_object_versions").paginate(
            Bucket=self.bucket, Prefix=prefix
        )
        with translated(f"Listing {prefix}"):
            for page in pages:
                for entry in page.get("Versions", []):
                    yield StoredObject(
                        ObjectVersion(self.bucket, entry["Key"], entry["VersionId"]),
                        entry["Size"],
                        int(entry["LastModified"].timestamp() * 1000),
                    )

    def put_rejected(self, load_id: str, segment: str, lines: Iterable[Rejected]) -> str:
        """Store a segment's rejected lines as NDJSON and return their key."""
        key = f"rejected/{load_id}/{segment}.ndjson"
        body = b"".join(msgspec.json.encode(line) + b"\n" for line in lines)
        self.put(key, body, metadata={}, content_type="application/x-ndjson")
        return key

    def rejected(self, key: str) -> list[Rejected]:
        """The rejected lines under a key; none where the object has expired."""
        body = self.get(key) or b""
        return [_rejected.decode(line) for line in body.splitlines() if line]


def _full_size(answer: "GetObjectOutputTypeDef") -> int:
    """The object's size: behind the slash of `Content-Range: bytes 0-9/42`, or the whole body's."""
    content_range = answer.get("ContentRange", "")
    return int(content_range.rpartition("/")[2]) if content_range else answer["ContentLength"]
