"""Exit with parent: a process ends when the process that started it ends, whatever ends that one.

    python -m mocktailverse.local.watchdog LOCK MODULE [ARGUMENT...]

The parent holds an exclusive lock on the file `LOCK`. The operating system releases it when the
parent ends, even by SIGKILL. A thread of the child waits for the lock. Then it sends its own
process SIGTERM, and SIGKILL to its process group if it is still alive after `GRACE_S`. If the file
is not empty by then, the child was released: it ends with the command in whose foreground its
stack runs, if there is one. This works on Linux and on macOS; the child has to lead a session of
its own. The path of the lock shows to whom the process belongs.
"""

import contextlib
import fcntl
import os
import runpy
import signal
import sys
import threading
import time
from pathlib import Path
from typing import IO

GRACE_S = 5.0

FOREGROUND_LOCK = "foreground.lock"
"""Lock file beside the others, held by the command in whose foreground the stack runs."""


def hold(lock: Path) -> IO[bytes]:
    """Return a new lock file for children to watch, which is held until it is closed."""
    file = lock.open("xb")
    fcntl.flock(file, fcntl.LOCK_EX)
    return file


def release(lock: IO[bytes]) -> None:
    """Give a lock up, and let the children that watch it outlive this process."""
    lock.truncate(1)  # a hole, for which a full disk has room
    lock.close()


def main() -> None:
    """Run the module named on the command line, as `python -m` would."""
    lock, module, *arguments = sys.argv[1:]
    threading.Thread(target=_exit_with_parent, args=(Path(lock),), daemon=True).start()
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _exit_with_parent(lock: Path) -> None:
    foreground = lock.with_name(FOREGROUND_LOCK)
    if _is_released(lock) and (not foreground.exists() or _is_released(foreground)):
        return
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_S)
    os.killpg(0, signal.SIGKILL)


def _is_released(lock: Path) -> bool:
    """Wait until nobody holds a lock any longer; return whether its holder released us."""
    with contextlib.suppress(FileNotFoundError), lock.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        return bool(file.read(1))
    return False  # removed with the folder of its stack, before this process could open it


if __name__ == "__main__":
    main()
