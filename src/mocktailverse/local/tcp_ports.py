"""TCP ports on this machine's loopback."""

import socket
from random import SystemRandom
from typing import Final

from mocktailverse.errors import UsageError
from mocktailverse.waiting import wait_until

HOST: Final = "127.0.0.1"


FREE_PORTS: Final = range(20_000, 32_768)
"""Where servers get a port of ours. Outgoing connections have higher ones (on Linux from 32768, on
macOS from 49152), so none of them takes a port between its choice and its use."""


def free_port() -> int:
    """Return a TCP port, chosen at random, that nothing on this machine uses now.

    Raises:
        UsageError: all are in use.
    """
    for port in SystemRandom().sample(FREE_PORTS, len(FREE_PORTS)):
        if bind_error(port) is None:
            return port
    raise UsageError(f"Ports {FREE_PORTS[0]} to {FREE_PORTS[-1]} on {HOST} are all in use.")


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
