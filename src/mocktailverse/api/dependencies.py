"""Dependencies of the API, injected into `create_app`; tests inject fakes."""

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct
from starlette.requests import Request

from mocktailverse.api.export_delivery import Delivery, Stored, Streamed
from mocktailverse.api.ops_key_cache import OpsKeyCache
from mocktailverse.api.transfer_allowance import TransferAllowance
from mocktailverse.catalogue.synced_copy import CatalogueCopy
from mocktailverse.pipeline.ports import LoadsStore, RawStore
from mocktailverse.settings import ApiSettings
from mocktailverse.stores.environment import Stores


class ApiDependencies(Struct, frozen=True, kw_only=True):
    """The stores and settings that the routes use."""

    catalogue: CatalogueCopy
    loads: LoadsStore
    bucket: RawStore
    ops_key: Callable[[], str | None]
    """Returns the key that operators have to send; None: there is none, all are refused."""
    exports: Delivery
    allowance: TransferAllowance | None = None
    """Limits what the API sends; None: nothing does."""
    stage: str
    """The environment's name."""
    max_age_s: int
    """Seconds for which clients may cache a response from the catalogue."""


def dependencies_of(request: Request) -> ApiDependencies:
    """Return the dependencies of the app that received this request."""
    dependencies: ApiDependencies = request.app.state.dependencies
    return dependencies


def build_dependencies(
    stores: Stores,
    settings: ApiSettings,
    folder: Path,
    *,
    serverless: bool,
    bytes_per_day: int | None = None,
) -> ApiDependencies:
    """Return the dependencies of the API of one environment.

    Args:
        stores: the environment's stores.
        settings: name, cache lifetime and the like.
        folder: where copies of the catalogue are kept.
        serverless: whether it runs as a Lambda function. A function is frozen between requests, so
            it cannot refresh its catalogue in the background; and its responses are limited to
            6 MB, so that exports are stored in S3 and delivered in parts.
        bytes_per_day: what all processes of the API may send a day together; None: no limit.
    """
    exports: Delivery = (
        Stored(stores.exports, folder) if serverless else Streamed(stores.catalogue, folder)
    )
    counter = bytes_per_day and stores.transfer_counter(bytes_per_day)
    return ApiDependencies(
        catalogue=CatalogueCopy(
            stores.catalogue,
            folder,
            max_age_s=settings.catalogue_max_age_s,
            in_background=not serverless,
        ),
        loads=stores.loads,
        bucket=stores.bucket,
        ops_key=OpsKeyCache(stores.ops_key.value),
        exports=exports,
        allowance=TransferAllowance(counter.reserve) if counter else None,
        stage=settings.stage,
        max_age_s=round(settings.catalogue_max_age_s),
    )
