"""The head of the published catalogue: which objects it consists of."""

import msgspec
from msgspec import Struct

from mocktailverse.errors import CatalogueError

MOST_CHANGES = 128
"""Changes after a snapshot until the next one: a new reader requests each of them."""

KEPT_CHANGES = 32
"""Changes before a snapshot that readers of older versions can still take instead of it."""

MOST_BYTES = 1_000_000
"""Their bytes until the next one, about 2,000 drinks, which a new reader changes in a second."""

SNAPSHOT_SHARE = 64
"""In a large catalogue they may be this part of the snapshot, which takes longer to upload."""


class CataloguePart(Struct, frozen=True):
    """A stored snapshot or change."""

    key: str
    version: str
    """The version that it leads to."""
    bytes: int


class Head(Struct, frozen=True):
    """A snapshot, and the changes from one version to the next, in their order.

    The changes begin before the snapshot: readers of those versions need not take it.
    """

    snapshot: CataloguePart
    changes: tuple[CataloguePart, ...] = ()

    @property
    def version(self) -> str:
        """The published version."""
        return self.changes[-1].version if self.changes else self.snapshot.version

    def changes_after(self, version: str | None) -> tuple[CataloguePart, ...] | None:
        """Return what a copy of a version lacks; None if it has to take the snapshot."""
        versions = [part.version for part in self.changes]
        if version in versions:
            return self.changes[versions.index(version) + 1 :]
        return self.changes if version == self.snapshot.version else None

    @property
    def since_snapshot(self) -> tuple[CataloguePart, ...]:
        """The changes that the snapshot does not have."""
        since = self.changes_after(self.snapshot.version)
        assert since is not None  # noqa: S101 - see `with_change`
        return since

    def with_change(self, change: CataloguePart) -> "Head":
        """Return the head after one more change; readers of much older versions are forgotten."""
        since = self.since_snapshot
        before = self.changes[: len(self.changes) - len(since)]
        kept = (*before[-KEPT_CHANGES:], *since, change)
        return msgspec.structs.replace(self, changes=kept)

    def with_snapshot(self, snapshot: CataloguePart) -> "Head":
        """Return the head with a snapshot of one of its versions."""
        return msgspec.structs.replace(self, snapshot=snapshot)

    @property
    def needs_snapshot(self) -> bool:
        """Whether the changes after the snapshot cost new readers too much."""
        since = self.since_snapshot
        most_bytes = max(MOST_BYTES, self.snapshot.bytes // SNAPSHOT_SHARE)
        return len(since) >= MOST_CHANGES or sum(part.bytes for part in since) > most_bytes


def decode_head(stored: bytes) -> Head:
    """Return a stored head.

    Raises:
        CatalogueError: it is damaged.
    """
    try:
        return msgspec.json.decode(stored, type=Head)
    except msgspec.MsgspecError as error:
        raise CatalogueError(f"The catalogue's head cannot be read: {error}.") from error
