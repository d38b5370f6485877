"""Split a measure's text into tokens: numbers, fractions, words and marks, in linear time."""

import re
import unicodedata
from functools import lru_cache
from typing import Literal

from msgspec import Struct

TEXT_LIMIT = 200
"""Maximum characters of a measure that are read; the rest is ignored."""
NUMBER_LIMIT = 1e12
"""Larger numbers are unreadable."""

_TOKEN = re.compile(
    r"([0-9]+)\s?/\s?([0-9]+)(?![.,]?[0-9])"
    r"|([0-9]+(?=[.,][1-7]/[2-8](?![0-9]))|[1-9][0-9]{0,2}(?:'[0-9]{3}|\s000)(?![0-9])"
    r"|[0-9]+(?:[.,][0-9]+)*|(?<![0-9])[.,][0-9]+)"
    r"|([^\W\d_]+(?:'[^\W\d_]+)*)"
    r"|([-/+(),;:%~=&\"\0])"
)
_DIGITS, _WORD, _MARK = 3, 4, 5
"""The groups of `_TOKEN`; the first two are the parts of a fraction."""
_GROUPED = re.compile(r"['\s]")
"""What separates thousands in Swiss and international spelling: "1'500", "1 000"."""
_ENGLISH_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_CONTINENTAL_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+,[0-9]+")
_UNREAD = "\0"
"""Replaces a numeric character that cannot be read."""
_MARKS = str.maketrans(
    {
        "\N{FRACTION SLASH}": "/",
        "\N{DIVISION SLASH}": "/",
        "\N{MULTIPLICATION SIGN}": "x",
        "\N{MINUS SIGN}": "-",
        "\N{ALMOST EQUAL TO}": "~",
        "\N{LEFT DOUBLE QUOTATION MARK}": '"',
        "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
        "\N{DOUBLE PRIME}": '"',
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    }
)


Kind = Literal["number", "fraction", "word", "mark", "unread"]


class Token(Struct, frozen=True, gc=False):
    """One token of a measure."""

    kind: Kind
    text: str
    """In lower case."""
    glued: bool = False
    """Whether no space precedes it: "oz" in "2oz"."""
    value: float = 0.0
    """The value of a number or fraction."""
    start: int = 0
    """Index of its first character in the text, if the text is as `spelled_out` returns it."""
    end: int = 0
    """Index of the first character after it."""


@lru_cache(maxsize=1024)
def _ascii(character: str, previous: str) -> str:
    """Return the ASCII spelling of a character, or `_UNREAD` for a number without one."""
    if ord(character) in _MARKS:
        return character.translate(_MARKS)
    category = unicodedata.category(character)
    if category == "Pd":
        return "-"
    if category == "Nd":
        return str(unicodedata.decimal(character))
    plain = unicodedata.normalize("NFKD", character).translate(_MARKS)
    if re.fullmatch(r"[0-9]+/?[0-9]*", plain):
        # "1½" is one and a half, so the fraction becomes a token of its own: "1 1/2".
        return f" {plain}" if "0" <= previous <= "9" else plain
    if character.isnumeric():
        return _UNREAD
    return "".join(part for part in plain if unicodedata.category(part) not in {"Mn", "Cf"})


def _plain(text: str, *, keep_letters: bool = False) -> str:
    """Return `text` with ASCII digits, dashes, slashes and fractions, and plain letters."""
    text = text.replace("[", "(").replace("]", ")").replace("\N{WORD JOINER}", "")
    previous = ["", *text]
    return "".join(
        [
            character
            if character <= "~" or (keep_letters and character.isalpha())
            else _ascii(character, before)
            for character, before in zip(text, previous, strict=False)
        ]
    )


def spelled_out(text: str) -> str:
    """Return `text` with ASCII digits, dashes, slashes and fractions.

    Accents are kept, unless the text has letters that are several in one, such as ligatures. So its
    tokens have the same places in this text as in the plain one.
    """
    if text.isascii():
        return text
    spelled = _plain(unicodedata.normalize("NFC", text), keep_letters=True)
    if spelled.isascii():
        return spelled
    is_aligned = all(len(_ascii(letter, "")) == 1 for letter in spelled if letter > "~")
    return spelled if is_aligned else _plain(spelled)


def _value(digits: str) -> float:
    """Return the value of a decimal in English or continental spelling, NaN if it is neither."""
    if digits.isdecimal():  # most numbers
        return float(digits)
    digits = _GROUPED.sub("", digits)
    if _ENGLISH_THOUSANDS.fullmatch(digits):
        digits = digits.replace(",", "")
    elif _CONTINENTAL_THOUSANDS.fullmatch(digits):
        digits = digits.replace(".", "")
    digits = digits.replace(",", ".")
    return float(digits) if digits.count(".") <= 1 else float("nan")


def tokenize(text: str) -> list[Token]:
    """Return the tokens of a measure, without characters that have no meaning in measures.

    Case matters only for "T" (tablespoon) and "t" (teaspoon).
    """
    text = text[:TEXT_LIMIT]
    if not text.isascii():
        text = _plain(text)[:TEXT_LIMIT]
    tokens: list[Token] = []
    end = 0
    for match in _TOKEN.finditer(text):
        start = match.start()
        glued = start == end
        end = match.end()
        found, group = match[0], match.lastindex
        if group == _WORD:
            spelled = "tb" if found == "T" else found.casefold()
            tokens.append(Token("word", spelled, glued, 0.0, start, end))
        elif group == _MARK:
            kind: Kind = "unread" if found == _UNREAD else "mark"
            tokens.append(Token(kind, found, glued, 0.0, start, end))
        else:
            is_number = group == _DIGITS
            value = _value(found) if is_number else _fraction(match[1], match[2])
            kind = "number" if is_number else "fraction"
            readable = value <= NUMBER_LIMIT  # NaN is not
            tokens.append(Token(kind if readable else "unread", found, glued, value, start, end))
    return tokens


def _fraction(over: str, under: str) -> float:
    """Return the value of a fraction; NaN for a division by zero or a missing space.

    "11/2" is more likely 1 1/2 with a missing space than eleven halves, so it is NaN.
    """
    return float(over) / float(under) if float(under) and len(over) <= len(under) else float("nan")
