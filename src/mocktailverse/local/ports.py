"""TCP ports on this machine's loopback."""

import socket

from mocktailverse.errors import UsageError
from mocktailverse.local.processes import HOST


def free_port() -> int:
    """A TCP port that nothing on this machine uses now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def require_free(port: int, remedy: str = "choose another with --port") -> None:
    """Make sure that a port can be served.

    Raises:
        UsageError: it is taken, or not to be had; the text ends with the remedy.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError) as error:
            raise UsageError(
                f"Port {port} on {HOST} cannot be used ({error}): stop what uses it, or {remedy}."
            ) from error
