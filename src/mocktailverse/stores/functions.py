"""Lambda functions: manual invocations and deployed state."""

import base64
from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Struct

from mocktailverse.errors import MissingError, PermanentError, UsageError
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.error_translation import translated

DELETED = "Deleted"

LIVE = "live"
"""The alias through which events reach a function: the version that serves."""


class Invocation(Struct, frozen=True):
    """The result of an invocation; its field names are those of the harness's JSON."""

    answer: Any
    """The function's result; if it failed, its error with `errorType` and `errorMessage`."""
    error: str | None
    """Lambda's kind of failure, such as `Unhandled`; None if it succeeded."""
    log: str
    """The end of its log, at most 4 KB."""


class FunctionState(Struct, frozen=True):
    """The configuration and the state of a deployed function."""

    name: str
    memory_mb: int
    timeout_s: int
    runtime: str
    state: str
    """Lambda's state, such as `Active`, or `Deleted`."""
    last_update: str
    """The result of the last update, such as `Successful`, or `Deleted`."""
    reason: str | None
    """Why the state or the last update failed."""

    @property
    def failed(self) -> bool:
        """Whether it cannot run, or still runs the code from before an update."""
        return not {"Failed", DELETED}.isdisjoint({self.state, self.last_update})


class Functions:
    """Invokes functions and waits for their results."""

    def __init__(self, clients: Clients) -> None:
        self._client = clients.lambda_

    def invoke(self, name: str, event: dict[str, Any]) -> dict[str, Any]:
        """Invoke a function and return its result.

        Raises:
            UsageError: the function refused the event; the message is the function's.
            PermanentError: the function failed.
        """
        invocation = self.run(name, msgspec.json.encode(event))
        payload: dict[str, Any] = invocation.answer
        if invocation.error is None:
            return payload
        message = str(payload.get("errorMessage", payload))
        if payload.get("errorType") == UsageError.__name__:
            raise UsageError(message)
        raise PermanentError(f"{name} failed: {payload.get('errorType')}: {message}")

    def state(self, name: str) -> FunctionState:
        """Return the state of a function; `Deleted` if it no longer exists."""
        try:
            with translated(f"Reading the configuration of {name}"):
                config = self._client.get_function_configuration(FunctionName=name)
        except MissingError as error:
            return FunctionState(name, 0, 0, "", DELETED, DELETED, str(error))
        return FunctionState(
            name,
            memory_mb=config["MemorySize"],
            timeout_s=config["Timeout"],
            runtime=config["Runtime"],
            state=config.get("State", "Active"),
            last_update=config.get("LastUpdateStatus", "Successful"),
            reason=config.get("StateReason") or config.get("LastUpdateStatusReason"),
        )

    def run(self, name: str, event: bytes) -> Invocation:
        """Invoke a function with an event's JSON, and return its result and log."""
        with translated(f"Invoking {name}"):
            response = self._client.invoke(FunctionName=name, Payload=event, LogType="Tail")
            payload = msgspec.json.decode(response["Payload"].read())
        log = base64.b64decode(response.get("LogResult", "")).decode(errors="replace")
        return Invocation(payload, response.get("FunctionError"), log)


def change_notifications(ids: Iterable[str], changed_at_s: float) -> dict[str, Any]:
    """Return the event with which the table's stream reports changed drinks to publish.

    `changed_at_s` is in seconds since 1970 UTC, as in the stream's records.
    """
    changes = [
        {"Keys": {"id": {"S": drink_id}}, "ApproximateCreationDateTime": changed_at_s}
        for drink_id in ids
    ]
    return {"Records": [{"eventName": "MODIFY", "dynamodb": change} for change in changes]}
