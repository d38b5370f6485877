"""What the harness works with: the stores of one local stack."""

from pathlib import Path

from msgspec import Struct

from mocktailverse.api.services import Services, local_services
from mocktailverse.catalogue.synced_copy import CatalogueCopy
from mocktailverse.deployment import ops_key
from mocktailverse.local.deploying import STAGE
from mocktailverse.local.state import LocalStack
from mocktailverse.settings import ApiSettings
from mocktailverse.stores.clients import INTERACTIVE
from mocktailverse.stores.data_bucket import DataBucket
from mocktailverse.stores.drinks_table import DrinksTable
from mocktailverse.stores.functions import Functions
from mocktailverse.stores.loads_table import LoadsTable
from mocktailverse.stores.queue import Queue

CATALOGUE_MAX_AGE_S = 0.5
"""On this machine looking for a new catalogue costs nothing."""


class Workbench(Struct, frozen=True, kw_only=True):
    """The stores of a stack; `function_names` are its functions, by their short names."""

    bucket: DataBucket
    drinks: DrinksTable
    loads: LoadsTable
    queue: Queue
    functions: Functions
    function_names: dict[str, str]
    catalogue: CatalogueCopy
    source_url: str | None
    """Where the simulated TheCocktailDB is; None where the stack fetches from the real one."""


def api_services(stack: LocalStack, folder: Path) -> Services:
    """What the API stands on; `folder` keeps copies of the catalogue."""
    settings = ApiSettings.of_outputs(
        stack.outputs,
        stage=STAGE,
        ops_key_parameter=ops_key.parameter_name(STAGE),
        catalogue_max_age_s=CATALOGUE_MAX_AGE_S,
    )
    return local_services(settings, stack.clients(INTERACTIVE), folder)


def workbench(stack: LocalStack, catalogue: CatalogueCopy) -> Workbench:
    """The workbench of a stack; it looks at the same copy of the catalogue as the API."""
    clients, outputs = stack.clients(), stack.outputs
    suffix = "Function"
    return Workbench(
        bucket=DataBucket(clients, outputs["DataBucket"]),
        drinks=DrinksTable(clients, outputs["DrinksTable"]),
        loads=LoadsTable(clients, outputs["LoadsTable"]),
        queue=Queue(clients, outputs["QueueUrl"], outputs["DeadLetterQueueUrl"]),
        functions=Functions(clients),
        function_names={
            output.removesuffix(suffix).lower(): name
            for output, name in outputs.items()
            if output.endswith(suffix)
        },
        catalogue=catalogue,
        source_url=stack.source_url if stack.simulates else None,
    )
