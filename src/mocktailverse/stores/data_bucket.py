"""The data bucket: the pipeline's objects in S3, by key prefix.

raw/       raw objects as received, immutable; every object below `raw/<source>/` is loaded, and
           manually uploaded files may use any path there
listings/  responses of a source without full records; they trigger no load
rejected/  the quarantine: rejected lines of loads, by segment
state/     what sweeps have learnt about a source, and the checkpoint of a run

Metadata of raw objects; only `observed-at` and `stored-at` have an effect:

observed-at  event time of the records, in ms since 1970 UTC or as ISO 8601 with an offset; if it is
             missing, the time of storing
source       the records' source, which is also in the key
stored-at    of an object from an archive: when the original was stored, in ms since 1970 UTC
run          the run that fetched the object
strategy     how the run chose what to fetch
part         the part of the run's plan
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from mocktailverse.errors import MissingError, TransientError
from mocktailverse.loads.object_version import RAW_PREFIX, ObjectVersion, StoredObject
from mocktailverse.loads.rejected import Rejected
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.error_translation import error_code, translated

if TYPE_CHECKING:
    from types_boto3_s3.type_defs import GetObjectOutputTypeDef

HEAD_BYTES = 1024 * 1024
"""Objects up to this size are read in one request, and kept in memory while they are open."""

CHUNK_BYTES = 1024 * 1024

_rejected = msgspec.json.Decoder(Rejected)


class RawObject:
    """An opened object version: size, time, metadata, type, and its bytes from any offset.

    Opening reads the first MiB with a ranged request, whose `Content-Range` has the full size. Most
    objects are smaller, so detecting the format, decoding and resuming cost one request in all.
    """

    def __init__(self, clients: Clients, version: ObjectVersion) -> None:
        self._client = clients.s3
        self.version = version
        response = self._get(0, HEAD_BYTES)
        self.bytes = _full_size(response)
        self.stored_at = int(response["LastModified"].timestamp() * 1000)
        self.metadata: Mapping[str, str] = response["Metadata"]
        self.content_type = response.get("ContentType", "binary/octet-stream")
        with translated(f"Reading {version.key}"):
            self._head = response["Body"].read()
        self._require(len(self._head), min(self.bytes, HEAD_BYTES))

    def chunks(self, start: int = 0) -> Iterator[bytes]:
        """Yield the bytes from `start` on; TransientError if the connection fails too early."""
        if start < len(self._head):
            yield self._head[start:]
            start = len(self._head)
        if start >= self.bytes:
            return
        response = self._get(start, None)
        with translated(f"Reading {self.version.key}"):
            for chunk in response["Body"].iter_chunks(CHUNK_BYTES):
                start += len(chunk)
                yield chunk
        self._require(start, self.bytes)

    def _require(self, received: int, promised: int) -> None:
        """Check that a body is complete; S3 returns no checksum for a range."""
        if received < promised:
            raise TransientError(f"Reading {self.version.key}: received only {received} bytes.")

    def _get(self, start: int, size: int | None) -> "GetObjectOutputTypeDef":
        end = "" if size is None else str(start + size - 1)
        version = self.version
        arguments: dict[str, Any] = {"Bucket": version.bucket, "Key": version.key}
        if version.version_id != "null":  # else the bucket was not versioned when it was stored
            arguments["VersionId"] = version.version_id
        with translated(f"Reading {version.key}"):
            try:
                return self._client.get_object(**arguments, Range=f"bytes={start}-{end}")
            except self._client.exceptions.ClientError as error:
                if error_code(error) != "InvalidRange":
                    raise
                return self._client.get_object(**arguments)  # an empty object has no range


class DataBucket:
    """The raw and rejected objects, and others by key."""

    def __init__(self, clients: Clients, bucket: str) -> None:
        self._clients = clients
        self._client = clients.s3
        self.bucket = bucket

    def open(self, version: ObjectVersion) -> RawObject:
        """Open one object version; raise MissingError if it does not exist, or no longer."""
        return RawObject(self._clients, version)

    def put(
        self, key: str, body: bytes, *, metadata: Mapping[str, str], content_type: str
    ) -> ObjectVersion:
        """Store an object and return its version."""
        with translated(f"Storing {key}"):
            response = self._client.put_object(
                Bucket=self.bucket,
                Key=key,
                Body=body,
                Metadata=dict(metadata),
                ContentType=content_type,
            )
        return ObjectVersion(self.bucket, key, response.get("VersionId", "null"))

    def get(self, key: str) -> bytes | None:
        """Return the latest bytes under a key; None if there is no object."""
        try:
            with translated(f"Reading {key}"):
                return self._client.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        except MissingError:
            return None

    def versions(self, prefix: str = RAW_PREFIX) -> Iterator[StoredObject]:
        """Yield every object version under a prefix, in key order."""
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
                        entry["ETag"].strip('"'),
                    )

    def put_rejected(self, load_id: str, segment: str, lines: Iterable[Rejected]) -> str:
        """Store a segment's rejected lines as NDJSON and return their key."""
        key = f"rejected/{load_id}/{segment}.ndjson"
        body = b"".join(msgspec.json.encode(line) + b"\n" for line in lines)
        self.put(key, body, metadata={}, content_type="application/x-ndjson")
        return key

    def rejected(self, key: str) -> list[Rejected]:
        """Return the rejected lines under a key; none if the object has expired."""
        body = self.get(key) or b""
        return [_rejected.decode(line) for line in body.splitlines() if line]


def _full_size(response: "GetObjectOutputTypeDef") -> int:
    """Return the object's size: 42 in `Content-Range: bytes 0-9/42`, else the body's size."""
    content_range = response.get("ContentRange", "")
    return int(content_range.rpartition("/")[2]) if content_range else response["ContentLength"]
