"""Commands that serve people in a browser: `serve`, `dashboard`, `browse`."""

import contextlib
import tempfile
import time
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from mocktailverse.checkout import find_checkout
from mocktailverse.cli import options
from mocktailverse.cli.connection import connect
from mocktailverse.cli.output import say
from mocktailverse.cli.stack import running_stack
from mocktailverse.errors import TransientError, UnreachableError
from mocktailverse.local import foreground, health, ports, service_processes
from mocktailverse.local.browser import datasette
from mocktailverse.local.browser.databases import Copies
from mocktailverse.local.ports import HOST
from mocktailverse.local.processes import Process
from mocktailverse.local.state import DASHBOARD
from mocktailverse.settings import DashboardSettings, inherited
from mocktailverse.stores.environment import LOCAL

ALIVE_S = 0.2
REFRESH_S = 2.0
"""How often `browse` brings its copies up to date, locally; asking AWS would cost requests."""

Port = Annotated[
    int, typer.Option("--port", min=1, max=65535, help="Port on this machine's loopback.")
]
Open = Annotated[bool, typer.Option("--open", help="Open it in the web browser.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(serve)
    app.command()(dashboard)
    app.command()(browse)


def serve(
    port: Port = 8000,
    env: options.Env = "local",
    state_dir: options.StateDir = None,
) -> None:
    """Serve the API on this machine; of the local stack with the harness for trying things."""
    from mocktailverse.cli import api_server  # noqa: PLC0415  FastAPI takes 0.3 s to import

    with (
        foreground.exits_on_signals(),
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
    ):
        app = api_server.create(env, state_dir, Path(folder))
        ports.require_free(port)
        _tell("API", f"http://{HOST}:{port}")
        _tell("API reference", f"http://{HOST}:{port}/docs")
        if env == LOCAL:
            _tell("Harness", f"http://{HOST}:{port}/harness")
        api_server.serve(app, port)


def dashboard(
    port: Port = 8501,
    open_browser: Open = False,
    env: options.Env = "local",
    state_dir: options.StateDir = None,
) -> None:
    """Show the catalogue and the pipeline in a dashboard; of a deployed one it only reads."""
    checkout = find_checkout()
    with tempfile.TemporaryDirectory() as folder:
        service_processes.place_streamlit_config(checkout, Path(folder))
        with foreground.server(
            DASHBOARD,
            service_processes.streamlit_command(checkout, port),
            port=port,
            health_path=health.PATHS[DASHBOARD],
            environment=_dashboard_environment(env, state_dir),
            folder=Path(folder),
        ) as process:
            _show("Dashboard", process, open_browser=open_browser)
            _watch(process)


def browse(
    port: Port = 8001,
    open_browser: Open = False,
    env: options.Env = "local",
    state_dir: options.StateDir = None,
) -> None:
    """Look through the catalogue and the loads as tables, with SQL (Datasette)."""
    if env == LOCAL:
        running_stack(state_dir)
    stores = connect(env, state_dir)
    with tempfile.TemporaryDirectory() as folder:
        copies = Copies(stores.catalogue, stores.loads, stores.bucket, Path(folder))
        copies.refresh()
        with foreground.server(
            "data browser",
            datasette.command(Path(folder), port),
            port=port,
            health_path=datasette.HEALTH_PATH,
            environment={},
            folder=Path(folder),
        ) as process:
            _show("Data browser", process, open_browser=open_browser)
            _watch(process, copies if env == LOCAL else None)


def _dashboard_environment(env: str, state_dir: Path | None) -> dict[str, str]:
    if env == LOCAL:
        return service_processes.dashboard_environment(running_stack(state_dir))
    stores = connect(env, state_dir)
    settings = DashboardSettings.of_outputs(
        stores.outputs, stage=env, api_url=stores.outputs.get("ApiUrl")
    )
    return inherited() | settings.variables()


def _watch(process: Process, copies: Copies | None = None) -> None:
    """Stay until the process ends, or until Ctrl-C; meanwhile keep copies up to date."""
    refreshed = time.monotonic()
    while True:
        foreground.require_alive(process)
        time.sleep(ALIVE_S)
        if copies and time.monotonic() - refreshed > REFRESH_S:
            # AWS may be away for a moment; what was copied stays
            with contextlib.suppress(TransientError, UnreachableError):
                copies.refresh()
            refreshed = time.monotonic()


def _show(what: str, process: Process, *, open_browser: bool) -> None:
    url = f"http://{HOST}:{process.port}"
    _tell(what, url)
    say("Ctrl-C stops it.")
    if open_browser:
        webbrowser.open(url)


def _tell(what: str, url: str) -> None:
    say(f"{what}: {url}")
