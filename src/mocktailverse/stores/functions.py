"""The Lambda functions, invoked by hand."""

from typing import Any

import msgspec

from mocktailverse.errors import PermanentError, UsageError
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.errors import translated


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
        with translated(f"Invoking {name}"):
            answer = self._client.invoke(FunctionName=name, Payload=msgspec.json.encode(event))
            payload: dict[str, Any] = msgspec.json.decode(answer["Payload"].read())
        if "FunctionError" not in answer:
            return payload
        message = str(payload.get("errorMessage", payload))
        if payload.get("errorType") == UsageError.__name__:
            raise UsageError(message)
        raise PermanentError(f"{name} failed: {payload.get('errorType')}: {message}")
