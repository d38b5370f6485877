"""Parse the amount of an ingredient as recipes write it: 1 1/2 oz, 2-3 dashes, Juice of 1/2.

The grammar, in EBNF-like notation:

    measure     := {filler} amount {adjective} [unit] [more] | unit | qualitative | description
    amount      := quantity [size] | quantity "x" quantity unit | quantity "%"
    quantity    := number [("-" | "to" | "or") number]     decimals, fractions, mixed, words
    size        := ["("] number ["-"] (unit | length) [")"]           of each: 2 (12 oz) cans
    more        := ("-" | "to") quantity unit              a range: 1 tsp to 1 tbsp
                 | ("+" | "plus" | "and") quantity unit    a sum, in ml if the units differ
                 | ("(" | "/" | "=" | "or") quantity unit  an equivalent: its ml is used
    qualitative := "fill" | "top" | "garnish" | "rim" | "float" | "to taste" | …

A unit without a number counts as one ("dash"); its plural has no amount ("wedges"). A bare number
counts pieces. A bare proper fraction of a liquid is a share of the drink. "Juice of 1/2" is half a
fruit. Ounces of solids are a mass and have no ml. The parser does not guess: if a number cannot be
read, the measure is unknown, and a descriptor ("Coarse") has no amount.

The parser has these steps: `tokens` (text to tokens), `quantity` (numbers and ranges),
`unit_matching` (the unit of a number), `grammar` (how they combine into a `Reading`), and this
module (what the ingredient changes). `words` is the vocabulary.
"""

from functools import lru_cache
from itertools import takewhile

from msgspec import Struct

from mocktailverse.drinks.drink import Certainty, MeasureKind
from mocktailverse.drinks.measures import words
from mocktailverse.drinks.measures.grammar import may_come_first, read_amount, read_unit_alone
from mocktailverse.drinks.measures.plain_amounts import plain_amount
from mocktailverse.drinks.measures.reading import Reading
from mocktailverse.drinks.measures.sizes import without_sizes
from mocktailverse.drinks.measures.solids import is_piece, is_seasoning, is_solid
from mocktailverse.drinks.measures.tokens import TEXT_LIMIT, Token, spelled_out, tokenize
from mocktailverse.drinks.text import visible
from mocktailverse.drinks.units import GRAMS_PER_OUNCE, GRAMS_PER_UNIT, LARGEST_RECIPE_ML

_CACHED_LENGTH = 100
"""Maximum characters of a text in the cache: limits its memory."""
_SEASONING_LIMIT = 250.0
"""Maximum plausible ml or g of salt, bitters and similar ingredients."""
_NUMBER_LIMIT = 1_000.0
"""Maximum plausible number of pieces."""
_GRAMS = {**GRAMS_PER_UNIT, "oz": GRAMS_PER_OUNCE}
_NUMBER_LIMITS = {"glass": 100.0, "bottle": 100.0, "can": 100.0, "package": 100.0}


class Measure(Struct, frozen=True):
    """The parsed amount; see the same fields of `IngredientLine`."""

    amount_min: float | None = None
    amount_max: float | None = None
    unit: str = "none"
    ml_min: float | None = None
    ml_max: float | None = None
    kind: MeasureKind = "none"
    certainty: Certainty = "unknown"
    implausible: bool = False
    """Larger than any drink. Such an amount is kept as written, without ml."""
    unread: bool = False
    """The text has a number that could not be parsed."""


_BLANK = Measure()
_UNREAD = Measure(unread=True)


class _ReadText(Struct, frozen=True, gc=False):
    """What a text says by itself, whatever the ingredient is."""

    measure: Measure | None
    """The measure of an ingredient that is not solid; None if it depends on the ingredient."""
    remark: str = ""
    """The text after the amount; the whole text if it has none."""
    tokens: list[Token] = []
    reading: Reading = Reading(None, words.NO_UNIT, 0, 0)
    """The amount, if its measure depends on the ingredient."""


def parse_measure(text: str | None, ingredient: str | None = None) -> Measure:
    """Return the parsed measure. Never raises, for any text.

    Args:
        text: the measure as received; None and blanks have no amount. Only the first 200
            characters are read.
        ingredient: the ingredient of the same line. It decides whether ounces are a mass, what a
            bare fraction is a fraction of, and which amounts are implausible.
    """
    read = _read_text(text or "")
    tokens, reading = read.tokens, read.reading
    if read.measure is not None and not reading.may_weigh:
        return read.measure
    ingredient = visible(ingredient).strip()[:TEXT_LIMIT] if ingredient else None
    if read.measure is not None and not is_solid(_adjectives(tokens, reading), ingredient):
        return read.measure
    if _is_bare_fraction(reading) and _is_share(tokens, reading, ingredient):
        reading = reading._replace(word=words.PART)
    return _measure_of(tokens, reading, ingredient)


def remark_in(text: str) -> str:
    """Return the text behind the amount: " sliced" of "2 sliced", "Chopped", ", cut in half".

    Empty if there is none; the whole text if it has no amount.
    """
    if not text.isascii():
        text = spelled_out(visible(text).strip()[:TEXT_LIMIT])
    return _read_text(text).remark


def _read_text(text: str) -> _ReadText:
    # `__wrapped__` is the function without its cache.
    return _read(text) if len(text) <= _CACHED_LENGTH else _read.__wrapped__(text)


@lru_cache(maxsize=4096)
def _read(text: str) -> _ReadText:
    text = visible(text).strip()[:TEXT_LIMIT]
    if plain := plain_amount(text):
        return _with_amount([], plain, "")
    tokens = without_sizes(tokenize(text))
    if not tokens:
        return _ReadText(_BLANK, text)
    has_unread = "unread" in [token.kind for token in tokens]
    reading, is_unreadable = (None, True) if has_unread else read_amount(tokens)
    if is_unreadable:
        return _ReadText(_UNREAD)
    if reading is None:
        measure = _without_number(tokens)
        return _ReadText(measure, text if measure is _BLANK else "")
    phrase = _phrase(tokens[: reading.start]) if reading.start else None
    if phrase in {"fill", "float"} and _is_level(tokens, reading):
        return _ReadText(Measure(unit=phrase, kind="qualitative"))
    return _with_amount(tokens, reading, text[tokens[reading.end - 1].end :])


def _with_amount(tokens: list[Token], reading: Reading, remark: str) -> _ReadText:
    if reading.word is words.NO_UNIT and reading.amount and _is_juice(tokens, reading):
        reading = reading._replace(word=words.PIECE)
    if _is_bare_fraction(reading):
        return _ReadText(None, remark, tokens, reading)
    measure = _measure(tokens, reading, solid=False, limit=_SEASONING_LIMIT)
    if measure.implausible:  # for some ingredients at least
        return _ReadText(None, remark, tokens, reading)
    if reading.may_weigh:
        return _ReadText(measure, remark, tokens, reading)
    return _ReadText(measure, remark)


def _phrase(tokens: list[Token]) -> str | None:
    """Return the first instruction in place of a measure: fill, garnish or float."""
    return next(filter(None, (words.QUALITATIVE.get(token.text) for token in tokens)), None)


def _is_level(tokens: list[Token], reading: Reading) -> bool:
    """Return whether the number is a level in the glass: "fill to 3/4"."""
    return reading.word is words.NO_UNIT or tokens[reading.start - 1].text == "to"


def _without_number(tokens: list[Token]) -> Measure:
    phrase = _phrase(tokens)
    alone = read_unit_alone(tokens)
    if alone is not None:
        pours = alone.word.ml is not None
        is_one = tokens[0].text in words.ARTICLES  # "a wheel, for garnish"
        if phrase is None or is_one or (phrase != "garnish" and pours):
            return _measure_of(tokens, alone, None)
    if phrase is not None:
        return Measure(unit=phrase, kind="qualitative")
    if len(tokens) == 1 and tokens[0].text in words.ARTICLES:
        return Measure(1.0, 1.0, kind="count", certainty="exact")
    texts = {token.text for token in tokens}
    if not texts.isdisjoint(words.UNMEASURED):
        return Measure(kind="qualitative")
    if is_juice_of(tokens):
        number = None if tokens[-1].text.endswith("s") else 1.0
        certainty: Certainty = "unknown" if number is None else "approximate"
        return Measure(number, number, "piece", None, None, "qualitative", certainty)
    return _UNREAD if any(token.kind in {"number", "fraction"} for token in tokens) else _BLANK


def is_juice_of(tokens: list[Token]) -> bool:
    """Return whether the text begins like "juice of a lime": "the freshly squeezed juice of"."""
    juice = next((i for i, token in enumerate(tokens) if token.text in words.JUICE), len(tokens))
    return all(may_come_first(token) for token in tokens[:juice]) and any(
        token.text in words.OF for token in tokens[juice + 1 :]
    )


def _is_bare_fraction(reading: Reading) -> bool:
    """Return whether the ingredient decides what "1/2" is a half of."""
    if reading.word is not words.NO_UNIT or reading.amount is None:
        return False
    low, high = reading.amount
    return 0 < low <= high < 1


def _is_share(tokens: list[Token], reading: Reading, ingredient: str | None) -> bool:
    """Return whether a bare fraction is a share of the drink, not half a piece."""
    adjectives = _adjectives(tokens, reading)
    if not ingredient and words.ADJECTIVES.issuperset(adjectives):
        # Half a fruit is common, a third or a quarter of one is not.
        return reading.amount != (0.5, 0.5)
    return not is_piece(adjectives, ingredient)


def _adjectives(tokens: list[Token], reading: Reading) -> tuple[str, ...]:
    """Return the words after the unit, up to a comma: not those of "1/2, cut into wedges"."""
    after = takewhile(lambda token: token.text != ",", tokens[reading.end :])
    return tuple(token.text for token in after if token.kind == "word")


def _is_juice(tokens: list[Token], reading: Reading) -> bool:
    after = [token.text for token in tokens[reading.end :]]
    return (
        any(token.text in words.JUICE for token in tokens[: reading.start])
        or "juiced" in after
        or ("juice" in after and "of" in after)
    )


def _measure_of(tokens: list[Token], reading: Reading, ingredient: str | None) -> Measure:
    adjectives = _adjectives(tokens, reading)
    solid = reading.may_weigh and is_solid(adjectives, ingredient)
    limit = _SEASONING_LIMIT if is_seasoning(adjectives, ingredient) else LARGEST_RECIPE_ML
    return _measure(tokens, reading, solid=solid, limit=limit)


def _measure(tokens: list[Token], reading: Reading, *, solid: bool, limit: float) -> Measure:
    """Return the measure of a solid or a liquid; more ml or g than `limit` are implausible."""
    unit = reading.word.unit
    kind = _kind(tokens, reading, solid=solid)
    if reading.amount is None:
        return Measure(unit=unit, kind=kind)
    low, high = reading.amount
    volume = reading.volume if kind == "volume" else None
    size = volume[1] if volume else high * _GRAMS[unit] if kind == "mass" else None
    is_large = high > _NUMBER_LIMITS.get(unit, _NUMBER_LIMIT) if size is None else size > limit
    if is_large:
        return Measure(low, high, unit, kind=kind, implausible=True)
    low, high = round(low, 6), round(high, 6)
    ml_min, ml_max = (round(volume[0], 4), round(volume[1], 4)) if volume else (None, None)
    certainty = _certainty(tokens, reading) if low == high and ml_min == ml_max else "range"
    return Measure(low, high, unit, ml_min, ml_max, kind, certainty)


def _kind(tokens: list[Token], reading: Reading, *, solid: bool) -> MeasureKind:
    if solid and reading.word.weighs:
        return "mass"
    kind = reading.word.kind if reading.ml is None or solid else "volume"
    return "qualitative" if kind == "count" and _is_juice(tokens, reading) else kind


def _certainty(tokens: list[Token], reading: Reading) -> Certainty:
    word = reading.word
    is_rough = word.approximate and reading.ml is None
    if reading.approximate or is_rough or word.unit in words.APPROXIMATE_UNITS:
        return "approximate"
    for index, token in enumerate(tokens):
        if token.text in (words.APPROXIMATE if index < reading.end else words.APPROXIMATE_AFTER):
            return "approximate"
    return "exact"
