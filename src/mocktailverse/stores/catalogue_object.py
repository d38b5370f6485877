"""The published catalogue: one S3 object, replaced by conditional writes (optimistic locking).

Each format of the file has an object of its own, `catalogue.sqlite` or `catalogue-<format>.sqlite`;
`catalogue.file_names` says which.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from mocktailverse.errors import ConflictError, MissingError, TransientError
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.error_translation import error_code, translated

CATALOGUE_KEY = "catalogue.sqlite"
KEY_PREFIX = "catalogue"
CHUNK_BYTES = 1024 * 1024

_NOT_MODIFIED = "304"
_CONFLICTS = (
    "PreconditionFailed",  # another object was published
    "ConditionalRequestConflict",  # another upload is in progress
    "NoSuchKey",  # it was deleted
)


class CatalogueObject:
    """The catalogue's object. ETags have no quotes here.

    Files are streamed from and to the disk, so memory does not depend on their size.
    """

    def __init__(
        self,
        clients: Clients,
        bucket: str,
        key: str = CATALOGUE_KEY,
        older_keys: Sequence[str] = (),
    ) -> None:
        """`older_keys` are of earlier formats, which are read if there is no object `key` yet."""
        self._client = clients.s3
        self.bucket = bucket
        self.key = key
        self._older_keys = older_keys

    def download(self, path: Path, *, unless: str | None = None) -> str | None:
        """Write the published file to `path` and return its ETag; of an earlier format if need be.

        If its ETag is still `unless`, write nothing and return None.

        Raises:
            MissingError: nothing is published yet.
            TransientError: the connection failed before the end; the file at `path` is incomplete.
        """
        for key in (self.key, *self._older_keys):
            try:
                return self._download(key, path, unless)
            except MissingError as error:
                missing = error
        raise missing

    def _download(self, key: str, path: Path, unless: str | None) -> str | None:
        condition: dict[str, Any] = {"IfNoneMatch": f'"{unless}"'} if unless else {}
        with translated("Reading the catalogue"):
            try:
                response = self._client.get_object(Bucket=self.bucket, Key=key, **condition)
            except ClientError as error:
                if error_code(error) == _NOT_MODIFIED:
                    return None
                raise
            with path.open("wb") as file:
                for chunk in response["Body"].iter_chunks(CHUNK_BYTES):
                    file.write(chunk)
                received = file.tell()
        if received < response["ContentLength"]:
            raise TransientError(f"Reading the catalogue: received only {received} bytes.")
        return response["ETag"].strip('"')

    def etag(self) -> str | None:
        """Return the published file's ETag; None if nothing is published yet."""
        try:
            with translated("Looking for the catalogue"):
                response = self._client.head_object(Bucket=self.bucket, Key=self.key)
        except MissingError:
            return None
        return response["ETag"].strip('"')

    def upload(self, path: Path, *, replacing: str | None) -> str:
        """Publish a file in place of the one with the ETag `replacing`, and return the new ETag.

        If `replacing` is None, nothing may be published yet.

        Raises:
            ConflictError: another file was published since.
        """
        condition: dict[str, Any] = (
            {"IfNoneMatch": "*"} if replacing is None else {"IfMatch": f'"{replacing}"'}
        )
        with translated("Publishing the catalogue"), path.open("rb") as file:
            try:
                response = self._client.put_object(
                    Bucket=self.bucket,
                    Key=self.key,
                    Body=file,
                    ContentType="application/vnd.sqlite3",
                    **condition,
                )
            except ClientError as error:
                if error_code(error) not in _CONFLICTS:
                    raise
                raise ConflictError(
                    "Conflict: the catalogue changed since it was downloaded (If-Match failed)."
                ) from error
        return response["ETag"].strip('"')


class CatalogueFiles:
    """The published files of all formats, by their keys."""

    def __init__(self, clients: Clients, bucket: str) -> None:
        self._clients = clients
        self._bucket = bucket

    def published_keys(self) -> list[str]:
        """Return the keys that begin as those of catalogues do."""
        with translated("Listing the catalogues"):
            response = self._clients.s3.list_objects_v2(Bucket=self._bucket, Prefix=KEY_PREFIX)
        return [stored["Key"] for stored in response.get("Contents", [])]

    def file(self, key: str) -> CatalogueObject:
        """Return the file with a key, and never an older one in its place."""
        return CatalogueObject(self._clients, self._bucket, key)

    def delete(self, key: str) -> None:
        """Delete a file; nothing happens if it is missing."""
        with translated(f"Deleting {key}"):
            self._clients.s3.delete_object(Bucket=self._bucket, Key=key)
