"""The HTTP API as one app, for Lambda and for a laptop."""

from typing import Any

from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute
from starlette.types import Receive, Scope, Send

from mocktailverse.api import (
    drinks,
    errors,
    exports,
    ingredients,
    ledger,
    openapi,
    reference_page,
    status,
)
from mocktailverse.api.delivery import SQLITE
from mocktailverse.api.dependencies import ApiDependencies
from mocktailverse.api.headers import Gzip, Manners
from mocktailverse.api.parameters import given_once
from mocktailverse.catalogue.search.query import (
    Facets,
    IngredientDetail,
    IngredientEntry,
    Makeable,
    Page,
    Statistics,
)
from mocktailverse.drinks.drink import Drink

PUBLIC = (drinks.router, ingredients.router, status.router, exports.router)
FOR_OPERATORS = (ledger.router,)
WORTH_COMPRESSING_BYTES = 1024
COMPRESSION_LEVEL = 6


ANSWERS = (
    Page[Drink],
    Page[IngredientEntry],
    IngredientDetail,
    Makeable,
    Statistics,
    Facets,
    status.Health,
    Page[ledger.LoadEntry],
    Page[ledger.RejectedEntry],
)


PUBLIC_STEPS = frozenset(
    route.path.split("/")[1]
    for router in PUBLIC
    for route in router.routes
    if isinstance(route, APIRoute)
) | {"openapi.json"}


class Api(FastAPI):
    """FastAPI with our document, and our headers around everything, errors of its own included."""

    def __init__(self) -> None:
        super().__init__(
            title=openapi.TITLE,
            version=openapi.VERSION,
            docs_url=None,
            redoc_url=None,
            redirect_slashes=False,
            generate_unique_id_function=lambda route: route.name,
        )
        self._polite = Manners(super().__call__, PUBLIC_STEPS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._polite(scope, receive, send)

    def openapi(self) -> dict[str, Any]:
        """The document of all routes, made when it is first asked for."""
        if self.openapi_schema is None:
            self.openapi_schema = openapi.document(self.routes, ANSWERS)
        return self.openapi_schema


def create_app(dependencies: ApiDependencies | None = None) -> Api:
    """Make the app; nothing is connected. Further routers may be included afterwards.

    Without dependencies it can show its reference only.
    """
    app = Api()
    app.state.dependencies = dependencies
    app.add_middleware(
        Gzip,
        minimum_size=WORTH_COMPRESSING_BYTES,
        compresslevel=COMPRESSION_LEVEL,
        exclude_content_types=(SQLITE.media_type,),  # hundreds of MB, which take a minute
    )
    errors.register(app)
    app.include_router(reference_page.router)
    for router in (*PUBLIC, *FOR_OPERATORS):
        app.include_router(router, dependencies=[Depends(given_once)])
    return app
