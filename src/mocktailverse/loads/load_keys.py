"""Keys of load records: what identifies a load, and its position in the listing of loads by day."""

import re
from typing import NamedTuple, Self

from mocktailverse.loads.load_record import Load
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.times import utc

MAX_OBJECT_KEY_BYTES = 2048
"""DynamoDB's limit for a partition key; a query with a longer one fails."""


def object_key(version: ObjectVersion) -> str:
    """Return the partition key of an object version's loads: `<version id>/<bucket>/<key>`."""
    return f"{version.version_id}/{version.bucket}/{version.key}"


def load_key(version: ObjectVersion, generation: int) -> tuple[str, str]:
    """Return the key of a load: its partition key, and its sort key such as `0001`."""
    return object_key(version), f"{generation:04d}"


def day_of(at: int) -> str:
    """Return the UTC day of a time in ms, such as `2026-11-22`."""
    return f"{utc(at):%Y-%m-%d}"


class LoadPosition(NamedTuple):
    """A load's position in the listing of its day, newest first (keyset pagination).

    Example: `("v1/data/raw/<source>/a.json", "0001", "2026-11-22", 1795305600000)`.
    """

    object: str
    part: str
    day: str
    started_at: int

    @classmethod
    def of(cls, load: Load) -> Self:
        key = load_key(load.object, load.generation)
        return cls(*key, day_of(load.started_at), load.started_at)

    @property
    def is_valid(self) -> bool:
        """Whether a load can have this position.

        Cursors are not signed, so anybody can forge one. DynamoDB fails on a query that resumes
        after a key that is too long, or whose day and time do not belong together.
        """
        try:
            is_object = 0 < len(self.object.encode()) <= MAX_OBJECT_KEY_BYTES
            is_day = day_of(self.started_at) == self.day
        except (ValueError, OverflowError, OSError):  # lone surrogates; years beyond 9999
            return False
        return is_object and is_day and re.fullmatch(r"[0-9]{4,9}", self.part) is not None
