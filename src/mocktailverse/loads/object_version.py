"""Versions of raw objects, and the layout of their keys.

    raw/<source>/<yyyy>/<mm>/<dd>/<run>/<part>

The date (UTC) and the run say when and by what the object was stored. Manually uploaded objects may
use any path under `raw/<source>/`.
"""

import hashlib
from collections.abc import Mapping
from typing import Self

from msgspec import Struct

from mocktailverse.drinks.drink import Lineage
from mocktailverse.times import utc

RAW_PREFIX = "raw/"
"""The prefix of every raw object's key."""

DEFAULT_SOURCE = "thecocktaildb"
"""The source of files, ids and fetches for which none is named."""

CANARY_PREFIX = f"{RAW_PREFIX}{DEFAULT_SOURCE}/canary/"
"""The prefix of canaries, the empty raw objects that `up` and `deploy` send as health checks."""


STORED_AT = "stored-at"
"""Metadata of an object from an archive: when the original was stored, in ms since 1970 UTC."""


class ObjectVersion(Struct, frozen=True, order=True):
    """One immutable version of a raw object."""

    bucket: str
    """The data bucket's name."""
    key: str
    """The raw object's key, `raw/<source>/...`."""
    version_id: str
    """S3's version; `null` where the bucket was not versioned."""

    @classmethod
    def of(cls, lineage: Lineage) -> Self:
        """Return the version that a drink was made from."""
        return cls(lineage.bucket, lineage.key, lineage.version_id)

    @property
    def source(self) -> str:
        """The source's name in the key `raw/<source>/...`; empty if there is none."""
        prefix, _, rest = self.key.partition("/")
        source, slash, _ = rest.partition("/")
        return source if prefix + "/" == RAW_PREFIX and slash else ""

    @property
    def trace_id(self) -> str:
        """The correlation id, 24 hex digits, in the logs of every stage."""
        text = f"{self.version_id}/{self.bucket}/{self.key}"
        return hashlib.sha256(text.encode()).hexdigest()[:24]

    def load_id(self, generation: int) -> str:
        """Return the load's id, equal for every delivery: `<trace id>-<generation>`."""
        return f"{self.trace_id}-{generation:04d}"


class StoredObject(Struct, frozen=True):
    """A listed object version."""

    version: ObjectVersion
    bytes: int
    """The stored size."""
    stored_at: int
    """S3's LastModified, in ms since 1970 UTC."""
    md5: str = ""
    """In hex, as S3's ETag gives it; other text for an object that was uploaded in parts."""


def first_stored_at(stored_at: int, metadata: Mapping[str, str]) -> int:
    """Return when an object was stored first, before it was restored from an archive (ms).

    `stored_at` is S3's time. A time in the metadata that is later, or not a number, is ignored.
    """
    text = metadata.get(STORED_AT, "")
    return min(stored_at, int(text)) if text.isascii() and text.isdigit() else stored_at


def run_prefix(area: str, source: str, started_at: int, run: str) -> str:
    """Return the common prefix of one run's keys: `<area>/<source>/<yyyy>/<mm>/<dd>/<run>/`.

    The area is `raw`, or `listings` for responses that hold no full records. The date is that of
    `started_at`, in ms since 1970 UTC.
    """
    return f"{area}/{source}/{utc(started_at):%Y/%m/%d}/{run}/"
