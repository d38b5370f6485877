"""Work that one thread at a time does, while the others go on with what there is."""

from collections.abc import Callable
from threading import Event, Lock, Thread


class SingleFlight:
    """Does a piece of work in the thread that begins it, or in one of its own.

    The latter never keeps the process from ending. The work itself tells whether there is
    anything left to do, as another thread may just have done it.
    """

    def __init__(self, work: Callable[[], None], *, in_background: bool) -> None:
        """Take the work; it begins when a thread asks for it."""
        self._work = work
        self._in_background = in_background
        self._lock = Lock()

    def join(self) -> None:
        """Do the work in this thread, after those that are at it."""
        with self._lock:
            self._work()

    def begin(self, patience_s: float) -> None:
        """Have the work done, unless it is being done.

        In the background, wait for its end for `patience_s` at most; else until it is done.
        """
        if not self._lock.acquire(blocking=False):
            return
        done = Event()
        if not self._in_background:
            self._run(done)
            return
        try:
            Thread(target=self._run, args=(done,), daemon=True).start()
        except RuntimeError:  # no thread is to be had
            self._lock.release()
            raise
        done.wait(patience_s)

    def _run(self, done: Event) -> None:
        try:
            self._work()
        finally:
            self._lock.release()
            done.set()
