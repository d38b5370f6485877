"""Protect a server without a login from pages of other web sites (see `allowed_hosts`).

A page of another origin cannot change anything, and cannot read the harness (CSRF, DNS rebinding).
"""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mocktailverse.api.error_responses import ApiError, error_response
from mocktailverse.local.allowed_hosts import is_our_own, names_this_machine

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

BODY_LIMIT = 64 * 1024 * 1024
"""Maximum size of a request's body, in bytes: the size of the largest raw object."""

_OTHER_HOST = ApiError(
    421, "other_host", "This server responds to requests for 127.0.0.1 and localhost only."
)
_OTHER_ORIGIN = ApiError(403, "other_origin", "Pages of other sites cannot send this request.")
_TOO_LARGE = ApiError(
    413, "too_large", f"The body exceeds the maximum of {BODY_LIMIT // 2**20} MiB."
)


class OriginGuard:
    """Middleware that refuses requests of other origins, and bodies over the limit."""

    def __init__(self, app: ASGIApp, *, private: str) -> None:
        """`private` is the prefix of the paths that pages of other origins cannot even read."""
        self._app = app
        self._private = private

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward an ASGI request to the app, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal:
            await error_response(refusal)(scope, receive, send)
        else:
            await self._app(scope, _bounded(receive), send)

    def _refusal(self, scope: Scope) -> ApiError | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not names_this_machine(host):
            return _OTHER_HOST
        is_readable = scope["method"] in SAFE_METHODS and not scope["path"].startswith(
            self._private
        )
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        if not is_readable and not is_our_own(host, origin, site):
            return _OTHER_ORIGIN
        if int(headers.get("content-length", "0")) > BODY_LIMIT:
            return _TOO_LARGE
        return None


def _bounded(receive: Receive) -> Receive:
    """Return a `receive` that limits the body, which may have no Content-Length."""
    received = 0

    async def count() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > BODY_LIMIT:
            raise HTTPException(413, _TOO_LARGE.error.message)
        return message

    return count
