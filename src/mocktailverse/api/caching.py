"""Responses from the catalogue, which clients may cache until a newer one is published."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from mocktailverse.api.conditional_requests import etag_matches
from mocktailverse.api.dependencies import dependencies_of
from mocktailverse.api.error_responses import ApiError, Problem, invalid
from mocktailverse.api.export_delivery import ExportFormat
from mocktailverse.api.openapi import API_VERSION, JSON
from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.errors import MissingError, MocktailverseError, UsageError


class CatalogueResponder:
    """Responds to one request from the current catalogue."""

    def __init__(self, request: Request, catalogue: Catalogue | None = None) -> None:
        """`catalogue` is the current one if it is at hand, so that nothing has to be waited for."""
        self._request = request
        self._catalogue = catalogue
        self.dependencies = dependencies_of(request)

    def catalogue(self, timeout_s: float | None = None) -> Catalogue:
        """Return the current catalogue; `timeout_s` as for `TtlCache`.

        Raises:
            ApiError: there is none.
        """
        try:
            return self._catalogue or self.dependencies.catalogue.current(timeout_s=timeout_s)
        except MissingError as error:
            message = "No catalogue is published yet. Run `mocktailverse fetch` or `ingest` first."
            raise _no_catalogue("nothing_published", message) from error
        except (MocktailverseError, OSError) as error:
            message = f"The catalogue is temporarily unavailable. {error}"
            raise _no_catalogue("catalogue_unavailable", message) from error

    def cacheable(self, read: Callable[[Catalogue], object], cursor: str | None = None) -> Response:
        """Return a response that clients may cache; 304 without reading if they have it already.

        Raises:
            ApiError: there is no catalogue, or the cursor is invalid.
        """
        catalogue = self.catalogue()
        # Weak, because the same response is sent plain and compressed.
        tag = f'W/"{API_VERSION}-{catalogue.meta.version}"'
        headers = {"ETag": tag, "Cache-Control": f"public, max-age={self.dependencies.max_age_s}"}
        given = self._request.headers.get("if-none-match", "")
        if given and etag_matches(given, tag):
            return Response(status_code=304, headers=headers)
        with cursor_checked(cursor):
            value = read(catalogue)
        if given.strip() == "*":  # any version matches, so it has to exist
            return Response(status_code=304, headers=headers)
        return Response(msgspec.json.encode(value), headers=headers, media_type=JSON)

    def exported(self, kind: ExportFormat, *, withdrawn: bool = False) -> Response:
        """Return the catalogue as a file, with `withdrawn` drinks only on request."""
        catalogue, exports = self.catalogue(), self.dependencies.exports
        return exports.deliver(self._request, catalogue, kind, withdrawn=withdrawn)


def fresh(value: object) -> Response:
    """Return a value as a response that must not be cached."""
    headers = {"Cache-Control": "no-store"}
    return Response(msgspec.json.encode(value), headers=headers, media_type=JSON)


@contextmanager
def cursor_checked(cursor: str | None) -> Iterator[None]:
    """Turn a UsageError within into an ApiError of the cursor; all else was checked before."""
    try:
        yield
    except UsageError as error:
        if cursor is None:
            raise
        raise invalid([Problem("cursor", str(error))]) from error


def _no_catalogue(code: str, message: str) -> ApiError:
    return ApiError(503, code, message, headers={"Retry-After": "10"})
