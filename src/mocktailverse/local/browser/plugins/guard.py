"""A plugin of Datasette's, which reads it as a file: it answers to this machine's names alone.

Otherwise a page of a web site whose name is made to lead to 127.0.0.1 (DNS rebinding) could read
all that one browses. Links from other pages are welcome, as nothing can be changed here.
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
REFUSAL = b"The data browser answers to 127.0.0.1 and localhost.\n"


@hookimpl  # type: ignore[untyped-decorator]  # likewise
def asgi_wrapper() -> Callable[[App], App]:
    """Put the guard in front of Datasette."""
    return guarded


def guarded(app: App) -> App:
    """Let requests to this machine through to an app, and none to another name."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        hosts = [value for name, value in scope.get("headers", ()) if name == b"host"]
        if scope["type"] == "lifespan" or (
            len(hosts) == 1 and names_this_machine(hosts[0].decode("latin-1"))
        ):
            await app(scope, receive, send)
            return
        headers = [(b"content-type", b"text/plain; charset=utf-8")]
        await send({"type": "http.response.start", "status": MISDIRECTED, "headers": headers})
        await send({"type": "http.response.body", "body": REFUSAL})

    return answer
