"""Local copies of the published catalogue: for one use, or one that keeps itself up to date."""

import secrets
import tempfile
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Final, Protocol

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
    """The place where the catalogue is published."""

    def download(self, path: Path, *, unless: str | None = None) -> str | None:
        """Write the catalogue to `path` and return its ETag; None if that still equals `unless`.

        Raises:
            MissingError: nothing is published yet.
        """


class CatalogueCopy(TtlCache[Catalogue]):
    """Downloads the catalogue when it has changed; one for each process.

    `current` returns a catalogue that is at most `max_age_s` older than the published one, and
    older only while a refresh is under way or the source fails. A source that fails is not asked
    again for a while. Without any copy, readers get the error (MissingError: nothing is published
    yet), for a shorter while. A file is deleted when nothing holds its Catalogue any longer.
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
        path = self._folder / f"catalogue-{secrets.token_hex(8)}.sqlite"
        with ExitStack() as unless_opened:
            unless_opened.callback(path.unlink, missing_ok=True)
            etag = self._source.download(path, unless=self._etag)
            if etag is None and held is not None:
                return held
            upgrade(path)
            opened = Catalogue(path)
            if held is not None:
                opened.warm()
            unless_opened.pop_all()
        weakref.finalize(opened, path.unlink, missing_ok=True)
        self._etag = etag
        return opened


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
