"""A local copy of the published catalogue that keeps itself up to date."""

import secrets
import time
import weakref
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from threading import Lock
from typing import Protocol

from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.errors import MocktailverseError


class CatalogueSource(Protocol):
    """Where the catalogue is published."""

    def download(self, path: Path, *, unless: str | None = None) -> str | None:
        """Write the catalogue to `path` and return its ETag; None: it still is `unless`.

        Raises:
            MissingError: nothing was published yet.
        """


class CatalogueCopy:
    """Downloads the catalogue when it changed; one for each process.

    `problem` says why the last look at the source failed, None if it did not; `checked_at` is
    when that was, by the clock, None before the first look.
    """

    def __init__(
        self,
        source: CatalogueSource,
        folder: Path,
        *,
        max_age_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Copy into `folder`, which is made when needed; look again after `max_age_s`."""
        self._source = source
        self._folder = folder
        self._max_age_s = max_age_s
        self._clock = clock
        self._looking = Lock()
        self._current: Catalogue | None = None
        self._etag: str | None = None
        self.problem: str | None = None
        self.checked_at: float | None = None

    def current(self) -> Catalogue:
        """The catalogue, at most `max_age_s` behind what is published while the source answers.

        One thread looks; meanwhile, and when the source fails, everybody gets the copy there is.
        Its file lives until nobody holds its Catalogue any more.

        Raises:
            MissingError: nothing was published yet.
            MocktailverseError: there is no copy yet, and the first one cannot be got.
            OSError: likewise.
        """
        held = self._current
        if held is not None and not (self._is_due() and self._looking.acquire(blocking=False)):
            return held
        if held is None:
            self._looking.acquire()
        try:
            return self._looked()
        finally:
            self._looking.release()

    def _is_due(self) -> bool:
        checked_at = self.checked_at
        return checked_at is None or self._clock() - checked_at >= self._max_age_s

    def _looked(self) -> Catalogue:
        held = self._current
        if held is not None and not self._is_due():
            return held
        try:
            self._current = self._newest(held)
            self.problem = None
        except (MocktailverseError, OSError) as error:
            self.problem = str(error)
            if held is None:
                raise
            return held
        finally:
            self.checked_at = self._clock()
        return self._current

    def _newest(self, held: Catalogue | None) -> Catalogue:
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"catalogue-{secrets.token_hex(8)}.sqlite"
        with ExitStack() as unless_opened:
            unless_opened.callback(path.unlink, missing_ok=True)
            etag = self._source.download(path, unless=self._etag)
            if etag is None and held is not None:
                return held
            opened = Catalogue(path)
            if held is not None:
                opened.warm()
            unless_opened.pop_all()
        weakref.finalize(opened, path.unlink, missing_ok=True)
        self._etag = etag
        return opened
