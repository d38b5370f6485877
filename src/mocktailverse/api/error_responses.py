"""One shape for every error: `{"error": {"code", "message", "details"}}`."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from msgspec import Struct
from starlette.exceptions import HTTPException

from mocktailverse.errors import MocktailverseError

logger = logging.getLogger(__name__)

UNKNOWN = "unknown_parameters"
"""The type of pydantic's error that names parameters which no endpoint knows."""


class Problem(Struct, frozen=True):
    """What is wrong with one parameter, and what is allowed."""

    parameter: str
    message: str


class Error(Struct, frozen=True):
    """`code` is for programs, `message` a sentence for people."""

    code: str
    message: str
    details: list[Problem]


class ErrorAnswer(Struct, frozen=True):
    """The body of every answer from status 400 on."""

    error: Error


class ApiError(Exception):
    """An answer that is an error; may be raised anywhere below a route."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        details: Sequence[Problem] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.error = Error(code, message, list(details))
        self.headers = headers


def invalid(problems: Sequence[Problem]) -> ApiError:
    """The error for parameters that cannot be used."""
    names = ", ".join(dict.fromkeys(problem.parameter for problem in problems))
    return ApiError(422, "invalid_parameter", f"Cannot be used: {names}.", problems)


def error_response(error: ApiError) -> Response:
    """The answer that an error becomes."""
    body = msgspec.json.encode(ErrorAnswer(error.error))
    return Response(body, error.status, error.headers, "application/json")


def register(app: FastAPI) -> None:
    """Let every error of the app have the one shape."""
    app.add_exception_handler(ApiError, _known)
    app.add_exception_handler(RequestValidationError, _unusable)
    app.add_exception_handler(HTTPException, _routing)
    app.add_exception_handler(MocktailverseError, _unavailable)
    app.add_exception_handler(Exception, _unexpected)


async def _known(_request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)  # noqa: S101 - as registered
    return error_response(error)


async def _unusable(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - as registered
    return error_response(
        invalid([problem for found in error.errors() for problem in _problems(found)])
    )


async def _routing(_request: Request, error: Exception) -> Response:
    """No such path, or not with this method; other routers' own errors, too."""
    assert isinstance(error, HTTPException)  # noqa: S101 - as registered
    known = {
        404: ("not_found", "There is nothing at this address. The reference is at /docs."),
        405: ("method_not_allowed", "This address does not take that method."),
    }
    code, message = known.get(error.status_code, ("refused", error.detail))
    return error_response(ApiError(error.status_code, code, message, headers=error.headers))


async def _unavailable(_request: Request, error: Exception) -> Response:
    logger.error("a store failed", exc_info=error)
    message = "Something behind the API does not answer. Try again in a moment."
    return error_response(ApiError(503, "unavailable", message, headers={"Retry-After": "5"}))


async def _unexpected(_request: Request, _error: Exception) -> Response:
    """The error itself goes to the log, by the server."""
    return error_response(ApiError(500, "internal", "That is a fault of ours; it is in our log."))


def _problems(found: Mapping[str, Any]) -> list[Problem]:
    if found["type"] == "none_required":  # a null cannot be given; why the text does not do, can
        return []
    if found["type"] == UNKNOWN:
        return [Problem(name, found["msg"]) for name in found["ctx"]["unknown"]]
    place = [str(step) for step in found["loc"][:2]]
    return [Problem(place[-1], found["msg"])]
