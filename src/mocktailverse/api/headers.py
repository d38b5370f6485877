"""Middleware: security, CORS and caching headers for every response; gzip."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ALWAYS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
_DEFAULTS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Vary": "Accept-Encoding",
}
PUBLIC = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Accept-Ranges, Content-Range, ETag, Retry-After",
}
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "If-None-Match, If-Range, Range",
    "Access-Control-Max-Age": "86400",
    "Allow": "GET, HEAD, OPTIONS",
}

RawHeaders = list[tuple[bytes, bytes]]


def _raw(headers: Mapping[str, str]) -> RawHeaders:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


_FOR_OPERATORS = _raw(_ALWAYS | _DEFAULTS)
_FOR_ALL = _raw(_ALWAYS | PUBLIC | _DEFAULTS)


class HeadersMiddleware:
    """Adds headers, and answers HEAD and the public paths' OPTIONS for the app.

    `public` are the first segments of the paths that pages of any origin may read.
    """

    def __init__(self, app: ASGIApp, public: AbstractSet[str]) -> None:
        self._app = app
        self._public = public

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_public = scope["path"].lstrip("/").partition("/")[0] in self._public
        standard = _FOR_ALL if is_public else _FOR_OPERATORS
        is_head = scope["method"] == "HEAD"

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"]
                names = {name for name, _ in headers}
                headers += [one for one in standard if one[0] not in names]
            elif is_head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        if is_public and scope["method"] == "OPTIONS":
            start = {"type": "http.response.start", "status": 204, "headers": []}
            MutableHeaders(scope=start).update(PREFLIGHT)
            await send_with_headers(start)
            await send_with_headers({"type": "http.response.body", "body": b""})
            return
        if is_head:
            scope = {**scope, "method": "GET"}
        await self._app(scope, receive, send_with_headers)


class GzipMiddlewareWithQuality(GZipMiddleware):
    """Compresses for clients that accept gzip; `gzip;q=0` refuses it. A range is sent plain."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        if accepts_gzip(headers) and "range" not in headers:
            await super().__call__(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def accepts_gzip(headers: Headers) -> bool:
    """Return whether a client accepts a response that is compressed with gzip."""
    for coding in headers.get("accept-encoding", "").lower().split(","):
        name, _, weight = coding.replace(" ", "").partition(";q=")
        if name == "gzip":
            return weight.strip("0.") != "" or not weight
    return False
