"""Combine quantities, sizes, units and equivalents into one amount; `measure` has the grammar."""

import math
import re

from mocktailverse.drinks.measures import words
from mocktailverse.drinks.measures.quantity import END, Quantity, read_quantity, token_at
from mocktailverse.drinks.measures.reading import Reading, SecondAmount, Span, second_amount
from mocktailverse.drinks.measures.sizes import length_end, read_length, read_pack, read_vessel
from mocktailverse.drinks.measures.tokens import Token
from mocktailverse.drinks.measures.unit_matching import find_unit, unit_at
from mocktailverse.drinks.measures.words import UnitWord
from mocktailverse.drinks.units import GRAMS_PER_UNIT

_METRIC = frozenset({"ml", "cl", "dl", "l"})
_THOUSANDTHS = frozenset({"ml", "g"})
_THOUSANDS = re.compile(r"[1-4]\.[0-9][0-9]0")
"""A continental number of ml or g, "1.500 ml": thousandths of them are not measured."""
_MEASURED = _METRIC | GRAMS_PER_UNIT.keys() | {"oz"}
_CONTAINERS = frozenset({"bottle", "can", "package", "glass", "scoop", "other"})
_CONVENTIONAL = frozenset({"shot", "jigger", "splash", "dash"})
_THROUGH = frozenset({"-", "to", "till", "bis"})
_EITHER = frozenset({"or", "oder", "o", "ou"})
_UNCOUNTED = frozenset({"rinse", "rinses"})
"""Words for an amount that nobody counts: "absinthe rinse"."""
_MINUS = frozenset({"minus", "less"})
_USUAL_ML = {"bottle": (700.0, 750.0), "can": (330.0, 354.88, 400.0)}
"""The usual sizes of containers."""
_CERTAIN_RATIO = 1.36
"""Maximum ratio of two units for one amount; an Australian tablespoon has 20 ml, not 14.8."""
_ROUGH_RATIO = 2.0
_JOINS = words.PLUS | {"x", "times", "/"}
"""Words and marks between two numbers of one amount."""
_MILLILITRE = words.UNIT_WORDS["ml"]


def read_amount(tokens: list[Token]) -> tuple[Reading | None, bool]:
    """Return the first amount, and whether the text has a number that cannot be read.

    A number with a unit may be anywhere in the text. A bare number only counts after words that do
    not name an ingredient: "about 2", but not "Bacardi 151".
    """
    if swapped := _read_unit_first(tokens):
        return swapped, False
    only_fillers = True  # so far
    bare = 0  # the index after the last number without a unit
    for start, token in enumerate(tokens):
        quantity = read_quantity(tokens, start)
        if quantity is None:
            only_fillers = only_fillers and may_come_first(token)
            continue
        if start == bare + 1 and bare and tokens[bare].text in _JOINS:
            return None, True  # "Rum 100 + 20 ml"
        bare = max(bare, quantity.end)
        reading = None if _is_negative(tokens, start) else _read_unit(tokens, start, quantity)
        if reading is None:
            return None, True
        if reading.word is not words.NO_UNIT:
            reading = _read_times(tokens, reading) or _extend(tokens, reading)
        elif not only_fillers and not _is_limit(tokens, start):
            continue
        return _from_nothing(reading) if _is_limit(tokens, start) else reading, False
    return None, False


def _is_limit(tokens: list[Token], start: int) -> bool:
    """Return whether the amount at `start` is the largest of several: "up to 1 oz"."""
    return start > 1 and (tokens[start - 2].text, tokens[start - 1].text) == ("up", "to")


def _from_nothing(reading: Reading) -> Reading:
    """Return the range from nothing to the amount."""
    amount, ml = reading.amount, reading.ml
    return reading._replace(amount=amount and (0.0, amount[1]), ml=ml and (0.0, ml[1]))


def _read_unit_first(tokens: list[Token]) -> Reading | None:
    """Return the amount of an Italian bar list: "cl 4", "gocce 2"."""
    unit = unit_at(tokens, 0) if token_at(tokens, 0).kind == "word" else None
    if unit is None or not (unit.word.unit in _METRIC or _is_clear_unit(tokens[0], unit.word)):
        return None
    quantity = read_quantity(tokens, unit.end)
    if quantity is None or quantity.end != len(tokens):
        return None
    return Reading(quantity.span, unit.word, 0, quantity.end)


def may_come_first(token: Token) -> bool:
    """Return whether a bare number may follow the token: "about", "squeezed", but not a name."""
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
    length = length_end(tokens, at)
    if length is not None:
        return read_length(tokens, start, quantity, length)
    size = at + (token.text in {"(", "x", "-"})
    if _is_number(token_at(tokens, size)):
        # A number after a range ("1-2-3") cannot be read; a bracket may contain anything.
        pack = None if token.text == "-" else read_pack(tokens, start, quantity, size)
        if pack is not None or token.text != "(":
            return pack
    is_least = token.text == "+" and token.glued  # "2+ oz"
    unit = find_unit(tokens, at + (token.text == "x" or is_least))
    word, end = unit or (words.NO_UNIT, at)
    if word.unit in _THOUSANDTHS and _THOUSANDS.fullmatch(tokens[at - 1].text):
        low, high = low * 1000, high * 1000
    reading = Reading((low, high), word, start, end, approximate=is_least)
    return read_vessel(tokens, reading) or reading


def _is_number(token: Token) -> bool:
    # "2 equal parts" has one number, though "equal parts" means one of each.
    is_word = token.text in words.NUMBER_WORDS and token.text != "equal"
    return is_word or token.kind in {"number", "fraction"}


def _extend(tokens: list[Token], reading: Reading) -> Reading:
    """Return the reading with what follows its unit: "to 2 oz", "+ 1 tsp", "/ 30 ml", "(75 cl)".

    The link before the second amount decides: a range ("to"), a sum ("+") or an equivalent ("/").
    A container may be followed by its size without a link: "1 bottle of 75 cl".
    """
    if reading.end >= len(tokens):
        return reading
    at = reading.end + (tokens[reading.end].text == ",")
    link = token_at(tokens, at).text
    is_container = reading.word.unit in _CONTAINERS
    if is_container and (link == "of" or _is_number(token_at(tokens, at))):
        link, second = "(", second_amount(tokens, at + (link == "of"))
    else:
        second = second_amount(tokens, at + 1)
    if second is None:
        texts = [token.text for token in tokens[at:]]
        bracket = texts.index("(") if "(" in texts else len(texts)
        link, second = "(", second_amount(tokens, at + bracket + 1)
    if second is None or reading.amount is None:
        return reading
    if link in _THROUGH or (link in _EITHER and second.word.unit == reading.word.unit):
        return _through(reading, reading.amount, second)
    if link in words.PLUS:
        return _plus(reading, reading.amount, second)
    if link in _MINUS:
        return _minus(reading, second)
    is_each = token_at(tokens, second.end).text == "each"
    is_equivalent = link in {"(", "/", "="} or link in _EITHER
    return _stated(reading, second, is_each=is_each) if is_equivalent else reading


def _read_times(tokens: list[Token], reading: Reading) -> Reading | None:
    """Return the product in "330 ml x 2"; None if there is none."""
    if token_at(tokens, reading.end).text != "x":
        return None
    count = read_quantity(tokens, reading.end + 1)
    if count is None or reading.amount is None:
        return None
    low, high = reading.amount[0] * count.low, reading.amount[1] * count.high
    return reading._replace(amount=(low, high), end=count.end)


def _through(first: Reading, amount: Span, last: SecondAmount) -> Reading:
    """Return the range, in the unit that both share or in ml; the first amount if both differ."""
    if first.word.unit == last.word.unit:
        low, high = sorted((amount[0], last.amount[1]))
        return first._replace(amount=(low, high), end=last.end)
    lows, highs = first.volume, last.volume
    if lows is None or highs is None:
        return first
    low, high = sorted((lows[0], highs[1]))
    return first._replace(amount=(low, high), word=_MILLILITRE, end=last.end)


def _plus(first: Reading, amount: Span, more: SecondAmount) -> Reading:
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


def _minus(first: Reading, less: SecondAmount) -> Reading:
    """Return the difference in ml, which "1 cup minus 1 tbsp" means; no amount if unknown."""
    one, other = first.volume, less.volume
    if one is None or other is None or one[0] < other[1]:
        return first._replace(amount=None, end=less.end)
    rest = one[0] - other[1], one[1] - other[0]
    return Reading(rest, _MILLILITRE, first.start, less.end)


def _stated(reading: Reading, equivalent: SecondAmount, *, is_each: bool) -> Reading:
    """Return the reading with the volume that the text itself states, if it is plausible."""
    stated, own = equivalent.volume, reading.volume
    amount = reading.amount
    if stated is None or amount is None:
        return reading
    if is_each and reading.word.unit not in _CONTAINERS:
        stated = amount[0] * stated[0], amount[1] * stated[1]
    if own is None:
        if reading.word.unit not in _CONTAINERS:
            return reading
        contained = _contained(reading.word.unit, amount, stated)
        return reading._replace(ml=contained, weighs=equivalent.word.weighs)
    is_certain = own[0] == own[1] and reading.word.unit not in _CONVENTIONAL
    if is_certain and equivalent.word.unit not in _METRIC:
        return reading
    largest = _CERTAIN_RATIO if is_certain else _ROUGH_RATIO
    is_plausible = all(
        one / largest <= other <= one * largest for one, other in zip(own, stated, strict=True)
    )
    return reading._replace(ml=stated) if is_plausible else reading


def _contained(container: str, amount: Span, stated: Span) -> Span:
    """Return the volume in containers: the stated one is of each, or of all if so each is usual.

    "2 bottles (750 ml)" are 1500 ml, but "1 1/2 bottles (1125 ml)" 1125 ml.
    """
    usual = _USUAL_ML.get(container, ())
    shares = [stated[0] / amount[0], stated[1] / amount[1]] if amount[0] else []
    is_usual = {math.isclose(share, ml, rel_tol=0.01) for share in shares for ml in usual}
    if True in is_usual and not any(math.isclose(stated[0], ml, rel_tol=0.01) for ml in usual):
        return stated
    return amount[0] * stated[0], amount[1] * stated[1]


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
            is_scale = unit.word.unit in _MEASURED or token.text in _UNCOUNTED
            is_missing = is_scale and not has_article
            number = None if has_few or is_missing or unit.word.plural else (1.0, 1.0)
            return Reading(number, unit.word, index, unit.end)
        only_fillers = only_fillers and may_come_first(token)
        has_article = has_article or token.text in words.ARTICLES
        has_few = has_few or token.text in words.FEW
    return None


def _is_clear_unit(token: Token, word: UnitWord) -> bool:
    """Return whether the token is a unit even without a number: "dash" and "oz", but not "el"."""
    length = len(token.text)
    return length > words.ABBREVIATION_LENGTH or (word.unit in _MEASURED and length > 1)
