"""Times in ms since 1970 UTC, as people read them."""

from datetime import UTC, datetime

MINUTE_S = 60
HOUR_S = 3600
DAY_S = 24 * HOUR_S


def moment(at: float) -> datetime:
    """The time as a datetime in UTC."""
    return datetime.fromtimestamp(at / 1000, UTC)


def clock_text(at: float, now: float) -> str:
    """The time of day in UTC, with the day unless it is today's."""
    when = moment(at)
    is_today = when.date() == moment(now).date()
    return f"{when:%H:%M} UTC" if is_today else f"{when:%Y-%m-%d %H:%M} UTC"


def ago(at: int, now: int) -> str:
    """How long ago, in the largest unit that fits."""
    return f"{age(at, now)} ago"


def age(at: int, now: int) -> str:
    """The time that has passed, in the largest unit that fits."""
    seconds = max(0, now - at) // 1000
    for unit_s, name in ((DAY_S, "d"), (HOUR_S, "h"), (MINUTE_S, "min")):
        if seconds >= 2 * unit_s:
            return f"{seconds // unit_s} {name}"
    return f"{seconds} s"


def duration(seconds: float) -> str:
    """A duration: tenths below ten seconds, whole seconds below two minutes, then minutes."""
    if seconds < 10:  # noqa: PLR2004 - where tenths stop to matter
        return f"{seconds:.1f} s"
    if seconds < 2 * MINUTE_S:
        return f"{seconds:.0f} s"
    if seconds < 2 * HOUR_S:
        return f"{seconds / MINUTE_S:.0f} min"
    return f"{seconds / HOUR_S:.0f} h"
