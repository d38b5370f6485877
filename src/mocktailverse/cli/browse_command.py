"""The command `browse`: the catalogue and the loads as tables in Datasette."""

import tempfile
from pathlib import Path

from mocktailverse.cli import options
from mocktailverse.cli.connection import connect, running_stack
from mocktailverse.cli.foreground_service import show_until_it_ends
from mocktailverse.local import foreground
from mocktailverse.local.browser import datasette
from mocktailverse.local.browser.databases import Copies
from mocktailverse.local.state import DATA_BROWSER
from mocktailverse.stores.environment import LOCAL


def browse(
    port: options.Port = 8001,
    open_browser: options.OpenBrowser = False,
    env: options.Env = "local",
    state_dir: options.StateDir = None,
) -> None:
    """Browse the catalogue and the loads as tables, and query them with SQL (Datasette)."""
    if env == LOCAL:
        running_stack(state_dir)
    stores = connect(env, state_dir)
    with tempfile.TemporaryDirectory() as folder:
        copies = Copies(stores.catalogue, stores.loads, stores.bucket, Path(folder))
        copies.refresh()
        with foreground.server(
            DATA_BROWSER,
            datasette.command(Path(folder), port),
            port=port,
            environment={},
            folder=Path(folder),
        ) as process:
            # Reading a deployed environment again and again would cost requests.
            refresh = copies.refresh if env == LOCAL else None
            show_until_it_ends(process, open_browser=open_browser, refresh=refresh)
