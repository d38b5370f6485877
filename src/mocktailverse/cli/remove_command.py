"""The command `remove`: withdraw recipes of your own from the catalogue."""

import sys
from typing import Annotated

import typer
from typer import Argument, Exit, Option

from mocktailverse.cli import options
from mocktailverse.cli.connection import connect
from mocktailverse.cli.load_waiting import wait_for_loads
from mocktailverse.cli.loads_command import finish_with_loads
from mocktailverse.cli.output import say
from mocktailverse.errors import UsageError
from mocktailverse.formatting import counted
from mocktailverse.operations.own_recipes import own_slug, store_removals
from mocktailverse.sources import owned_source
from mocktailverse.times import now


def remove(
    ids: Annotated[
        list[str], Argument(metavar="ID...", help=f"{owned_source().name}:margarita, or margarita.")
    ],
    yes: Annotated[bool, Option("--yes", "-y", help="Remove without asking.")] = False,
    wait: options.Wait = False,
    env: options.Env = "local",
    state_dir: options.StateDir = None,
    as_json: options.Json = False,
) -> None:
    """Remove recipes of your own. `add` stores them again; raw objects and history are kept.

    Drinks of other sources cannot be removed, because their source would show them again.
    """
    drink_ids = list(dict.fromkeys(f"{owned_source().name}:{own_slug(text)}" for text in ids))
    stores = connect(env, state_dir)
    registers = stores.drinks.many(drink_ids)
    drinks = [registers[one].drink for one in drink_ids if one in registers]
    present = [one for one in drinks if one and one.withdrawn_at is None]
    missing = sorted({*drink_ids} - {drink.id for drink in present})
    if missing:
        say(f"No own recipe has the id {', '.join(f'`{one}`' for one in missing)}.")
        raise Exit(1)
    names = ", ".join(drink.name for drink in present)
    ask = not (yes or as_json) and sys.stdin.isatty()
    if ask and not typer.confirm(f"Remove {names}?", err=True):
        raise UsageError("Nothing was removed.")
    version = store_removals(stores.bucket, drink_ids, now())
    loads = wait_for_loads(stores, [version]) if wait else []
    summary = f"{counted(len(drink_ids), 'removal')} stored"
    finish_with_loads(summary, {"objects": [version]}, loads, as_json=as_json)
