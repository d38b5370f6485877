"""Times: ISO 8601 in, ms since 1970 UTC inside."""

import time
from datetime import datetime, timedelta

from mocktailverse.errors import UsageError
from mocktailverse.pipeline.transform import CLOCK_TOLERANCE_MS, EPOCH


def now() -> int:
    """The time in ms since 1970 UTC."""
    return time.time_ns() // 1_000_000


def milliseconds(text: str) -> int:
    """A time given as ISO 8601 with an offset, in ms since 1970 UTC.

    Raises:
        UsageError: it is no such time, or lies in the future.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is no ISO 8601 time, such as 2026-01-31T06:00Z.") from error
    if moment.tzinfo is None:
        raise UsageError(f"{text!r} does not say its time zone; for UTC add a Z.")
    at = (moment - EPOCH) // timedelta(milliseconds=1)
    if not 0 <= at <= now() + CLOCK_TOLERANCE_MS:
        raise UsageError(f"{text} is not between 1970 and now: nobody can have observed it then.")
    return at
