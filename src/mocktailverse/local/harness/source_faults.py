"""Client for the fault injection of the simulated TheCocktailDB."""

from typing import Any

import httpx2
import msgspec

from mocktailverse.errors import UnreachableError, UsageError

_TIMEOUT_S = 5.0


def faults(source_url: str) -> list[dict[str, Any]]:
    """Return the active faults, each with its numbers of requests seen and affected.

    Raises:
        UnreachableError: the simulated source does not respond.
    """
    return _request(source_url, None)


def add(source_url: str, fault: bytes) -> list[dict[str, Any]]:
    """Add a fault, given as the JSON of a `Fault`; return the active faults.

    Raises:
        UsageError: the fault is not valid.
        UnreachableError: the simulated source does not respond.
    """
    return _request(source_url, fault)


def _request(source_url: str, fault: bytes | None) -> list[dict[str, Any]]:
    try:
        response = httpx2.request(
            "POST" if fault else "GET", f"{source_url}/_faults", content=fault, timeout=_TIMEOUT_S
        )
    except httpx2.HTTPError as error:
        raise UnreachableError(
            f"The simulated TheCocktailDB at `{source_url}` does not respond: {error}"
        ) from error
    body = msgspec.json.decode(response.content)
    if response.is_error:
        raise UsageError(f"The fault is not valid: {body['error']}")
    items: list[dict[str, Any]] = body["items"]
    return items
