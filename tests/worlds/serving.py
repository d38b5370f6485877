"""Serve an application from a thread of the test."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from mocktailverse.local.tcp_ports import HOST, listen


@contextmanager
def running(app: ASGIApp) -> Iterator[str]:
    """Serve the application within the block; yield its base URL."""
    config = uvicorn.Config(app, log_level="critical", lifespan="off", ws="none")
    with serving(uvicorn.Server(config)) as port:
        yield f"http://{HOST}:{port}"


@contextmanager
def serving(server: uvicorn.Server) -> Iterator[int]:
    """Run a server within the block; yield its port."""
    with listen(HOST, 0) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()
