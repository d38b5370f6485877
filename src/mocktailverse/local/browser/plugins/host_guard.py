"""Datasette plugin: refuse requests to any other host name than this machine's.

Otherwise a web page whose host name resolves to 127.0.0.1 (DNS rebinding) could read all data.
Links from other pages are allowed, because the data browser is read-only.
"""

from collections.abc import Callable
from functools import partial

from datasette import hookimpl
from starlette.types import ASGIApp

from mocktailverse.local.allowed_hosts import RawHeaders, guarded, names_this_machine

MISDIRECTED = 421
REFUSAL = b"The data browser responds to requests for 127.0.0.1 and localhost only.\n"


@hookimpl  # type: ignore[untyped-decorator]  # it has no types
def asgi_wrapper() -> Callable[[ASGIApp], ASGIApp]:
    """Return the middleware that guards Datasette."""
    return partial(guarded, is_allowed=_is_allowed, status=MISDIRECTED, refusal=REFUSAL)


def _is_allowed(headers: RawHeaders) -> bool:
    hosts = [value for name, value in headers if name == b"host"]
    return len(hosts) == 1 and names_this_machine(hosts[0].decode("latin-1"))
