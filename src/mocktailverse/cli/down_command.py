"""The command `down`: stop the local stack."""

import sys
from typing import Annotated

import msgspec
import typer

from mocktailverse.cli import options
from mocktailverse.cli.connection import require_local, state_folder
from mocktailverse.cli.output import print_json, say
from mocktailverse.cli.stack_contents import say_dropped, stop_stack


def down(
    forget: Annotated[bool, typer.Option("--forget", help="Drop the data without asking.")] = False,
    state_dir: options.StateDir = None,
    env: options.Env = "local",
    as_json: options.Json = False,
) -> None:
    """Stop the local stack with all its processes. Its data is dropped.

    Prints how much data was dropped. On a terminal it asks first if there is any.
    """
    require_local(env)
    ask = not (forget or as_json) and sys.stdin.isatty()
    stopped, dropped = stop_stack(state_folder(state_dir), ask=ask)
    if as_json:
        counts = {} if dropped is None else {"dropped": msgspec.to_builtins(dropped)}
        print_json({"stopped": stopped, **counts})
    elif stopped:
        say_dropped(dropped)
    else:
        say("nothing was running")
