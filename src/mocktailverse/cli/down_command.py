"""The command `down`: stop the local stack, which drops the data that it holds in memory."""

import sys
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from typer import Option

from mocktailverse.cli import options
from mocktailverse.cli.connection import require_local, state_folder
from mocktailverse.cli.load_waiting import CANARY_PREFIX
from mocktailverse.cli.output import print_json, say
from mocktailverse.errors import TransientError, UnreachableError, UsageError
from mocktailverse.formatting import counted
from mocktailverse.local import health, lifecycle
from mocktailverse.local.state import EMULATOR, read_stack
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
    """How much data a stack holds."""

    drinks: int
    raw_objects: int
    """Without the canaries."""
    canaries: int = 0
    """Empty raw objects that `up` sent as health checks."""

    def __str__(self) -> str:
        """Return the counts for people, with all the raw objects that `verify` counts too."""
        objects = counted(self.raw_objects + self.canaries, "raw object")
        checks = f" including {counted(self.canaries, 'health check')}" if self.canaries else ""
        return f"{counted(self.drinks, 'drink')}, {objects}{checks}"


def count_contents(state_dir: Path) -> StackContents | None:
    """Return what the folder's stack holds; None without a stack or if it does not respond.

    The embedded AWS counts a table's items exactly. AWS itself updates the count every six hours.
    """
    try:
        stack = read_stack(state_dir)
        if stack is None or not health.is_healthy(stack.by_name[EMULATOR]):
            return None
        stores = Stores(stack.clients(_BRIEF), stack.outputs)
        keys = [stored.version.key for stored in stores.bucket.versions()]
        canaries = sum(key.startswith(CANARY_PREFIX) for key in keys)
        with translated("Counting drinks"):
            table = stores.clients.dynamodb.describe_table(TableName=stores.drinks.name)
        return StackContents(table["Table"]["ItemCount"], len(keys) - canaries, canaries)
    except (TransientError, UnreachableError, UsageError):
        return None


def stop_stack(folder: Path, *, ask: bool = False) -> tuple[bool, StackContents | None]:
    """Stop the folder's stack; return whether there was one, and what it held if it responded.

    Args:
        folder: the stack's folder.
        ask: whether to ask for confirmation on the terminal before data is dropped.

    Raises:
        UsageError: the person who was asked declined.
    """
    contents = count_contents(folder)
    question = ""
    if contents and (contents.drinks or contents.raw_objects):
        question = f"Drop {contents}? They exist in memory only"
    elif contents is None and _is_silent(folder):
        question = "The embedded AWS does not respond. Drop its data, which exists in memory only?"
    if ask and question and not typer.confirm(question, err=True):
        raise UsageError("Nothing was stopped.")
    return lifecycle.stop(folder), contents


def say_dropped(contents: StackContents | None) -> None:
    """Print how much data a stopped stack held."""
    say("stopped")
    say(f"dropped {contents}" if contents else "its data is gone; it could not be counted")


def _is_silent(state_dir: Path) -> bool:
    """Return whether the folder's embedded AWS runs but does not respond: it may hold data."""
    try:
        stack = read_stack(state_dir)
    except UsageError:
        return False
    aws = stack and stack.by_name[EMULATOR]
    return bool(aws and aws.find() and not health.is_healthy(aws))
