"""The command `down`: stop the local stack; its data stays on disk, unless it is to be deleted."""

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
from mocktailverse.local import health, lifecycle, recovery
from mocktailverse.local.state import EMULATOR, LocalStack, data_folder, read_stack
from mocktailverse.stores.clients import ClientTimeouts
from mocktailverse.stores.environment import Stores
from mocktailverse.stores.error_translation import translated

_BRIEF = ClientTimeouts(connect_s=2, read_s=5, attempts=1)


def down(
    forget: Annotated[bool, Option("--forget", help="Delete the stack's data.")] = False,
    yes: options.Yes = False,
    state_dir: options.StateDir = None,
    env: options.Env = "local",
    as_json: options.Json = False,
) -> None:
    """Stop the local stack with all its processes. Its data is kept for the next `up`.

    With --forget, its data is deleted. It asks first, unless there is none; without a terminal it
    needs --yes.
    """
    require_local(env)
    result = stop_stack(state_folder(state_dir), forget=forget, ask=not yes)
    if not as_json:
        print_stopped(result)
        return
    fields: dict[str, Any] = {"stopped": result.stopped}
    if forget and result.contents:
        contents = result.contents
        fields["dropped"] = {"drinks": contents.drinks, "raw_objects": contents.raw_objects}
    print_json(fields)


class StopResult(msgspec.Struct, frozen=True):
    """What `stop_stack` did."""

    stopped: bool
    """Whether a stack was running."""
    forgotten: bool
    """Whether its data was deleted."""
    contents: "StackContents | None"
    """Its data; None if it could not be counted."""


class StackContents(msgspec.Struct, frozen=True):
    """The amount of data in a stack."""

    drinks: int
    raw_objects: int
    """Without the health checks."""
    health_checks: int = 0

    @property
    def has_data(self) -> bool:
        """Whether there is anything but health checks."""
        return bool(self.drinks or self.raw_objects)

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


def stop_stack(folder: Path, *, forget: bool = False, ask: bool = False) -> StopResult:
    """Stop the folder's stack; return whether there was one, and what it holds.

    `forget` deletes its data; with `ask`, only after a confirmation.

    Raises:
        UsageError: the person who was asked declined, or nobody can be asked.
    """
    contents = _contents(folder)
    if forget and ask and (contents is None or contents.has_data):
        what = f"{contents or 'all data'} in `{folder}`"
        if not sys.stdin.isatty():
            raise UsageError(f"This would delete {what}. Add --yes to confirm it.")
        if not typer.confirm(f"Delete {what}?", err=True):
            raise UsageError("Nothing was stopped or deleted.")
    return StopResult(lifecycle.stop(folder, forget=forget), forget, contents)


def print_stopped(result: StopResult) -> None:
    """Print what `stop_stack` did."""
    say("stopped" if result.stopped else "nothing was running")
    if result.forgotten:
        say(f"deleted {result.contents}" if result.contents else "its data is deleted")
    elif result.contents and result.contents.has_data:
        say(f"{result.contents} are kept on disk")


def _contents(folder: Path) -> StackContents | None:
    """Return what the folder's stack holds; None if that cannot be counted."""
    with suppress(UsageError, UnreachableError):  # of another version, or damaged
        stack = read_stack(folder)
        if stack and stack.by_name[EMULATOR].find():
            return count_contents(stack)
        if data_folder(folder).is_dir():
            kept = recovery.inspect(data_folder(folder))
            return StackContents(kept.drinks, kept.raw_objects)
        return StackContents(0, 0)
    return None
