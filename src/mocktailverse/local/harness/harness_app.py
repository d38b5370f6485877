"""The harness as one app: the API, the routes for development, and the page."""

import base64
import hashlib
import re
from functools import cache, partial
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request, Response

from mocktailverse.api.api_app import create_app
from mocktailverse.api.dependencies import ApiDependencies
from mocktailverse.api.error_responses import ApiError, error_response
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


def harness_of_stack(stack: LocalStack, folder: Path) -> FastAPI:
    """Return the app for a local stack; `folder` holds copies of the catalogue."""
    return create_harness(*dependencies_of(stack, folder))


def create_harness(dependencies: ApiDependencies, harness: HarnessDependencies) -> FastAPI:
    """Return the app of API and harness; this opens no connection."""
    app = create_app(dependencies)
    app.state.harness = harness
    for kind, (status, code) in STATUSES.items():
        app.add_exception_handler(kind, partial(_respond, status, code))
    app.add_middleware(OriginGuard, private=routes.router.prefix)
    app.include_router(routes.router)
    app.include_router(page_router)
    return app


@page_router.get("/harness")
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
