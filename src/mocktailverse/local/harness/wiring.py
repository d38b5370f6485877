"""Build the dependencies of the API and the harness from a local stack."""

from pathlib import Path

from msgspec import Struct

from mocktailverse.api.dependencies import ApiDependencies, build_dependencies
from mocktailverse.catalogue.synced_copy import CatalogueCopy
from mocktailverse.local.deploying import STAGE
from mocktailverse.local.state import LocalStack
from mocktailverse.settings import ApiSettings
from mocktailverse.stores.clients import INTERACTIVE
from mocktailverse.stores.environment import Stores

CATALOGUE_MAX_AGE_S = 0.2
"""How often the catalogue is checked for changes; short, because a local request is free."""


class HarnessDependencies(Struct, frozen=True, kw_only=True):
    """Dependencies of the harness, injected into `create_harness`."""

    stores: Stores
    catalogue: CatalogueCopy
    """The API's copy of the catalogue."""
    source_url: str | None
    """Base URL of the simulated sources; None if the stack fetches from the real one."""


def dependencies_of(stack: LocalStack, folder: Path) -> tuple[ApiDependencies, HarnessDependencies]:
    """Return the dependencies of a local stack's API and harness.

    `folder` holds copies of the catalogue. The harness's AWS calls have longer timeouts.
    """
    settings = ApiSettings.of_outputs(
        stack.outputs, stage=STAGE, catalogue_max_age_s=CATALOGUE_MAX_AGE_S
    )
    stores = Stores(stack.clients(INTERACTIVE), stack.outputs)
    api = build_dependencies(stores, settings, folder, serverless=False)
    return api, HarnessDependencies(
        stores=Stores(stack.clients(), stack.outputs),
        catalogue=api.catalogue,
        source_url=stack.source_url if stack.simulates else None,
    )
