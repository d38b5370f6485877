"""What every handler says when it fails, in one line that the alarm on failures looks for.

The template's filters make a metric of it:

FunctionErrors  failures of all functions; one may count twice
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from aws_lambda_powertools import Logger

FAILED = "invocation failed"
"""The metric filters of the template look for this text."""

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


def failures_logged(handler: Handler) -> Handler:
    """Log whatever a handler raises, and let it pass: the invocation has failed, and Lambda knows.

    What ends a function from outside (a timeout, too little memory, an import that fails) is in
    the log in Lambda's own words.
    """

    @wraps(handler)
    def told(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's own
        try:
            return handler(event, context)
        except Exception:
            Logger().exception(FAILED)
            raise

    return told
