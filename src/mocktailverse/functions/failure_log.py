"""One log line for every failed invocation, which the alarm on function errors counts.

The template's filters make a metric of it:

FunctionErrors  failures of all functions; one may count twice
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from aws_lambda_powertools import Logger

FAILED = "invocation failed"
"""The template's metric filters match this text."""

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
            Logger().exception(FAILED)
            raise

    return logged
