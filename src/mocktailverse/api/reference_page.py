"""The interactive API reference at /docs, which works without the internet.

Swagger UI is part of the Lambda toolkit, which is installed with the functions' requirements. Its
two files are read from there; the toolkit is not imported.
"""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from mocktailverse.api.error_responses import ApiError

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
CACHED = {"Cache-Control": "public, max-age=3600"}

OWN = Path(__file__).parent / "reference"
SWAGGER_UI = Path("event_handler", "openapi", "swagger_ui")
MEDIA_TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}


def root(_request: Request) -> Response:
    """Redirect to the reference."""
    return RedirectResponse("docs")


def page(_request: Request) -> Response:
    """Return the page."""
    return _file(_assets()["index.html"], {"Content-Security-Policy": POLICY})


def asset(request: Request) -> Response:
    """Return a script or style of the page."""
    file = _assets().get(request.path_params["name"])
    if file is None:
        raise ApiError(404, "not_found", "The reference has no such file.")
    return _file(file, {})


ROUTES = [Route("/", root), Route("/docs", page), Route("/docs/{name}", asset)]
for route in ROUTES:
    route.methods = {"GET"}  # `HeadersMiddleware` makes a GET of each HEAD


def _file(path: Path, headers: dict[str, str]) -> Response:
    media_type = MEDIA_TYPES[path.suffix]
    return Response(path.read_bytes(), headers=CACHED | headers, media_type=media_type)


@cache
def _assets() -> dict[str, Path]:
    toolkit = find_spec("aws_lambda_powertools")
    assert toolkit is not None  # noqa: S101 - a dependency of this package
    assert toolkit.origin is not None  # noqa: S101 - a regular package
    swagger_ui = Path(toolkit.origin).parent / SWAGGER_UI
    return {
        "index.html": OWN / "index.html",
        "start.js": OWN / "start.js",
        "swagger-ui.css": swagger_ui / "swagger-ui.min.css",
        "swagger-ui.js": swagger_ui / "swagger-ui-bundle.min.js",
    }
