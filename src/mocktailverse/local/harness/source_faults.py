"""The switches of the simulated TheCocktailDB, reached as it offers them: over HTTP."""

from typing import Any

import httpx2
import msgspec

from mocktailverse.errors import UnreachableError, UsageError

TIMEOUT_S = 5.0


def faults(source_url: str) -> list[dict[str, Any]]:
    """The faults that are switched on, with the requests that each watched and struck.

    Raises:
        UnreachableError: the simulation does not answer.
    """
    return _ask(source_url, None)


def add(source_url: str, fault: bytes) -> list[dict[str, Any]]:
    """Switch a fault on, given as the JSON of a `Fault`; all that are then on.

    Raises:
        UsageError: it is no fault.
        UnreachableError: the simulation does not answer.
    """
    return _ask(source_url, fault)


def _ask(source_url: str, fault: bytes | None) -> list[dict[str, Any]]:
    try:
        answer = httpx2.request(
            "POST" if fault else "GET", f"{source_url}/_faults", content=fault, timeout=TIMEOUT_S
        )
    except httpx2.HTTPError as error:
        raise UnreachableError(f"Nothing answers at {source_url}: {error}") from error
    found = msgspec.json.decode(answer.content)
    if answer.is_error:
        raise UsageError(f"That is no fault: {found['error']}")
    items: list[dict[str, Any]] = found["items"]
    return items
