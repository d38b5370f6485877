"""`python -m mocktailverse.local.guarded_emulator DATA CODE`: MiniStack, guarded, with kept data.

MiniStack allows every origin (`Access-Control-Allow-Origin: *`), and takes the well-known key
`test` for the account's root user, whose signature it does not verify. Without this guard, any web
page that a developer has open could create a Lambda function, which runs code on this machine.

`POST /_mocktailverse/attach` with `KeptResources` as JSON restores the data in the folder DATA
into the resources, which must exist, and keeps their data there from then on. The functions' code
is unpacked in the folder CODE.
"""

import importlib
import sys
import threading
from pathlib import Path

import msgspec
from ministack import app as ministack
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from mocktailverse.errors import MocktailverseError
from mocktailverse.local import allowed_hosts, http_api_paths, kept_calls, worker_pool
from mocktailverse.local.kept_data import KeptData
from mocktailverse.local.kept_resources import ATTACH_PATH, KeptResources

PRELOADED = ("ministack.services.cloudformation", "samtranslator.translator.transform")
REFUSAL = (
    b"The embedded AWS responds to programs and its own pages only, at 127.0.0.1 or localhost.\n"
)


def _is_allowed(raw: allowed_hosts.RawHeaders) -> bool:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in raw}
    host = headers.get("host", "")
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    return allowed_hosts.names_this_machine(host) and allowed_hosts.is_our_own(host, origin, site)


def _with_attach(app: ASGIApp, data: KeptData) -> ASGIApp:
    """Return an app that handles the request to attach the data, and forwards all others."""

    async def respond(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or (scope["method"], scope["path"]) != ("POST", ATTACH_PATH):
            await app(scope, receive, send)
            return
        body = await Request(scope, receive).body()
        try:
            data.attach(msgspec.json.decode(body, type=KeptResources))
        except MocktailverseError as error:
            response = PlainTextResponse(str(error), status_code=409)
        else:
            response = PlainTextResponse("")
        await response(scope, receive, send)

    return respond


def _preload() -> None:
    """Import what the deployment needs, while the command line prepares it: a second less."""
    for module in PRELOADED:
        importlib.import_module(module)


def main() -> None:
    """Run MiniStack until it is stopped."""
    threading.Thread(target=_preload, daemon=True).start()
    data, code_cache = KeptData(Path(sys.argv.pop(1))), Path(sys.argv.pop(1))
    worker_pool.install(code_cache)
    kept_calls.install(data)
    http_api_paths.install()
    app = _with_attach(ministack.app, data)
    ministack.app = allowed_hosts.guarded(app, _is_allowed, 403, REFUSAL)
    try:
        ministack.main()
    finally:
        data.close()


if __name__ == "__main__":
    main()
