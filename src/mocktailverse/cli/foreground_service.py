"""Showing a service that runs in the foreground, until it ends or Ctrl-C."""

import webbrowser
from collections.abc import Callable
from contextlib import suppress

from mocktailverse.cli.output import say
from mocktailverse.errors import TransientError, UnreachableError
from mocktailverse.local import foreground
from mocktailverse.local.processes import Process
from mocktailverse.local.tcp_ports import HOST
from mocktailverse.waiting import wait_until

_POLL_S = 0.2
_REFRESH_S = 2.0


def show_until_it_ends(
    process: Process, *, open_browser: bool, refresh: Callable[[], object] | None = None
) -> None:
    """Print a service's URL, open it in the web browser if asked to, and wait until it ends.

    `refresh` is called every two seconds.

    Raises:
        UnreachableError: the service has ended.
    """
    url = f"http://{HOST}:{process.port}"
    say(f"{process.name.capitalize()}: {url}")
    say("Press Ctrl-C to stop.")
    if open_browser:
        webbrowser.open(url)
    while not wait_until(lambda: process.find() is None, _REFRESH_S, _POLL_S):
        if refresh:
            with suppress(TransientError, UnreachableError):  # try again next time
                refresh()
    foreground.require_alive(process)
