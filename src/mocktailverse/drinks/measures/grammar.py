"""Combine quantities, sizes, units and equivalents into one amount; `measure` has the grammar."""

from typing import NamedTuple

from mocktailverse.drinks.measures import words
from mocktailverse.drinks.measures.quantity import END, Quantity, read_quantity, token_at
from mocktailverse.drinks.measures.tokens import Token
from mocktailverse.drinks.measures.unit_matching import find_unit, past_hyphen, unit_at
from mocktailverse.drinks.measures.words import UnitWord
from mocktailverse.drinks.units import GRAMS_PER_UNIT

_METRIC = frozenset({"ml", "cl", "dl", "l"})
_MEASURED = _METRIC | GRAMS_PER_UNIT.keys() | {"oz"}
_CONTAINERS = frozenset({"bottle", "can", "package", "glass", "scoop", "other"})
_CONVENTIONAL = frozenset({"shot", "jigger", "splash", "dash"})
_THROUGH = frozenset({"-", "to", "till", "bis"})
_EITHER = frozenset({"or", "oder", "o", "ou"})
_MILLILITRE = words.UNIT_WORDS["ml"]

Span = tuple[float, float]
"""Minimum and maximum."""


class Reading(NamedTuple):
    """An amount within a measure, before the ingredient is considered."""

    amount: Span | None
    """Number of units; None if the measure has none, such as "slices"."""
    word: UnitWord
    """The unit; NO_UNIT for a bare number."""
    start: int
    """Index of the first token of the amount."""
    end: int
    """Index of the first token after it."""
    ml: Span | None = None
    """The volume that the text itself states; None if the unit determines it."""
    approximate: bool = False

    @property
    def volume(self) -> Span | None:
        """Minimum and maximum in ml, as stated or by the unit; None if both are unknown."""
        if self.ml is not None or self.amount is None or self.word.ml is None:
            return self.ml
        return self.amount[0] * self.word.ml, self.amount[1] * self.word.ml


def read_amount(tokens: list[Token]) -> tuple[Reading | None, bool]:
    """Return the first amount, and whether the text has a number that cannot be read.

    A number with a unit may be anywhere in the text. A bare number only counts after words that do
    not name an ingredient: "about 2", but not "Bacardi 151".
    """
    swapped = _read_unit_first(tokens)
    if swapped is not None:
        return swapped, False
    only_fillers = True  # so far
    for start, token in enumerate(tokens):
        quantity = read_quantity(tokens, start)
        if quantity is None:
            only_fillers = only_fillers and _may_come_first(token)
            continue
        reading = None if _is_negative(tokens, start) else _read_unit(tokens, start, quantity)
        if reading is None:
            return None, True
        if reading.word is not words.NO_UNIT:
            return _extend(tokens, reading), False
        if only_fillers:
            return reading, False
    return None, False


def _read_unit_first(tokens: list[Token]) -> Reading | None:
    """Return the amount of an Italian bar list: "cl 4", "gocce 2"."""
    unit = unit_at(tokens, 0)
    if unit is None or not (unit.word.unit in _METRIC or _is_clear_unit(tokens[0], unit.word)):
        return None
    quantity = read_quantity(tokens, unit.end)
    if quantity is None or quantity.end != len(tokens):
        return None
    return Reading(quantity.span, unit.word, 0, quantity.end)


def _may_come_first(token: Token) -> bool:
    return token.kind == "mark" or token.text in words.FILLERS or token.text.endswith(("ed", "ly"))


def _is_negative(tokens: list[Token], start: int) -> bool:
    hyphen = tokens[start - 1] if start else END
    return hyphen.text == "-" and tokens[start].glued and (start == 1 or not hyphen.glued)


def _read_unit(tokens: list[Token], start: int, quantity: Quantity) -> Reading | None:
    """Return the quantity with its unit, or bare without one; None if it cannot be read.

    The token after the number decides: "%", a length ("2 inch"), a second number, which is a size
    ("2 (12 oz) cans"), or else the unit.
    """
    low, high, at = quantity
    token = token_at(tokens, at)
    if token.text == "%":
        return Reading((low / 100, high / 100), words.PART, start, at + 1)
    length = _length_end(tokens, at)
    if length is not None:
        return _read_length(tokens, start, quantity, length)
    size = at + (token.text in {"(", "x", "-"})
    if _is_number(token_at(tokens, size)):
        # A number after a range ("1-2-3") cannot be read; a bracket may contain anything.
        pack = None if token.text == "-" else _read_pack(tokens, start, quantity, size)
        if pack is not None or token.text != "(":
            return pack
    unit = find_unit(tokens, at + (token.text == "x"))
    word, end = unit or (words.NO_UNIT, at)
    return Reading((low, high), word, start, end)


def _is_number(token: Token) -> bool:
    return token.kind in {"number", "fraction"} or token.text in words.NUMBER_WORDS


def _length_end(tokens: list[Token], at: int) -> int | None:
    """Return the index after the unit of length at `at`; None if there is none."""
    index = past_hyphen(tokens, at)
    text = token_at(tokens, index).text
    if text not in words.LENGTHS:
        return None
    # "in" is a length in "2 in piece" and "2-in", but not in "2 in a glass".
    if text == "in" and index == at and unit_at(tokens, index + 1) is None:
        return None
    return index + 1


def _read_length(tokens: list[Token], start: int, length: Quantity, at: int) -> Reading:
    """Return one piece of that length; the length itself if no piece is named."""
    unit = find_unit(tokens, at)
    if unit is None or unit.word.ml is not None:
        return Reading(length.span, words.OTHER, start, at)
    number = None if unit.word.plural else (1.0, 1.0)
    return Reading(number, unit.word, start, unit.end)


def _read_pack(tokens: list[Token], start: int, count: Quantity, at: int) -> Reading | None:
    """Return a number of things of one size: "2 2 inch strips", "2 (12 oz) cans", "2 x 330 ml"."""
    size = read_quantity(tokens, at)
    if size is None:
        return None
    length = _length_end(tokens, size.end)
    if length is not None:
        end = _past_closing(tokens, length)
        word, end = find_unit(tokens, end) or (words.PIECE, end)
        return Reading(count.span, word, start, end)
    each = unit_at(tokens, past_hyphen(tokens, size.end))
    if each is None:
        return None
    low, high, ml = count.low * size.low, count.high * size.high, each.word.ml
    end = _past_closing(tokens, each.end)
    noun = find_unit(tokens, end)
    if tokens[at - 1].text == "x" and noun is None:
        return Reading((low, high), each.word, start, end)
    pack = Reading(count.span, words.NO_UNIT, start, end, (low * ml, high * ml) if ml else None)
    if noun is not None:
        return pack._replace(word=noun.word, end=noun.end)
    # In "1 5 oz" a point or a dash may be missing. In brackets the size is certain.
    return pack if tokens[at - 1].text == "(" else None


def _past_closing(tokens: list[Token], index: int) -> int:
    return index + (token_at(tokens, index).text == ")")


def _extend(tokens: list[Token], reading: Reading) -> Reading:
    """Return the reading with what follows its unit: "to 2 oz", "+ 1 tsp", "/ 30 ml", "(75 cl)".

    The link before the second amount decides: a range ("to"), a sum ("+") or an equivalent ("/").
    A container may be followed by its size without a link: "1 bottle of 75 cl".
    """
    at = reading.end + (token_at(tokens, reading.end).text == ",")
    link = token_at(tokens, at).text
    is_container = reading.word.unit in _CONTAINERS
    if is_container and (link == "of" or _is_number(token_at(tokens, at))):
        link, second = "(", _second(tokens, at + (link == "of"))
    else:
        second = _second(tokens, at + 1)
    if second is None:
        bracket = next((i for i in range(at, len(tokens)) if tokens[i].text == "("), len(tokens))
        link, second = "(", _second(tokens, bracket + 1)
    if second is None or reading.amount is None:
        return reading
    if link in _THROUGH or (link in _EITHER and second.word.unit == reading.word.unit):
        return _through(reading, reading.amount, second)
    if link in words.PLUS:
        return _plus(reading, reading.amount, second)
    is_equivalent = link in {"(", "/", "="} or link in _EITHER
    return _stated(reading, reading.amount, second) if is_equivalent else reading


class _Second(NamedTuple):
    """A second amount in a measure."""

    amount: Span
    word: UnitWord
    end: int
    """Index of the first token after it."""

    @property
    def volume(self) -> Span | None:
        """Minimum and maximum in ml; None for units without a volume."""
        return Reading(self.amount, self.word, 0, 0).volume


def _second(tokens: list[Token], at: int) -> _Second | None:
    """Return the amount at `at` if a unit directly follows its number; else None."""
    while token_at(tokens, at).text in {"about", "approx", "ca", "~", "="}:
        at += 1
    quantity = read_quantity(tokens, at)
    if quantity is None:
        return None
    unit = unit_at(tokens, past_hyphen(tokens, quantity.end))
    return _Second(quantity.span, unit.word, unit.end) if unit else None


def _through(first: Reading, amount: Span, last: _Second) -> Reading:
    """Return the range, in the unit that both share or in ml; the first amount if both differ."""
    if first.word.unit == last.word.unit:
        low, high = sorted((amount[0], last.amount[1]))
        return first._replace(amount=(low, high), end=last.end)
    lows, highs = first.volume, last.volume
    if lows is None or highs is None:
        return first
    low, high = sorted((lows[0], highs[1]))
    return first._replace(amount=(low, high), word=_MILLILITRE, end=last.end)


def _plus(first: Reading, amount: Span, more: _Second) -> Reading:
    """Return the sum, in the unit that both share or in ml.

    An amount that cannot be added is left out, and the reading is approximate.
    """
    if first.word.unit == more.word.unit:
        total = amount[0] + more.amount[0], amount[1] + more.amount[1]
        return first._replace(amount=total, end=more.end)
    one, other = first.volume, more.volume
    if one is None or other is None:
        return first._replace(approximate=True)
    total = one[0] + other[0], one[1] + other[1]
    rough = not words.APPROXIMATE_UNITS.isdisjoint((first.word.unit, more.word.unit))
    return Reading(total, _MILLILITRE, first.start, more.end, approximate=rough)


def _stated(reading: Reading, amount: Span, equivalent: _Second) -> Reading:
    """Return the reading with the volume that the text itself states, if it is plausible."""
    stated, own = equivalent.volume, reading.volume
    if stated is None:
        return reading
    if own is None:
        contained = amount[0] * stated[0], amount[1] * stated[1]
        return reading._replace(ml=contained) if reading.word.unit in _CONTAINERS else reading
    if equivalent.word.unit not in _METRIC and reading.word.unit not in _CONVENTIONAL:
        return reading
    is_plausible = own[0] / 2 <= stated[0] <= own[0] * 2 and own[1] / 2 <= stated[1] <= own[1] * 2
    return reading._replace(ml=stated) if is_plausible else reading


def read_unit_alone(tokens: list[Token]) -> Reading | None:
    """Return a unit without a number: one of it, or no amount for a plural.

    For a unit of a scale ("oz", "ml") the number is not one but missing, so there is no amount.
    """
    only_fillers, has_article, has_few = True, False, False  # so far
    for index, token in enumerate(tokens):
        if token.kind in {"number", "fraction"}:
            return None
        unit = unit_at(tokens, index)
        if (
            unit is not None
            and _is_clear_unit(token, unit.word)
            and (only_fillers or unit.word.kind == "count")
        ):
            is_missing = unit.word.unit in _MEASURED and not has_article
            number = None if has_few or is_missing or unit.word.plural else (1.0, 1.0)
            return Reading(number, unit.word, index, unit.end)
        only_fillers = only_fillers and _may_come_first(token)
        has_article = has_article or token.text in words.ARTICLES
        has_few = has_few or token.text in words.FEW
    return None


def _is_clear_unit(token: Token, word: UnitWord) -> bool:
    """Return whether the token is a unit even without a number: "dash" and "oz", but not "el"."""
    length = len(token.text)
    return length > words.ABBREVIATION_LENGTH or (word.unit in _MEASURED and length > 1)
