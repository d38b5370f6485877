"""How clients of sources introduce themselves, and when they may ask again."""

from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version

RETRIED_STATUS = frozenset({408, 425, 429, *range(500, 600)})
"""Status codes after which the same request may succeed."""


def user_agent() -> str:
    """Return the User-Agent header, in the form that crawlers use."""
    try:
        number = version("mocktailverse")
    except PackageNotFoundError:  # copied into a zip without the package's metadata
        number = "0"
    return f"mocktailverse/{number} (+https://github.com/mocktailverse/mocktailverse)"


def retry_after_s(value: str | None, now_s: float) -> float:
    """Return the seconds of a Retry-After header (RFC 9110, 10.2.3), a number or a date.

    0 if the header is missing or invalid, or if the date has passed.
    """
    if value is None:
        return 0.0
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - now_s)
    except (ValueError, OverflowError):
        return 0.0
