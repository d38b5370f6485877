"""Exports in the catalogue's bucket: one object per version and format, deleted after a day."""

from collections.abc import Sequence
from pathlib import Path

from mocktailverse.errors import MissingError
from mocktailverse.stores.catalogue_object import CATALOGUE_KEY
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.error_translation import translated

PREFIX = "exports/"
LINK_EXPIRES_S = 900


class ExportObjects:
    """Stores exports, and creates links to them and to the catalogue."""

    def __init__(
        self, clients: Clients, bucket: str, catalogue_keys: Sequence[str] = (CATALOGUE_KEY,)
    ) -> None:
        """`catalogue_keys` are the catalogue's, the newest format first."""
        self._client = clients.s3
        self._bucket = bucket
        self._catalogue_keys = catalogue_keys

    def exists(self, name: str) -> bool:
        """Return whether an export of this name is stored."""
        return self._exists(PREFIX + name)

    def _exists(self, key: str) -> bool:
        try:
            with translated(f"Looking for {key}"):
                self._client.head_object(Bucket=self._bucket, Key=key)
        except MissingError:
            return False
        return True

    def store(self, name: str, path: Path, content_type: str) -> None:
        """Store a file as an export."""
        with translated(f"Storing the export {name}"), path.open("rb") as file:
            self._client.put_object(
                Bucket=self._bucket, Key=PREFIX + name, Body=file, ContentType=content_type
            )

    def link(self, name: str, filename: str) -> str:
        """Return a link to an export that expires after 15 minutes."""
        return self._link(PREFIX + name, filename)

    def catalogue_link(self, filename: str) -> str:
        """Return a link to the published catalogue that expires after 15 minutes."""
        *newer, oldest = self._catalogue_keys
        return self._link(next(filter(self._exists, newer), oldest), filename)

    def _link(self, key: str, filename: str) -> str:
        """Return a link with which anybody can download an object under a file name."""
        disposition = f'attachment; filename="{filename}"'
        with translated("Signing a link"):
            return self._client.generate_presigned_url(
                "get_object",
                {"Bucket": self._bucket, "Key": key, "ResponseContentDisposition": disposition},
                LINK_EXPIRES_S,
            )
