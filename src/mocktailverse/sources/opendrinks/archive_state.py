"""What is known of the archives that were collected: versions, files, and files that are gone."""

import hashlib

import msgspec
from msgspec import Struct, field

from mocktailverse.sources.collection import ObjectStore
from mocktailverse.sources.opendrinks.archive_download import Validators

STATE_KEY = "state/fetch/opendrinks.json"
ARCHIVES_KEPT = 5
"""Archives whose state is kept: the ones that were collected last."""


class KnownFile(Struct, frozen=True, array_like=True):
    """A file as it was last stored."""

    fingerprint: str
    """Hash of its content, and of the file that has its id, if another one does."""
    id: str | None
    """The id of its drink; None if it has none, or another file has it."""


class GoneFile(Struct, frozen=True, array_like=True):
    """A drink whose file disappeared. Times in ms since 1970 UTC."""

    first_ms: int
    """When its first absence was stored."""
    last_ms: int
    """When its latest absence was stored."""


class ArchiveState(Struct):
    """What is known of one archive."""

    validators: Validators = Validators()
    """Of the version that was collected last."""
    files: dict[str, KnownFile] = field(default_factory=dict)
    """By file name."""
    gone: dict[str, GoneFile] = field(default_factory=dict)
    """By the drink's id."""


class CollectionState(Struct):
    """The state of all archives, by address, the one collected last at the end."""

    archives: dict[str, ArchiveState] = field(default_factory=dict)

    def ids_in_others(self, address: str) -> set[str]:
        """Return the ids of the drinks that other archives than this one have."""
        others = (archive for known, archive in self.archives.items() if known != address)
        return {file.id for archive in others for file in archive.files.values() if file.id}


def load_state(store: ObjectStore) -> CollectionState:
    """Return the stored state; an empty one if there is none, or it cannot be read.

    Without it, all files are stored again, and nothing else changes.
    """
    body = store.get(STATE_KEY)
    try:
        return msgspec.json.decode(body, type=CollectionState) if body else CollectionState()
    except (msgspec.DecodeError, UnicodeDecodeError):  # written by another version, or damaged
        return CollectionState()


def save_state(
    store: ObjectStore, state: CollectionState, address: str, archive: ArchiveState
) -> None:
    """Store the state with this archive as the one collected last."""
    others = {known: one for known, one in state.archives.items() if known != address}
    latest = dict([*others.items(), (address, archive)][-ARCHIVES_KEPT:])
    body = msgspec.json.encode(CollectionState(latest))
    store.put(STATE_KEY, body, metadata={}, content_type="application/json")


def fingerprint_of(content: bytes, taken_by: str | None) -> str:
    """Return the hash of a file's content and of what has its id."""
    digest = hashlib.sha256(content)
    digest.update(f"\0{taken_by or ''}".encode())
    return digest.hexdigest()[:24]
