"""The command `destroy`: delete a deployed environment."""

import sys
from typing import Annotated

import typer
from typer import Option

from mocktailverse.cli import options
from mocktailverse.cli.deploy_target import DeployedEnv, find_target
from mocktailverse.cli.output import print_result, say
from mocktailverse.deployment import removal
from mocktailverse.errors import UsageError
from mocktailverse.stores.error_translation import translated
from mocktailverse.stores.ops_key import OpsKey, parameter_name


def destroy(
    env: DeployedEnv,
    yes: Annotated[
        str | None, Option("--yes", help="The environment's name, to confirm without asking.")
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Delete an environment with its data. A protected environment is not deleted."""
    target = find_target(env)
    with translated(f"Destroying {env}"):
        removal.require_unprotected(target.clients, env)
        protected = target.environment.protected
        buckets = removal.buckets(target.clients, target.stack, protected=protected)
        if protected:
            say(f"Deletes the stack {target.stack}; keeps its tables and the raw objects.")
        else:
            say(f"Deletes the stack {target.stack} with all its data.")
        for bucket in buckets:
            say(f"Deletes every object in {bucket}, all versions.")
        _require_name(env, yes)
        removal.destroy(target.clients, target.stack, buckets, on_event=say, poll_s=target.poll_s)
        OpsKey(target.clients, parameter_name(env)).delete()
    message = f"{env} is deleted; the zips in the artifact bucket are kept for other environments."
    print_result({"destroyed": target.stack, "emptied": buckets}, message, as_json=as_json)


def _require_name(env: str, name: str | None) -> None:
    if name is None and sys.stdin.isatty():
        name = typer.prompt(f"Type {env} to delete it", default="", show_default=False, err=True)
    if name != env:
        raise UsageError(f"Nothing was deleted. Confirm with the name: --yes {env}.")
