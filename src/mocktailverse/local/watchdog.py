"""Exit with parent: a process ends when the process that started it ends, whatever ends that one.

    python -m mocktailverse.local.watchdog DESCRIPTOR DIRECTORY MODULE [ARGUMENT...]

The parent holds the writing end of a pipe, and `DESCRIPTOR` is its reading end. The operating
system closes the pipe when the parent ends, even by SIGKILL. A thread of the child then sends its
own process SIGTERM, and SIGKILL to its process group if it is still alive after `GRACE_S`. A byte
written to the pipe releases the child: it outlives its parent. This works on Linux and on macOS;
the child has to lead a session of its own. `DIRECTORY` shows to whom the process belongs.
"""

import contextlib
import os
import runpy
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

GRACE_S = 5.0

_FOREGROUND_PIPE = "foreground.pipe"
"""Named pipe in a stack's directory; its writer is the command in whose foreground the stack runs.

Processes that another command restarts later have to end with that command, too.
"""


def open_pipe(directory: Path) -> tuple[int, int | None]:
    """Return the reading end that a new child watches, and the writing end of that pipe.

    The writing end is None if the command in the foreground holds it.
    """
    with contextlib.suppress(FileNotFoundError):
        reading_end = os.open(directory / _FOREGROUND_PIPE, os.O_RDONLY | os.O_NONBLOCK)
        try:
            os.read(reading_end, 1)
        except BlockingIOError:  # nothing to read, so there is a writer
            os.set_blocking(reading_end, True)
            return reading_end, None
        os.close(reading_end)
    return os.pipe()


@contextlib.contextmanager
def foreground_pipe(directory: Path) -> Iterator[None]:
    """Let all processes that are started in a directory from now on end with this one."""
    pipe = directory / _FOREGROUND_PIPE
    os.mkfifo(pipe, mode=0o600)
    descriptor = os.open(pipe, os.O_RDWR)  # does not wait for a reader
    try:
        yield
    finally:
        os.close(descriptor)


def main() -> None:
    """Run the module named on the command line, as `python -m` would."""
    descriptor, _directory, module, *arguments = sys.argv[1:]
    threading.Thread(target=_exit_with_parent, args=(int(descriptor),), daemon=True).start()
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _exit_with_parent(descriptor: int) -> None:
    is_released = os.read(descriptor, 1)
    os.close(descriptor)
    if not is_released:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(GRACE_S)
        os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
