"""A snapshot of the pipeline for the live page, read with a handful of requests."""

from collections import deque
from collections.abc import Sequence

from msgspec import Struct

from mocktailverse.catalogue.meta import Meta
from mocktailverse.catalogue.synced_copy import CatalogueCopy
from mocktailverse.errors import MissingError, PermanentError
from mocktailverse.loads.load_record import Counts, Load, latest_generations
from mocktailverse.operations.recent_loads import recent_loads
from mocktailverse.pipeline.ports import DailyLoads
from mocktailverse.stores.queue import Queue

DAYS = 7
MAX_LOADS = 200
"""The latest loads that are read; it limits the requests and the size of the page."""

_MAX_BUILDS = 1000


class LiveSnapshot(Struct, frozen=True, kw_only=True):
    """The state of loads, queue and catalogue at one moment."""

    loads: Sequence[Load]
    """The latest loads, newest first."""
    is_complete: bool
    """Whether `loads` are all loads of the last DAYS days."""
    waiting: int
    """Messages in the queue."""
    dead: int
    """Messages in the dead-letter queue."""
    catalogue: Meta | None
    """The published catalogue; None if there is none."""
    catalogue_problem: str | None
    """Why the catalogue cannot be refreshed."""
    builds: Sequence[int]
    """When the catalogues seen so far were built, in ms, oldest first; 0 for none published yet."""

    @property
    def current_loads(self) -> list[Load]:
        """The loads that no replay has superseded."""
        return latest_generations(self.loads)

    @property
    def totals(self) -> Counts:
        """The record counts of the current loads."""
        return sum((load.counts for load in self.current_loads), Counts())

    @property
    def alerts(self) -> list[Load]:
        """The current loads that failed or rejected records."""
        return [
            load for load in self.current_loads if load.status == "failed" or load.counts.rejected
        ]

    @property
    def last_done_at(self) -> int | None:
        """When the last load succeeded, in ms; None if none did."""
        ends = (load.finished_at for load in self.loads if load.status == "done")
        return max(filter(None, ends), default=None)


class SnapshotReader:
    """Reads snapshots and remembers when the catalogues that it saw were built."""

    def __init__(self, loads: DailyLoads, queue: Queue, catalogue: CatalogueCopy) -> None:
        self._loads = loads
        self._queue = queue
        self._catalogue = catalogue
        self._builds: deque[int] = deque(maxlen=_MAX_BUILDS)

    def read(self) -> LiveSnapshot:
        """Return the current snapshot.

        Raises:
            MocktailverseError: AWS is unreachable or denies access.
        """
        loads, older = recent_loads(self._loads, DAYS, limit=MAX_LOADS)
        catalogue, problem = self._published()
        return LiveSnapshot(
            loads=loads,
            is_complete=older is None,
            waiting=self._queue.waiting(),
            dead=self._queue.dead(),
            catalogue=catalogue,
            catalogue_problem=problem,
            builds=tuple(self._builds),
        )

    def _published(self) -> tuple[Meta | None, str | None]:
        try:
            meta = self._catalogue.current().meta
        except MissingError:
            if not self._builds:
                self._builds.append(0)
            return None, None
        except (PermanentError, OSError) as error:  # damaged, or disk full: still show the loads
            return None, str(error)
        if meta.built_at not in self._builds:
            self._builds.append(meta.built_at)
        return meta, self._catalogue.problem
