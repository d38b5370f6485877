"""The `mocktailverse` command's entry: ends quietly on Ctrl-C, also while the rest is imported.

The imports take a second or more. A KeyboardInterrupt within them would print a traceback, or be
swallowed by an importer. So before the command runs, and after it has run, Ctrl-C ends the process
at once: there is nothing to clean up.
"""

import os
import sys

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it."""

try:
    import signal  # itself takes some milliseconds
except KeyboardInterrupt:
    os._exit(INTERRUPTED)


def run() -> None:
    """Run the command line."""
    is_ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN  # as in a script's background
    if not is_ignored:
        signal.signal(signal.SIGINT, _end)
    from mocktailverse.cli import main  # noqa: PLC0415  the slow part, see above

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
