"""The normalize stage: a source's Record becomes a Drink. Pure: the same in, the same out."""

import hashlib
from functools import lru_cache

import msgspec

from mocktailverse.drinks.codes import Quality
from mocktailverse.drinks.drink import Drink, IngredientLine, Lineage
from mocktailverse.drinks.ingredients import canonical_name
from mocktailverse.drinks.measures import Measure, parse_measure
from mocktailverse.drinks.record import Absence, RawLine, Record
from mocktailverse.drinks.register import Register, recipe_of
from mocktailverse.drinks.strength import derive

TRANSFORM_VERSION = 1
"""Raised whenever the same record gives another drink; a test with golden outputs insists."""

_encoder = msgspec.json.Encoder()
_NO_LINEAGE = Lineage("", "", "", 0, 0)
_CACHED_LENGTH = 200
"""Characters of a name and its measure: keeping longer texts, of any length, would cost memory."""

_Understood = tuple[str, Measure, tuple[Quality, ...]]


def normalize(record: Record, source: str, observed_at: int, lineage: Lineage) -> Register:
    """The drink of a record, ready to be merged; `observed_at` in ms since 1970 UTC."""
    lines, notes = _ingredient_lines(record.lines)
    notes.update(record.quality)
    derived, contradictions = derive(
        lines,
        record.instructions.get("en"),
        record.alcoholic,
        glass=record.glass,
        category=record.category,
    )
    notes.update(contradictions)
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


def _ingredient_lines(
    raw_lines: tuple[RawLine, ...],
) -> tuple[tuple[IngredientLine, ...], set[str]]:
    lines: list[IngredientLine] = []
    notes: set[str] = set()
    for position, name_raw, measure_raw in raw_lines:
        name, measure, found = _understand(name_raw, measure_raw)
        notes.update(found)
        lines.append(
            IngredientLine(
                position,
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
        )
    if len({line.name for line in lines}) < len(lines):
        notes.add(Quality.INGREDIENT_REPEATED)
    return tuple(lines), notes


def _understand(name_raw: str, measure_raw: str | None) -> _Understood:
    """The canonical name, the measure, and what is worth knowing of them."""
    if len(name_raw) + len(measure_raw or "") > _CACHED_LENGTH:
        return _read(name_raw, measure_raw)
    return _read_cached(name_raw, measure_raw)


def _read(name_raw: str, measure_raw: str | None) -> _Understood:
    name, known = canonical_name(name_raw)
    measure = parse_measure(measure_raw, name_raw)
    notes = (
        (Quality.INGREDIENT_UNKNOWN, not known),
        (Quality.MEASURE_IMPLAUSIBLE, measure.implausible),
        (Quality.MEASURE_UNKNOWN, measure.unread),
    )
    return name, measure, tuple(note for note, holds in notes if holds)


_read_cached = lru_cache(maxsize=2048)(_read)
