"""Detect a full disk, so that nothing waits for a process that cannot write."""

import contextlib
import errno
import os
import shutil
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from mocktailverse.errors import UnreachableError

_ERRORS = (errno.ENOSPC, errno.EDQUOT)
_LOGGED = (*(os.strerror(number).encode() for number in _ERRORS), b"database or disk is full")
"""How logs report it: the texts of Python and the C library, and that of SQLite."""

LEAST_FREE_BYTES = 256 * 1024
_SILENT_S = 10.0
"""A full disk holds no log line either, so after this time too little free space counts."""


class FullDiskWatch:
    """Watches the logs of a stack's processes for a full disk; missing logs are ignored.

    `include_existing`: whether lines that the logs contain already count.
    """

    def __init__(self, logs: Iterable[Path], *, include_existing: bool = False) -> None:
        self._began = time.monotonic()
        self._offsets = {
            log: 0 if include_existing else log.stat().st_size for log in logs if log.is_file()
        }

    def check(self) -> None:
        """Raise if the disk is full.

        Raises:
            UnreachableError: a log reports it, or there is no space left for a log line.
        """
        if time.monotonic() - self._began > _SILENT_S:
            self.check_space()
        for log, offset in self._offsets.items():
            with log.open("rb") as stream:
                stream.seek(offset)
                added = stream.read()
            if any(text in added for text in _LOGGED):
                raise UnreachableError(explanation(log.parent))

    def check_space(self) -> None:
        """Raise UnreachableError if there is no space left for a log line."""
        for log in self._offsets:
            if shutil.disk_usage(log.parent).free < LEAST_FREE_BYTES:
                raise UnreachableError(explanation(log.parent))


@contextlib.contextmanager
def reported(folder: Path) -> Iterator[None]:
    """Translate this process's own errors about a full disk within the block.

    Raises:
        UnreachableError: the disk is full; otherwise the block's own errors.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _ERRORS:
            raise
        place = Path(error.filename).parent if error.filename else folder
        raise UnreachableError(explanation(place)) from error


def explanation(folder: Path) -> str:
    """Return what to do about a full disk that holds a folder."""
    folder = next(place for place in (folder, *folder.parents) if place.exists())
    usage = shutil.disk_usage(folder)
    return (
        f"The disk that holds `{folder}` ran out of space; {usage.free / 2**20:.1f} of"
        f" {usage.total / 2**20:.1f} MiB are free now. Free more space there, or choose a folder on"
        " another disk with --state-dir, and repeat the command."
    )
