"""What processes hang on, so that they end with another one (see `leash`)."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

_FOR_LATER = "leash"
"""Name of the pipe on which hang those that are started later; in their directory."""


class Leash:
    """Held by the starter of a process: when the starter ends, so does the process.

    Without a descriptor somebody else holds it (see `leash_for_later`), and has all the say.
    """

    def __init__(self, descriptor: int | None) -> None:
        self._descriptor = descriptor

    def release(self) -> None:
        """Let the process outlive its starter."""
        if self._descriptor is None:
            return
        with contextlib.suppress(BrokenPipeError):  # it has ended already
            os.write(self._descriptor, b".")
        self.close()

    def close(self) -> None:
        """Let go without a word, which ends the process."""
        if self._descriptor is not None:
            os.close(self._descriptor)


@contextlib.contextmanager
def leash_for_later(directory: Path) -> Iterator[None]:
    """What is started in a directory from now on, by any process, ends with this one."""
    place = directory / _FOR_LATER
    os.mkfifo(place, mode=0o600)
    descriptor = os.open(place, os.O_RDWR)  # which does not wait for a reader
    try:
        yield
    finally:
        os.close(descriptor)


def new_leash(directory: Path) -> tuple[int, int | None]:
    """The end to watch and the end to hold; None where the directory's is held by another."""
    with contextlib.suppress(FileNotFoundError):
        watched = os.open(directory / _FOR_LATER, os.O_RDONLY | os.O_NONBLOCK)
        try:
            os.read(watched, 1)
        except BlockingIOError:  # nothing to read, but a writer
            os.set_blocking(watched, True)
            return watched, None
        os.close(watched)
    return os.pipe()
