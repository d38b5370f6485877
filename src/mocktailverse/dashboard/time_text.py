"""Text for times and durations; times are in ms since 1970 UTC."""

from mocktailverse.times import utc

MINUTE_S = 60
HOUR_S = 3600
DAY_S = 24 * HOUR_S


def clock_text(at: float, now: float) -> str:
    """Return the time of day in UTC, with the date unless it is today."""
    when = utc(at)
    is_today = when.date() == utc(now).date()
    return f"{when:%H:%M} UTC" if is_today else f"{when:%Y-%m-%d %H:%M} UTC"


def age(at: int, now: int) -> str:
    """Return the time since `at` in the largest unit that gives at least 2."""
    seconds = max(0, now - at) // 1000
    for unit_s, name in ((DAY_S, "d"), (HOUR_S, "h"), (MINUTE_S, "min")):
        if seconds >= 2 * unit_s:
            return f"{seconds // unit_s} {name}"
    return f"{seconds} s"


def duration(seconds: float) -> str:
    """Return a duration: tenths below 10 s, seconds below 2 min, minutes below 2 h, then hours."""
    if seconds < 10:  # noqa: PLR2004 - tenths matter below
        return f"{seconds:.1f} s"
    if seconds < 2 * MINUTE_S:
        return f"{seconds:.0f} s"
    if seconds < 2 * HOUR_S:
        return f"{seconds / MINUTE_S:.0f} min"
    return f"{seconds / HOUR_S:.0f} h"
