"""Text as people see it: without control characters; invisible text counts as blank.

Of the control characters (Unicode category Cc) only the line feed and the tab are text. Every other
one becomes a space, or a line feed where it ends a line, in every text of a record. So what is
"as received" (`name_raw`, `measure_raw`) is so but for these; the raw object has every byte.
"""

import re
import unicodedata
from functools import lru_cache

INSTRUCTIONS_LIMIT = 2000
"""Maximum characters of the instructions that are searched for words."""

_LINE_END = re.compile(r"\r\n?|[\v\f]")
_CONTROL = re.compile(r"[\0-\x08\x0e-\x1f\x7f-\x9f]")

_CACHED_LENGTH = 60
"""Maximum characters of a text in the cache: names, categories and glasses repeat."""


def word_set(text: str) -> frozenset[str]:
    """Return the words of a space-separated text."""
    return frozenset(text.split())


def visible(text: str) -> str:
    """Return the text without control characters; empty if nothing is visible.

    A line feed replaces whatever ends a line, a space each other one; tabs stay.

    Format characters (category Cf, such as a zero-width space) are kept inside a text, because
    some scripts and emoji need them. A text of format characters alone is invisible.
    """
    if text.isprintable():  # true of most texts, and of no control or format character
        return text
    text = _CONTROL.sub(" ", _LINE_END.sub("\n", text))
    shown = (c for c in text if not c.isspace() and unicodedata.category(c) != "Cf")
    return text if any(shown) else ""


def one_line(text: str | None) -> str | None:
    """Return the text on one line; None if nothing is visible."""
    if not text:
        return None
    return _on_one_line(text) if len(text) <= _CACHED_LENGTH else unremembered_line(text)


def unremembered_line(text: str | None) -> str | None:
    """Return the same as `one_line`, without its cache: for texts that do not repeat."""
    return " ".join(visible(text).split()) or None if text else None


_on_one_line = lru_cache(maxsize=4096)(unremembered_line)
