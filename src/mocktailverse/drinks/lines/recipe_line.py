"""Parse a whole recipe line, as recipe sites and schema.org's `recipeIngredient` write it."""

import re
from functools import lru_cache

from msgspec import Struct

from mocktailverse.drinks.drink import Certainty, MeasureKind
from mocktailverse.drinks.lines.line_name import read_line_name
from mocktailverse.drinks.lines.line_parts import parts_of_line
from mocktailverse.drinks.lines.line_text import LINE_LIMIT, clean_line
from mocktailverse.drinks.measures import parse_measure

_CACHED_LENGTH = 200
"""Maximum characters of a line in the cache: limits its memory."""
_WORD = (
    r"(?:optional|optionnel(?:le)?|facultati(?:f|ve)|opcional|facoltativ[oa]|wahlweise|evtl\.?"
    r"|if (?:desired|you (?:like|wish|want)|using))"
)
_OPTIONAL_PARTS = ("ption", "acult", "opcion", "facolt", "ahlweise", "vtl", "if ")
"""What the words in `_WORD` contain; most lines have none, and so need no search."""
_OPTIONAL = re.compile(
    rf"^{_WORD}\s*[:-]?\s+|,?\s*\({_WORD}\)|,\s*{_WORD}(?=\)?$)|(?<=\(){_WORD}[,;]\s*",
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
    """Canonical name; as written, without its notes, if it is not in the reference. Such a name is
    translated to English if its words are known."""
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
    cleaned = clean_line(text)
    may_be_optional = [part for part in _OPTIONAL_PARTS if part in cleaned]
    bare = _OPTIONAL.sub("", cleaned) if may_be_optional else cleaned
    measure_text, name_text = parts_of_line(bare)
    has_number = any(character.isdigit() for character in measure_text)
    name, english = read_line_name(name_text, has_number=has_number)
    measure = parse_measure(measure_text, english)
    if measure.unit == "part" and name.in_reference:
        # "1/2 English cucumber": the text of the name may not tell that it is a piece.
        measure = parse_measure(measure_text, name.name)
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
        name.optional or bare != cleaned,
        measure_text,
        name_text,
        name.in_reference,
    )
