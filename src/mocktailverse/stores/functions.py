"""The Lambda functions, invoked by hand."""

import base64
from typing import Any

import msgspec
from msgspec import Struct

from mocktailverse.errors import MissingError, PermanentError, UsageError
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.error_translation import translated

DELETED = "Deleted"


class Invocation(Struct, frozen=True):
    """What came of an invocation.

    `error` is Lambda's word for how the function ended (`Unhandled`), None where it did well;
    `answer` is then what it raised. `log` is the end of its log, 4 KB at most.
    """

    answer: Any
    error: str | None
    log: str


class FunctionState(Struct, frozen=True):
    """A function as it is deployed: memory in MB, time limit in s.

    `state` and `last_update` are Lambda's words, such as `Active` and `Successful`, or `Deleted`;
    `reason` says why one of them is no good.
    """

    name: str
    memory_mb: int
    timeout_s: int
    runtime: str
    state: str
    last_update: str
    reason: str | None

    @property
    def failed(self) -> bool:
        """Whether it cannot run, or runs what it ran before a change."""
        return not {"Failed", DELETED}.isdisjoint({self.state, self.last_update})


class Functions:
    """Invokes functions and waits for their answers."""

    def __init__(self, clients: Clients) -> None:
        self._client = clients.lambda_

    def invoke(self, name: str, event: dict[str, Any]) -> dict[str, Any]:
        """Invoke a function and return its answer.

        Raises:
            UsageError: the function refused the event, with its own sentence.
            PermanentError: the function failed.
        """
        done = self.run(name, msgspec.json.encode(event))
        if done.error is None:
            payload: dict[str, Any] = done.answer
            return payload
        message = str(done.answer.get("errorMessage", done.answer))
        if done.answer.get("errorType") == UsageError.__name__:
            raise UsageError(message)
        raise PermanentError(f"{name} failed: {done.answer.get('errorType')}: {message}")

    def state(self, name: str) -> FunctionState:
        """How a function is deployed; one that somebody deleted by hand is told as such."""
        try:
            with translated(f"Looking at {name}"):
                found = self._client.get_function_configuration(FunctionName=name)
        except MissingError as error:
            return FunctionState(name, 0, 0, "", DELETED, DELETED, str(error))
        return FunctionState(
            name,
            memory_mb=found["MemorySize"],
            timeout_s=found["Timeout"],
            runtime=found["Runtime"],
            state=found.get("State", "Active"),
            last_update=found.get("LastUpdateStatus", "Successful"),
            reason=found.get("StateReason") or found.get("LastUpdateStatusReason"),
        )

    def run(self, name: str, event: bytes) -> Invocation:
        """Invoke a function with an event's JSON, and tell all that came of it."""
        with translated(f"Invoking {name}"):
            answer = self._client.invoke(FunctionName=name, Payload=event, LogType="Tail")
            payload = msgspec.json.decode(answer["Payload"].read())
        log = base64.b64decode(answer.get("LogResult", "")).decode(errors="replace")
        return Invocation(payload, answer.get("FunctionError"), log)
