"""The HTTP API as one app, for Lambda and for a laptop."""

from typing import Any

from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute
from starlette.types import Receive, Scope, Send

from mocktailverse.api import (
    drink_routes,
    error_responses,
    export_routes,
    ingredient_routes,
    load_routes,
    openapi,
    reference_page,
    status_routes,
)
from mocktailverse.api.dependencies import ApiDependencies
from mocktailverse.api.export_delivery import SQLITE
from mocktailverse.api.headers import Gzip, Manners
from mocktailverse.api.query_parameters import given_once
from mocktailverse.catalogue.search.query import (
    Facets,
    IngredientDetail,
    IngredientEntry,
    Makeable,
    Page,
    Statistics,
)
from mocktailverse.drinks.drink import Drink

PUBLIC = (drink_routes.router, ingredient_routes.router, status_routes.router, export_routes.router)
FOR_OPERATORS = (load_routes.router,)
WORTH_COMPRESSING_BYTES = 1024
COMPRESSION_LEVEL = 6


ANSWERS = (
    Page[Drink],
    Page[IngredientEntry],
    IngredientDetail,
    Makeable,
    Statistics,
    Facets,
    status_routes.Health,
    Page[load_routes.LoadEntry],
    Page[load_routes.RejectedEntry],
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
    error_responses.register(app)
    app.include_router(reference_page.router)
    for router in (*PUBLIC, *FOR_OPERATORS):
        app.include_router(router, dependencies=[Depends(given_once)])
    return app
