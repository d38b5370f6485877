"""The normalize stage: a source's Record becomes a Drink. Pure: the same in, the same out."""

import hashlib
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from mocktailverse.drinks.codes import Quality
from mocktailverse.drinks.drink import Drink, IngredientLine, Lineage
from mocktailverse.drinks.ingredients import canonical_name
from mocktailverse.drinks.measures import parse_measure
from mocktailverse.drinks.record import Absence, RawLine, Record
from mocktailverse.drinks.register import Register, recipe_of
from mocktailverse.drinks.strength import Portion, derive_portions, portion_of

TRANSFORM_VERSION = 3
"""Raised whenever the same record gives another drink; a test with golden outputs insists."""

_encoder = msgspec.json.Encoder()
_NO_LINEAGE = Lineage("", "", "", 0, 0)
_CACHED_LENGTH = 200
"""Characters of a name and its measure: keeping longer texts, of any length, would cost memory."""

_CACHED_LINES = 8192
"""Pairs of name and measure that are kept, about 1 KB each."""


class _Understood(NamedTuple):
    """A line's fields behind its position, what it brings to the drink, what to know of it."""

    fields: tuple[Any, ...]
    portion: Portion
    notes: tuple[Quality, ...]


def normalize(record: Record, source: str, observed_at: int, lineage: Lineage) -> Register:
    """The drink of a record, ready to be merged; `observed_at` in ms since 1970 UTC."""
    understood = [_understand(raw_line) for raw_line in record.lines]
    lines = tuple(
        IngredientLine(raw_line.position, *one.fields)
        for raw_line, one in zip(record.lines, understood, strict=True)
    )
    derived, contradictions = derive_portions(
        [one.portion for one in understood],
        record.instructions.get("en"),
        record.alcoholic,
        record.glass,
        record.category,
    )
    notes = {*record.quality, *contradictions}
    for one in understood:
        notes.update(one.notes)
    if len({line.name for line in lines}) < len(lines):
        notes.add(Quality.INGREDIENT_REPEATED)
    if not lines:
        notes.add(Quality.NO_INGREDIENTS)
    if not record.instructions:
        notes.add(Quality.NO_INSTRUCTIONS)
    draft = Drink(
        id=f"{source}:{record.id}",
        source=source,
        name=record.name,
        category=record.category,
        alcoholic=record.alcoholic,
        glass=record.glass,
        iba=record.iba,
        tags=record.tags,
        instructions=record.instructions,
        ingredients=lines,
        image=record.image,
        video=record.video,
        derived=derived,
        quality=tuple(sorted(notes)),
        content_hash="",
        observed_at=0,
        withdrawn_at=None,
        previous_name=None,
        lineage=_NO_LINEAGE,
    )
    drink = msgspec.structs.replace(
        draft,
        content_hash=hashlib.sha256(_encoder.encode(draft)).hexdigest(),
        observed_at=observed_at,
        lineage=lineage,
    )
    recipe = recipe_of(record.name, (line.ingredient for line in record.lines))
    return Register(drink.id, drink, recipe)


def absent(absence: Absence, source: str, observed_at: int) -> Register:
    """The register of a look-up that found nothing; `observed_at` in ms since 1970 UTC."""
    return Register(f"{source}:{absence.id}", None, absences=(observed_at,))


def _understand(raw_line: RawLine) -> _Understood:
    """What a line says; most lines were read before, in another drink."""
    _, name_raw, measure_raw = raw_line
    if len(name_raw) + len(measure_raw or "") > _CACHED_LENGTH:
        return _read(name_raw, measure_raw)
    return _read_cached(name_raw, measure_raw)


def _read(name_raw: str, measure_raw: str | None) -> _Understood:
    name, known = canonical_name(name_raw)
    measure = parse_measure(measure_raw, name_raw)
    line = IngredientLine(
        0,
        name,
        name_raw,
        measure_raw,
        measure.amount_min,
        measure.amount_max,
        measure.unit,
        measure.ml_min,
        measure.ml_max,
        measure.kind,
        measure.certainty,
    )
    notes = (
        (Quality.INGREDIENT_UNKNOWN, not known),
        (Quality.MEASURE_IMPLAUSIBLE, measure.implausible),
        (Quality.MEASURE_UNKNOWN, measure.unread),
    )
    found = tuple(note for note, holds in notes if holds)
    return _Understood(msgspec.structs.astuple(line)[1:], portion_of(line), found)


_read_cached = lru_cache(maxsize=_CACHED_LINES)(_read)
