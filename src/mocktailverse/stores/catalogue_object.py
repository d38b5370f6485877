"""The published catalogue: one object in S3, replaced only if nobody else did meanwhile."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from mocktailverse.errors import ConflictError, MissingError, TransientError
from mocktailverse.stores.error_translation import error_code, translated

if TYPE_CHECKING:
    from mocktailverse.stores.clients import Clients

KEY = "catalogue.sqlite"
CHUNK_BYTES = 1024 * 1024

_NOT_MODIFIED = "304"
_CONFLICTS = frozenset(
    {
        "PreconditionFailed",  # another object stands there
        "ConditionalRequestConflict",  # another upload is under way
        "NoSuchKey",  # it was deleted
    }
)


class CatalogueObject:
    """The catalogue's object; ETags are given and taken without quotes.

    Files go to and from the disk in pieces, so that their size does not matter to memory.
    """

    def __init__(self, clients: "Clients", bucket: str, key: str = KEY) -> None:
        self._client = clients.s3
        self.bucket = bucket
        self.key = key

    def download(self, path: Path, *, unless: str | None = None) -> str | None:
        """Write the published file to `path` and return its ETag.

        Returns None, and writes nothing, if the ETag is `unless` still.

        Raises:
            MissingError: nothing was published yet.
            TransientError: reading broke off; what is at `path` is no catalogue.
        """
        condition: dict[str, Any] = {"IfNoneMatch": f'"{unless}"'} if unless else {}
        with translated("Reading the catalogue"):
            try:
                answer = self._client.get_object(Bucket=self.bucket, Key=self.key, **condition)
            except ClientError as error:
                if error_code(error) == _NOT_MODIFIED:
                    return None
                raise
            with path.open("wb") as file:
                for chunk in answer["Body"].iter_chunks(CHUNK_BYTES):
                    file.write(chunk)
                received = file.tell()
        if received < answer["ContentLength"]:
            raise TransientError(f"Reading the catalogue: only {received} bytes came.")
        return answer["ETag"].strip('"')

    def etag(self) -> str | None:
        """The published file's ETag; None if nothing was published yet."""
        try:
            with translated("Looking for the catalogue"):
                answer = self._client.head_object(Bucket=self.bucket, Key=self.key)
        except MissingError:
            return None
        return answer["ETag"].strip('"')

    def upload(self, path: Path, *, replacing: str | None) -> str:
        """Publish the file in place of the one with the ETag `replacing`; returns the new ETag.

        None says that nothing was published yet.

        Raises:
            ConflictError: something else stands there by now.
        """
        condition: dict[str, Any] = (
            {"IfNoneMatch": "*"} if replacing is None else {"IfMatch": f'"{replacing}"'}
        )
        with translated("Publishing the catalogue"), path.open("rb") as file:
            try:
                answer = self._client.put_object(
                    Bucket=self.bucket,
                    Key=self.key,
                    Body=file,
                    ContentType="application/vnd.sqlite3",
                    **condition,
                )
            except ClientError as error:
                if error_code(error) not in _CONFLICTS:
                    raise
                raise ConflictError("The catalogue was published by another in between.") from error
        return answer["ETag"].strip('"')

    def presigned_url(self, key: str, *, expires_s: int, filename: str) -> str:
        """A link by which anybody can download an object of the bucket under a file name."""
        with translated("Signing a link"):
            return self._client.generate_presigned_url(
                "get_object",
                Params={
                    "Bucket": self.bucket,
                    "Key": key,
                    "ResponseContentDisposition": f'attachment; filename="{filename}"',
                },
                ExpiresIn=expires_s,
            )
