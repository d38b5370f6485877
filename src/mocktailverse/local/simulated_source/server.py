"""Serves the simulated API on the loopback interface."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; connections are accepted now, and wait until they are served."""
    listener = socket.create_server((host, port))
    # Connections inherit it. Without it each response waits 40 ms for the client's ACK.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def address(listener: socket.socket) -> str:
    """Return the base URL of the server on this socket."""
    host, port = listener.getsockname()[:2]
    return f"http://{host}:{port}"


def server(app: ASGIApp) -> uvicorn.Server:
    """Return a server that logs nothing: intended broken responses would fill its log."""
    return uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off", ws="none"))


@contextmanager
def running(app: ASGIApp, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve the application from a thread; yield its base URL. Port 0 takes a free port."""
    with listen(host, port) as listener:
        serving = server(app)
        thread = threading.Thread(target=serving.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield address(listener)
        finally:
            serving.should_exit = True
            thread.join()
