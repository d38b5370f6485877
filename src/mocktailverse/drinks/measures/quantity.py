"""Read the numbers of a measure: decimals, mixed numbers, number words, ranges.

quantity := ["between" | "from"] number [("-" | "to" | "or" | …) number]
number   := (DECIMAL | WORD) ["-" | "and" | "&"] FRACTION | (DECIMAL | WORD) [multiple]
          | FRACTION | multiple
multiple := ("half" ["a"] | "quarter" | "third" | "dozen" | "couple" | …) ["of"] [multiple]
"""

from typing import NamedTuple

from mocktailverse.drinks.measures import words
from mocktailverse.drinks.measures.tokens import Token

END = Token("mark", "")
"""The token beyond the end, so that looking ahead needs no bounds check."""

_LINKS = words.RANGE_WORDS | {"-", "~"}
_MAY_FOLLOW_GLUED = words.LENGTHS.union(
    {"x", "fl", "fluid"},
    words.UNIT_WORDS,
    words.MISSPELLED,
    words.NUMBER_WORDS,
    words.MULTIPLES,
    words.RANGE_WORDS,
)
"""The words that leave a number a number without a space between them: "2oz"."""


class Quantity(NamedTuple):
    """A number or range, and the index of the first token after it."""

    low: float
    high: float
    end: int

    @property
    def span(self) -> tuple[float, float]:
        """The number or range, without the index."""
        return self.low, self.high


def token_at(tokens: list[Token], index: int) -> Token:
    """Return the token at `index`; beyond the end, the empty mark `END`."""
    return tokens[index] if index < len(tokens) else END


def read_quantity(tokens: list[Token], start: int) -> Quantity | None:
    """Return the quantity that starts at `start`; None if none does."""
    if start >= len(tokens):
        return None
    token = tokens[start]
    if token.kind == "mark" or (token.kind == "word" and not _is_numeral(tokens, start)):
        return None
    low = _read_number(tokens, start)
    if low is None:
        return None
    opening = tokens[start - 1].text if start else ""
    # "and" links a range only after "between": "between 1 and 2", but "1 and 1/2".
    links = _LINKS | words.AND if opening in {"between", "from", "zwischen", "von"} else _LINKS
    end = low.end
    link = token_at(tokens, end).text
    if link == "-" and token_at(tokens, end + 1).text in words.RANGE_WORDS:
        end += 1  # "1-to-2", "3- to 4"
        link = tokens[end].text
    if link in links:
        is_word = link in words.RANGE_WORDS
        high = _read_number(tokens, end + 1 + (is_word and token_at(tokens, end + 1).text == "-"))
        if high is not None:
            return Quantity(min(low.low, high.low), max(low.low, high.low), high.end)
    return low


def _is_numeral(tokens: list[Token], start: int) -> bool:
    """Return whether the word begins a quantity: "half a", but not "half-wheel" or "halves"."""
    text = tokens[start].text
    if text not in words.NUMERALS:
        return False
    return text not in words.FRACTIONS_OF_THINGS and not _is_half_slice(tokens, start)


def _read_number(tokens: list[Token], start: int) -> Quantity | None:
    token = token_at(tokens, start)
    value = token.value if token.kind == "fraction" else _whole(tokens, start)
    if value is None:
        return _read_multiple(tokens, start)
    fraction = _read_fraction_part(tokens, start + 1) if value.is_integer() else None
    if fraction is not None and fraction.low < 1:
        return Quantity(value + fraction.low, value + fraction.low, fraction.end)
    next_word = start + 1 + (token_at(tokens, start + 1).text == "-")
    if token_at(tokens, next_word).text in words.NUMERALS:
        return _with_word(tokens, token, Quantity(value, value, start + 1), next_word)
    return Quantity(value, value, start + 1)


def _with_word(tokens: list[Token], token: Token, number: Quantity, at: int) -> Quantity:
    """Return the number with the number word at `at`: "2 dozen", "two thirds", "twenty-five"."""
    ones = words.NUMBER_WORDS.get(tokens[at].text, 10.0)
    if token.text in words.TENS and ones < 10:  # noqa: PLR2004 - below ten
        return Quantity(number.low + ones, number.low + ones, at + 1)
    is_thing = token.kind == "number" and _are_wedges(tokens, at)
    multiple = None if is_thing or _is_half_slice(tokens, at) else _read_multiple(tokens, at)
    if multiple is None:
        return number
    return Quantity(number.low * multiple.low, number.low * multiple.low, multiple.end)


def _are_wedges(tokens: list[Token], index: int) -> bool:
    """Return whether "quarters" are pieces: "4 quarters", but not "3 quarters cup"."""
    after = token_at(tokens, index + 1).text
    return token_at(tokens, index).text == "quarters" and not (
        after == "of" or after in words.UNIT_WORDS
    )


def _whole(tokens: list[Token], start: int) -> float | None:
    """Return the value of the decimal or number word at `start`."""
    token = token_at(tokens, start)
    if token.kind != "number":
        return words.NUMBER_WORDS.get(token.text)
    return None if _belongs_to_a_name(tokens, start) else token.value


def _belongs_to_a_name(tokens: list[Token], index: int) -> bool:
    """Return whether the number at `index` is part of a name: 7-Up, V8, 1e5, 151 proof."""
    before = tokens[index - 1] if index else END
    if tokens[index].glued and before.kind == "word" and not _joins_numbers(tokens, index - 1):
        return True
    after = token_at(tokens, index + 1)
    if after.text in words.NOT_AMOUNTS:
        return True
    if (before.text == ":" or after.text == ":") and _is_in_ratio(tokens, index):
        return True
    if after.text == "%":
        return token_at(tokens, index + 2).text in words.NOT_AMOUNTS
    if after.text == "-":
        after = token_at(tokens, index + 2)
    return after.kind == "word" and after.glued and after.text not in _MAY_FOLLOW_GLUED


def _is_in_ratio(tokens: list[Token], index: int) -> bool:
    """Return whether the number at `index` is one of "2:1 syrup"."""
    first = index - 2 if index > 1 and tokens[index - 1].text == ":" else index
    colon, other = token_at(tokens, first + 1), token_at(tokens, first + 2)
    is_ratio = colon.text == ":" and colon.glued and other.glued
    return is_ratio and tokens[first].kind == other.kind == "number"


def _joins_numbers(tokens: list[Token], index: int) -> bool:
    """Return whether the word at `index` multiplies or links numbers, as in x2, 2x4 and 1to2."""
    word = tokens[index].text
    behind_number = index > 0 and tokens[index - 1].kind == "number"
    return word == "x" or (behind_number and word in words.RANGE_WORDS)


def _read_fraction_part(tokens: list[Token], start: int) -> Quantity | None:
    """Return the fraction of a mixed number: " 1/2", "-1/2", " and a half"."""
    link = token_at(tokens, start)
    if link.text in words.PLUS:
        start += 1
        if token_at(tokens, start).text in words.ARTICLES or _is_one_part(tokens, start):
            start += 1
    elif link.text == "-" or (
        link.text == "," and link.glued and token_at(tokens, start + 1).glued
    ):
        start += 1  # "1-1/2", "1,1/2"
    token = token_at(tokens, start)
    if token.kind == "fraction":
        return Quantity(token.value, token.value, start + 1)
    return _read_multiple(tokens, start) if link.text in words.AND else None


def _is_one_part(tokens: list[Token], index: int) -> bool:
    """Return whether the word at `index` is the first of "one half" or "one-third"."""
    part = index + 1 + (token_at(tokens, index + 1).text == "-")
    is_part = words.MULTIPLES.get(token_at(tokens, part).text, 1.0) < 1
    return is_part and words.NUMBER_WORDS.get(token_at(tokens, index).text) == 1


def _read_multiple(tokens: list[Token], start: int) -> Quantity | None:
    """Return the product of the number words at `start`: half a dozen, quarter."""
    end = start
    value = 1.0
    while (factor := _factor(tokens, end)) is not None:
        value *= factor
        end += 1
        while token_at(tokens, end).text in words.ARTICLES or token_at(tokens, end).text == "of":
            end += 1
    if end == start or _is_half_and_half(tokens, start):
        return None
    return Quantity(value, value, end)


def _factor(tokens: list[Token], index: int) -> float | None:
    """Return the number that the word at `index` multiplies by: half, dozen, "double" of a shot."""
    text = token_at(tokens, index).text
    if text in words.DOUBLED:
        unit = words.UNIT_WORDS.get(token_at(tokens, index + 1).text)
        return words.DOUBLED[text] if unit and unit.unit in {"shot", "jigger"} else None
    return words.MULTIPLES.get(text)


def _is_half_slice(tokens: list[Token], start: int) -> bool:
    """Return whether the word is the first of "half-wheel", which is one thing."""
    if token_at(tokens, start).text != "half":
        return False
    hyphen, thing = token_at(tokens, start + 1), token_at(tokens, start + 2)
    unit = words.UNIT_WORDS.get(thing.text) if hyphen.text == "-" else None
    return hyphen.glued and thing.glued and unit is not None and unit.unit == "slice"


def _is_half_and_half(tokens: list[Token], start: int) -> bool:
    """Return whether the words are the ingredient "half and half", which is not an amount."""
    # texts[::2] is the first and the third word.
    texts = [token.text for token in tokens[start:] if token.text != "-"][:3]
    return texts[::2] == ["half", "half"] and texts[1] in words.AND
