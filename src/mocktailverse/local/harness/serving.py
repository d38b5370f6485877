"""Serving an app on the loopback, until interrupted."""

import uvicorn
from starlette.types import ASGIApp

from mocktailverse.local import ports
from mocktailverse.local.processes import HOST
from mocktailverse.local.simulated_source.server import listen

SHUTDOWN_S = 1
"""How long requests under way may take to end, when the server is told to."""


def serve(app: ASGIApp, port: int) -> None:
    """Serve until Ctrl-C or SIGTERM; its log goes to stderr.

    Raises:
        UsageError: the port is taken, or not to be had.
    """
    ports.require_free(port)
    config = uvicorn.Config(
        app,
        lifespan="off",
        ws="none",
        log_level="info",
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_S,
    )
    with listen(HOST, port) as listener:
        uvicorn.Server(config).run(sockets=[listener])
