"""The entry point of `mocktailverse`. It ends quietly on Ctrl-C, also during the slow imports.

The imports can take a second. A KeyboardInterrupt during them would print a traceback, or be
swallowed by an importer. So Ctrl-C ends the process at once before the command runs and after it
has run, when there is nothing to clean up.
"""

import atexit
import os
import sys

INTERRUPTED = 130
"""Exit code after Ctrl-C, as in shells."""

try:
    import signal  # takes some milliseconds itself
except KeyboardInterrupt:
    os._exit(INTERRUPTED)


def run() -> None:
    """Run the command line."""
    is_ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN  # in the background of a script
    if not is_ignored:
        signal.signal(signal.SIGINT, _end)
        # Runs last. Python's own end would restore the default action, which hides the exit code.
        atexit.register(signal.signal, signal.SIGINT, signal.SIG_IGN)
    from mocktailverse.cli import main  # noqa: PLC0415 - it takes a part of a second, in which Ctrl-C must end the process

    try:
        if not is_ignored:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        main.run()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    finally:
        if not is_ignored:
            signal.signal(signal.SIGINT, _end)


def _end(_number: int, _frame: object) -> None:
    os._exit(INTERRUPTED)
