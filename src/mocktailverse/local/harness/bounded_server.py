"""Serve an app on the loopback until interrupted, with limits for slow clients."""

import asyncio
from typing import ClassVar

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from mocktailverse.local import tcp_ports
from mocktailverse.local.tcp_ports import HOST

SHUTDOWN_S = 1
"""Time limit for open requests when the server stops."""

REQUEST_TIMEOUT_S = 20.0
"""Time limit for a request, head and body, to arrive."""

MAX_CONNECTIONS = 256
"""Further connections are closed at once: each needs a file descriptor, and the limit of a process
is often 1,024."""


MAX_HEAD_BYTES = 64 * 1024
"""Size of an incomplete head of a request that is refused; the parser keeps all of it in memory."""


class BoundedProtocol(HttpToolsProtocol):
    """HTTP on a connection that is closed when a request does not arrive completely in time.

    uvicorn's keep-alive timeout covers idle connections after a response only, not half-sent
    requests (the "slow loris") nor connections on which nothing was ever sent.
    """

    request_timeout_s: ClassVar[float] = REQUEST_TIMEOUT_S
    _request_timeout: asyncio.TimerHandle | None = None
    _is_in_head = False
    _head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's own signature
        """Start the timeout, or close the connection if there are too many."""
        super().connection_made(transport)
        if len(self.connections) > MAX_CONNECTIONS:
            transport.abort()
        self._start()

    def data_received(self, data: bytes) -> None:
        """Start the timeout, even if the data begins no request yet; refuse an endless head."""
        self._start()
        super().data_received(data)
        self._head_bytes = self._head_bytes + len(data) if self._is_in_head else 0
        if self._head_bytes > MAX_HEAD_BYTES:
            self.send_400_response("The head of the request is too large.")

    def on_message_begin(self) -> None:
        """Start the timeout of a request that arrives together with the end of another one."""
        super().on_message_begin()
        self._is_in_head = True
        self._start()

    def on_headers_complete(self) -> None:
        """Take the size of the head as allowed."""
        super().on_headers_complete()
        self._is_in_head = False

    def on_message_complete(self) -> None:
        """Stop the timeout."""
        super().on_message_complete()
        self._stop()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the timeout."""
        super().connection_lost(exc)
        self._stop()

    def _start(self) -> None:
        if self._request_timeout is None:
            self._request_timeout = self.loop.call_later(
                self.request_timeout_s, self.transport.abort
            )

    def _stop(self) -> None:
        if self._request_timeout is not None:
            self._request_timeout.cancel()
            self._request_timeout = None


def server(app: ASGIApp, request_timeout_s: float = REQUEST_TIMEOUT_S) -> uvicorn.Server:
    """Return a server for the app, with limits for request time and number of connections."""
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
    """Serve the app until Ctrl-C or SIGTERM, and log to stderr.

    Raises:
        UsageError: the port is in use or may not be used.
    """
    tcp_ports.require_free(port)
    with tcp_ports.listen(HOST, port) as listener:
        server(app).run(sockets=[listener])
