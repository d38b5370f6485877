"""The interactive API reference at /docs, which works without the internet.

Swagger UI is part of the Lambda toolkit, which is installed with the functions' requirements. Its
two files are read from there; the toolkit is not imported.
"""

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from mocktailverse.api.error_responses import ApiError

router = APIRouter(include_in_schema=False)

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
CACHED = {"Cache-Control": "public, max-age=3600"}

OWN = Path(__file__).parent / "reference"
SWAGGER_UI = Path("event_handler", "openapi", "swagger_ui")


class Asset(NamedTuple):
    """A file of the page."""

    path: Path
    media_type: str


@router.get("/")
def root() -> Response:
    """Redirect to the reference."""
    return RedirectResponse("docs")


@router.get("/docs")
def page() -> Response:
    """Return the page."""
    return _file(_assets()["index.html"], {"Content-Security-Policy": POLICY})


@router.get("/docs/{name}")
def asset(name: str) -> Response:
    """Return a script or style of the page."""
    file = _assets().get(name)
    if file is None:
        raise ApiError(404, "not_found", "The reference has no such file.")
    return _file(file, {})


def _file(asset: Asset, headers: dict[str, str]) -> Response:
    return Response(asset.path.read_bytes(), headers=CACHED | headers, media_type=asset.media_type)


@cache
def _assets() -> dict[str, Asset]:
    toolkit = find_spec("aws_lambda_powertools")
    assert toolkit is not None  # noqa: S101 - a dependency of this package
    assert toolkit.origin is not None  # noqa: S101 - a regular package
    swagger_ui = Path(toolkit.origin).parent / SWAGGER_UI
    return {
        "index.html": Asset(OWN / "index.html", "text/html; charset=utf-8"),
        "start.js": Asset(OWN / "start.js", "text/javascript; charset=utf-8"),
        "swagger-ui.css": Asset(swagger_ui / "swagger-ui.min.css", "text/css; charset=utf-8"),
        "swagger-ui.js": Asset(
            swagger_ui / "swagger-ui-bundle.min.js", "text/javascript; charset=utf-8"
        ),
    }
