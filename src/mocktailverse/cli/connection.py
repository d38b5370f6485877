"""Where a command's environment is: the stores of the local stack or of a deployed one."""

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Self

from botocore.exceptions import NoRegionError
from msgspec import Struct

from mocktailverse.deployment import stack
from mocktailverse.deployment.checkout import find_checkout
from mocktailverse.deployment.environments import stack_name
from mocktailverse.errors import UnreachableError, UsageError
from mocktailverse.local.full_disk import FullDiskWatch
from mocktailverse.local.state import LocalStack, logs_of, read_stack
from mocktailverse.settings import CliSettings
from mocktailverse.stores.catalogue_object import CatalogueObject
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.data_bucket import DataBucket
from mocktailverse.stores.drinks_table import DrinksTable
from mocktailverse.stores.errors import translated
from mocktailverse.stores.functions import Functions
from mocktailverse.stores.loads_table import LoadsTable
from mocktailverse.stores.queue import Queue

LOCAL = "local"


class Connection(Struct, dict=True):
    """The stores of one environment, each opened on first use."""

    clients: Clients
    outputs: dict[str, str]
    logs: Sequence[Path] = ()
    """Log files of the local stack; a deployed environment has none on this machine."""

    @classmethod
    def local(cls, stack: LocalStack) -> Self:
        """Return the connection to a local stack."""
        return cls(stack.clients(), stack.outputs, logs_of(stack))

    def disk_watch(self) -> Callable[[], None]:
        """Return a function that raises UnreachableError once a local log reports a full disk."""
        return FullDiskWatch(self.logs).check

    @cached_property
    def bucket(self) -> DataBucket:
        """Raw and rejected objects."""
        return DataBucket(self.clients, self.outputs["DataBucket"])

    @cached_property
    def drinks(self) -> DrinksTable:
        """The drinks table."""
        return DrinksTable(self.clients, self.outputs["DrinksTable"])

    @cached_property
    def loads(self) -> LoadsTable:
        """The loads table."""
        return LoadsTable(self.clients, self.outputs["LoadsTable"])

    @cached_property
    def catalogue(self) -> CatalogueObject:
        """The published catalogue.

        Raises:
            UsageError: the stack is older than the catalogue.
        """
        bucket = self.outputs.get("CatalogueBucket")
        if bucket is None:
            raise UsageError("The stack has no catalogue yet: deploy it again with today's code.")
        return CatalogueObject(self.clients, bucket)

    @cached_property
    def queue(self) -> Queue:
        """The queue and its dead letters."""
        return Queue(self.clients, self.outputs["QueueUrl"], self.outputs["DeadLetterQueueUrl"])

    @cached_property
    def functions(self) -> Functions:
        """The functions, for invoking them by hand."""
        return Functions(self.clients)


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


def connect(env: str, state_dir: Path | None = None) -> Connection:
    """Connect to an environment.

    Raises:
        UnreachableError: the local stack is not running.
        UsageError: no stack of that environment is deployed, or AWS does not let us in.
    """
    if env == LOCAL:
        return Connection.local(local_stack(state_dir))
    if state_dir is not None:
        raise UsageError("--state-dir is the local stack's folder; it does not go with --env.")
    name = stack_name(env)
    with translated(f"Looking for the stack {name}"):
        clients = deployed_clients()
        return Connection(clients, stack.outputs(clients, name))


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
