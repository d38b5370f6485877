"""How quantities, sizes, units and equivalents go together in a measure; see `measures`."""

from typing import NamedTuple

from mocktailverse.drinks.measures.quantity import END, Quantity, read_quantity, token_at
from mocktailverse.drinks.measures.tokens import Token
from mocktailverse.drinks.measures.unit_matching import (
    find_unit,
    is_countable,
    past_hyphen,
    unit_at,
)
from mocktailverse.drinks.measures.words import (
    ABBREVIATION_LENGTH,
    APPROXIMATE_UNITS,
    ARTICLES,
    FEW,
    FILLERS,
    LENGTHS,
    NO_UNIT,
    NUMBER_WORDS,
    OTHER,
    PART,
    PIECE,
    PLUS,
    UNIT_WORDS,
    UnitWord,
)

_METRIC = frozenset({"ml", "cl", "dl", "l"})
_MASS = frozenset({"g", "kg", "lb"})
_MEASURED = _METRIC | _MASS | {"oz"}
_CONTAINERS = frozenset({"bottle", "can", "package", "glass", "scoop", "other"})
_CONVENTIONAL = frozenset({"shot", "jigger", "splash", "dash"})
_THROUGH = frozenset({"-", "to", "till", "bis"})
_EITHER = frozenset({"or", "oder", "o", "ou"})
_MILLILITRE = UNIT_WORDS["ml"]


Span = tuple[float, float]
"""Least and most."""


class Reading(NamedTuple):
    """What the grammar made of a measure.

    `amount` counts `word`s, None where no number is meant; `word` is NO_UNIT for a bare number.
    Tokens from `start` to `end` are the amount. `ml` is the volume as stated in the text, None
    where the unit decides.
    """

    amount: Span | None
    word: UnitWord
    start: int
    end: int
    ml: Span | None = None
    approximate: bool = False

    @property
    def volume(self) -> Span | None:
        """Minimum and maximum in ml, as stated or by the unit; None if neither is known."""
        if self.ml is not None or self.amount is None or self.word.ml is None:
            return self.ml
        return self.amount[0] * self.word.ml, self.amount[1] * self.word.ml


def read_amount(tokens: list[Token]) -> tuple[Reading | None, bool]:
    """Return the first amount, and whether a number stands there that makes no sense.

    A number with a unit may stand anywhere; a bare one only behind words that name no ingredient.
    """
    swapped = _read_unit_first(tokens)
    if swapped is not None:
        return swapped, False
    known = True
    for start, token in enumerate(tokens):
        quantity = read_quantity(tokens, start)
        if quantity is None:
            known = known and _may_come_first(token)
            continue
        reading = None if _is_negative(tokens, start) else _read_unit(tokens, start, quantity)
        if reading is None:
            return None, True
        if reading.word is not NO_UNIT:
            return _extend(tokens, reading), False
        if known:
            return reading, False
    return None, False


def _read_unit_first(tokens: list[Token]) -> Reading | None:
    """Return the amount of an Italian bar list: "cl 4", "gocce 2"."""
    found = unit_at(tokens, 0)
    if found is None or not (found.word.unit in _METRIC or _stands_alone(tokens[0], found.word)):
        return None
    quantity = read_quantity(tokens, found.end)
    if quantity is None or quantity.end != len(tokens):
        return None
    return Reading(quantity.span, found.word, 0, quantity.end)


def _may_come_first(token: Token) -> bool:
    return token.kind == "mark" or token.text in FILLERS or token.text.endswith(("ed", "ly"))


def _is_negative(tokens: list[Token], start: int) -> bool:
    hyphen = tokens[start - 1] if start else END
    return hyphen.text == "-" and tokens[start].glued and (start == 1 or not hyphen.glued)


def _read_unit(tokens: list[Token], start: int, quantity: Quantity) -> Reading | None:
    """Return the quantity with its unit, bare if it has none, None if it cannot be read."""
    low, high, at = quantity
    token = token_at(tokens, at)
    if token.text == "%":
        return Reading((low / 100, high / 100), PART, start, at + 1)
    length = _length_end(tokens, at)
    if length is not None:
        return _read_length(tokens, start, quantity, length)
    size = at + (token.text in {"(", "x", "-"})
    if _is_number(token_at(tokens, size)):
        # A number behind a range, "1-2-3", makes no sense; a bracket may hold anything.
        pack = None if token.text == "-" else _read_pack(tokens, start, quantity, size)
        if pack is not None or token.text != "(":
            return pack
    found = find_unit(tokens, at + (token.text == "x"))
    word, end = found or (NO_UNIT, at)
    return Reading((low, high), word, start, end)


def _is_number(token: Token) -> bool:
    return token.kind in {"number", "fraction"} or token.text in NUMBER_WORDS


def _length_end(tokens: list[Token], at: int) -> int | None:
    """Return the index after a unit of length at `at`, None if there is none."""
    index = past_hyphen(tokens, at)
    text = token_at(tokens, index).text
    if text not in LENGTHS:
        return None
    # "in" is a length in "2 in piece" and "2-in", not in "2 in a glass"
    if text == "in" and index == at and unit_at(tokens, index + 1) is None:
        return None
    return index + 1


def _read_length(tokens: list[Token], start: int, length: Quantity, at: int) -> Reading:
    """Return one piece of that length, or the length itself where no piece is named."""
    found = find_unit(tokens, at)
    if found is None or found.word.ml is not None:
        return Reading(length.span, OTHER, start, at)
    number = None if found.word.plural else (1.0, 1.0)
    return Reading(number, found.word, start, found.end)


def _read_pack(tokens: list[Token], start: int, count: Quantity, at: int) -> Reading | None:
    """Return several of a size: "2 2 inch strips", "2 (12 oz) cans", "2 x 330 ml"."""
    size = read_quantity(tokens, at)
    if size is None:
        return None
    length = _length_end(tokens, size.end)
    if length is not None:
        end = _past_closing(tokens, length)
        word, end = find_unit(tokens, end) or (PIECE, end)
        return Reading(count.span, word, start, end)
    each = unit_at(tokens, past_hyphen(tokens, size.end))
    if each is None:
        return None
    low, high, ml = count.low * size.low, count.high * size.high, each.word.ml
    end = _past_closing(tokens, each.end)
    noun = find_unit(tokens, end)
    if tokens[at - 1].text == "x" and noun is None:
        return Reading((low, high), each.word, start, end)
    pack = Reading(count.span, NO_UNIT, start, end, (low * ml, high * ml) if ml else None)
    if noun is not None:
        return pack._replace(word=noun.word, end=noun.end)
    # In "1 5 oz" a point or a dash may be lost; in brackets the size is sure.
    return pack if tokens[at - 1].text == "(" else None


def _past_closing(tokens: list[Token], index: int) -> int:
    return index + (token_at(tokens, index).text == ")")


def _extend(tokens: list[Token], reading: Reading) -> Reading:
    """Return the reading with what follows its unit: "to 2 oz", "+ 1 tsp", "/ 30 ml", "(75 cl)"."""
    at = reading.end + (token_at(tokens, reading.end).text == ",")
    link = token_at(tokens, at).text
    contains = reading.word.unit in _CONTAINERS
    if contains and (link == "of" or _is_number(token_at(tokens, at))):
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
    if link in PLUS:
        return _plus(reading, reading.amount, second)
    stated = link in {"(", "/", "="} or link in _EITHER
    return _stated(reading, reading.amount, second) if stated else reading


class _Second(NamedTuple):
    """A second amount in a measure, and the index of the first token after it."""

    amount: Span
    word: UnitWord
    end: int

    @property
    def volume(self) -> Span | None:
        """Minimum and maximum in ml; None for units without a volume."""
        return Reading(self.amount, self.word, 0, 0).volume


def _second(tokens: list[Token], at: int) -> _Second | None:
    """Return the amount at `at` if a unit stands right behind its number."""
    while token_at(tokens, at).text in {"about", "approx", "ca", "~", "="}:
        at += 1
    quantity = read_quantity(tokens, at)
    if quantity is None:
        return None
    found = unit_at(tokens, past_hyphen(tokens, quantity.end))
    return _Second(quantity.span, found.word, found.end) if found else None


def _through(first: Reading, amount: Span, last: _Second) -> Reading:
    if first.word.unit == last.word.unit:
        low, high = sorted((amount[0], last.amount[1]))
        return first._replace(amount=(low, high), end=last.end)
    lows, highs = first.volume, last.volume
    if lows is None or highs is None:
        return first
    low, high = sorted((lows[0], highs[1]))
    return first._replace(amount=(low, high), word=_MILLILITRE, end=last.end)


def _plus(first: Reading, amount: Span, more: _Second) -> Reading:
    """Return the sum, in the unit both share or in ml; an amount that cannot be added is lost."""
    if first.word.unit == more.word.unit:
        total = amount[0] + more.amount[0], amount[1] + more.amount[1]
        return first._replace(amount=total, end=more.end)
    one, other = first.volume, more.volume
    if one is None or other is None:
        return first._replace(approximate=True)
    total = one[0] + other[0], one[1] + other[1]
    rough = not APPROXIMATE_UNITS.isdisjoint((first.word.unit, more.word.unit))
    return Reading(total, _MILLILITRE, first.start, more.end, approximate=rough)


def _stated(reading: Reading, amount: Span, equivalent: _Second) -> Reading:
    """Return the reading with the volume that the text itself states for it."""
    stated, own = equivalent.volume, reading.volume
    if stated is None:
        return reading
    if own is None:
        contained = amount[0] * stated[0], amount[1] * stated[1]
        return reading._replace(ml=contained) if reading.word.unit in _CONTAINERS else reading
    if equivalent.word.unit not in _METRIC and reading.word.unit not in _CONVENTIONAL:
        return reading
    plausible = own[0] / 2 <= stated[0] <= own[0] * 2 and own[1] / 2 <= stated[1] <= own[1] * 2
    return reading._replace(ml=stated) if plausible else reading


def read_unit_alone(tokens: list[Token]) -> Reading | None:
    """Return the unit that stands without a number: one of it, or no amount for a plural.

    Where a scale is read ("oz", "ml"), the number is not one but lost.
    """
    known, article, few = True, False, False
    for index, token in enumerate(tokens):
        if token.kind in {"number", "fraction"}:
            return None
        found = unit_at(tokens, index)
        if (
            found is not None
            and _stands_alone(token, found.word)
            and (known or is_countable(found.word))
        ):
            lost = found.word.unit in _MEASURED and not article
            number = None if few or lost or found.word.plural else (1.0, 1.0)
            return Reading(number, found.word, index, found.end)
        known = known and _may_come_first(token)
        article = article or token.text in ARTICLES
        few = few or token.text in FEW
    return None


def _stands_alone(token: Token, word: UnitWord) -> bool:
    """Whether the token is surely a unit without a number: "dash" and "oz" are, "el" is not."""
    length = len(token.text)
    return length > ABBREVIATION_LENGTH or (word.unit in _MEASURED and length > 1)
