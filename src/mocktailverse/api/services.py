"""What the API stands on, handed to `create_app`: the tests bring their own."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct
from starlette.requests import Request

from mocktailverse.api.delivery import Delivery, Redirected, Streamed
from mocktailverse.api.ops_key import RememberedKey
from mocktailverse.catalogue.synced_copy import CatalogueCopy
from mocktailverse.pipeline.recent import DailyLoads, RejectedLines, Segments
from mocktailverse.stores.catalogue_object import CatalogueObject
from mocktailverse.stores.data_bucket import DataBucket
from mocktailverse.stores.export_objects import ExportObjects
from mocktailverse.stores.loads_table import LoadsTable
from mocktailverse.stores.parameters import Parameter

if TYPE_CHECKING:
    from mocktailverse.settings import ApiSettings
    from mocktailverse.stores.clients import Clients


class Loads(DailyLoads, Segments, Protocol):
    """Lists loads and their segments; see `LoadsTable`."""


class Services(Struct, frozen=True, kw_only=True):
    """The API's parts.

    `ops_key` gives the key that operators' endpoints want, None where there is none; `max_age_s`
    is how long others may keep an answer from the catalogue.
    """

    catalogue: CatalogueCopy
    loads: Loads
    bucket: RejectedLines
    ops_key: Callable[[], str | None]
    exports: Delivery
    stage: str
    max_age_s: int


def services_of(request: Request) -> Services:
    """The services of the app that got this request."""
    services: Services = request.app.state.services
    return services


def local_services(settings: "ApiSettings", clients: "Clients", folder: Path) -> Services:
    """Services for a server on this machine; `folder` keeps copies of the catalogue."""
    source = CatalogueObject(clients, settings.catalogue_bucket)
    exports = Streamed(source, folder)
    return _services(settings, clients, folder, exports, in_background=True)


def lambda_services(settings: "ApiSettings", clients: "Clients", folder: Path) -> Services:
    """Services for a function: its answers are small, so exports go by way of S3.

    Between invocations it stands still, so that readers have to wait for a new catalogue.
    """
    objects = ExportObjects(clients, settings.catalogue_bucket)
    exports = Redirected(objects, folder)
    return _services(settings, clients, folder, exports, in_background=False)


def _services(
    settings: "ApiSettings",
    clients: "Clients",
    folder: Path,
    exports: Delivery,
    *,
    in_background: bool,
) -> Services:
    source = CatalogueObject(clients, settings.catalogue_bucket)
    return Services(
        catalogue=CatalogueCopy(
            source,
            folder,
            max_age_s=settings.catalogue_max_age_s,
            in_background=in_background,
        ),
        loads=LoadsTable(clients, settings.loads_table),
        bucket=DataBucket(clients, settings.data_bucket),
        ops_key=RememberedKey(Parameter(clients, settings.ops_key_parameter).value),
        exports=exports,
        stage=settings.stage,
        max_age_s=round(settings.catalogue_max_age_s),
    )
