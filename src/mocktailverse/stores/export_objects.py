"""Exports in the catalogue's bucket: one object per version and format, deleted after a day."""

from pathlib import Path

from mocktailverse.errors import MissingError
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.error_translation import ignored, translated

PREFIX = "exports/"


class ExportObjects:
    """Stores exports, and reads parts of them."""

    def __init__(self, clients: Clients, bucket: str) -> None:
        self._client = clients.s3
        self._bucket = bucket

    def size(self, name: str) -> int | None:
        """Return the size of an export in bytes; None if it is not stored."""
        try:
            with translated(f"Looking for the export {name}"):
                head = self._client.head_object(Bucket=self._bucket, Key=PREFIX + name)
        except MissingError:
            return None
        return head["ContentLength"]

    def store(self, name: str, path: Path, content_type: str) -> None:
        """Store a file as an export, unless another process has stored it meanwhile.

        An export is never replaced, so that all parts of a download are of the same file.
        """
        with (
            translated(f"Storing the export {name}"),
            ignored("PreconditionFailed", "ConditionalRequestConflict"),
            path.open("rb") as file,
        ):
            self._client.put_object(
                Bucket=self._bucket,
                Key=PREFIX + name,
                Body=file,
                ContentType=content_type,
                IfNoneMatch="*",
            )

    def read(self, name: str, start: int = 0, stop: int | None = None) -> bytes:
        """Return the bytes of an export from `start` to before `stop` (None: its end).

        Raises:
            MissingError: it is not stored.
        """
        if start == stop:  # S3 has no empty range
            return b""
        part = f"bytes={start}-{'' if stop is None else stop - 1}"
        key = PREFIX + name
        with translated(f"Reading the export {name}"):
            response = self._client.get_object(Bucket=self._bucket, Key=key, Range=part)
            return response["Body"].read()
