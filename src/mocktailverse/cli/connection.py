"""Finds a command's environment: the local stack or a deployed one."""

from collections.abc import Callable
from pathlib import Path

from botocore.exceptions import NoRegionError

from mocktailverse.checkout import find_checkout
from mocktailverse.errors import UnreachableError, UsageError
from mocktailverse.local.full_disk import FullDiskWatch
from mocktailverse.local.state import LocalStack, logs_of, read_stack
from mocktailverse.settings import CliSettings
from mocktailverse.stores import cloudformation_stack as stack
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.cloudformation_stack import stack_name
from mocktailverse.stores.environment import LOCAL, Stores
from mocktailverse.stores.error_translation import translated


def local_stores(stack: LocalStack) -> Stores:
    """Return the stores of a local stack."""
    return Stores(stack.clients(), stack.outputs, process_logs=logs_of(stack))


def disk_watch(stores: Stores) -> Callable[[], None]:
    """Return a function that raises UnreachableError once a local process reports a full disk."""
    return FullDiskWatch(stores.process_logs).check


def state_folder(state_dir: Path | None) -> Path:
    """Return the local stack's folder: given, MOCKTAILVERSE_STATE_DIR, or one in the checkout.

    Raises:
        UsageError: it was not chosen, and there is no checkout.
    """
    chosen = state_dir or CliSettings.read().state_dir
    return chosen or find_checkout().cache_dir.parent / "local"


def local_stack(state_dir: Path | None) -> LocalStack:
    """Return the local stack that was started; its processes may be down.

    Raises:
        UnreachableError: no local stack runs.
    """
    folder = state_folder(state_dir)
    stack = read_stack(folder)
    if stack is None:
        raise UnreachableError(f"No local stack runs in `{folder}`. Start it: mocktailverse up")
    return stack


def connect(env: str, state_dir: Path | None = None) -> Stores:
    """Return the stores of an environment.

    Raises:
        UnreachableError: the local stack is not running.
        UsageError: no stack of that environment is deployed, or AWS does not let us in.
    """
    if env == LOCAL:
        folder = state_folder(state_dir)
        running = read_stack(folder)
        if running is None:
            raise UnreachableError(f"No local stack runs in {folder}. Start it: mocktailverse up")
        return local_stores(running)
    if state_dir is not None:
        raise UsageError("--state-dir is the local stack's folder; it does not go with --env.")
    name = stack_name(env)
    with translated(f"Looking for the stack {name}"):
        clients = deployed_clients()
        return Stores(clients, stack.outputs(clients, name))


def deployed_clients() -> Clients:
    """The account and region that boto3's own settings name, or the embedded AWS likewise.

    Raises:
        UsageError: no region is chosen, or the profile does not exist.
    """
    with translated("Reading the AWS settings"):
        clients = Clients()
        if not clients.region:
            raise NoRegionError
        if clients.endpoint:  # reached without this machine's proxy
            return Clients(endpoint_url=clients.endpoint)
    return clients
