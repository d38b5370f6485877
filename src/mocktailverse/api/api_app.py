"""The app: routes, middleware and the OpenAPI document put together."""

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
from mocktailverse.api.headers import GzipMiddlewareWithQuality, HeadersMiddleware
from mocktailverse.api.query_parameters import given_once
from mocktailverse.api.transfer_allowance import AllowanceMiddleware
from mocktailverse.catalogue.search.query import (
    Facets,
    IngredientDetail,
    IngredientEntry,
    Makeable,
    Page,
    Statistics,
    Variants,
)
from mocktailverse.drinks.conversion.conversion_result import Conversion
from mocktailverse.drinks.drink import Drink

PUBLIC = (drink_routes.router, ingredient_routes.router, status_routes.router, export_routes.router)
OPERATORS_ONLY = (load_routes.router,)

OPENAPI_PATH = "/openapi.json"

ANSWERS = (
    Page[Drink],
    Variants,
    Conversion,
    Page[IngredientEntry],
    IngredientDetail,
    Makeable,
    Statistics,
    Facets,
    status_routes.Health,
    Page[load_routes.LoadEntry],
    Page[load_routes.RejectedEntry],
)

PUBLIC_SEGMENTS = frozenset(
    route.path.split("/")[1]
    for router in PUBLIC
    for route in router.routes
    if isinstance(route, APIRoute)
) | {OPENAPI_PATH.strip("/")}


class Api(FastAPI):
    """FastAPI with the project's OpenAPI document, and with headers on every response."""

    def __init__(self) -> None:
        super().__init__(
            title=openapi.TITLE,
            version=openapi.VERSION,
            openapi_url=OPENAPI_PATH,
            docs_url=None,
            redoc_url=None,
            redirect_slashes=False,
            generate_unique_id_function=lambda route: route.name,
        )
        self._with_headers = HeadersMiddleware(super().__call__, PUBLIC_SEGMENTS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._with_headers(scope, receive, send)

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document of all routes; it is built once."""
        if self.openapi_schema is None:
            self.openapi_schema = openapi.document(self.routes, ANSWERS)
        return self.openapi_schema


def route_template(path: str) -> str:
    """Return the template of a decoded path's route, such as `/drinks/{drink_id}`, or `none`.

    For logs: the text of a path is the client's.
    """
    if path == OPENAPI_PATH:
        return path
    routers = (reference_page.router, *PUBLIC, *OPERATORS_ONLY)
    routes = (route for router in routers for route in router.routes)
    matching = (r.path for r in routes if isinstance(r, APIRoute) and r.path_regex.match(path))
    return next(matching, "none")


def create_app(dependencies: ApiDependencies | None = None) -> Api:
    """Return the app; it makes no connection. Further routers may be included afterwards.

    Without dependencies only its reference works.
    """
    app = Api()
    app.state.dependencies = dependencies
    app.add_middleware(
        GzipMiddlewareWithQuality,
        minimum_size=1024,  # bytes
        compresslevel=6,
        exclude_content_types=(SQLITE.media_type,),  # hundreds of MB take a minute to compress
    )
    if dependencies and dependencies.allowance:  # added last, so that it sees compressed bytes
        app.add_middleware(AllowanceMiddleware, allowance=dependencies.allowance)
    error_responses.register(app)
    app.include_router(reference_page.router)
    for router in (*PUBLIC, *OPERATORS_ONLY):
        app.include_router(router, dependencies=[Depends(given_once)])
    return app
