"""Text as people see it. Control characters count as white space, invisible text as blank."""

import re
import unicodedata
from functools import lru_cache

_CONTROL = re.compile(r"[\0-\x08\x0e-\x1f\x7f-\x9f]")
"""Unicode category Cc without tabs and line breaks, which are white space already."""

_CACHED_LENGTH = 60
"""Maximum characters of a text in the cache: names, categories and glasses repeat."""


def word_set(text: str) -> frozenset[str]:
    """Return the words of a space-separated text."""
    return frozenset(text.split())


def visible(text: str) -> str:
    """Return the text with a space for each control character; empty if nothing is visible.

    Format characters (category Cf, such as a zero-width space) are kept inside a text, because
    some scripts and emoji need them. A text of format characters alone is invisible.
    """
    if text.isprintable():  # true of most texts, and of no control or format character
        return text
    text = _CONTROL.sub(" ", text)
    shown = (c for c in text if not c.isspace() and unicodedata.category(c) != "Cf")
    return text if any(shown) else ""


def one_line(text: str | None) -> str | None:
    """Return the text on one line; None if nothing is visible."""
    if not text:
        return None
    return _on_one_line(text) if len(text) <= _CACHED_LENGTH else _on_one_line.__wrapped__(text)


@lru_cache(maxsize=4096)
def _on_one_line(text: str) -> str | None:
    return " ".join(visible(text).split()) or None
