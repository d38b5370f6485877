"""Local copies of the published catalogue: for one use, or one that keeps itself up to date."""

import secrets
import tempfile
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Final, Protocol

from mocktailverse.catalogue.changes.publication import CatalogueState
from mocktailverse.catalogue.format_upgrade import upgrade
from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.errors import MissingError
from mocktailverse.ttl_cache import Snapshot, TtlCache

REFRESH_TIMEOUT_S: Final = 0.25
"""Most refreshes find nothing new, or a small catalogue, and take no longer."""

FAILURE_TTL_S: Final = 30.0
"""Where readers wait for the refresh, a source that fails delays one of them this often at most."""

FIRST_FAILURE_TTL_S: Final = 5.0
"""Without any copy there is nothing to show, and people retry manually."""


class CatalogueSource(Protocol):
    """Where the catalogue is published: `changes.publication` documents the method."""

    def download(
        self, path: Path, *, unless: str | None = None, base: Path | None = None
    ) -> CatalogueState | None: ...


class CatalogueCopy(TtlCache[Catalogue]):
    """Follows the published catalogue; one for each process.

    Two files take turns: while one is read, the other gets what it lacks, as soon as nothing holds
    its Catalogue any longer. So a refresh costs what has changed.

    `current` returns a catalogue that is at most `max_age_s` older than the published one, and
    older only while a refresh is under way or the source fails. A source that fails is not asked
    again for a while. Without any copy, readers get the error (MissingError: nothing is published
    yet), for a shorter while.
    """

    def __init__(
        self,
        source: CatalogueSource,
        folder: Path,
        *,
        max_age_s: float,
        in_background: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Copy into `folder`, which is created when needed; check for changes every `max_age_s`."""
        super().__init__(
            self._newest,
            ttl=self._ttl_s,
            clock=clock,
            timeout_s=REFRESH_TIMEOUT_S,
            in_background=in_background,
        )
        self._source = source
        self._folder = folder
        self._max_age_s = max_age_s
        self._etag: str | None = None
        self._unread = _UnreadFile()
        weakref.finalize(self, self._unread.delete)

    @property
    def problem(self) -> str | None:
        """Why the last check of the source failed; None if it did not."""
        return self.snapshot.problem

    @property
    def failing_for_s(self) -> float | None:
        """For how long every check of the source has failed; None if the last one did not."""
        failing_since = self.snapshot.failing_since
        return None if failing_since is None else self._clock() - failing_since

    def _ttl_s(self, snapshot: Snapshot[Catalogue]) -> float:
        if snapshot.error is None:
            return self._max_age_s
        if snapshot.value is None:
            is_unpublished = isinstance(snapshot.error, MissingError)
            return 0 if is_unpublished else min(self._max_age_s, FIRST_FAILURE_TTL_S)
        return self._max_age_s if self._in_background else max(self._max_age_s, FAILURE_TTL_S)

    def _newest(self) -> Catalogue:
        held = self.snapshot.value
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._unread.take() or self._folder / f"catalogue-{secrets.token_hex(8)}.sqlite"
        with ExitStack() as unless_kept:
            unless_kept.callback(path.unlink, missing_ok=True)
            base = held.path if held else None
            state = self._source.download(path, unless=self._etag, base=base)
            if state is None and held is not None:
                unless_kept.pop_all()
                self._unread.keep(path)
                return held
            upgrade(path)
            opened = Catalogue(path)
            if held is not None:
                opened.warm(held, state.changed_rows if state else None)
            unless_kept.pop_all()
        weakref.finalize(opened, self._unread.keep, path)
        self._etag = state.etag if state else None
        return opened


class _UnreadFile:
    """The file of an earlier version that nobody reads any longer; at most one is kept."""

    def __init__(self) -> None:
        self._kept: list[Path] = []
        self._is_open = True

    def take(self) -> Path | None:
        """Return the file, if there is one, to be brought to another version."""
        return self._kept.pop() if self._kept else None

    def keep(self, path: Path) -> None:
        """Keep a file that nobody reads any longer, unless there is another one."""
        if self._is_open and not self._kept:
            self._kept.append(path)
        else:
            path.unlink(missing_ok=True)

    def delete(self) -> None:
        """Delete the file, and those that are read, later."""
        self._is_open = False
        while self._kept:
            self._kept.pop().unlink(missing_ok=True)


@contextmanager
def open_published(
    source: CatalogueSource, prepare: Callable[[Path], None] = upgrade
) -> Iterator[Catalogue]:
    """Open a copy of the published catalogue for the block; `prepare` makes it readable.

    Raises:
        MissingError: nothing is published yet.
        CatalogueError: it is not a catalogue of this code's format or an earlier one.
    """
    with tempfile.TemporaryDirectory(prefix="mocktailverse-") as folder:
        path = Path(folder, "catalogue.sqlite")
        source.download(path)
        prepare(path)
        with closing(Catalogue(path)) as catalogue:
            yield catalogue
