"""Read the usual measure without the grammar: "2 oz", "1 1/2 cups", "0.5 cl", "3"."""

import re

from mocktailverse.drinks.measures import words
from mocktailverse.drinks.measures.reading import Reading

_PLAIN = re.compile(
    r"(?:([0-9]{1,6}(?:\.[0-9]{1,6})?)|(?:([0-9]{1,6}) )?([1-9])/([2-9]))\s?([A-Za-z]*)"
)
_GROUPED = re.compile(r"[0-9]\.[0-9]{3}")
"""A number that may be a continental thousand: "1.500 ml"."""

_OTHERS = words.NUMERALS | words.APPROXIMATE
"""Units that are more than a unit: "quarter", "handful"."""


def plain_amount(text: str) -> Reading | None:
    """Return the amount of a number with at most a unit; None if it needs the grammar.

    It is what the grammar reads, in a fifth of the time.
    """
    match = _PLAIN.fullmatch(text)
    if match is None:
        return None
    decimal, whole, over, under, unit = match.groups()
    spelled = "tb" if unit == "T" else unit.casefold()
    word = words.UNIT_WORDS.get(spelled) if unit else words.NO_UNIT
    if word is None or spelled in _OTHERS:
        return None
    if decimal:
        value = float(decimal)
        is_plain = not _GROUPED.fullmatch(decimal)
    else:
        value = float(whole or 0) + float(over) / float(under)
        is_plain = over < under
    return Reading((value, value), word, 0, 0) if is_plain else None
