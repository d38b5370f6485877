"""Text from data, made safe to show: no markup, no invisible tricks, never too long."""

import re
import unicodedata

LONGEST = 200
"""Characters; longer text ends in an ellipsis. Names of drinks are rarely over 40."""

NOTHING = "(no text)"
"""Stands for text in which nothing can be seen."""

_MARKUP = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_TURNS = frozenset(
    map(chr, (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)))
)
"""Characters that turn the direction of writing."""

_REPLACED = re.compile(r"(:|@|www)(?=\S)|([-<>=~])(?=[-<>=~])", re.IGNORECASE)
"""What Streamlit turns into links, arrows or its own logo after Markdown, escaped or not."""

_JOINER = "\u2060"
"""Word joiner: it has no width, and parts such characters."""


def short(text: object, length: int = LONGEST) -> str:
    """One line of at most `length` characters, for places that show text as it is.

    White space becomes single spaces; control characters, lone surrogates and marks that turn the
    writing direction of what follows are left out. Never empty.
    """
    head = str(text)[: 4 * length]
    line = " ".join("".join(filter(_is_kept, head)).split())
    if len(line) > length or len(head) < len(str(text)):
        line = line[: length - 1].rstrip() + "…"
    return line if any(map(_is_seen, line)) else NOTHING


def plain(text: object, length: int = LONGEST) -> str:
    """The same as Markdown of Streamlit that shows exactly these characters.

    Use it wherever Streamlit takes Markdown: labels, titles, captions, tables.
    """
    parted = _REPLACED.sub(lambda found: found[0] + _JOINER, short(text, length))
    return "".join(f"\\{char}" if char in _MARKUP else char for char in parted)


def _is_kept(char: str) -> bool:
    return char.isspace() or (char not in _TURNS and unicodedata.category(char) not in {"Cc", "Cs"})


def _is_seen(char: str) -> bool:
    return unicodedata.category(char)[0] not in "CZM"
