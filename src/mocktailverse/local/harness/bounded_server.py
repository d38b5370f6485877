"""Serve an app on the loopback until interrupted, with limits for slow clients."""

import asyncio
from typing import ClassVar

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from mocktailverse.local import tcp_ports
from mocktailverse.local.simulated_source.server import listen
from mocktailverse.local.tcp_ports import HOST

SHUTDOWN_S = 1
"""How long open requests may take to end when the server stops."""

REQUEST_TIMEOUT_S = 20.0
"""How long a request, head and body, may take to arrive."""

MAX_CONNECTIONS = 256
"""More are closed at once; each takes a file descriptor, of which a process often has 1,024."""


class BoundedProtocol(H11Protocol):
    """HTTP on a connection that is closed when a request does not arrive completely in time.

    uvicorn's keep-alive timeout covers idle connections after a response only, not half-sent
    requests (the "slow loris") nor connections on which nothing was ever sent.
    """

    request_timeout_s: ClassVar[float] = REQUEST_TIMEOUT_S
    _request_timeout: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Start the timeout, or close the connection if there are too many."""
        super().connection_made(transport)
        if len(self.connections) > MAX_CONNECTIONS:
            transport.abort()
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Stop the timeout of a complete request; start it with the first byte of the next one."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the timeout."""
        super().connection_lost(exc)
        self._stop()

    def _watch(self) -> None:
        if self.conn.their_state not in (h11.IDLE, h11.SEND_BODY):
            self._stop()
        elif self._request_timeout is None:
            self._request_timeout = self.loop.call_later(
                self.request_timeout_s, self.transport.abort
            )

    def _stop(self) -> None:
        if self._request_timeout is not None:
            self._request_timeout.cancel()
            self._request_timeout = None


def server(app: ASGIApp, request_timeout_s: float = REQUEST_TIMEOUT_S) -> uvicorn.Server:
    """Return a server of the app that bounds the time of a request and the connections."""
    protocol = type("Protocol", (BoundedProtocol,), {"request_timeout_s": request_timeout_s})
    config = uvicorn.Config(
        app,
        http=protocol,
        lifespan="off",
        ws="none",
        log_level="info",
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_S,
    )
    return uvicorn.Server(config)


def serve(app: ASGIApp, port: int) -> None:
    """Serve until Ctrl-C or SIGTERM; its log goes to stderr.

    Raises:
        UsageError: the port is in use or may not be used.
    """
    tcp_ports.require_free(port)
    with listen(HOST, port) as listener:
        server(app).run(sockets=[listener])
