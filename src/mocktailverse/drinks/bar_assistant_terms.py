"""Words and amounts of Bar Assistant's recipe format, which its reader and its export share."""

import re
from typing import NamedTuple

from mocktailverse.drinks.drink import Method

METHODS: dict[Method, str] = {
    "shaken": "Shake",
    "stirred": "Stir",
    "blended": "Blend",
    "built": "Build",
    "muddled": "Muddle",
    "layered": "Layer",
}
"""Bar Assistant's methods by ours; on import it drops a method that the bar does not have."""

NO_INSTRUCTIONS = "The source gives no instructions."
NO_MEASURE = "no measure given"
NO_UNIT = "unspecified"
PIECE = "piece"
MAX_AMOUNT = 99_999
UNKNOWN_AMOUNT = "amount unknown"
UNKNOWN_AUTHOR = "Author not stated"

_NUMBER = r"\d{1,9}(?:\.\d{1,9})?"
_MEASURE = re.compile(rf"(?:({_NUMBER})(?: to ({_NUMBER}))?(?: (?=\D)|$))?(\D.*)?", re.DOTALL)


class AmountTerms(NamedTuple):
    """An amount in Bar Assistant's fields."""

    amount: float
    """0 if it is unknown."""
    amount_max: float | None
    """None unless it is a range."""
    units: str


def amount_terms(
    amount_min: float | None, amount_max: float | None, unit: str, kind: str
) -> AmountTerms:
    """Return the fields of a measure that was parsed into a unit and a kind of ours.

    An amount that is unknown or beyond the schema's limit becomes 0.
    """
    units = NO_UNIT if unit in {"none", "other"} else unit
    if unit == "none" and kind == "count":
        units = PIECE
    if amount_min is None or amount_max is None or amount_max > MAX_AMOUNT:
        return AmountTerms(0, None, units)
    return AmountTerms(amount_min, amount_max if amount_max != amount_min else None, units)


def measure_text(terms: AmountTerms) -> str | None:
    """Return the fields as a measure in words: "45 ml", "1 to 2 dashes", "topup"; None if empty."""
    units = "" if terms.units == NO_UNIT else terms.units
    if not terms.amount and not terms.amount_max:
        return units or None
    number = _plain(terms.amount)
    if terms.amount_max and terms.amount_max != terms.amount:
        number += f" to {_plain(terms.amount_max)}"
    return f"{number} {units}".strip()


def terms_in(measure: str | None) -> AmountTerms | None:
    """Return the fields from which `measure_text` makes this measure; None if it makes another."""
    match = _MEASURE.fullmatch(measure or "")
    if not match:
        return None
    low, high, units = match.groups()
    bare = PIECE if low else NO_UNIT
    terms = AmountTerms(float(low or 0), float(high) if high else None, units or bare)
    text = measure_text(terms._replace(units=units or NO_UNIT))
    return terms if text == (measure or None) else None


def _plain(number: float) -> str:
    """Return a number without an exponent, with at most six decimals."""
    return f"{number:.6f}".rstrip("0").rstrip(".")
