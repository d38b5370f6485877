"""One log line for every failed invocation, which the alarm on function errors counts.

The template's filters make a metric of the lines with level ERROR, and of Lambda's own reports of
failures. They read fields of JSON, so that no text within a line can trigger or hide the alarm:

FunctionErrors  failures of all functions; one may count twice
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from mocktailverse.functions.json_log import json_logger

FAILED = "invocation failed"

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


def failures_logged(handler: Handler) -> Handler:
    """Return a handler that logs an exception and re-raises it, so that the invocation fails.

    Lambda itself logs what ends a function from outside: a timeout, too little memory, a failing
    import.
    """

    @wraps(handler)
    def logged(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's own
        try:
            return handler(event, context)
        except Exception:
            json_logger().exception(FAILED)
            raise

    return logged
