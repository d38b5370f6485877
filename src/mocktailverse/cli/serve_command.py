"""The command `serve`: run the API on this machine."""

import tempfile
from pathlib import Path

from mocktailverse.cli import options
from mocktailverse.cli.output import say
from mocktailverse.local import foreground, tcp_ports
from mocktailverse.local.tcp_ports import HOST
from mocktailverse.stores.environment import LOCAL


def serve(
    port: options.Port = 8000, env: options.Env = "local", state_dir: options.StateDir = None
) -> None:
    """Run the API locally; with the local stack, also the test harness."""
    from mocktailverse.cli import api_server  # noqa: PLC0415  FastAPI takes 0.3 s to import

    with (
        foreground.exits_on_signals(),
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
    ):
        app = api_server.create(env, state_dir, Path(folder))
        tcp_ports.require_free(port)
        say(f"API: http://{HOST}:{port}")
        say(f"API reference: http://{HOST}:{port}/docs")
        if env == LOCAL:
            say(f"Harness: http://{HOST}:{port}/harness")
        api_server.serve(app, port)
