"""TCP ports on this machine's loopback."""

import socket
from typing import Final

from mocktailverse.errors import UsageError
from mocktailverse.waiting import wait_until

HOST: Final = "127.0.0.1"


def free_port() -> int:
    """Return a TCP port that nothing on this machine uses now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; connections are accepted now, and wait until they are served."""
    listener = socket.create_server((host, port))
    # Connections inherit it. Without it each response waits 40 ms for the client's ACK.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def require_free(
    port: int, remedy: str = "choose another with --port", timeout_s: float = 0.0
) -> None:
    """Make sure that a server can listen on a port, which may still be in use for `timeout_s`.

    `remedy` is what a person can do, other than stopping the program that uses the port.

    Raises:
        UsageError: the port is in use or may not be used.
    """
    error: Exception | None = None

    def is_free() -> bool:
        nonlocal error
        error = bind_error(port)
        return error is None

    if not wait_until(is_free, timeout_s):
        raise UsageError(
            f"Port {port} on {HOST} cannot be used ({error}). Stop the program that uses it, or"
            f" {remedy}."
        ) from error


def bind_error(port: int) -> Exception | None:
    """Return why a server cannot listen on a port, or None if it can."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError) as error:
            return error
    return None
