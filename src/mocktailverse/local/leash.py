"""Runs a module that ends with the process that started it, however that one ends.

    python -m mocktailverse.local.leash DESCRIPTOR DIRECTORY MODULE [ARGUMENT...]

`DESCRIPTOR` is the reading end of a pipe. The pipe closes when its writer ends, a SIGKILL
included: the module then gets SIGTERM and, should it hang, its process group SIGKILL. A byte
sent through the pipe takes the leash off. This works on Linux and macOS alike; it needs the
module to be the leader of its own session. `DIRECTORY` tells whose process this is.
"""

import os
import runpy
import signal
import sys
import threading
import time

GRACE_S = 5.0


def main() -> None:
    """Run the module named on the command line as if by `python -m`."""
    descriptor, _directory, module, *arguments = sys.argv[1:]
    threading.Thread(target=_watch, args=(int(descriptor),), daemon=True).start()
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _watch(descriptor: int) -> None:
    released = os.read(descriptor, 1)
    os.close(descriptor)
    if not released:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(GRACE_S)
        os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
