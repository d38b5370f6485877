"""The normalize stage: a source's `Record` becomes a `Drink`. Pure and deterministic."""

import hashlib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from mocktailverse.drinks.codes import Quality
from mocktailverse.drinks.derivation.derive import derive
from mocktailverse.drinks.derivation.portions import Portion, portion_of
from mocktailverse.drinks.derivation.stated_figures import stated_differences
from mocktailverse.drinks.drink import Drink, IngredientLine, Lineage
from mocktailverse.drinks.ingredients import IngredientName, canonical_name, is_annotated, read_name
from mocktailverse.drinks.lines import parse_line
from mocktailverse.drinks.measures import parse_measure, remark_in
from mocktailverse.drinks.measures.measure import Measure
from mocktailverse.drinks.record import Absence, RawLine, Record, StatedLine
from mocktailverse.drinks.register import Register, recipe_of

TRANSFORM_VERSION = 6
"""Increase this when the same record gives a different drink; a golden test enforces it."""

_encoder = msgspec.msgpack.Encoder()  # takes half the time of JSON, as numbers need no decimals
_NO_LINEAGE = Lineage("", "", "", 0, 0)
_CACHED_LENGTH = 200
"""Maximum characters of a name and its measure in the cache: limits its memory."""

_CACHED_LINES = 16384
"""Maximum pairs of name and measure in the cache, about 1 KB each."""


class _ParsedLine(NamedTuple):
    """An ingredient line, independent of its position in a drink."""

    fields: tuple[Any, ...]
    """The fields of `IngredientLine` after `position`."""
    portion: Portion
    quality: tuple[Quality, ...]


def normalize(record: Record, source: str, observed_at: int, lineage: Lineage) -> Register:
    """Return the drink of a record, ready to be merged; `observed_at` in ms since 1970 UTC."""
    parsed = [_parse_line(raw_line) for raw_line in record.lines]
    lines = tuple(
        IngredientLine(raw_line.position, *line.fields)
        for raw_line, line in zip(record.lines, parsed, strict=True)
    )
    derived, contradictions = derive(
        [line.portion for line in parsed],
        record.instructions.get("en"),
        record.alcoholic,
        record.glass,
        record.category,
        method=record.method,
    )
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
        quality=_quality_of(
            record, parsed, (*contradictions, *stated_differences(record.stated, derived))
        ),
        content_hash="",
        observed_at=0,
        withdrawn_at=None,
        previous_name=None,
        lineage=_NO_LINEAGE,
        description=record.description,
        credit=record.credit,
        stated=record.stated,
        garnish=record.garnish,
    )
    drink = msgspec.structs.replace(
        draft,
        content_hash=hashlib.sha256(_encoder.encode(draft)).hexdigest(),
        observed_at=observed_at,
        lineage=lineage,
    )
    recipe = recipe_of(record.name, (line.name_raw for line in lines))
    return Register(drink.id, drink, recipe)


def _quality_of(
    record: Record, parsed: Sequence[_ParsedLine], contradictions: Iterable[str]
) -> tuple[str, ...]:
    quality = {*record.quality, *contradictions}
    for line in parsed:
        if line.quality:
            quality.update(line.quality)
    if len({line.fields[0] for line in parsed}) < len(parsed):
        quality.add(Quality.INGREDIENT_REPEATED)
    if not parsed:
        quality.add(Quality.NO_INGREDIENTS)
    if not record.instructions:
        quality.add(Quality.NO_INSTRUCTIONS)
    return tuple(sorted(quality))


def absent(absence: Absence, source: str, observed_at: int) -> Register:
    """Return a register with one absence (tombstone); `observed_at` in ms since 1970 UTC."""
    removed_at = observed_at if absence.is_removal else None
    return Register(f"{source}:{absence.id}", None, absences=(observed_at,), removed_at=removed_at)


def portions_of(lines: Sequence[RawLine]) -> list[Portion]:
    """Return what each line of a record adds to its drink."""
    return [_parse_line(line).portion for line in lines]


def _parse_line(raw_line: RawLine) -> _ParsedLine:
    """Return the line, from the cache if another drink had the same one, as most lines do."""
    _, name_raw, measure_raw, is_whole, stated = raw_line
    read = _read_whole if is_whole else _read
    if len(name_raw) + len(measure_raw or "") > _CACHED_LENGTH:
        parsed = read.__wrapped__(name_raw, measure_raw)
    else:
        parsed = read(name_raw, measure_raw)
    return parsed if stated is None else _with_stated(parsed, stated)


def _with_remark(name: IngredientName, name_raw: str, measure_raw: str | None) -> IngredientName:
    """Return the name with a preparation or "optional" that is in the measure: "2 sliced"."""
    remark = remark_in(measure_raw) if measure_raw else ""
    if not (remark and any(character.isalpha() for character in remark)):
        return name
    is_note = remark.lstrip()[:1] in {",", "(", ";"}
    text = f"{name_raw}{remark}" if is_note else f"{remark} {name_raw}"
    if not is_annotated(text):
        return name  # the remark only names something: "2 oz Absolut"
    noted = read_name(text)
    if noted.name != name.name:
        return name  # the words name the ingredient: "1 cup crushed", "Ice"
    preparation = name.preparation or noted.preparation
    return name._replace(preparation=preparation, optional=name.optional or noted.optional)


@lru_cache(maxsize=_CACHED_LINES)
def _read(name_raw: str, measure_raw: str | None) -> _ParsedLine:
    name = _with_remark(read_name(name_raw), name_raw, measure_raw)
    measure = parse_measure(measure_raw, name_raw)
    fields = (
        name.name,
        name_raw,
        measure_raw,
        # The first seven fields of a measure are those of a line from `amount_min` to `certainty`.
        *msgspec.structs.astuple(measure)[:7],
        name.preparation,
        name.alternatives,
        name.optional,
    )
    return _parsed(fields, measure, in_reference=name.in_reference)


@lru_cache(maxsize=_CACHED_LINES)
def _read_whole(text: str, _measure: None) -> _ParsedLine:
    """Return the line of a text with both measure and name: "2 oz fresh lime juice, strained"."""
    line = parse_line(text)
    fields = (
        line.name or text,  # "2 oz"
        line.name_raw,
        line.measure_raw or None,
        # The first seven fields of a line of text are those from `amount_min` to `certainty`.
        *msgspec.structs.astuple(line)[:7],
        line.preparation,
        line.alternatives,
        line.optional,
    )
    measure = parse_measure(line.measure_raw, line.name)
    parsed = _parsed(fields, measure, in_reference=line.in_reference)
    if line.name:
        return parsed
    return parsed._replace(quality=(*parsed.quality, Quality.MEASURE_WITHOUT_INGREDIENT))


def _parsed(fields: tuple[Any, ...], measure: Measure, *, in_reference: bool) -> _ParsedLine:
    quality = []
    if not in_reference:
        quality.append(Quality.INGREDIENT_UNKNOWN)
    if measure.implausible:
        quality.append(Quality.MEASURE_IMPLAUSIBLE)
    if measure.unread:
        quality.append(Quality.MEASURE_UNKNOWN)
    # The callers are cached already.
    portion = portion_of.__wrapped__(IngredientLine(0, *fields))
    return _ParsedLine(fields, portion, tuple(quality))


def _with_stated(parsed: _ParsedLine, stated: StatedLine) -> _ParsedLine:
    """Return the line with what the source states in fields of their own."""
    line = IngredientLine(0, *parsed.fields)
    others = [canonical_name(name) for name in stated.alternatives]
    both = dict.fromkeys((*line.alternatives, *(name for name, _ in others)))
    unknown = () if all(known for _, known in others) else (Quality.INGREDIENT_UNKNOWN,)
    line = msgspec.structs.replace(
        line,
        preparation=stated.preparation or line.preparation,
        alternatives=tuple(name for name in both if name and name != line.name),
        optional=line.optional or stated.optional,
    )
    fields = msgspec.structs.astuple(line)[1:]
    return _ParsedLine(fields, portion_of.__wrapped__(line), (*parsed.quality, *unknown))
