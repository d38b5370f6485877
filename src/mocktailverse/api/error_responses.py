"""One shape for every error: `{"error": {"code", "message", "details"}}`."""

import logging
from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Struct
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from mocktailverse.errors import MocktailverseError

logger = logging.getLogger(__name__)

_ROUTING_ERRORS = {
    404: ("not_found", "No such endpoint. See the reference at /docs."),
    405: ("method_not_allowed", "This endpoint does not support that method."),
}


class Problem(Struct, frozen=True):
    """A parameter's name, and a message on what is wrong or allowed."""

    parameter: str
    message: str


class Error(Struct, frozen=True):
    """`code` is for programs, `message` a sentence for people."""

    code: str
    message: str
    details: list[Problem]


class ErrorAnswer(Struct, frozen=True):
    """The body of every response with a status of 400 or higher."""

    error: Error


class ApiError(Exception):
    """An error response; it may be raised anywhere below a route."""

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
    """Return the error for invalid parameters."""
    names = ", ".join(dict.fromkeys(problem.parameter for problem in problems))
    return ApiError(422, "invalid_parameter", f"Invalid parameters: {names}.", problems)


def error_response(error: ApiError) -> Response:
    """Return the response of an error."""
    body = msgspec.json.encode(ErrorAnswer(error.error))
    return Response(body, error.status, error.headers, "application/json")


def register(app: Starlette) -> None:
    """Give every error of the app this shape."""
    for kind in (ApiError, HTTPException, MocktailverseError, Exception):
        app.add_exception_handler(kind, _handle)


async def _handle(_request: Request, error: Exception) -> Response:
    return error_response(_api_error(error))


def _api_error(error: Exception) -> ApiError:
    match error:
        case ApiError():
            return error
        case HTTPException():  # an unknown path or method, or an error that another router raises
            code, message = _ROUTING_ERRORS.get(error.status_code, ("refused", error.detail))
            return ApiError(error.status_code, code, message, headers=error.headers)
        case MocktailverseError():
            logger.error("a store failed", exc_info=error)
            message = "A service behind the API is unavailable. Retry in a few seconds."
            return ApiError(503, "unavailable", message, headers={"Retry-After": "5"})
        case _:  # the server logs the exception itself
            return ApiError(500, "internal", "Internal server error; it has been logged.")
