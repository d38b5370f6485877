"""The objects of the published catalogue in S3 (see `catalogue.changes`). ETags have no quotes.

Files are streamed from and to the disk, so memory does not depend on their size.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from botocore.exceptions import ClientError

from mocktailverse.catalogue.changes.publication import ListedPart, PublishedCatalogue
from mocktailverse.catalogue.file_names import parts_folder
from mocktailverse.errors import ConflictError, MissingError, TransientError
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.error_translation import error_code, translated

KEY_PREFIX = "catalogue"
CHUNK_BYTES = 1024 * 1024

NOT_MODIFIED = "304"
CONFLICTS = (
    "PreconditionFailed",  # another head was published
    "ConditionalRequestConflict",  # another one is being published
    "NoSuchKey",  # it was deleted
)
_CONTENT_TYPES = {
    ".json": "application/json",
    ".gz": "application/gzip",
    ".sqlite": "application/vnd.sqlite3",
}


class CatalogueObjects:
    """Reads and writes the objects of the catalogue's bucket."""

    def __init__(self, clients: Clients, bucket: str) -> None:
        self._client = clients.s3
        self._bucket = bucket

    def read(self, key: str, *, unless: str | None = None) -> tuple[bytes, str] | None:
        """Return an object's content and ETag; None if the ETag is still `unless`.

        Raises:
            MissingError: it does not exist.
        """
        with translated("Reading the catalogue"):
            response = self._get(key, unless)
            if response is None:
                return None
            return response["Body"].read(), response["ETag"].strip('"')

    def save(self, key: str, path: Path, *, unless: str | None = None) -> str | None:
        """Write an object's content to `path` and return its ETag.

        If its ETag is still `unless`, write nothing and return None.

        Raises:
            MissingError: it does not exist.
            TransientError: the connection failed before the end; the file at `path` is incomplete.
        """
        with translated("Reading the catalogue"):
            response = self._get(key, unless)
            if response is None:
                return None
            with path.open("wb") as file:
                for chunk in response["Body"].iter_chunks(CHUNK_BYTES):
                    file.write(chunk)
                received = file.tell()
        if received < response["ContentLength"]:
            raise TransientError(f"Reading the catalogue: received only {received} bytes.")
        return str(response["ETag"].strip('"'))

    def add(self, key: str, content: bytes | Path) -> None:
        """Store an object under a key that nobody else uses."""
        with translated("Storing a part of the catalogue"):
            if isinstance(content, bytes):
                self._put(key, content, {})
            else:
                with content.open("rb") as file:
                    self._put(key, file, {})

    def replace(self, key: str, content: bytes, *, replacing: str | None) -> str:
        """Store an object in place of the one with the ETag `replacing`; return the new ETag.

        If `replacing` is None, there must be none yet.

        Raises:
            ConflictError: another one was stored since.
        """
        condition: dict[str, Any] = (
            {"IfNoneMatch": "*"} if replacing is None else {"IfMatch": f'"{replacing}"'}
        )
        with translated("Publishing the catalogue"):
            try:
                response = self._put(key, content, condition)
            except ClientError as error:
                if error_code(error) not in CONFLICTS:
                    raise
                raise ConflictError(
                    "Conflict: the catalogue changed since it was read (If-Match failed)."
                ) from error
        return str(response["ETag"].strip('"'))

    def etag(self, key: str) -> str | None:
        """Return an object's ETag; None if it does not exist."""
        try:
            with translated("Looking for the catalogue"):
                response = self._client.head_object(Bucket=self._bucket, Key=key)
        except MissingError:
            return None
        return str(response["ETag"].strip('"'))

    def parts(self, folder: str) -> list[ListedPart]:
        """Return the objects of a folder, such as `catalogue-4/`."""
        with translated("Listing the catalogue's parts"):
            pages = self._client.get_paginator("list_objects_v2")
            return [
                ListedPart(stored["Key"], stored["LastModified"].timestamp())
                for page in pages.paginate(Bucket=self._bucket, Prefix=folder)
                for stored in page.get("Contents", [])
            ]

    def published_names(self) -> list[str]:
        """Return the keys that begin as those of published catalogues do."""
        with translated("Listing the catalogues"):
            response = self._client.list_objects_v2(
                Bucket=self._bucket, Prefix=KEY_PREFIX, Delimiter="/"
            )
        return [stored["Key"] for stored in response.get("Contents", [])]

    def delete(self, key: str) -> None:
        """Delete an object; nothing happens if it does not exist."""
        with translated(f"Deleting {key}"):
            self._client.delete_object(Bucket=self._bucket, Key=key)

    def _get(self, key: str, unless: str | None) -> dict[str, Any] | None:
        condition: dict[str, Any] = {"IfNoneMatch": f'"{unless}"'} if unless else {}
        try:
            response = self._client.get_object(Bucket=self._bucket, Key=key, **condition)
        except ClientError as error:
            if error_code(error) == NOT_MODIFIED:
                return None
            raise
        return dict(response)

    def _put(
        self, key: str, body: bytes | BinaryIO, condition: Mapping[str, Any]
    ) -> dict[str, Any]:
        content_type = _CONTENT_TYPES[Path(key).suffix]
        response = self._client.put_object(
            Bucket=self._bucket, Key=key, Body=body, ContentType=content_type, **condition
        )
        return dict(response)


class CatalogueFiles:
    """The published catalogues of all formats, by their names."""

    def __init__(self, objects: CatalogueObjects) -> None:
        self._objects = objects

    def published_keys(self) -> list[str]:
        """Return the keys that begin as those of published catalogues do."""
        return self._objects.published_names()

    def file(self, name: str) -> PublishedCatalogue:
        """Return the catalogue with a name, and never an older one in its place."""
        return PublishedCatalogue(self._objects, name)

    def delete(self, name: str) -> None:
        """Delete a catalogue, the head first; nothing happens if it is missing."""
        self._objects.delete(name)
        for part in self._objects.parts(parts_folder(name)):
            self._objects.delete(part.key)
