"""The composition root: builds each store of one environment once, from the stack's outputs.

Functions, API, dashboard, commands, harness and drills receive a `Stores` and hand its parts on;
nothing else constructs a store.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from msgspec import Struct

from mocktailverse.catalogue.changes.publication import PublishedCatalogue
from mocktailverse.errors import UsageError
from mocktailverse.stores.catalogue_objects import CatalogueFiles, CatalogueObjects
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.data_bucket import DataBucket
from mocktailverse.stores.drinks_table import DrinksTable
from mocktailverse.stores.export_objects import ExportObjects
from mocktailverse.stores.functions import LIVE, Functions
from mocktailverse.stores.loads_table import LoadsTable
from mocktailverse.stores.log_group import LogGroup
from mocktailverse.stores.ops_key import OpsKey
from mocktailverse.stores.queue import Queue
from mocktailverse.stores.table_stream import TableStream
from mocktailverse.stores.transfer_counter import TransferCounter

LOCAL = "local"
"""The name of the environment that runs on this machine."""

FUNCTION_OUTPUT_SUFFIX = "Function"


class Stores(Struct, frozen=True, dict=True):
    """The stores of one environment, each built on first use; building one makes no request.

    Each property raises UsageError if the stack lacks the output that names its resource.
    """

    clients: Clients
    outputs: Mapping[str, str]
    """The stack's outputs by name, such as `DrinksTable`; a function has those of its settings."""
    loads_expire_days: int | None = None
    """Days until DynamoDB deletes new load records; None: never."""
    process_logs: Sequence[Path] = ()
    """Log files of the processes that serve this environment; empty if it runs on AWS."""

    def output(self, name: str) -> str:
        """Return an output; UsageError if an older version deployed the stack without it."""
        if name not in self.outputs:
            raise UsageError(f"The stack has no output `{name}`. Deploy it again.")
        return self.outputs[name]

    @cached_property
    def bucket(self) -> DataBucket:
        return DataBucket(self.clients, self.output("DataBucket"))

    @cached_property
    def drinks(self) -> DrinksTable:
        return DrinksTable(self.clients, self.output("DrinksTable"))

    @cached_property
    def drinks_stream(self) -> TableStream:
        """The change notifications of the drinks table."""
        return TableStream(self.clients)

    @cached_property
    def loads(self) -> LoadsTable:
        return LoadsTable(self.clients, self.output("LoadsTable"), self.loads_expire_days)

    @cached_property
    def queue(self) -> Queue:
        """The queue of load requests and its dead-letter queue."""
        dead_letter_url = self.outputs.get("DeadLetterQueueUrl", "")
        return Queue(self.clients, self.output("QueueUrl"), dead_letter_url)

    @cached_property
    def catalogue(self) -> PublishedCatalogue:
        """The published catalogue of this code's format; readers get an older one until then."""
        return PublishedCatalogue(self._catalogue_objects)

    @cached_property
    def catalogue_files(self) -> CatalogueFiles:
        """The published catalogues of all formats."""
        return CatalogueFiles(self._catalogue_objects)

    @cached_property
    def _catalogue_objects(self) -> CatalogueObjects:
        return CatalogueObjects(self.clients, self.output("CatalogueBucket"))

    @cached_property
    def exports(self) -> ExportObjects:
        """Exports of the catalogue, kept for a day."""
        return ExportObjects(self.clients, self.output("CatalogueBucket"))

    def transfer_counter(self, bytes_per_day: int) -> TransferCounter:
        """Return the counter of what the API may send a day."""
        return TransferCounter(self.clients, self.output("CatalogueBucket"), bytes_per_day)

    @cached_property
    def ops_key(self) -> OpsKey:
        """The secret key of the operators' endpoints."""
        return OpsKey(self.clients, self.output("OpsKeyParameter"))

    @cached_property
    def functions(self) -> Functions:
        return Functions(self.clients)

    @property
    def function_names(self) -> dict[str, str]:
        """The deployed functions' names by their short ones: `fetch`, `transform`, ..."""
        return {
            output.removesuffix(FUNCTION_OUTPUT_SUFFIX).lower(): name
            for output, name in self.outputs.items()
            if output.endswith(FUNCTION_OUTPUT_SUFFIX)
        }

    def live_function(self, output: str) -> str:
        """Return the name under which to invoke the version that serves of `FetchFunction`, ..."""
        return f"{self.output(output)}:{LIVE}"

    def function_log(self, output: str) -> LogGroup:
        """Return the log of the function that an output such as `FetchFunction` names."""
        return LogGroup(self.clients, f"/aws/lambda/{self.output(output)}")
