"""The logger of the functions: one JSON object a line."""

from aws_lambda_powertools import Logger


def json_logger() -> Logger:
    """Return the function's logger.

    With `LogFormat: JSON` Lambda takes a line without a timestamp in RFC 3339 for one of level INFO
    (Lambda developer guide, "Log-level filtering"). The trace id is left out: clients can set it.
    """
    return Logger(use_rfc3339=True, xray_trace_id=None)
