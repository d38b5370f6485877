"""Datasette plugin: refuse requests to any other host name than this machine's.

Otherwise a web page whose host name resolves to 127.0.0.1 (DNS rebinding) could read all data.
Links from other pages are allowed, because the data browser is read-only.
"""

from collections.abc import Callable

from datasette import hookimpl  # type: ignore[import-untyped]  # it has no types
from starlette.types import ASGIApp, Receive, Scope, Send

from mocktailverse.local.allowed_hosts import names_this_machine, refuse

MISDIRECTED = 421
REFUSAL = b"The data browser responds to requests for 127.0.0.1 and localhost only.\n"


@hookimpl  # type: ignore[untyped-decorator]  # as above
def asgi_wrapper() -> Callable[[ASGIApp], ASGIApp]:
    """Return the middleware that guards Datasette."""
    return guarded


def guarded(app: ASGIApp) -> ASGIApp:
    """Return an app that forwards requests to this machine's names, and refuses all others."""

    async def respond(scope: Scope, receive: Receive, send: Send) -> None:
        hosts = [value for name, value in scope.get("headers", ()) if name == b"host"]
        if scope["type"] == "lifespan" or (
            len(hosts) == 1 and names_this_machine(hosts[0].decode("latin-1"))
        ):
            await app(scope, receive, send)
        else:
            await refuse(send, MISDIRECTED, REFUSAL)

    return respond
