"""Numbers and times as people read them, in the terminal and on pages."""

from mocktailverse.times import utc

_COUNTED = {"requests", "invocations", "metrics", "alarms", "dashboards"}


def moment(at: int | None) -> str:
    """Return a time in ms since 1970 UTC as `2026-01-31 06:00:00`; blank for None."""
    return "" if at is None else f"{utc(at):%Y-%m-%d %H:%M:%S}"


def amount(number: float) -> str:
    """Return a number whole, or with three significant digits if it is below 100."""
    return f"{number:,.0f}" if number == 0 or number >= 100 else f"{number:.3g}"  # noqa: PLR2004 - three digits


def quantity(number: float, unit: str) -> str:
    """Return an amount of a unit; whole, and not 0 for a part of one, if it is counted."""
    if unit not in _COUNTED:
        return amount(number)
    return f"{max(1, round(number)) if number else 0:,}"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: `1 load`, `2 loads`."""
    return f"{number:,} {noun}{'s' * (number != 1)}"


def clock_text(at: float, now: float) -> str:
    """Return the time of day in UTC, with the date unless it is today; times in ms."""
    when = utc(at)
    is_today = when.date() == utc(now).date()
    return f"{when:%H:%M} UTC" if is_today else f"{when:%Y-%m-%d %H:%M} UTC"


def age(at: int, now: int) -> str:
    """Return the time since `at` in the largest unit that gives at least 2; times in ms."""
    seconds = max(0, now - at) // 1000
    for unit_s, name in ((24 * 3600, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * unit_s:
            return f"{seconds // unit_s} {name}"
    return f"{seconds} s"


def duration(seconds: float) -> str:
    """Return a duration: tenths below 10 s, seconds below 2 min, minutes below 2 h, then hours."""
    if seconds < 10:  # noqa: PLR2004 - tenths matter below
        return f"{seconds:.1f} s"
    if seconds < 2 * 60:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 2 * 3600 else f"{seconds / 3600:.0f} h"
