"""A local copy of the published catalogue that keeps itself up to date."""

import secrets
import time
import weakref
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Final, Protocol

from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.catalogue.single_flight import SingleFlight
from mocktailverse.errors import MissingError, MocktailverseError

PATIENCE_S: Final = 0.25
"""Most looks find nothing new, or a small catalogue, and take no longer."""

FAILURE_KEPT_S: Final = 30.0
"""Where readers themselves look, a source that fails costs them a wait so often at most."""

FIRST_FAILURE_KEPT_S: Final = 5.0
"""People who see nothing at all try again by hand."""


class CatalogueSource(Protocol):
    """Where the catalogue is published."""

    def download(self, path: Path, *, unless: str | None = None) -> str | None:
        """Write the catalogue to `path` and return its ETag; None: it still is `unless`.

        Raises:
            MissingError: nothing was published yet.
        """


class CatalogueCopy:
    """Downloads the catalogue when it changed; one for each process.

    While it fails, the last catalogue is given, and the source is left alone for a while. Where
    there is none yet, the failure is the answer, for a shorter while.
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
        """Copy into `folder`, which is made when needed; look again after `max_age_s`.

        Looking `in_background` is for processes that live on between the readers' requests;
        else the first reader after `max_age_s` looks.
        """
        self._source = source
        self._folder = folder
        self._max_age_s = max_age_s
        self._in_background = in_background
        self._clock = clock
        self._looking = SingleFlight(self._look, in_background=in_background)
        self._current: Catalogue | None = None
        self._etag: str | None = None
        self._checked_at: float | None = None
        self._failure: MocktailverseError | OSError | None = None
        self._failing_since = 0.0

    @property
    def problem(self) -> str | None:
        """Why the last look at the source failed; None if it did not."""
        failure = self._failure
        return None if failure is None else str(failure)

    @property
    def failing_for_s(self) -> float | None:
        """Since how long every look at the source has failed; None if the last one did not."""
        return None if self._failure is None else self._clock() - self._failing_since

    def current(self, *, patience_s: float = PATIENCE_S) -> Catalogue:
        """The catalogue, at most `max_age_s` behind what is published while the source answers.

        One thread looks; meanwhile, and when the source fails, everybody gets the copy there is.
        In the background, the reader who begins a look waits for its end for `patience_s` at most,
        and not at all while the source fails.
        A file lives until nobody holds its Catalogue any more.

        Raises:
            MissingError: nothing was published yet.
            MocktailverseError: there is no copy yet, and the first one cannot be got.
            OSError: likewise.
        """
        if self._current is None:
            self._looking.join()
        elif self._is_due():
            self._looking.begin(patience_s if self._failure is None else 0)
        failure, found = self._failure, self._current  # in this order: a look ends with no failure
        if found is None and failure is not None:
            raise failure.with_traceback(None)  # or each of its readers would add to it
        assert found is not None  # noqa: S101 - a look finds something or fails
        return found

    def _is_due(self) -> bool:
        if self._checked_at is None:
            return True
        return self._clock() - self._checked_at >= self._kept_s()

    def _kept_s(self) -> float:
        """How long the outcome of the last look holds."""
        if self._failure is None:
            return self._max_age_s
        if self._current is None:
            answered = isinstance(self._failure, MissingError)
            return 0 if answered else min(self._max_age_s, FIRST_FAILURE_KEPT_S)
        return self._max_age_s if self._in_background else max(self._max_age_s, FAILURE_KEPT_S)

    def _look(self) -> None:
        if not self._is_due():
            return
        try:
            self._current = self._newest(self._current)
            self._failure = None
        except (MocktailverseError, OSError) as error:
            if self._failure is None:
                self._failing_since = self._clock()
            self._failure = error.with_traceback(None)  # which holds on to catalogues
        self._checked_at = self._clock()

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
