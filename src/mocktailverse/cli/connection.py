"""The environment of a command: the local stack or a deployed one."""

from pathlib import Path

from botocore.exceptions import NoRegionError

from mocktailverse.checkout import find_checkout
from mocktailverse.errors import UnreachableError, UsageError
from mocktailverse.local import health
from mocktailverse.local.state import EMULATOR, LocalStack, logs_of, read_stack
from mocktailverse.settings import CliSettings
from mocktailverse.stores import cloudformation_stack as stack
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.cloudformation_stack import stack_name
from mocktailverse.stores.environment import LOCAL, Stores
from mocktailverse.stores.error_translation import translated


def connect(env: str, state_dir: Path | None = None) -> Stores:
    """Return the stores of an environment.

    Raises:
        UnreachableError: the local stack is not running.
        UsageError: the environment is not deployed, or AWS refuses the credentials.
    """
    if env == LOCAL:
        return local_stores(local_stack(state_dir))
    if state_dir is not None:
        raise UsageError("--state-dir is for the local stack. Leave it out, or use --env local.")
    name = stack_name(env)
    with translated(f"Looking for the stack {name}"):
        clients = deployed_clients()
        return Stores(clients, stack.outputs(clients, name))


def require_local(env: str) -> None:
    """Raise UsageError for a deployed environment, which up, down and demo do not manage."""
    if env != LOCAL:
        raise UsageError(f"`up`, `down` and `demo` manage the local stack, not `{env}`.")


def state_folder(state_dir: Path | None) -> Path:
    """Return the local stack's folder: the given one, MOCKTAILVERSE_STATE_DIR, or the checkout's.

    Raises:
        UsageError: neither is set, and there is no checkout.
    """
    chosen = state_dir or CliSettings.read().state_dir
    return chosen or find_checkout().cache_dir.parent / "local"


def local_stack(state_dir: Path | None) -> LocalStack:
    """Return the local stack that was started; its embedded AWS may be silent.

    Raises:
        UnreachableError: no local stack runs, or its embedded AWS has ended. Another stack may have
            its port now.
    """
    folder = state_folder(state_dir)
    if stack := read_stack(folder):
        if stack.by_name[EMULATOR].find():
            return stack
        raise UnreachableError(_ended(folder))
    raise UnreachableError(f"No local stack runs in `{folder}`. Start it: mocktailverse up")


def running_stack(state_dir: Path | None) -> LocalStack:
    """Return the local stack, whose embedded AWS responds.

    Raises:
        UnreachableError: no local stack runs, or its embedded AWS does not respond.
    """
    folder = state_folder(state_dir)
    stack = local_stack(folder)
    if health.is_healthy(stack.by_name[EMULATOR]):
        return stack
    raise UnreachableError(_ended(folder))


def _ended(folder: Path) -> str:
    return (
        f"The embedded AWS of the stack in `{folder}` has ended or does not respond. Start it again"
        " with its data: mocktailverse up"
    )


def local_stores(stack: LocalStack) -> Stores:
    """Return the stores of a local stack."""
    return Stores(stack.clients(), stack.outputs, process_logs=logs_of(stack))


def deployed_clients() -> Clients:
    """Return clients for the account and region of boto3's own settings.

    The settings may also name an embedded AWS as the endpoint.

    Raises:
        UsageError: no region is set, or the profile does not exist.
    """
    with translated("Reading the AWS settings"):
        clients = Clients()
        if not clients.region:
            raise NoRegionError
        if clients.endpoint:  # a local address is reached without this machine's proxy
            return Clients(endpoint_url=clients.endpoint)
    return clients
