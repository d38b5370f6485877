"""What is known of the archives that were collected: versions, files, and drinks that are gone.

The source's own archive has one state, whatever its address is. Each other archive, which a request
named, has a state of its own and never replaces that of the source.
"""

import hashlib
from collections.abc import Mapping

import msgspec
from msgspec import Struct, field

from mocktailverse.drinks.register import WITHDRAWAL_MS
from mocktailverse.sources.collection import ObjectStore
from mocktailverse.sources.opendrinks.archive_download import Validators

STATE_KEY = "state/fetch/opendrinks.json"
OWN = ""
"""The name of the source's own archive among the states; other archives have their address."""

OTHERS_KEPT = 5
"""Other archives whose state is kept: the ones that were collected last."""


class KnownFile(Struct, frozen=True, array_like=True):
    """A file as it was last stored."""

    fingerprint: str
    """Hash of its content, and of the file that has its id, if another one does; empty if another
    archive has stored or withdrawn its drink since."""
    id: str | None
    """The id of its drink; None if it has none, or another file has it."""


class Missing(Struct, frozen=True, array_like=True):
    """A drink whose file is missing."""

    times: int
    """How often it was observed; within a day it counts once."""
    last_ms: int
    """When it was counted last, in ms since 1970 UTC."""

    def again(self, now_ms: int) -> "Missing":
        """Return the count with an observation at this time."""
        is_due = now_ms - self.last_ms >= WITHDRAWAL_MS
        return Missing(self.times + 1, now_ms) if is_due else self


class ArchiveState(Struct):
    """What is known of one archive."""

    address: str = ""
    """Where it was collected last; the validators hold for this address only."""
    validators: Validators = Validators()
    """Of the version that was collected last."""
    files: dict[str, KnownFile] = field(default_factory=dict)
    """By file name."""
    doubted: dict[str, Missing] = field(default_factory=dict)
    """Drinks that are missing, but too many at once to report them as absent, by id."""
    gone: dict[str, Missing] = field(default_factory=dict)
    """Drinks whose absence was stored once, by id."""

    @property
    def ids(self) -> set[str]:
        """The ids of its drinks."""
        return {file.id for file in self.files.values() if file.id}


class CollectionState(Struct):
    """The states of all archives by name, the one collected last at the end."""

    archives: dict[str, ArchiveState] = field(default_factory=dict)

    def ids_beside(self, name: str) -> set[str]:
        """Return the ids that an archive must not withdraw: what other archives have.

        The source's own archive withdraws whatever it no longer has.
        """
        others = (one for known, one in self.archives.items() if OWN != name != known)
        return {drink_id for archive in others for drink_id in archive.ids}


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
    store: ObjectStore, state: CollectionState, name: str, archive: ArchiveState
) -> None:
    """Store the state with this archive as the one collected last.

    Where another archive has something else than what this one has stored or withdrawn, its next
    collection stores that again: the archive that is collected last wins, but only until then.
    """
    before = state.archives.get(name, ArchiveState())
    stored = dict.fromkeys(archive.gone.keys() - before.gone.keys(), "") | {
        file.id: file.fingerprint
        for key, file in archive.files.items()
        if file.id and before.files.get(key) != file
    }
    others = {known: one for known, one in state.archives.items() if known != name}
    archives = {known: _outdated(one, stored) for known, one in others.items()} | {name: archive}
    for old in [known for known in archives if known != OWN][:-OTHERS_KEPT]:
        del archives[old]
    body = msgspec.json.encode(CollectionState(archives))
    store.put(STATE_KEY, body, metadata={}, content_type="application/json")


def _outdated(archive: ArchiveState, stored: Mapping[str, str]) -> ArchiveState:
    """Return another archive's state that no longer knows the drinks whose content differs."""
    forgotten = {
        key: KnownFile("", file.id)
        for key, file in archive.files.items()
        if file.id and stored.get(file.id, file.fingerprint) != file.fingerprint
    }
    validators = Validators() if forgotten else archive.validators
    return msgspec.structs.replace(
        archive, validators=validators, files={**archive.files, **forgotten}
    )


def fingerprint_of(content: bytes, taken_by: str | None) -> str:
    """Return the hash of a file's content and of what has its id."""
    digest = hashlib.sha256(content)
    digest.update(f"\0{taken_by or ''}".encode())
    return digest.hexdigest()[:24]
