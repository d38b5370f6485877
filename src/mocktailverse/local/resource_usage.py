"""The memory and the disk space that a local stack takes."""

import contextlib
from pathlib import Path

import psutil

from mocktailverse.local.state import LocalStack


def memory_bytes(stack: LocalStack) -> int:
    """Return the memory of a stack's processes, and of those that they started.

    On Linux, what processes share counts once (proportional set size); elsewhere it counts for each
    of them (resident set size).
    """
    total = 0
    for process in stack.processes:
        with contextlib.suppress(psutil.Error):
            if running := process.find():
                family = [running, *running.children(recursive=True)]
                total += sum(map(_memory_bytes, family))
    return total


def _memory_bytes(process: psutil.Process) -> int:
    if psutil.LINUX:
        return int(process.memory_full_info().pss)
    return int(process.memory_info().rss)


def disk_bytes(state_dir: Path) -> int:
    """Return the size of the files in a stack's folder."""
    total = 0
    for path in state_dir.rglob("*"):
        with contextlib.suppress(OSError):  # deleted meanwhile
            total += path.lstat().st_size if path.is_file() else 0
    return total
