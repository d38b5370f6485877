"""Datasette plugin: refuse requests to any other host name than this machine's.

Otherwise a web page whose host name resolves to 127.0.0.1 (DNS rebinding) could read all data.
Links from other pages are allowed, because the data browser is read-only.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from datasette import hookimpl  # type: ignore[import-untyped]  # it has no types

from mocktailverse.local.allowed_hosts import names_this_machine

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MISDIRECTED = 421
REFUSAL = b"The data browser responds to requests for 127.0.0.1 and localhost only.\n"


@hookimpl  # type: ignore[untyped-decorator]  # as above
def asgi_wrapper() -> Callable[[App], App]:
    """Return the middleware that guards Datasette."""
    return guarded


def guarded(app: App) -> App:
    """Return an app that forwards requests to this machine's names, and refuses all others."""

    async def respond(scope: Scope, receive: Receive, send: Send) -> None:
        hosts = [value for name, value in scope.get("headers", ()) if name == b"host"]
        if scope["type"] == "lifespan" or (
            len(hosts) == 1 and names_this_machine(hosts[0].decode("latin-1"))
        ):
            await app(scope, receive, send)
            return
        headers = [(b"content-type", b"text/plain; charset=utf-8")]
        await send({"type": "http.response.start", "status": MISDIRECTED, "headers": headers})
        await send({"type": "http.response.body", "body": REFUSAL})

    return respond
