"""The command `destroy`: an environment goes, with its data."""

import sys
from typing import Annotated

import typer

from mocktailverse.cli import options
from mocktailverse.cli.output import print_json, say
from mocktailverse.cli.site import DeployedEnv, site_of
from mocktailverse.deployment import ops_key_parameter, removal
from mocktailverse.errors import UsageError
from mocktailverse.stores.errors import translated

Name = Annotated[
    str | None,
    typer.Option("--yes", help="The environment's name once more: for CI.", show_default=False),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(destroy)


def destroy(env: DeployedEnv, yes: Name = None, as_json: options.Json = False) -> None:
    """Delete an environment with its data; a protected one is refused."""
    site = site_of(env)
    with translated(f"Destroying {env}"):
        removal.require_unprotected(site.clients, env)
        protected = site.environment.protected
        buckets = removal.buckets(site.clients, env, protected=protected)
        if protected:
            say(f"Deletes the stack {site.stack}; its tables and the bucket of raw objects stay.")
        else:
            say(f"Deletes the stack {site.stack} with all its data.")
        for bucket in buckets:
            say(f"Deletes every object in {bucket}, all versions.")
        _require_name(env, yes)
        removal.destroy(site.clients, env, buckets, on_event=say, poll_s=site.poll_s)
        ops_key_parameter.delete(site.clients, env)
    if as_json:
        print_json({"destroyed": site.stack, "emptied": buckets})
    else:
        say(f"{env} is gone; the zips in the artifact bucket stay for the other environments.")


def _require_name(env: str, given: str | None) -> None:
    if given is None and sys.stdin.isatty():
        given = typer.prompt(f"Type {env} to delete it", default="", show_default=False, err=True)
    if given != env:
        raise UsageError(f"Nothing was deleted: confirm with the name, --yes {env}.")
