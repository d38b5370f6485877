"""Allowed hosts and origins of the servers on this machine's loopback.

A browser lets any web site send requests to 127.0.0.1. A server without a login therefore checks
two things. The header Host has to name this machine: another name that resolves to it is a DNS
rebinding attack. And the headers with which a browser identifies the requesting page have to name
the server itself; programs send no such headers.
"""

from collections.abc import Callable, Sequence

from starlette.types import ASGIApp, Receive, Scope, Send

RawHeaders = Sequence[tuple[bytes, bytes]]

HOSTS = frozenset({"127.0.0.1", "localhost"})
OWN_SITES = frozenset({"same-origin", "none"})
"""Sec-Fetch-Site of requests from a server's own pages, and of an address that was typed."""


def names_this_machine(host: str) -> bool:
    """Return whether a Host header, with or without a port, names this machine."""
    name, _, port = host.partition(":")
    return name in HOSTS and (port.isdecimal() or not port)


def is_our_own(host: str, origin: str | None, site: str | None) -> bool:
    """Return whether a request comes from a page of this very server, or from no page.

    The arguments are the headers Host, Origin and Sec-Fetch-Site; None if one is missing.
    """
    return origin in (None, f"http://{host}") and (site is None or site in OWN_SITES)


def guarded(
    app: ASGIApp, is_allowed: Callable[[RawHeaders], bool], status: int, refusal: bytes
) -> ASGIApp:
    """Return an app that forwards requests with allowed headers, and refuses all others."""

    async def respond(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or is_allowed(scope["headers"]):
            await app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            headers = [(b"content-type", b"text/plain; charset=utf-8")]
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": refusal})

    return respond
