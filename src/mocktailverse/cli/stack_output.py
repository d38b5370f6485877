"""How commands print a local stack."""

from typing import Any

import msgspec

from mocktailverse.local.state import LocalStack

_LINK_TITLES = {
    "dashboard": "Dashboard",
    "harness": "Harness",
    "docs": "API reference",
    "api": "API",
    "gateway": "API as a function",
}


def stack_fields(stack: LocalStack) -> dict[str, Any]:
    """Return a running stack as JSON shows it."""
    return {
        "endpoint": stack.endpoint,
        "region": stack.region,
        "access_key_id": stack.access_key_id,
        "secret_access_key": stack.secret_access_key,
        "outputs": stack.outputs,
        "source_url": stack.source_url,
        "processes": msgspec.to_builtins(stack.processes),
        "urls": stack.urls,
        "ops_key": stack.ops_key,
    }


def links(stack: LocalStack) -> list[tuple[str, str]]:
    """Return the pages of a stack that a browser can open, as rows of title and URL."""
    return [(title, stack.urls[name]) for name, title in _LINK_TITLES.items() if name in stack.urls]
