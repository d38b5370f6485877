"""Untrusted text made safe to show: escaped, without invisible characters, of bounded length."""

import re
import unicodedata

MAX_LENGTH = 200
"""Characters; longer text is cut with an ellipsis. Names of drinks rarely exceed 40."""

NO_TEXT = "(no text)"
"""Shown instead of text without a visible character."""

_MARKUP = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_BIDI_CONTROLS = frozenset(
    map(chr, (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)))
)
"""Characters that change the direction of writing: after U+202E, "gnp.exe" reads "exe.png"."""

_REPLACED = re.compile(r"(:|@|www)(?=\S)|([-<>=~])(?=[-<>=~])", re.IGNORECASE)
"""What Streamlit turns into links, emoji or arrows, even where Markdown escapes it."""

_JOINER = "\u2060"
"""Word joiner: an invisible character that breaks up such sequences."""


def short(text: object, length: int = MAX_LENGTH) -> str:
    """Return one line of at most `length` characters, for places that take plain text.

    White space becomes single spaces. Control characters, lone surrogates and direction controls
    are removed. The result is never empty.
    """
    head = str(text)[: 4 * length]
    line = " ".join("".join(filter(_is_kept, head)).split())
    if len(line) > length or len(head) < len(str(text)):
        line = line[: length - 1].rstrip() + "…"
    return line if any(map(_is_visible, line)) else NO_TEXT


def plain(text: object, length: int = MAX_LENGTH) -> str:
    """Return `short(text)` as Markdown that shows exactly these characters.

    Use it where Streamlit takes Markdown: labels, titles, captions, tables.
    """
    line = _REPLACED.sub(lambda match: match[0] + _JOINER, short(text, length))
    return "".join(f"\\{char}" if char in _MARKUP else char for char in line)


def _is_kept(char: str) -> bool:
    if char.isspace():
        return True
    return char not in _BIDI_CONTROLS and unicodedata.category(char) not in {"Cc", "Cs"}


def _is_visible(char: str) -> bool:
    return unicodedata.category(char)[0] not in "CZM"
