"""The command `down`: stop the local stack, which drops the data that it holds in memory."""

import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from typer import Option

from mocktailverse.cli import options
from mocktailverse.cli.connection import require_local, state_folder
from mocktailverse.cli.output import print_json, say
from mocktailverse.cli.verify_command import counted_objects
from mocktailverse.errors import TransientError, UnreachableError, UsageError
from mocktailverse.formatting import counted
from mocktailverse.loads.object_version import CANARY_PREFIX
from mocktailverse.local import health, lifecycle
from mocktailverse.local.state import EMULATOR, LocalStack, read_stack
from mocktailverse.stores.clients import ClientTimeouts
from mocktailverse.stores.environment import Stores
from mocktailverse.stores.error_translation import translated

_BRIEF = ClientTimeouts(connect_s=2, read_s=5, attempts=1)


def down(
    forget: Annotated[bool, Option("--forget", help="Drop the data without asking.")] = False,
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
        fields: dict[str, Any] = {"stopped": stopped}
        if dropped:
            fields["dropped"] = {"drinks": dropped.drinks, "raw_objects": dropped.raw_objects}
        print_json(fields)
    elif stopped:
        say_dropped(dropped)
    else:
        say("nothing was running")


class StackContents(msgspec.Struct, frozen=True):
    """The amount of data in a stack."""

    drinks: int
    raw_objects: int
    """Without the health checks."""
    health_checks: int = 0

    def __str__(self) -> str:
        """Return the counts for people; `verify` counts the health checks as raw objects too."""
        objects = counted_objects(self.raw_objects + self.health_checks, self.health_checks)
        return f"{counted(self.drinks, 'drink')}, {objects}"


def count_contents(stack: LocalStack) -> StackContents | None:
    """Return what a stack holds; None if its embedded AWS does not respond.

    The embedded AWS counts a table's items exactly. AWS itself updates the count every six hours.
    """
    if not health.is_healthy(stack.by_name[EMULATOR]):
        return None
    try:
        stores = Stores(stack.clients(_BRIEF), stack.outputs)
        keys = [stored.version.key for stored in stores.bucket.versions()]
        checks = sum(key.startswith(CANARY_PREFIX) for key in keys)
        with translated("Counting drinks"):
            table = stores.clients.dynamodb.describe_table(TableName=stores.drinks.name)
    except (TransientError, UnreachableError, UsageError):
        return None
    return StackContents(table["Table"]["ItemCount"], len(keys) - checks, checks)


def stop_stack(folder: Path, *, ask: bool = False) -> tuple[bool, StackContents | None]:
    """Stop the folder's stack; return whether there was one, and what it held if it responded.

    `ask` asks for confirmation on the terminal before data is dropped.

    Raises:
        UsageError: the person who was asked declined.
    """
    stack = None
    with suppress(UsageError):  # the stack of another version can be stopped, but not counted
        stack = read_stack(folder)
    contents = count_contents(stack) if stack else None
    question = ""
    if contents and (contents.drinks or contents.raw_objects):
        question = f"Drop {contents}? They exist in memory only"
    elif stack and contents is None and stack.by_name[EMULATOR].find():
        question = "The embedded AWS does not respond. Drop its data, which exists in memory only?"
    if ask and question and not typer.confirm(question, err=True):
        raise UsageError("Nothing was stopped.")
    return lifecycle.stop(folder), contents


def say_dropped(contents: StackContents | None) -> None:
    """Print how much data a stopped stack held."""
    say("stopped")
    say(f"dropped {contents}" if contents else "its data is gone; it could not be counted")
