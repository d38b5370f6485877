"""Answers from the catalogue, which others may keep for as long as it is not a new one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import msgspec
from fastapi import Depends, Request, Response

from mocktailverse.api.dependencies import dependencies_of
from mocktailverse.api.error_responses import ApiError, Problem, invalid
from mocktailverse.api.export_delivery import Form
from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.catalogue.synced_copy import REFRESH_TIMEOUT_S
from mocktailverse.errors import MissingError, MocktailverseError, UsageError

API_VERSION = "1"
"""To be raised when the same catalogue gives other answers, so that none is kept beyond that."""

JSON = "application/json"


class CatalogueAnswers:
    """Answers one request from the catalogue as it is now."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._dependencies = dependencies_of(request)

    def _catalogue(self, timeout_s: float = REFRESH_TIMEOUT_S) -> Catalogue:
        """Return the current catalogue.

        Raises:
            ApiError: there is none.
        """
        try:
            return self._dependencies.catalogue.current(timeout_s=timeout_s)
        except MissingError as error:
            message = "Nothing is published yet: run `mocktailverse fetch` or `ingest` first."
            raise _no_catalogue("nothing_published", message) from error
        except (MocktailverseError, OSError) as error:
            message = f"The catalogue is temporarily unavailable. {error}"
            raise _no_catalogue("catalogue_unavailable", message) from error

    def kept(self, read: Callable[[Catalogue], object]) -> Response:
        """An answer that may be kept; nothing is read where the asker has it already."""
        catalogue = self._catalogue()
        # Weak, because the same answer goes out plain and compressed.
        tag = f'W/"{API_VERSION}-{catalogue.meta.version}"'
        headers = {
            "ETag": tag,
            "Cache-Control": f"public, max-age={self._dependencies.max_age_s}",
        }
        given = self._request.headers.get("if-none-match", "")
        if _has(given, tag):
            return Response(status_code=304, headers=headers)
        found = read(catalogue)
        if given.strip() == "*":  # whatever there is: so it has to be there
            return Response(status_code=304, headers=headers)
        return Response(msgspec.json.encode(found), headers=headers, media_type=JSON)

    def fresh(
        self, read: Callable[[Catalogue], object], *, timeout_s: float = REFRESH_TIMEOUT_S
    ) -> Response:
        """An answer that nobody may keep; `timeout_s` as for `CatalogueCopy.current`."""
        return fresh(read(self._catalogue(timeout_s)))

    def exported(self, form: Form, *, withdrawn: bool = False) -> Response:
        """The catalogue as a file; `withdrawn` drinks are in it only where they are asked for."""
        return self._dependencies.exports.deliver(self._catalogue(), form, withdrawn=withdrawn)


Answers = Annotated[CatalogueAnswers, Depends()]


def fresh(value: object) -> Response:
    """A value as an answer that nobody may keep."""
    headers = {"Cache-Control": "no-store"}
    return Response(msgspec.json.encode(value), headers=headers, media_type=JSON)


@contextmanager
def cursor_checked(cursor: str | None) -> Iterator[None]:
    """What the reading within refuses is the cursor, as all else was checked before.

    Raises:
        ApiError: it was refused.
    """
    try:
        yield
    except UsageError as error:
        if cursor is None:
            raise
        raise invalid([Problem("cursor", str(error))]) from error


def _no_catalogue(code: str, message: str) -> ApiError:
    return ApiError(503, code, message, headers={"Retry-After": "10"})


def _has(if_none_match: str, tag: str) -> bool:
    """Compare weakly, as RFC 9110 wants it here; our tags hold no comma."""
    known = (text.strip().removeprefix("W/") for text in if_none_match.split(","))
    return tag.removeprefix("W/") in known
