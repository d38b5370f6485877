"""Commands in the foreground: they clean up on Ctrl-C, and their server ends with them."""

import contextlib
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

from mocktailverse.errors import UnreachableError
from mocktailverse.local import health, tcp_ports
from mocktailverse.local.processes import Launcher, Process

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextlib.contextmanager
def exits_on_signals() -> Iterator[None]:
    """Raise on the first Ctrl-C, SIGTERM or SIGHUP within the block, so that `finally` runs.

    Ctrl-C raises KeyboardInterrupt, the others SystemExit. Further signals are ignored during the
    cleanup. A signal that is handled or ignored already stays so. Only the main thread can handle
    signals; in others this does nothing.
    """
    replaced = {}
    if threading.current_thread() is threading.main_thread():
        for number in _SIGNALS:
            handler = signal.getsignal(number)
            if handler in (signal.SIG_DFL, signal.default_int_handler):
                replaced[number] = signal.signal(number, _exit)
    try:
        yield
    finally:
        for number, handler in replaced.items():
            signal.signal(number, handler)


def _exit(number: int, _frame: FrameType | None) -> NoReturn:
    for further in _SIGNALS:
        signal.signal(further, signal.SIG_IGN)
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    raise SystemExit(128 + number)


@contextlib.contextmanager
def server(
    name: str, command: Sequence[str], *, port: int, environment: Mapping[str, str], folder: Path
) -> Iterator[Process]:
    """Run a server for as long as the block runs; it prints to our stderr.

    The command is a module and its arguments. `health.PATHS` has the health check of the name. The
    folder is the working directory, and the home unless the environment has one.

    Raises:
        UsageError: the port is in use or may not be used.
        UnreachableError: it did not start.
    """
    tcp_ports.require_free(port)
    with exits_on_signals():
        launcher = Launcher(folder)
        try:
            process = launcher.start(name, command, port, environment)
            health.wait_until_healthy(process)
            yield process
        finally:
            launcher.stop()


def require_alive(process: Process) -> None:
    """Raise UnreachableError if a server has ended by itself."""
    if process.find() is None:
        raise UnreachableError(f"The {process.name} has ended. See its messages above.")
