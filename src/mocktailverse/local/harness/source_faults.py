"""Client for the fault injection of the simulated TheCocktailDB."""

from typing import Any

import httpx2
import msgspec

from mocktailverse.errors import UnreachableError, UsageError

_TIMEOUT_S = 5.0


def active_faults(source_url: str, new_fault: bytes | None = None) -> list[dict[str, Any]]:
    """Return the active faults, each with its numbers of requests seen and affected.

    Args:
        source_url: base URL of the simulated source.
        new_fault: the JSON of a `Fault` to add first.

    Raises:
        UsageError: the fault is not valid.
        UnreachableError: the simulated source does not respond.
    """
    method = "POST" if new_fault else "GET"
    url = f"{source_url}/_faults"
    try:
        response = httpx2.request(method, url, content=new_fault, timeout=_TIMEOUT_S)
    except httpx2.HTTPError as error:
        raise UnreachableError(
            f"The simulated TheCocktailDB at `{source_url}` does not respond: {error}"
        ) from error
    body = msgspec.json.decode(response.content)
    if response.is_error:
        raise UsageError(f"The fault is not valid: {body['error']}")
    items: list[dict[str, Any]] = body["items"]
    return items
