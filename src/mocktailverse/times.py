"""Times: inside, integers of ms since 1970 UTC; outside, ISO 8601."""

import time
from datetime import UTC, datetime, timedelta

from mocktailverse.errors import UsageError

CLOCK_TOLERANCE_MS = 5 * 60 * 1000
"""How far in the future a recorded time may be, because clocks differ."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def now() -> int:
    """Return the time in ms since 1970 UTC."""
    return time.time_ns() // 1_000_000


def utc(at: float) -> datetime:
    """Return a time in ms since 1970 UTC as a datetime."""
    return datetime.fromtimestamp(at / 1000, UTC)


def run_name(at_ms: int, kind: str) -> str:
    """Return the name of a run that starts at a time in ms: `20260131T060000042Z-archive`.

    Two runs in one second have different names, and so different keys.
    """
    return f"{utc(at_ms):%Y%m%dT%H%M%S}{at_ms % 1000:03d}Z-{kind}"


def parse_iso(text: str) -> int | None:
    """Return an ISO 8601 time with an offset in ms since 1970 UTC; None if it is not one."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment - _EPOCH) // timedelta(milliseconds=1) if moment.tzinfo else None


def parse_past_time(text: str) -> int:
    """Return an ISO 8601 time of the past, given by a person, in ms since 1970 UTC.

    Raises:
        UsageError: it is not a valid time with an offset, or lies in the future.
    """
    at = parse_iso(text)
    if at is None:
        raise UsageError(
            f"`{text}` is not a valid ISO 8601 time with a time zone. Use one such as "
            "2026-01-31T06:00Z."
        )
    if not 0 <= at <= now() + CLOCK_TOLERANCE_MS:
        raise UsageError(f"`{text}` is not between 1970 and now. Use a time in the past.")
    return at
