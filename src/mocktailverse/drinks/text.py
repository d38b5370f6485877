"""Text as people see it: control characters are white space, and invisible text is blank."""

import re
import unicodedata

_CONTROL = re.compile(r"[\0-\x08\x0e-\x1f\x7f-\x9f]")
"""Category Cc, but for tabs and line breaks, which are white space as they are."""


def visible(text: str) -> str:
    """Return the text with a space for each control character; empty if it shows nothing.

    Format characters (category Cf, such as a zero-width space) stay inside a text, since scripts
    and emoji need them; alone they show nothing.
    """
    if text.isprintable():  # true of most texts, and of no control or format character
        return text
    text = _CONTROL.sub(" ", text)
    shown = (c for c in text if not c.isspace() and unicodedata.category(c) != "Cf")
    return text if any(shown) else ""


def one_line(text: str | None) -> str | None:
    """Return the text on one line; None if it shows nothing."""
    return " ".join(visible(text).split()) or None if text else None
