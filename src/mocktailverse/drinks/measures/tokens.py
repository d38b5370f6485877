"""Split a measure's text into tokens: numbers, fractions, words and marks, in linear time."""

import re
import unicodedata
from typing import Literal, NamedTuple

TEXT_LIMIT = 200
"""Maximum characters of a measure that are read; the rest is ignored."""
NUMBER_LIMIT = 1e12
"""Larger numbers are unreadable."""

_TOKEN = re.compile(
    r"([0-9]+)\s?/\s?([0-9]+)(?![.,]?[0-9])"
    r"|([0-9]+(?:[.,][0-9]+)*|[.,][0-9]+)"
    r"|([^\W\d_]+(?:'[^\W\d_]+)*)"
    r"|([-/+(),;:%~=&\"\0])"
)
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
        "[": "(",
        "]": ")",
        "\N{LEFT DOUBLE QUOTATION MARK}": '"',
        "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
        "\N{DOUBLE PRIME}": '"',
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    }
)


Kind = Literal["number", "fraction", "word", "mark", "unread"]


class Token(NamedTuple):
    """One token of a measure."""

    kind: Kind
    text: str
    """In lower case."""
    glued: bool = False
    """Whether no space precedes it: "oz" in "2oz"."""
    value: float = 0.0
    """The value of a number or fraction."""


def _ascii(character: str, previous: str) -> str:
    """Return the ASCII spelling of a character, or `_UNREAD` for a number without one."""
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


def _plain(text: str) -> str:
    """Return `text` without accents, with ASCII digits, dashes, slashes and fractions."""
    text = text.translate(_MARKS)
    previous = ["", *text]
    characters = [
        character if character.isascii() else _ascii(character, before)
        for before, character in zip(previous, text, strict=False)
    ]
    return "".join(characters).casefold()[:TEXT_LIMIT]


def _value(digits: str) -> float:
    """Return the value of a decimal in English or continental spelling, NaN if it is neither."""
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
        text = _plain(re.sub(r"\bT\b", "tb", text))
    tokens: list[Token] = []
    end = 0
    for match in _TOKEN.finditer(text):
        over, under, digits, word, mark = match.groups()
        glued = match.start() == end
        end = match.end()
        if word:
            spelled = "tb" if word == "T" else word.lower()
            tokens.append(Token("word", spelled, glued))
        elif mark:
            tokens.append(Token("unread" if mark == _UNREAD else "mark", mark, glued))
        else:
            value = _value(digits) if digits else _fraction(over, under)
            kind: Kind = "number" if digits else "fraction"
            readable = value <= NUMBER_LIMIT  # NaN is not
            tokens.append(Token(kind if readable else "unread", match[0], glued, value))
    return tokens


def _fraction(over: str, under: str) -> float:
    """Return the value of a fraction; NaN for a division by zero or a missing space.

    "11/2" is more likely 1 1/2 with a missing space than eleven halves, so it is NaN.
    """
    return float(over) / float(under) if float(under) and len(over) <= len(under) else float("nan")
