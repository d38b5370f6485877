"""What a local stack holds in memory, so that a command can show what stopping it drops."""

from pathlib import Path

import msgspec

from mocktailverse.cli.canary import CANARY_PREFIX
from mocktailverse.errors import TransientError, UnreachableError, UsageError
from mocktailverse.formatting import counted
from mocktailverse.local import health
from mocktailverse.local.state import EMULATOR, read_stack
from mocktailverse.stores.clients import Patience
from mocktailverse.stores.environment import Stores
from mocktailverse.stores.error_translation import translated

_BRIEF = Patience(connect_s=2, read_s=5, attempts=1)


class Contents(msgspec.Struct, frozen=True):
    """How much a stack holds; the canaries that `up` sends do not count."""

    drinks: int
    raw_objects: int

    def __str__(self) -> str:
        """Return the counts for people, such as `74 drinks, 12 raw objects`."""
        return f"{counted(self.drinks, 'drink')}, {counted(self.raw_objects, 'raw object')}"


def count(state_dir: Path) -> Contents | None:
    """Return what the folder's stack holds; None if there is none or it does not respond.

    The embedded AWS counts a table's items exactly; AWS itself does so every six hours.
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
        return Contents(table["Table"]["ItemCount"], raw_objects)
    except (TransientError, UnreachableError, UsageError):
        return None


def is_silent(state_dir: Path) -> bool:
    """Return whether the folder's embedded AWS lives, but does not respond: it may hold data."""
    try:
        stack = read_stack(state_dir)
    except UsageError:
        return False
    aws = stack and stack.by_name[EMULATOR]
    return bool(aws and aws.find() and not health.is_healthy(aws))
