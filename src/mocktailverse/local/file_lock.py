"""A lock between processes, which one that ends lets go of by itself."""

import contextlib
import fcntl
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from mocktailverse.errors import UsageError

POLL_S = 0.02
LOCK_WAIT_S = 120.0


@contextlib.contextmanager
def exclusive(lock: Path, on_wait: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold a lock file; a process that ends lets go of it by itself.

    Raises:
        UsageError: another process holds it for too long.
    """
    with lock.open("a") as handle:
        deadline = time.monotonic() + LOCK_WAIT_S
        waiting = False
        while not _try_lock(handle.fileno()):
            if time.monotonic() > deadline:
                raise UsageError(f"Another command has held {lock} for {LOCK_WAIT_S:.0f} s.")
            if not waiting:
                waiting = True
                on_wait()
            time.sleep(POLL_S)
        yield


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
