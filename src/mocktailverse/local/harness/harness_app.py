"""The harness as one app: the API, the routes for development, and the page."""

import base64
import hashlib
import re
from functools import cache, partial
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from starlette.types import Receive, Scope, Send

from mocktailverse.api import error_responses
from mocktailverse.api.api_app import (
    COMPRESSION,
    OPENAPI_PATH,
    PUBLIC_SEGMENTS,
    Api,
    create_app,
    openapi_document,
)
from mocktailverse.api.dependencies import ApiDependencies
from mocktailverse.api.error_responses import ApiError, Problem, error_response, invalid
from mocktailverse.api.headers import GzipMiddlewareWithQuality, HeadersMiddleware
from mocktailverse.api.openapi import TITLE, VERSION
from mocktailverse.errors import (
    MissingError,
    MocktailverseError,
    PermanentError,
    TransientError,
    UnreachableError,
    UsageError,
)
from mocktailverse.loads.object_version import DEFAULT_SOURCE
from mocktailverse.local.harness import routes
from mocktailverse.local.harness.origin_guard import OriginGuard
from mocktailverse.local.harness.wiring import HarnessDependencies, dependencies_of
from mocktailverse.local.state import LocalStack

PAGE_PATH = "/harness"
PAGE = Path(__file__).with_name("page.html")
STATUSES: dict[type[MocktailverseError], tuple[int, str]] = {
    UsageError: (422, "cannot_be_done"),
    MissingError: (404, "not_found"),
    PermanentError: (409, "refused"),
    TransientError: (503, "unavailable"),
    UnreachableError: (503, "unreachable"),
}
"""HTTP status and error code by error type; the response includes the error's message."""

page_router = APIRouter(include_in_schema=False)

OWN_SEGMENTS = frozenset(
    path.lstrip("/") for path in (routes.router.prefix, PAGE_PATH, OPENAPI_PATH)
)
"""First segments of the paths that the API does not serve, or not alone."""


class Harness(FastAPI):
    """The routes for development and the page; every other request goes to the API at once.

    FastAPI's part of a request would double what the API takes for one drink.
    """

    def __init__(self, api: Api, harness: HarnessDependencies) -> None:
        super().__init__(
            openapi_url=OPENAPI_PATH,
            docs_url=None,
            redoc_url=None,
            redirect_slashes=False,
            generate_unique_id_function=lambda route: route.name,
        )
        self.state.harness = harness
        self.add_middleware(GzipMiddlewareWithQuality, **COMPRESSION)
        self.include_router(routes.router)
        self.include_router(page_router)
        self._api = api
        self._with_headers = HeadersMiddleware(super().__call__, PUBLIC_SEGMENTS)
        for app in (self, api):
            app.add_middleware(OriginGuard, private=routes.router.prefix)
            error_responses.register(app)
            for kind, (status, code) in STATUSES.items():
                app.add_exception_handler(kind, partial(_respond, status, code))
        self.add_exception_handler(RequestValidationError, _respond_invalid)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        segment = scope.get("path", "").lstrip("/").partition("/")[0]
        is_own = scope["type"] != "http" or segment in OWN_SEGMENTS
        await (self._with_headers if is_own else self._api)(scope, receive, send)

    def openapi(self) -> dict[str, Any]:
        """Return the API's OpenAPI document with the routes for development."""
        document = openapi_document()
        own = get_openapi(title=TITLE, version=VERSION, routes=self.routes)
        parts = document["components"]
        schemas = own["components"]["schemas"] | parts["schemas"]
        return document | {
            "paths": document["paths"] | own["paths"],
            "components": parts | {"schemas": schemas},
        }


def harness_of_stack(stack: LocalStack, folder: Path) -> Harness:
    """Return the app for a local stack; `folder` holds copies of the catalogue."""
    return create_harness(*dependencies_of(stack, folder))


def create_harness(dependencies: ApiDependencies, harness: HarnessDependencies) -> Harness:
    """Return the app of API and harness; this opens no connection."""
    return Harness(create_app(dependencies), harness)


@page_router.get(PAGE_PATH)
def page() -> Response:
    """Return the page with a content security policy for its own script and style only."""
    text, policy = _page()
    return Response(text, headers={"Content-Security-Policy": policy}, media_type="text/html")


@cache
def _page() -> tuple[str, str]:
    text = PAGE.read_text(encoding="utf-8").replace("{default_source}", DEFAULT_SOURCE)
    script, style = (
        _hash(re.search(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)) for tag in ("script", "style")
    )
    policy = (
        f"default-src 'none'; script-src {script}; style-src {style}; connect-src 'self'; "
        "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return text, policy


def _hash(element: re.Match[str] | None) -> str:
    assert element is not None  # noqa: S101 - page.html has both elements
    digest = base64.b64encode(hashlib.sha256(element[1].encode()).digest()).decode()
    return f"'sha256-{digest}'"


async def _respond(status: int, code: str, _request: Request, error: Exception) -> Response:
    return error_response(ApiError(status, code, str(error)))


async def _respond_invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for it only
    places = ([str(step) for step in one["loc"][:2]] for one in error.errors())
    problems = [
        Problem(place[-1], one["msg"]) for place, one in zip(places, error.errors(), strict=True)
    ]
    return error_response(invalid(problems))
