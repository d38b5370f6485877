"""Conditions and ranges of requests, after RFC 9110: `If-None-Match`, `If-Range` and `Range`."""

import re
from collections.abc import Mapping

_BYTES = re.compile(r"bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.ASCII | re.IGNORECASE)


def etag_matches(if_none_match: str, tag: str) -> bool:
    """Compare weakly, as RFC 9110 requires for `If-None-Match`; the API's tags have no comma."""
    tags = (text.strip().removeprefix("W/") for text in if_none_match.split(","))
    return tag.removeprefix("W/") in tags


def requested_range(headers: Mapping[str, str], size: int, tag: str) -> range | None:
    """Return the positions of the bytes that a request asks for; None for the whole file.

    Ignored, as RFC 9110 allows: another unit, several ranges, and a range that is not valid. A
    range under an `If-Range` that is not the strong tag is ignored, as it requires.

    Args:
        headers: the request's headers.
        size: the size of the file in bytes.
        tag: the strong ETag of the file.

    Returns:
        An empty range if the file has none of the bytes.
    """
    match = _BYTES.fullmatch(headers.get("range", "").strip())
    if match is None or headers.get("if-range", tag) != tag or not any(match.groups()):
        return None
    first, last = match.groups()
    if not first:  # the last bytes of the file
        return range(max(0, size - int(last)), size)
    if last and int(last) < int(first):
        return None
    return range(int(first), min(size, int(last) + 1) if last else size)
