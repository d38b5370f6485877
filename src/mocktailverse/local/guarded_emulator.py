"""`python -m mocktailverse.local.guarded_emulator`: MiniStack, closed to pages of other web sites.

MiniStack allows every origin (`Access-Control-Allow-Origin: *`), and takes the well-known key
`test` for the account's root user, whose signature it does not verify. Without this guard, any web
page that a developer has open could create a Lambda function, which runs code on this machine.
"""

from collections.abc import Iterable

from ministack import app as ministack  # type: ignore[import-untyped]  # it has no types
from starlette.types import ASGIApp, Receive, Scope, Send

from mocktailverse.local import worker_pool
from mocktailverse.local.allowed_hosts import is_our_own, names_this_machine, refuse

REFUSAL = (
    b"The embedded AWS responds to programs and its own pages only, at 127.0.0.1 or localhost.\n"
)


class Guarded:
    """Forwards requests to an app, except those from pages of other sites."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer an ASGI request."""
        if scope["type"] == "lifespan" or _is_allowed(scope["headers"]):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await refuse(send, 403, REFUSAL)


def _is_allowed(raw: Iterable[tuple[bytes, bytes]]) -> bool:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in raw}
    host = headers.get("host", "")
    return names_this_machine(host) and is_our_own(
        host, headers.get("origin"), headers.get("sec-fetch-site")
    )


if __name__ == "__main__":
    worker_pool.install()
    ministack.app = Guarded(ministack.app)
    ministack.main()
