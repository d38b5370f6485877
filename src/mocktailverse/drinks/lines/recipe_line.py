"""Parse a whole recipe line, as recipe sites and schema.org's `recipeIngredient` write it."""

import re
from functools import lru_cache

from msgspec import Struct

from mocktailverse.drinks.drink import Certainty, MeasureKind
from mocktailverse.drinks.ingredients import IngredientName, read_name
from mocktailverse.drinks.lines.line_parts import parts_of_line
from mocktailverse.drinks.lines.line_text import LINE_LIMIT, clean_line
from mocktailverse.drinks.measures import parse_measure
from mocktailverse.drinks.measures.words import UNIT_WORDS

_CACHED_LENGTH = 200
"""Maximum characters of a line in the cache: limits its memory."""
_SECOND_INGREDIENT = re.compile(r",?\s+(?:or|oder|ou)\s+(?=\d)", re.IGNORECASE)
_DESCRIBING_NUMBER = re.compile(
    r"\d+(?::\d+|(?:\.\d+)?[\s-]*(?:proof|%(?:\s?(?:abv|vol|alc))?))[\s-]+", re.IGNORECASE
)
"""A number in front of a name that describes it: "2:1", "100-proof"."""
_MORE = re.compile(r",?\s+(?:plus|\+)\s.*")
_REMARK = re.compile(
    r"[\s,(]+(?:(?:or\s+)?(?:more\s+)?(?:to|for|as|if)\s+(?:the\s+)?"
    r"(?:taste|top(?:\s+(?:up|off))?|fill|topping|garnish|garnishing|decorate|decoration|serve|serving"
    r"|rim|rimming|needed|required))\b\)?",
    re.IGNORECASE,
)


class RecipeLine(Struct, frozen=True):
    """The parsed line; see the same fields of `IngredientLine`."""

    amount_min: float | None
    amount_max: float | None
    unit: str
    ml_min: float | None
    ml_max: float | None
    kind: MeasureKind
    certainty: Certainty
    name: str
    """Canonical name; as written, without its notes, if it is not in the reference."""
    preparation: str | None = None
    alternatives: tuple[str, ...] = ()
    optional: bool = False
    measure_raw: str = ""
    """The part of the line that was parsed as the measure."""
    name_raw: str = ""
    """The part of the line that was parsed as the name."""
    in_reference: bool = False
    """Whether all names of the line are in the reference."""


def parse_line(text: str) -> RecipeLine:
    """Return the parsed line. Never raises, for any text.

    Only the first 300 characters are read.

    >>> line = parse_line("2 oz. fresh lime juice, strained")
    >>> line.amount_min, line.unit, line.name, line.preparation
    (2.0, 'oz', 'Lime juice', 'strained')
    """
    if len(text) <= _CACHED_LENGTH:
        return _parse(text)
    return _parse.__wrapped__(text[:LINE_LIMIT])


@lru_cache(maxsize=4096)
def _parse(text: str) -> RecipeLine:
    measure_text, name_text = parts_of_line(clean_line(text))
    measure = parse_measure(measure_text, name_text)
    name = _name(name_text)
    return RecipeLine(
        measure.amount_min,
        measure.amount_max,
        measure.unit,
        measure.ml_min,
        measure.ml_max,
        measure.kind,
        measure.certainty,
        name.name,
        name.preparation,
        name.alternatives,
        name.optional or "optional" in measure_text.casefold(),
        measure_text,
        name_text,
        name.in_reference,
    )


def _known_name(text: str) -> IngredientName:
    """Return the name, without a number or a unit if only so it is in the reference."""
    name = read_name(text)
    if name.in_reference:
        return name
    for shorter in (_DESCRIBING_NUMBER.sub("", text), _without_unit(text)):
        other = read_name(shorter) if shorter != text else name
        if other.in_reference:
            return other
    return name


def _without_unit(text: str) -> str:
    """Return the text without its word for pieces: "star anise" of "star anise pods"."""
    return " ".join(word for word in text.split() if word.strip(",.").casefold() not in UNIT_WORDS)


def _name(text: str) -> IngredientName:
    """Return the name with the alternatives that have an amount of their own."""
    text, *others = _SECOND_INGREDIENT.split(text, maxsplit=2)
    name = _known_name(_REMARK.sub("", _MORE.sub("", text)))
    if not others:
        return name
    more = [read_name(parts_of_line(other).name) for other in others]
    alternatives = (*name.alternatives, *(one.name for one in more if one.name))
    known = name.in_reference and all(one.in_reference for one in more)
    return name._replace(alternatives=alternatives, in_reference=known)
