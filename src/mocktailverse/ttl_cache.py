"""A value that is fetched again when its time to live (TTL) has passed.

Two patterns make it fit for many readers of one slow source:

- Single flight: one thread fetches at a time. With 50 visitors and an expired value, the source
  gets 1 request instead of 50.
- Stale-while-revalidate: meanwhile, and while the source fails, the others get the stale value.
"""

from collections.abc import Callable
from threading import Event, Lock, Thread
from typing import Generic, TypeVar

from msgspec import Struct

from mocktailverse.errors import MocktailverseError

T = TypeVar("T")


class Snapshot(Struct, Generic[T], frozen=True):
    """The cached value and the outcome of the last fetch; times are those of the cache's clock."""

    value: T | None = None
    """The last value that was fetched; None before the first."""
    fetched_at: float | None = None
    """When it was fetched."""
    error: Exception | None = None
    """Why the last fetch failed; None if it did not."""
    failing_since: float | None = None
    """When fetches began to fail; None while they succeed."""

    @property
    def problem(self) -> str | None:
        """The text of the error."""
        return None if self.error is None else str(self.error)


class TtlCache(Generic[T]):
    """Caches one value; the thread that first finds it expired fetches it again.

    After a MocktailverseError or OSError the stale value stays, and the error is reported with it.
    """

    def __init__(
        self,
        fetch: Callable[[], T],
        *,
        ttl: Callable[[Snapshot[T]], float],
        clock: Callable[[], float],
        timeout_s: float,
        in_background: bool = False,
    ) -> None:
        """Fetch nothing yet.

        Args:
            fetch: returns the current value.
            ttl: how long a snapshot is fresh, in the clock's unit.
            clock: the time now, in seconds or ms.
            timeout_s: how long a caller waits for a fetch in the background, but not at all while
                the source fails.
            in_background: fetch in a thread of its own. For processes that live on between
                requests; a Lambda function is frozen then, so there the caller fetches.
        """
        self._fetch = fetch
        self._ttl = ttl
        self._clock = clock
        self._timeout_s = timeout_s
        self._in_background = in_background
        self._lock = Lock()  # held by the thread that fetches
        self._is_expired = False
        self._expires_at: float | None = None
        self.snapshot: Snapshot[T] = Snapshot()

    @property
    def is_fresh(self) -> bool:
        """Whether there is a value that is not due to be fetched again."""
        return self.snapshot.value is not None and not self._is_due()

    def get(self, *, timeout_s: float | None = None) -> Snapshot[T]:
        """Return the snapshot, after a fetch if it is due.

        Args:
            timeout_s: how long to wait for a fetch in the background, and before it for one that
                another caller began. Without it, only the caller that begins a fetch waits.
        """
        if self._expires_at is None:
            self._refresh_when_free()
        elif self._is_due():
            own_s, others_s = (self._timeout_s, 0.0) if timeout_s is None else (timeout_s,) * 2
            if self.snapshot.error is not None:
                own_s = others_s = 0.0
            if self._lock.acquire(timeout=others_s):
                self._begin_refresh(own_s)
        return self.snapshot

    def current(self, *, timeout_s: float | None = None) -> T:
        """Return the value, after a fetch if it is due; every caller waits for the first value.

        Raises:
            MocktailverseError: there is no value yet, and the last fetch failed.
            OSError: likewise.
        """
        if self.snapshot.value is None:
            self._refresh_when_free()
        else:
            self.get(timeout_s=timeout_s)
        snapshot = self.snapshot
        if snapshot.value is None and snapshot.error is not None:
            raise snapshot.error.with_traceback(None)  # to which each reader would add
        assert snapshot.value is not None  # noqa: S101 - a fetch returns a value or fails
        return snapshot.value

    def expire(self) -> None:
        """Have the next caller fetch again, even if a fetch is under way."""
        self._is_expired = True

    def _is_due(self) -> bool:
        expires_at = self._expires_at
        return self._is_expired or expires_at is None or self._clock() >= expires_at

    def _refresh_when_free(self) -> None:
        """Fetch in this thread, after the one that is fetching, unless that made it unnecessary."""
        with self._lock:
            self._refresh()

    def _begin_refresh(self, timeout_s: float) -> None:
        """Refresh and release the lock; in the background, wait for that for at most `timeout_s`.

        A background thread never keeps the process from ending.
        """
        done = Event()
        if not self._in_background:
            self._refresh_and_release(done)
            return
        try:
            Thread(target=self._refresh_and_release, args=(done,), daemon=True).start()
        except RuntimeError:  # the system has no more threads
            self._lock.release()
            raise
        done.wait(timeout_s)

    def _refresh_and_release(self, done: Event) -> None:
        try:
            self._refresh()
        finally:
            self._lock.release()
            done.set()

    def _refresh(self) -> None:
        if not self._is_due():  # another thread has just done it
            return
        self._is_expired = False
        try:
            value = self._fetch()
        except (MocktailverseError, OSError) as error:
            stale, now = self.snapshot, self._clock()
            since = now if stale.failing_since is None else stale.failing_since
            # Without its traceback, whose frames would keep values alive.
            stripped = error.with_traceback(None)
            self.snapshot = Snapshot(stale.value, stale.fetched_at, stripped, since)
        else:
            now = self._clock()
            self.snapshot = Snapshot(value, now)
        self._expires_at = now + self._ttl(self.snapshot)
