"""Keeps other web sites out of a server that trusts whoever reaches it (see `allowed_hosts`).

Nothing that changes something, and nothing of the harness, is done for a page of another origin.
"""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mocktailverse.api.errors import ApiError, error_response
from mocktailverse.local.allowed_hosts import is_our_own, names_this_machine

READING = frozenset({"GET", "HEAD", "OPTIONS"})

BODY_LIMIT = 64 * 1024 * 1024
"""Bytes of a request's body: a raw object as large as the pipeline takes one."""


class Guard:
    """Lets a request through to the app, or refuses it."""

    def __init__(self, app: ASGIApp, *, private: str) -> None:
        """`private` begins the paths that pages of other origins may not even read."""
        self._app = app
        self._private = private

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer an ASGI request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(Request(scope))
        if refusal:
            await error_response(refusal)(scope, receive, send)
        else:
            await self._app(scope, _bounded(receive), send)

    def _refusal(self, request: Request) -> ApiError | None:
        headers = request.headers
        host = headers.get("host", "")
        if not names_this_machine(host):
            return ApiError(421, "other_host", "This server answers to 127.0.0.1 and localhost.")
        harmless = request.method in READING and not request.url.path.startswith(self._private)
        if not harmless and not is_our_own(
            host, headers.get("origin"), headers.get("sec-fetch-site")
        ):
            return ApiError(403, "other_origin", "Pages of other sites may not do this.")
        if int(headers.get("content-length", "0")) > BODY_LIMIT:
            return _too_large()
        return None


def _bounded(receive: Receive) -> Receive:
    """Receive a body up to the limit; one of unknown length cannot exceed it either."""
    received = 0

    async def count() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > BODY_LIMIT:
            raise HTTPException(413, _too_large().error.message)
        return message

    return count


def _too_large() -> ApiError:
    return ApiError(413, "too_large", f"A request may have {BODY_LIMIT // 2**20} MiB.")
