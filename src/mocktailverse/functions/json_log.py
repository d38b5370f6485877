"""The logger of the functions: one JSON object a line."""

import logging

from aws_lambda_powertools import Logger


def json_logger() -> Logger:
    """Return the function's logger. Of other loggers only warnings are kept.

    Lambda lets libraries log at level INFO as well; Mangum would log the path that a client chose.

    With `LogFormat: JSON` Lambda takes a line without a timestamp in RFC 3339 for one of level INFO
    (Lambda developer guide, "Log-level filtering"). The trace id is left out: clients can set it.
    """
    logging.getLogger().setLevel(logging.WARNING)
    return Logger(use_rfc3339=True, xray_trace_id=None)
