"""The pipeline's pulse: what the live page shows, taken with a handful of requests."""

from collections import deque
from collections.abc import Sequence

from msgspec import Struct

from mocktailverse.catalogue.meta import Meta
from mocktailverse.catalogue.synced_copy import CatalogueCopy
from mocktailverse.errors import MissingError, PermanentError
from mocktailverse.loads.load import Counts, Load, latest_generations
from mocktailverse.operations.recent_loads import recent_loads
from mocktailverse.pipeline.ports import DailyLoads
from mocktailverse.stores.queue import Queue

DAYS = 7
LOADS = 200
"""The newest loads are looked at, so many at most; that bounds the requests and the page."""

BUILDS = 1000


class Pulse(Struct, frozen=True, kw_only=True):
    """The newest loads first, the queue's depth, and the catalogue that is published.

    `builds` are the times in ms at which the catalogues seen so far were built, oldest first; 0
    stands for the time when there was none yet. `are_all` is False where the last DAYS days have
    more loads than these.
    """

    loads: Sequence[Load]
    are_all: bool
    waiting: int
    dead: int
    catalogue: Meta | None
    catalogue_problem: str | None
    builds: Sequence[int]

    @property
    def standing(self) -> list[Load]:
        """The loads that no replay has superseded."""
        return latest_generations(self.loads)

    @property
    def totals(self) -> Counts:
        """What became of the records of the standing loads."""
        return sum((load.counts for load in self.standing), Counts())

    @property
    def need_attention(self) -> list[Load]:
        """Standing loads that failed or rejected records."""
        return [load for load in self.standing if load.status == "failed" or load.counts.rejected]

    @property
    def last_done(self) -> Load | None:
        """The load that ended well last; None where none did."""
        done = [load for load in self.loads if load.status == "done" and load.finished_at]
        return max(done, key=lambda load: load.finished_at or 0, default=None)


class Watch:
    """Takes the pulse again and again and remembers when catalogues were built."""

    def __init__(self, loads: DailyLoads, queue: Queue, catalogue: CatalogueCopy) -> None:
        self._loads = loads
        self._queue = queue
        self._catalogue = catalogue
        self._builds: deque[int] = deque(maxlen=BUILDS)

    def look(self) -> Pulse:
        """The pulse now.

        Raises:
            MocktailverseError: AWS does not answer, or refuses.
        """
        loads, older = recent_loads(self._loads, DAYS, limit=LOADS)
        catalogue, problem = self._published()
        return Pulse(
            loads=loads,
            are_all=older is None,
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
        except (PermanentError, OSError) as error:  # damaged, or no room: the loads still count
            return None, str(error)
        if meta.built_at not in self._builds:
            self._builds.append(meta.built_at)
        return meta, self._catalogue.problem
