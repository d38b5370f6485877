"""A lock between processes; the operating system releases it when its holder ends."""

import contextlib
import fcntl
from collections.abc import Callable, Iterator
from pathlib import Path

from mocktailverse.errors import UsageError
from mocktailverse.waiting import wait_until

TIMEOUT_S = 120.0


@contextlib.contextmanager
def exclusive(lock: Path, on_wait: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold a lock file within the block; `on_wait` is called while another process holds it.

    Raises:
        UsageError: another process holds it for too long.
    """
    with lock.open("a") as file:

        def is_locked() -> bool:
            try:
                fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                on_wait()
                return False
            return True

        if not wait_until(is_locked, TIMEOUT_S):
            raise UsageError(
                f"Another command has held `{lock}` for {TIMEOUT_S:.0f} s. Wait until it has ended,"
                " or stop it, and repeat the command."
            )
        yield
