"""What a local stack holds in memory, and stopping it, which drops that data."""

from pathlib import Path

import msgspec
import typer

from mocktailverse.cli.canary import CANARY_PREFIX
from mocktailverse.cli.output import say
from mocktailverse.errors import TransientError, UnreachableError, UsageError
from mocktailverse.formatting import counted
from mocktailverse.local import health, lifecycle
from mocktailverse.local.state import EMULATOR, read_stack
from mocktailverse.stores.clients import ClientTimeouts
from mocktailverse.stores.environment import Stores
from mocktailverse.stores.error_translation import translated

_BRIEF = ClientTimeouts(connect_s=2, read_s=5, attempts=1)


class StackContents(msgspec.Struct, frozen=True):
    """How much data a stack holds, without the canaries that `up` sends."""

    drinks: int
    raw_objects: int

    def __str__(self) -> str:
        """Return the counts for people, such as `74 drinks, 12 raw objects`."""
        return f"{counted(self.drinks, 'drink')}, {counted(self.raw_objects, 'raw object')}"


def count_contents(state_dir: Path) -> StackContents | None:
    """Return what the folder's stack holds; None without a stack or if it does not respond.

    The embedded AWS counts a table's items exactly. AWS itself updates the count every six hours.
    """
    try:
        stack = read_stack(state_dir)
        if stack is None or not health.is_healthy(stack.by_name[EMULATOR]):
            return None
        stores = Stores(stack.clients(_BRIEF), stack.outputs)
        raw = (stored.version.key for stored in stores.bucket.versions())
        raw_objects = sum(not key.startswith(CANARY_PREFIX) for key in raw)
        with translated("Counting drinks"):
            table = stores.clients.dynamodb.describe_table(TableName=stores.drinks.name)
        return StackContents(table["Table"]["ItemCount"], raw_objects)
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
