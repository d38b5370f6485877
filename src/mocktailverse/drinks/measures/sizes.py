"""Read things of a size: "2 (12 oz) cans", "1.5 l bottle", "3 half-inch slices", "thumb-sized"."""

from mocktailverse.drinks.measures import words
from mocktailverse.drinks.measures.quantity import Quantity, read_quantity, token_at
from mocktailverse.drinks.measures.reading import Reading, SecondAmount, second_amount
from mocktailverse.drinks.measures.tokens import Token
from mocktailverse.drinks.measures.unit_matching import UnitMatch, find_unit, past_hyphen, unit_at
from mocktailverse.drinks.units import GRAMS_PER_UNIT

_VESSELS = frozenset({"bottle", "can", "package"})
_SCALES = GRAMS_PER_UNIT.keys() | {"ml", "cl", "dl", "l", "oz", "pint", "quart", "gallon"}
_BOTTLES_ML = frozenset({375.0, 700.0, 750.0, 1500.0, 1750.0})
"""Sizes that only bottles have: "2 750-ml" are bottles."""


def length_end(tokens: list[Token], at: int) -> int | None:
    """Return the index after the unit of length at `at`; None if there is none."""
    index = past_hyphen(tokens, at)
    text = token_at(tokens, index).text
    if text not in words.LENGTHS:
        return None
    # "in" is a length in "2 in piece" and "2-in", but not in "2 in a glass".
    if text == "in" and index == at and unit_at(tokens, index + 1) is None:
        return None
    return index + 1


def read_length(tokens: list[Token], start: int, length: Quantity, at: int) -> Reading:
    """Return one piece of that length; the length itself if no piece is named."""
    unit = find_unit(tokens, at)
    if unit is None or unit.word.ml is not None:
        return Reading(length.span, words.OTHER, start, at)
    if not unit.word.plural:
        return Reading((1.0, 1.0), unit.word, start, unit.end)
    count = _count_before_fraction(tokens, start)
    return Reading((count, count) if count else None, unit.word, start, unit.end)


def read_pack(tokens: list[Token], start: int, count: Quantity, at: int) -> Reading | None:
    """Return a number of things of one size: "2 2 inch strips", "2 (12 oz) cans", "2 x 330 ml"."""
    size = read_quantity(tokens, at)
    if size is None:
        return None
    length = length_end(tokens, size.end)
    if length is not None:
        end = _past_closing(tokens, length)
        word, end = find_unit(tokens, end) or (words.PIECE, end)
        return Reading(count.span, word, start, end)
    each = unit_at(tokens, past_hyphen(tokens, size.end))
    return _counted_packs(tokens, start, count, size, each) if each else None


def _counted_packs(
    tokens: list[Token], start: int, count: Quantity, size: Quantity, each: UnitMatch
) -> Reading | None:
    """Return the packs of `size` in the unit `each`; None if it may be a mistyped number."""
    mark = tokens[count.end].text  # between the count and the size: "(", "x" or none
    same = _equivalent_size(tokens, each.end)
    end = _past_closing(tokens, same.end if same else each.end)
    noun = find_unit(tokens, end)
    low, high = count.low * size.low, count.high * size.high
    if mark == "x" and noun is None:
        return Reading((low, high), each.word, start, end)
    # "14 oz/400 g" are ounces of mass.
    is_mass = same is not None and same.word.kind == "mass"
    ml = None if is_mass else each.word.ml
    volume = (low * ml[0], high * ml[1]) if ml else None
    pack = Reading(count.span, words.NO_UNIT, start, end, volume, weighs=each.word.weighs)
    if noun is not None:
        is_dry = noun.word.unit == "package" and not tokens[noun.end - 1].text.startswith("carton")
        ml = None if is_dry and each.word.weighs else pack.ml  # ounces in a package are a mass
        return pack._replace(word=noun.word, end=noun.end, ml=ml)
    if ml and size.low == size.high and size.low * ml[0] in _BOTTLES_ML:
        return pack._replace(word=words.UNIT_WORDS["bottle"])
    # In "1 5 oz" a point or a dash may be missing; "1 (5 oz)" and "1 5-oz" are certain.
    return pack if mark == "(" or tokens[size.end].text == "-" else None


def _equivalent_size(tokens: list[Token], index: int) -> SecondAmount | None:
    """Return an equivalent of the size before `index`: "/400 g" in "1 (14 oz/400 g) can"."""
    if token_at(tokens, index).text not in {"/", "or", ",", "=", "("}:
        return None
    return second_amount(tokens, index + 1)


def _past_closing(tokens: list[Token], index: int) -> int:
    return index + (token_at(tokens, index).text == ")")


def read_vessel(tokens: list[Token], size: Reading) -> Reading | None:
    """Return the vessels whose size has been read: "1.5 l bottle"; None if it is not a size.

    Without a count, a plural has no number: "750 ml bottles".
    """
    noun = unit_at(tokens, size.end) if size.word.unit in _SCALES else None
    if noun is None or noun.word.unit not in _VESSELS or size.amount is None:
        return None
    if len(tokens[size.end].text) <= words.ABBREVIATION_LENGTH or noun.word.ml is not None:
        return None
    if not noun.word.plural:
        reading = Reading((1.0, 1.0), noun.word, size.start, noun.end, size.volume)
        return reading._replace(weighs=size.word.weighs)
    count = _count_before_fraction(tokens, size.start)
    if count is None:
        return Reading(None, noun.word, size.start, noun.end)
    each = tokens[size.start + 1].value or size.amount[0] / count
    low, high = size.word.ml or (0.0, 0.0)
    volume = (count * each * low, count * each * high) if size.word.ml else None
    return Reading((count, count), noun.word, size.start, noun.end, volume)


def _count_before_fraction(tokens: list[Token], start: int) -> float | None:
    """Return the count in "10 1/2-inch cubes" and "3 half-inch slices"; None if there is none."""
    count, size = tokens[start], token_at(tokens, start + 1)
    is_counted = count.value > 1 and (size.kind == "fraction" or size.text in words.MULTIPLES)
    return count.value if is_counted and count.kind == "number" and not size.glued else None


def without_sizes(tokens: list[Token]) -> list[Token]:
    """Return the tokens without "thumb-sized", "quarter size", and "-thick" after a length."""
    if words.SIZES.isdisjoint([token.text for token in tokens]):
        return tokens
    kept: list[Token] = []
    for token in tokens:
        if token.text not in words.SIZES or token.kind != "word":
            kept.append(token)
            continue
        has_hyphen = bool(kept) and kept[-1].text == "-"
        has_length = bool(kept) and kept[-1].text in words.LENGTHS
        if not (has_hyphen or has_length or token.text.startswith("size")):
            kept.append(token)  # "1 long strip"
            continue
        if has_hyphen:
            kept.pop()
        if kept and kept[-1].kind == "word" and kept[-1].text not in words.LENGTHS:
            kept.pop()
    return kept
