"""Health checks of the processes of a local stack, and waiting for them."""

import contextlib
import http.client
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from mocktailverse.errors import UnreachableError
from mocktailverse.local.full_disk import FullDiskWatch
from mocktailverse.local.processes import Process
from mocktailverse.local.state import DASHBOARD, DATA_BROWSER, EMULATOR, SERVER, SOURCE
from mocktailverse.local.tcp_ports import HOST
from mocktailverse.waiting import wait_until

REQUEST_TIMEOUT_S = 2.0
START_TIMEOUT_S = 60.0
LOG_LINES = 5
"""How many of its log's last lines the error about a process shows."""

PATHS: Final = {
    EMULATOR: "/_ministack/health",
    SOURCE: "/_faults",  # no simulated fault affects it
    SERVER: "/harness",
    DASHBOARD: "/_stcore/health",
    DATA_BROWSER: "/-/versions.json",
}
"""A path that responds with 200 when the process is healthy, by the process's name."""


def get(port: int, path: str) -> bytes | None:
    """Return the body of a GET request to this machine; None unless the status is 200."""
    connection = http.client.HTTPConnection(HOST, port, timeout=REQUEST_TIMEOUT_S)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.read() if response.status == http.HTTPStatus.OK else None
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def listed_drinks(server: Process) -> int | None:
    """Return how many drinks the API lists from its copy; None if it does not respond."""
    body = get(server.port, "/health")
    with contextlib.suppress(msgspec.DecodeError):
        return msgspec.json.decode(body, type=_ApiHealth).drinks if body else None
    return None


class _ApiHealth(msgspec.Struct):
    drinks: int


def is_healthy(process: Process) -> bool:
    """Return whether this very process listens on its port and passes its health check.

    A process that only another version knows has no health check here.
    """
    path = PATHS.get(process.name)
    return process.listens() and (path is None or get(process.port, path) is not None)


def responds_within(
    process: Process, timeout_s: float, on_wait: Callable[[], None] = lambda: None
) -> bool:
    """Return whether a process passes its health check in time.

    A process that is alive may be silent for a while: it is busy, swapped out, or was suspended
    with the machine. One that has ended is not waited for.
    """
    is_responding = False

    def is_decided() -> bool:
        nonlocal is_responding
        is_responding = is_healthy(process)
        if not is_responding:
            on_wait()
        return is_responding or process.find() is None

    wait_until(is_decided, timeout_s)
    return is_responding


def wait_until_healthy(
    process: Process, log: Path | None = None, timeout_s: float = START_TIMEOUT_S
) -> None:
    """Wait until a process that was just started passes its health check.

    Raises:
        UnreachableError: it has ended or takes too long, and the text ends with its log; or its
            disk is full.
    """
    disk = FullDiskWatch([log] if log else [], include_existing=True)
    if responds_within(process, timeout_s, disk.check):
        return
    disk.check_space()
    problem = f"The {process.name} did not start on {HOST}:{process.port}"
    if log is None:
        raise UnreachableError(f"{problem}. See its messages above.")
    lines = log.read_text(errors="replace").splitlines()[-LOG_LINES:]
    raise UnreachableError(f"{problem}; `{log}` ends with:\n" + "\n".join(lines))
