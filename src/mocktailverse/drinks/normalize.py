"""The normalize stage: a source's `Record` becomes a `Drink`. Pure and deterministic."""

import hashlib
from collections.abc import Iterable, Sequence
from functools import lru_cache

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from mocktailverse.drinks.codes import Quality
from mocktailverse.drinks.derivation.derive import derive
from mocktailverse.drinks.derivation.outcome import mixed_of, served_outcome, settled_of
from mocktailverse.drinks.derivation.portions import Portion, portion_of
from mocktailverse.drinks.derivation.stated_figures import stated_differences
from mocktailverse.drinks.drink import Derived, Drink, IngredientLine, Lineage
from mocktailverse.drinks.ingredients import IngredientName, canonical_name, is_annotated, read_name
from mocktailverse.drinks.measures import parse_measure, remark_in
from mocktailverse.drinks.measures.measure import Measure
from mocktailverse.drinks.record import Absence, RawLine, Record, StatedLine
from mocktailverse.drinks.register import Register, plain, recipe_of_plain
from mocktailverse.drinks.strength.methods import preparation_of

_encoder = msgspec.msgpack.Encoder()  # takes half the time of JSON, as numbers need no decimals
_NO_LINEAGE = Lineage("", "", "", 0, 0)
_CACHED_LENGTH = 200
"""Maximum characters of a name and its measure in the cache: limits its memory."""

_CACHED_LINES = 16384
"""Maximum pairs of name and measure in the cache, about 1 KB each."""


class _LineFacts(Struct, frozen=True, gc=False):
    """What is known of an ingredient line, whatever drink it is in."""

    line: IngredientLine
    plain_name: str
    """The name as the recipe's fingerprint counts it."""
    portion: Portion
    quality: tuple[Quality, ...]


def normalize(record: Record, source: str, observed_at: int, lineage: Lineage) -> Register:
    """Return the drink of a record, ready to be merged; `observed_at` in ms since 1970 UTC."""
    (register,) = normalize_all([(record, lineage)], source, observed_at)
    return register


def normalize_all(
    observed: Sequence[tuple[Record, Lineage]], source: str, observed_at: int
) -> list[Register]:
    """Return the drinks of some records, in their order.

    Each step is taken for all of them before the next one, so that the processor keeps its code in
    its caches.
    """
    records = [record for record, _ in observed]
    facts = [[_facts_of(line) for line in record.lines] for record in records]
    preparations = [preparation_of(one.instructions.get("en"), one.method) for one in records]
    mixed = [
        mixed_of([one.portion for one in lines], preparation, record.glass, record.category)
        for record, lines, preparation in zip(records, facts, preparations, strict=True)
    ]
    settled = [settled_of(one) for one in mixed]
    outcomes = [served_outcome(*both) for both in zip(mixed, settled, strict=True)]
    derived = [
        derive(outcome, record.alcoholic) for record, outcome in zip(records, outcomes, strict=True)
    ]
    drafts = [
        _draft(record, source, lines, derivation)
        for record, lines, derivation in zip(records, facts, derived, strict=True)
    ]
    hashes = [hashlib.sha256(_encoder.encode(draft)).hexdigest() for draft in drafts]
    return [
        _register(draft, content_hash, lines, observed_at, lineage)
        for draft, content_hash, lines, (_, lineage) in zip(
            drafts, hashes, facts, observed, strict=True
        )
    ]


def _draft(
    record: Record,
    source: str,
    facts: Sequence[_LineFacts],
    derivation: tuple[Derived, tuple[Quality, ...]],
) -> Drink:
    """Return the drink as its content is hashed: without its hash, event time and lineage."""
    derived, contradictions = derivation
    return Drink(
        id=f"{source}:{record.id}",
        source=source,
        name=record.name,
        category=record.category,
        alcoholic=record.alcoholic,
        glass=record.glass,
        iba=record.iba,
        tags=record.tags,
        instructions=record.instructions,
        ingredients=tuple([one.line for one in facts]),
        image=record.image,
        video=record.video,
        derived=derived,
        quality=_quality_of(
            record, facts, (*contradictions, *stated_differences(record.stated, derived))
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


def _register(
    draft: Drink,
    content_hash: str,
    facts: Sequence[_LineFacts],
    observed_at: int,
    lineage: Lineage,
) -> Register:
    drink = replace(draft, content_hash=content_hash, observed_at=observed_at, lineage=lineage)
    recipe = recipe_of_plain(drink.name, {one.plain_name for one in facts})
    return Register(drink.id, drink, recipe)


def _quality_of(
    record: Record, facts: Sequence[_LineFacts], contradictions: Iterable[str]
) -> tuple[str, ...]:
    quality = {*record.quality, *contradictions}
    for one in facts:
        if one.quality:
            quality.update(one.quality)
    if len({one.line.name for one in facts}) < len(facts):
        quality.add(Quality.INGREDIENT_REPEATED)
    if not facts:
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
    return [_facts_of(line).portion for line in lines]


def _facts_of(raw_line: RawLine) -> _LineFacts:
    """Return the line's facts, from the cache if another drink had the same one, as most do."""
    name_raw, measure_raw, stated = raw_line.ingredient, raw_line.measure, raw_line.stated
    read = _read_whole if raw_line.is_whole else _read
    if len(name_raw) + len(measure_raw or "") > _CACHED_LENGTH:
        facts = read.__wrapped__(raw_line.position, name_raw, measure_raw)
    else:
        facts = read(raw_line.position, name_raw, measure_raw)
    return facts if stated is None else _with_stated(facts, stated)


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
def _read(position: int, name_raw: str, measure_raw: str | None) -> _LineFacts:
    name = _with_remark(read_name(name_raw), name_raw, measure_raw)
    measure = parse_measure(measure_raw, name_raw)
    line = IngredientLine(  # type: ignore[call-arg]  # the measure is seven fields
        position,
        name.name,
        name_raw,
        measure_raw,
        # The first seven fields of a measure are those of a line from `amount_min` to `certainty`.
        *msgspec.structs.astuple(measure)[:7],
        name.preparation,
        name.alternatives,
        name.optional,
    )
    return _facts(line, measure, in_reference=name.in_reference)


@lru_cache(maxsize=_CACHED_LINES)
def _read_whole(position: int, text: str, _measure: None) -> _LineFacts:
    """Return the line of a text with both measure and name: "2 oz fresh lime juice, strained"."""
    from mocktailverse.drinks.lines import parse_line  # noqa: PLC0415 - few sources have such lines

    parsed = parse_line(text)
    line = IngredientLine(  # type: ignore[call-arg]  # the measure is seven fields
        position,
        parsed.name or text,  # "2 oz"
        parsed.name_raw,
        parsed.measure_raw or None,
        # The first seven fields of a line of text are those from `amount_min` to `certainty`.
        *msgspec.structs.astuple(parsed)[:7],
        parsed.preparation,
        parsed.alternatives,
        parsed.optional,
    )
    measure = parse_measure(parsed.measure_raw, parsed.name)
    facts = _facts(line, measure, in_reference=parsed.in_reference)
    if parsed.name:
        return facts
    return replace(facts, quality=(*facts.quality, Quality.MEASURE_WITHOUT_INGREDIENT))


def _facts(line: IngredientLine, measure: Measure, *, in_reference: bool) -> _LineFacts:
    quality = []
    if not in_reference:
        quality.append(Quality.INGREDIENT_UNKNOWN)
    if measure.implausible:
        quality.append(Quality.MEASURE_IMPLAUSIBLE)
    if measure.unread:
        quality.append(Quality.MEASURE_UNKNOWN)
    # The callers are cached already.
    portion = portion_of.__wrapped__(line)
    return _LineFacts(line, plain(line.name_raw), portion, tuple(quality))


def _with_stated(facts: _LineFacts, stated: StatedLine) -> _LineFacts:
    """Return the line with what the source states in fields of their own."""
    line = facts.line
    others = [canonical_name(name) for name in stated.alternatives]
    both = dict.fromkeys((*line.alternatives, *(name for name, _ in others)))
    unknown = () if all(known for _, known in others) else (Quality.INGREDIENT_UNKNOWN,)
    line = replace(
        line,
        preparation=stated.preparation or line.preparation,
        alternatives=tuple(name for name in both if name and name != line.name),
        optional=line.optional or stated.optional,
    )
    return replace(
        facts,
        line=line,
        portion=portion_of.__wrapped__(line),
        quality=(*facts.quality, *unknown),
    )
