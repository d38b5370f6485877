"""The command `loads`: list recent loads."""

from typing import Annotated, Literal

import typer

from mocktailverse.cli import options
from mocktailverse.cli.connection import connect
from mocktailverse.cli.load_output import load_fields, print_loads
from mocktailverse.cli.output import print_listing, say
from mocktailverse.operations.recent_loads import recent_loads


def loads(
    status: Annotated[
        Literal["loading", "done", "failed"] | None, typer.Option(help="Only this status.")
    ] = None,
    days: options.Days = 7,
    limit: options.Limit = None,
    after: options.Next = None,
    env: options.Env = "local",
    state_dir: options.StateDir = None,
    as_json: options.Json = False,
) -> None:
    """List the loads of raw objects with their status and counts, newest first."""
    stores = connect(env, state_dir)
    page, next_page = recent_loads(stores.loads, days, status, limit, after)
    if as_json:
        print_listing([load_fields(load) for load in page], next_page)
    else:
        print_loads(page) if page else say("No loads match.")
