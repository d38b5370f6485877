"""The app: routes, middleware and the OpenAPI document put together."""

from functools import cache
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
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
from mocktailverse.api.auth import SCHEMES
from mocktailverse.api.dependencies import ApiDependencies
from mocktailverse.api.export_delivery import SQLITE
from mocktailverse.api.headers import GzipMiddlewareWithQuality, HeadersMiddleware
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

PUBLIC = (
    *drink_routes.routes.all,
    *ingredient_routes.routes.all,
    *status_routes.routes.all,
    *export_routes.routes.all,
)
DOCUMENTED = (*PUBLIC, *load_routes.routes.all)

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

PUBLIC_SEGMENTS = frozenset(route.path.split("/")[1] for route in PUBLIC) | {
    OPENAPI_PATH.strip("/")
}

COMPRESSION: Final[dict[str, Any]] = {
    "minimum_size": 1024,  # bytes
    "compresslevel": 6,
    "exclude_content_types": (SQLITE.media_type,),  # hundreds of MB take a minute to compress
}
"""Options of the middleware that compresses responses."""


class Api(Starlette):
    """Starlette with the project's routes, and with headers on every response."""

    def __init__(self) -> None:
        super().__init__(routes=ROUTES)
        self.router.redirect_slashes = False
        self._with_headers = HeadersMiddleware(super().__call__, PUBLIC_SEGMENTS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._with_headers(scope, receive, send)


@cache
def openapi_document() -> dict[str, Any]:
    """Return the OpenAPI document of all routes."""
    operations = {route.path_format: {"get": route.document()} for route in DOCUMENTED}
    return openapi.document(operations, ANSWERS, SCHEMES)


def _openapi(_request: Request) -> Response:
    return JSONResponse(openapi_document())


ROUTES = [*DOCUMENTED, Route(OPENAPI_PATH, _openapi), *reference_page.ROUTES]
"""In the order in which they are tried: the most frequent first."""


def route_template(path: str) -> str:
    """Return the template of a decoded path's route, such as `/drinks/{drink_id}`, or `none`.

    For logs: the text of a path is the client's.
    """
    return next((route.path for route in ROUTES if route.path_regex.match(path)), "none")


def create_app(dependencies: ApiDependencies | None = None) -> Api:
    """Return the app; it makes no connection.

    Without dependencies only its reference works.
    """
    app = Api()
    app.state.dependencies = dependencies
    app.add_middleware(GzipMiddlewareWithQuality, **COMPRESSION)
    if dependencies and dependencies.allowance:  # added last, so that it sees compressed bytes
        app.add_middleware(AllowanceMiddleware, allowance=dependencies.allowance)
    error_responses.register(app)
    return app
