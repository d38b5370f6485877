"""Showing a service that runs in the foreground, until it ends or Ctrl-C."""

import contextlib
import time
import webbrowser
from collections.abc import Callable

from mocktailverse.cli.output import say
from mocktailverse.errors import TransientError, UnreachableError
from mocktailverse.local import foreground
from mocktailverse.local.processes import Process
from mocktailverse.local.tcp_ports import HOST

_POLL_S = 0.2
_REFRESH_S = 2.0


def print_address(title: str, process: Process, *, open_browser: bool) -> None:
    """Print a service's URL, and open it in the web browser if asked to."""
    url = f"http://{HOST}:{process.port}"
    say(f"{title}: {url}")
    say("Press Ctrl-C to stop.")
    if open_browser:
        webbrowser.open(url)


def wait_until_it_ends(process: Process, refresh: Callable[[], object] | None = None) -> None:
    """Wait until a process ends, or until Ctrl-C; call `refresh` every two seconds.

    Raises:
        UnreachableError: the process has ended.
    """
    refreshed_at = time.monotonic()
    while True:
        foreground.require_alive(process)
        time.sleep(_POLL_S)
        if refresh and time.monotonic() - refreshed_at > _REFRESH_S:
            with contextlib.suppress(TransientError, UnreachableError):  # try again next time
                refresh()
            refreshed_at = time.monotonic()
