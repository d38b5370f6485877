"""The publish stage: brings the catalogue, the read model, up to date with the drinks table.

A change notification names a drink, without its content (a stream record of type KEYS_ONLY). Its
publisher brings its copy of the catalogue to the published version, then reads the drink
consistently, edits the copy, stores the edits as a change, and replaces the head only if it is
still the one of its copy (optimistic locking with the ETag). Otherwise it takes its edits back and
starts again with what was published meanwhile.

In this order any number of publishers converge, also if notifications are duplicated, late,
coalesced or out of order: each version is its predecessor plus drinks that were read after the
predecessor was published. Example: publishers A and B both have version 1. A reads version 3 of a
drink and publishes version 2. B read version 2 of the drink before that; its head is refused, it
repeats A's change on its copy and reads the drink again, now at version 3 or later.

A publisher reads only the drinks of its batch, never the whole table: that is `rebuilding`.
"""

import random
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec
from msgspec import Struct

from mocktailverse.catalogue.changes.publication import CatalogueState, PublishedCatalogue
from mocktailverse.catalogue.changes.row_edits import pack
from mocktailverse.catalogue.meta import Meta
from mocktailverse.catalogue.reference_update import open_to_edit
from mocktailverse.catalogue.writer import CatalogueWriter, catalogue_version
from mocktailverse.drinks.drink import Drink
from mocktailverse.errors import CatalogueError, ConflictError, MissingError, TransientError
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.pipeline.ports import DrinksStore

TRIES = 8
"""Conflicting uploads after which a publisher gives up."""

FIRST_WAIT_S = 0.05
LONGEST_WAIT_S = 2.0
FILE = "catalogue.sqlite"


class PublishResult(Struct, frozen=True):
    """The changes that were published, and the state of the catalogue after them."""

    changed: int
    """Drinks that were added or replaced; all drinks after a rebuild."""
    removed: int
    """Drinks that were removed."""
    version: str
    """The published version."""
    drinks: int
    """All drinks of that version."""
    rebuilt: bool = False
    """Whether it was built from the whole table."""
    attempts: int = 1
    """Tries until an upload met no conflict."""
    traces: tuple[str, ...] = ()
    """Trace ids of the raw objects from which the requested drinks come."""


class Publisher:
    """Publishes the drinks of one table; keeps its copy of the file in its own folder."""

    def __init__(  # noqa: PLR0913 - two stores, a folder and three options
        self,
        drinks: DrinksStore,
        catalogue: PublishedCatalogue,
        folder: Path,
        *,
        now_ms: Callable[[], int],
        env: str = "local",
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        """`env` is the environment's name, for the error that says how to repair it."""
        self._drinks = drinks
        self._catalogue = catalogue
        self._path = folder / FILE
        self._path.unlink(missing_ok=True)  # a process that ended may have left it half written
        self._state: CatalogueState | None = None
        """What the copy was brought to; None while it may be anything."""
        self._now_ms = now_ms
        self._env = env
        self._wait = wait

    def publish(self, ids: Iterable[str]) -> PublishResult:
        """Bring these drinks up to date in the published catalogue.

        Raises:
            CatalogueError: no catalogue of this format is published, or it is damaged. Nothing was
                written; publish the same ids again after a rebuild.
            TransientError: every head met a conflict, or a store failed. The published catalogue
                is intact; publish the same ids again.
        """
        unique = sorted(set(ids))
        result = retry_on_conflict(lambda: self._publish_drinks(unique), self._wait)
        if self._state:
            self._state = self._catalogue.add_snapshot_if_due(self._state, self._path)
        return result

    def _publish_drinks(self, ids: list[str]) -> PublishResult:
        """Publish what these drinks change in the current version."""
        try:
            state, self._state = self._updated(), None  # until the edits last
            registers = self._drinks.many(ids)
            drinks = {key: register.drink for key, register in registers.items() if register.drink}
            with open_to_edit(self._path) as writer:
                changed = writer.put(drinks.values())
                removed = writer.remove(drink_id for drink_id in ids if drink_id not in drinks)
                if changed or removed or writer.is_new:
                    meta, state = self._commit(writer, state)
                else:
                    meta = writer.meta
        except CatalogueError as error:
            raise CatalogueError(
                f"The catalogue must be rebuilt: mocktailverse rebuild --env {self._env} ({error})"
            ) from error
        self._state = state
        traces = _traces(drinks.values())
        return PublishResult(changed, removed, meta.version, meta.drinks, traces=traces)

    def _updated(self) -> CatalogueState:
        """Bring the copy to the published version."""
        held = self._state if self._path.is_file() else None
        try:
            latest = self._catalogue.download(self._path, unless=held.etag if held else None)
        except MissingError as error:
            raise CatalogueError("No catalogue is published.") from error
        state = latest or held
        assert state is not None  # noqa: S101 - without a condition, a download returns one
        return state

    def _commit(
        self, writer: CatalogueWriter, state: CatalogueState
    ) -> tuple[Meta, CatalogueState]:
        """Publish the edits, then make them last in the copy.

        If the head is refused, the copy stays at its version.
        """
        now = self._now_ms()
        meta = writer.seal(
            version=catalogue_version(now),
            built_at=now,
            table=self._drinks.name,
            commit=writer.is_new,
        )
        if writer.is_new:  # written again, to the last row
            return meta, self._catalogue.upload(self._path, replacing=state.etag)
        published = self._catalogue.append(state, meta.version, pack(writer.edits))
        writer.commit()
        return meta, published


def retry_on_conflict(
    attempt: Callable[[], PublishResult], wait: Callable[[float], None]
) -> PublishResult:
    """Try until no upload conflicts: exponential backoff with jitter.

    Each wait is 50 to 100 % of its bound, so that publishers that conflict do not meet again.
    stamina, which the sources use, adds the same jitter to every wait and none to the longest; it
    also sleeps by itself, while tests interleave publishers at `wait`.

    Raises:
        TransientError: every upload met a conflict.
    """
    wait_s = FIRST_WAIT_S
    for number in range(1, TRIES + 1):
        try:
            return msgspec.structs.replace(attempt(), attempts=number)
        except ConflictError:
            wait(wait_s * random.uniform(0.5, 1))  # noqa: S311 - jitter
            wait_s = min(2 * wait_s, LONGEST_WAIT_S)
    raise TransientError(f"Gave up after {TRIES} conflicting concurrent publishes.")


def _traces(drinks: Iterable[Drink]) -> tuple[str, ...]:
    """Return the trace ids of the raw objects from which drinks come, each once."""
    origins = {ObjectVersion.of(drink.lineage) for drink in drinks}
    return tuple(sorted(origin.trace_id for origin in origins))
