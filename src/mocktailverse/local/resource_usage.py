"""The memory and the disk space that a local stack takes."""

import contextlib
from pathlib import Path

import psutil

from mocktailverse.local.state import LocalStack


def memory_bytes(stack: LocalStack) -> int:
    """Return the resident memory of a stack's processes, and of those that they started."""
    total = 0
    for process in stack.processes:
        with contextlib.suppress(psutil.Error):
            if running := process.find():
                family = [running, *running.children(recursive=True)]
                total += sum(member.memory_info().rss for member in family)
    return total


def disk_bytes(state_dir: Path) -> int:
    """Return the size of the files in a stack's folder."""
    total = 0
    for path in state_dir.rglob("*"):
        with contextlib.suppress(OSError):  # deleted meanwhile
            total += path.lstat().st_size if path.is_file() else 0
    return total
