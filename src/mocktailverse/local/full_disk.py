"""A full disk, reported as such: waiting for a part that cannot write is pointless."""

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
"""How a log reports it: as Python and the C library do, and as SQLite does."""

_LEAST_FREE_BYTES = 256 * 1024
_SILENT_S = 10.0
"""A disk without space holds no log line either, so after this time the space itself counts."""


class FullDiskWatch:
    """Watches the logs of a stack's parts for a full disk.

    Args:
        logs: the parts' logs; missing ones are left out.
        whole: whether what the logs hold already counts.
    """

    def __init__(self, logs: Iterable[Path], *, whole: bool = False) -> None:
        self._began = time.monotonic()
        self._offsets = {log: 0 if whole else log.stat().st_size for log in logs if log.is_file()}

    def check(self) -> None:
        """Return while nothing reports a full disk.

        Raises:
            UnreachableError: a log does, or there is no space left for a log.
        """
        waited_s = time.monotonic() - self._began
        for log, offset in self._offsets.items():
            with log.open("rb") as stream:
                stream.seek(offset)
                added = stream.read()
            free = shutil.disk_usage(log.parent).free
            if any(text in added for text in _LOGGED) or (
                waited_s > _SILENT_S and free < _LEAST_FREE_BYTES
            ):
                raise _error(log.parent)


@contextlib.contextmanager
def reported(folder: Path) -> Iterator[None]:
    """Report a full disk that this process meets within the block.

    Raises:
        UnreachableError: the disk is full; otherwise the block's own errors.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _ERRORS:
            raise
        raise _error(Path(error.filename).parent if error.filename else folder) from error


def _error(folder: Path) -> UnreachableError:
    folder = next(place for place in (folder, *folder.parents) if place.exists())
    usage = shutil.disk_usage(folder)
    return UnreachableError(
        f"The disk that holds `{folder}` ran out of space; {usage.free / 2**20:.1f} of"
        f" {usage.total / 2**20:.1f} MiB are free now. Free more space there, or choose a folder on"
        " another disk with --state-dir, and repeat the command."
    )
