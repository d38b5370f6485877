"""The command `dashboard`: run the dashboard on this machine."""

import tempfile
from pathlib import Path

from mocktailverse.checkout import find_checkout
from mocktailverse.cli import options
from mocktailverse.cli.connection import connect, running_stack
from mocktailverse.cli.foreground_service import show_until_it_ends
from mocktailverse.local import foreground, service_processes
from mocktailverse.local.state import DASHBOARD
from mocktailverse.settings import DashboardSettings, inherited
from mocktailverse.stores.environment import LOCAL


def dashboard(
    port: options.Port = 8501,
    open_browser: options.OpenBrowser = False,
    env: options.Env = "local",
    state_dir: options.StateDir = None,
) -> None:
    """Show the catalogue and the pipeline in a dashboard; read-only for deployed environments."""
    checkout = find_checkout()
    with tempfile.TemporaryDirectory() as folder:
        service_processes.place_streamlit_config(checkout, Path(folder))
        with foreground.server(
            DASHBOARD,
            service_processes.streamlit_command(checkout, port),
            port=port,
            environment=_environment(env, state_dir),
            folder=Path(folder),
        ) as process:
            show_until_it_ends(process, open_browser=open_browser)


def _environment(env: str, state_dir: Path | None) -> dict[str, str]:
    """Return the environment variables of the dashboard's process."""
    if env == LOCAL:
        return service_processes.dashboard_environment(running_stack(state_dir))
    outputs = connect(env, state_dir).outputs
    settings = DashboardSettings.of_outputs(outputs, stage=env, api_url=outputs.get("ApiUrl"))
    return inherited() | settings.variables()
