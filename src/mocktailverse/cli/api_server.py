"""The app of the command `serve`, in its own module because the harness is slow to import."""

from pathlib import Path

from starlette.types import ASGIApp

from mocktailverse.api.api_app import create_app
from mocktailverse.api.dependencies import build_dependencies
from mocktailverse.cli.connection import connect, running_stack
from mocktailverse.local.harness.bounded_server import serve
from mocktailverse.local.harness.harness_app import harness_of_stack
from mocktailverse.local.state import SERVER
from mocktailverse.settings import ApiSettings
from mocktailverse.stores.environment import LOCAL

__all__ = ["create", "serve"]


def create(env: str, state_dir: Path | None, folder: Path) -> ASGIApp:
    """Return the API of an environment, with the harness for the local one.

    `folder` keeps copies of the catalogue.

    Raises:
        UnreachableError: no local stack runs.
        UsageError: the environment is not deployed.
    """
    if env == LOCAL:
        return harness_of_stack(running_stack(state_dir).seen_by(SERVER), folder)
    stores = connect(env, state_dir)
    settings = ApiSettings.of_outputs(stores.outputs, stage=env)
    return create_app(build_dependencies(stores, settings, folder, serverless=False))
