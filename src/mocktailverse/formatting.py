"""Numbers and times as people read them, in the terminal and on pages."""

from mocktailverse.times import utc


def moment(at: int | None) -> str:
    """Return a time in ms since 1970 UTC as `2026-01-31 06:00:00`; blank for None."""
    return "" if at is None else f"{utc(at):%Y-%m-%d %H:%M:%S}"


def amount(number: float) -> str:
    """Return a number whole, or with three significant digits if it is below 100."""
    return f"{number:,.0f}" if number == 0 or number >= 100 else f"{number:.3g}"  # noqa: PLR2004 - three digits


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: `1 load`, `2 loads`."""
    return f"{number:,} {noun}{'s' * (number != 1)}"
