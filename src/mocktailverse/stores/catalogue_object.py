"""The published catalogue: one S3 object, replaced by conditional writes (optimistic locking)."""

from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from mocktailverse.errors import ConflictError, MissingError, TransientError
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.error_translation import error_code, translated

CATALOGUE_KEY = "catalogue.sqlite"
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

    def __init__(self, clients: Clients, bucket: str, key: str = CATALOGUE_KEY) -> None:
        self._client = clients.s3
        self.bucket = bucket
        self.key = key

    def download(self, path: Path, *, unless: str | None = None) -> str | None:
        """Write the published file to `path` and return its ETag.

        If its ETag is still `unless`, write nothing and return None.

        Raises:
            MissingError: nothing is published yet.
            TransientError: the connection failed before the end; the file at `path` is incomplete.
        """
        condition: dict[str, Any] = {"IfNoneMatch": f'"{unless}"'} if unless else {}
        with translated("Reading the catalogue"):
            try:
                response = self._client.get_object(Bucket=self.bucket, Key=self.key, **condition)
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
